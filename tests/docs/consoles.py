"""Transcripts: `$ rubric …` and `$ cd …` run on the files that a document gives, with all that it prints."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from rubric_dsl.cli.exits import Exit
from rubric_dsl.cli.main import run

PROMPT = "$ "


def transcript(text: str, files: Mapping[str, bytes], folder: Path, lang: str = "en") -> str:
    """The same transcript with what its commands print now; they run in `folder`, where the files are put first.

    `cd` holds until the end of the block. Of a long output only the first lines stay where the block ends with `…`.
    """
    for name, data in files.items():
        (folder / name).write_bytes(data)
    found = []
    for command, shown in _commands(text):
        program, _, words = command.partition(" ")
        if program == "cd":
            folder = folder / words
            printed = []
        else:
            assert program == "rubric", command
            printed = _run(words, folder, lang)
        if shown and shown[-1] == "…":
            printed = [*printed[: len(shown) - 1], "…"]
        found += [PROMPT + command, *printed]
    return "".join(f"{line}\n" for line in found)


def _commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command with the lines that the block shows below it."""
    command, shown = "", list[str]()
    for line in [*text.splitlines(), PROMPT]:
        if not line.startswith(PROMPT):
            shown.append(line)
            continue
        if command:
            yield command, shown
        command, shown = line.removeprefix(PROMPT), []


def _run(command: str, folder: Path, lang: str) -> list[str]:
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    environment = {name: os.environ.get(name) for name in ("RUBRIC_LANG", "NO_COLOR")}
    os.environ.update(RUBRIC_LANG=lang, NO_COLOR="1")
    typed, sys.stdin = sys.stdin, io.StringIO()
    try:
        with contextlib.chdir(folder), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            code = run(shlex.split(command))
    finally:
        sys.stdin = typed
        for name, value in environment.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    data = printed.buffer
    assert isinstance(data, io.BytesIO)
    text = data.getvalue().decode("utf-8").strip("\n")
    assert code != Exit.BUG, text
    return text.split("\n") if text else []

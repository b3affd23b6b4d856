"""Transcripts: `$ rubric …` run on the files that a document gives, with all that it prints."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from rubric_dsl.cli.exits import Exit
from rubric_dsl.cli.main import run

PROMPT = "$ rubric "


def transcript(text: str, files: Mapping[str, bytes], folder: Path) -> str:
    """The same transcript with what its commands print now; they run in `folder`, where the files are put first.

    Of a long output only the first lines stay where the block ends them with `…`.
    """
    for name, data in files.items():
        (folder / name).write_bytes(data)
    found = []
    for command, shown in _commands(text):
        printed = _run(command, folder)
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


def _run(command: str, folder: Path) -> list[str]:
    printed = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    environment = {name: os.environ.get(name) for name in ("RUBRIC_LANG", "NO_COLOR")}
    os.environ.update(RUBRIC_LANG="en", NO_COLOR="1")
    try:
        with contextlib.chdir(folder), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            code = run(shlex.split(command))
    finally:
        for name, value in environment.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    data = printed.buffer
    assert isinstance(data, io.BytesIO)
    text = data.getvalue().decode("utf-8").rstrip("\n")
    assert code != Exit.BUG, text
    return text.split("\n")

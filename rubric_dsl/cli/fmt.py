"""`rubric fmt`: rubrics in the one layout, or translated; in place, as a difference, or only checked."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from rubric_dsl.cli.app import FILE
from rubric_dsl.cli.app import command as declare
from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.files import MOST_RUBRIC_BYTES, STANDARD_INPUT, RubricFiles, load_rubric, write_beside
from rubric_dsl.cli.terminal import Terminal

if TYPE_CHECKING:
    from rubric_dsl.surface.keywords import Language
    from rubric_dsl.text.files import Source


@declare("fmt")
@click.argument("rubrics", metavar="RUBRIC…", nargs=-1, required=True, type=FILE)
@click.option("--check", "only_check", is_flag=True)
@click.option("--diff", "as_diff", is_flag=True)
@click.option("--lang", "to", type=click.Choice(["zh", "en"]))
def command(
    terminal: Terminal, rubrics: tuple[str, ...], only_check: bool, as_diff: bool, to: Language | None
) -> int:
    from rubric_dsl.cli.compiling import show_found
    from rubric_dsl.surface.layout import formatted
    from rubric_dsl.text.files import read_source

    code = Exit.DONE
    changed = unchanged = 0
    for path in rubric_files(rubrics):
        data = _bytes(path)
        source, found = read_source("<stdin>" if path == STANDARD_INPUT else path, data)
        done = formatted(source, to) if source is not None and not found else None
        if source is None or done is None or done.text is None:
            show_found(terminal, done.diagnostics if done else found, {source.name: source} if source else {})
            code = Exit.RUBRIC_HAS_ERRORS
            continue
        if path == STANDARD_INPUT and not (only_check or as_diff):
            terminal.text(done.text)
            continue
        new = done.text.encode()
        if new == data:
            unchanged += 1
            continue
        changed += 1
        if as_diff:
            terminal.text(_difference(source, done.text))
        elif only_check:
            terminal.out(terminal.say("fmt.differs", file=source.name))
        else:
            write_beside(path, new)
            terminal.out(terminal.say("fmt.written", file=path))
        if only_check and code == Exit.DONE:
            code = Exit.FAILED
    if list(rubrics) != [STANDARD_INPUT]:
        counts = "fmt.counts-check" if only_check or as_diff else "fmt.counts"
        terminal.err(terminal.say(counts, changed=changed, unchanged=unchanged))
    return code


def rubric_files(paths: Sequence[str]) -> Iterator[str]:
    """The files named, and those in the folders named, each once."""
    seen = set()
    for path in paths:
        for file in _in_folder(path) if os.path.isdir(path) else [path]:
            if file not in seen:
                seen.add(file)
                yield file


def _in_folder(folder: str) -> Iterator[str]:
    """Hidden folders are left out: they belong to other programs."""
    for here, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(".rubric") and not name.startswith("."):
                yield os.path.join(here, name)


def _bytes(path: str) -> bytes:
    if path == STANDARD_INPUT:
        return sys.stdin.buffer.read(MOST_RUBRIC_BYTES)
    if not os.path.isfile(path) and os.path.exists(path):
        raise Stop(Exit.USAGE, "file.missing", path=path)
    return load_rubric(RubricFiles(path), path)


def _difference(source: Source, text: str) -> str:
    from difflib import unified_diff

    lines = unified_diff(source.text.splitlines(True), text.splitlines(True), source.name, source.name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)

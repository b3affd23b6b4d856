"""From the path on the command line to a plan, with everything that was found shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.files import RubricFiles, load_rubric
from rubric_dsl.cli.progress import doing
from rubric_dsl.cli.terminal import Terminal
from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.diagnostics.report import Report
from rubric_dsl.plan.compile import Compiled, compile_rubric
from rubric_dsl.render.diagnostics import LinesOf, report_lines
from rubric_dsl.text.files import Source

if TYPE_CHECKING:
    from rubric_dsl.plan.model import ScoringPlan


def compiled(
    terminal: Terminal, path: str, use_from: Sequence[str] = (), settings: Mapping[str, str] | None = None,
    kept: dict[str, bytes] | None = None,
) -> Compiled:
    """The rubric compiled; a file that cannot be read is a fault of the command line and stops.

    `kept` is given the bytes of each file that was read, for a bundle.
    """
    files = RubricFiles(path, use_from)
    text = load_rubric(files, path)

    def load(name: str) -> bytes:
        data = text if name == path else files.load(name)
        if kept is not None:
            kept[name] = data
        return data

    with doing(terminal, terminal.say("doing.checking", file=path)):
        return compile_rubric(path, load, settings=settings or {}, folders=use_from)


def show_found(terminal: Terminal, found: Iterable[Diagnostic], sources: Mapping[str, Source]) -> None:
    """The findings as pictures on standard error."""
    report = Report.of(found, tuple(sources))
    if report.diagnostics:
        terminal.show(report_lines(report, lines_in(sources), terminal.look("err")), "err")


def lines_in(sources: Mapping[str, Source]) -> LinesOf:
    """The lines of each file that was read, for drawings."""

    @cache
    def lines_of(file: str) -> Sequence[str]:
        return sources[file].lines() if file in sources else ()

    return lines_of


def plan_or_stop(terminal: Terminal, done: Compiled) -> ScoringPlan:
    """The plan, after showing what was found; a rubric with errors stops."""
    show_found(terminal, done.diagnostics, done.sources)
    if done.plan is None:
        raise Stop(Exit.RUBRIC_HAS_ERRORS)
    return done.plan

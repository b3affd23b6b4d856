"""From the path on the command line to a plan, with everything that was found shown."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING

from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.files import RubricFiles, load_rubric
from rubric_dsl.cli.progress import doing
from rubric_dsl.cli.terminal import Terminal
from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.text.files import Source, read_source

if TYPE_CHECKING:
    from rubric_dsl.cli.plan_cache import Kept, Load, Loaded
    from rubric_dsl.plan.compile import Compiled
    from rubric_dsl.plan.model import ScoringPlan
    from rubric_dsl.render.diagnostics import LinesOf

PARAMETERS_NAMED = 10
"""So many are listed where none is near."""

def compiled(
    terminal: Terminal, path: str, use_from: Sequence[str] = (), settings: Mapping[str, str] | None = None,
    kept: dict[str, bytes] | None = None,
) -> Compiled:
    """The rubric compiled; a file that cannot be read is a fault of the command line and stops.

    `kept` is given the bytes of each file that was read, for a bundle.
    """
    from rubric_dsl.cli.plan_cache import Loaded

    files = RubricFiles(path, use_from)
    load = Loaded(_once(path, load_rubric(files, path), files.load))
    done = _compiled(terminal, path, use_from, settings or {}, load)
    _all_are_parameters(done.plan, path, settings or {})
    _given(load, kept)
    return done


def _all_are_parameters(plan: ScoringPlan | None, path: str, settings: Mapping[str, str]) -> None:
    """Stops where `--set` names something else: with a misspelt name the default would be scored without a word."""
    if plan is None:
        return
    known = [parameter.name for parameter in plan.parameters]
    for name in settings:
        if name in known:
            continue
        from rubric_dsl.resolved.scope import near

        if not known:
            raise Stop(Exit.USAGE, "usage.no-parameters", parameter=name, file=path)
        meant = ", ".join(near(name, known) or known[:PARAMETERS_NAMED])
        raise Stop(Exit.USAGE, "usage.unknown-parameter", parameter=name, file=path, parameters=meant)


def _once(path: str, text: bytes, load: Load) -> Load:
    """The rubric itself is not read again."""
    return lambda name: text if name == path else load(name)


def _given(load: Loaded, kept: dict[str, bytes] | None) -> None:
    if kept is not None:
        kept |= {name: data for name, data in load.files.items() if data is not None}


def _compiled(
    terminal: Terminal, path: str, use_from: Sequence[str], settings: Mapping[str, str], load: Load
) -> Compiled:
    from rubric_dsl.plan.compile import compile_rubric

    with doing(terminal, terminal.say("doing.checking", file=path)):
        return compile_rubric(path, load, settings=settings, folders=use_from)


class Planned:
    """A plan that was kept from a run in which nothing was found in its rubric."""

    diagnostics: tuple[Diagnostic, ...] = ()

    def __init__(self, kept: Kept) -> None:
        self.plan = kept.plan
        self._texts = kept.texts

    @cached_property
    def sources(self) -> dict[str, Source]:
        read = (read_source(name, data)[0] for name, data in self._texts.items())
        return {source.name: source for source in read if source is not None}


def planned(
    terminal: Terminal, path: str, use_from: Sequence[str] = (), settings: Mapping[str, str] | None = None,
    kept: dict[str, bytes] | None = None,
) -> Compiled | Planned:
    """The same where only the plan is of interest; it may have been kept from an earlier run."""
    from rubric_dsl.cli.plan_cache import Loaded, user_cache

    files, given = RubricFiles(path, use_from), settings or {}
    text = load_rubric(files, path)
    load = Loaded(_once(path, text, files.load))
    cache = user_cache(os.environ)
    before = cache.find(path, text, given, use_from, load)
    if before is not None:
        _given(load, kept)
        return Planned(before)
    load.files.clear()
    done = _compiled(terminal, path, use_from, given, load)
    _all_are_parameters(done.plan, path, given)
    if done.plan is not None and not done.diagnostics:
        cache.keep(path, text, given, use_from, load, list(done.sources), done.plan)
    _given(load, kept)
    return done


def show_found(terminal: Terminal, found: Iterable[Diagnostic], sources: Mapping[str, Source]) -> None:
    """The findings as pictures on standard error."""
    diagnostics = tuple(found)
    if diagnostics:
        from rubric_dsl.diagnostics.report import Report
        from rubric_dsl.render.diagnostics import report_lines

        report = Report.of(diagnostics, tuple(sources))
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

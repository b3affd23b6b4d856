"""A rubric for programs: its text or file to a plan that can be scored again and again."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from rubric_dsl.api.errors import Record, RubricHasErrors, error_of
from rubric_dsl.cli.compiling import lines_in
from rubric_dsl.cli.exits import Stop
from rubric_dsl.cli.files import RubricFiles, load_rubric
from rubric_dsl.diagnostics.report import Report
from rubric_dsl.plan.compile import Compiled
from rubric_dsl.plan.compile import compile_rubric as compiled
from rubric_dsl.plan.identity import plan_hash
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.diagnostics import LinesOf, report_lines
from rubric_dsl.render.json import diagnostic_json
from rubric_dsl.render.pieces import Look, plain

TEXT = "<text>"
"""The name of a rubric that came as a text."""


class Plan:
    """A rubric without errors, ready to be scored: `rubric_dsl.score(plan, …)`. It does not change."""

    def __init__(self, done: Compiled, plan: ScoringPlan) -> None:
        self.scoring_plan = plan
        self._done = done

    @cached_property
    def identity(self) -> str:
        """`sha256:…`; equal identities mean equal methods."""
        return plan_hash(self.scoring_plan)

    @property
    def title(self) -> str:
        return self.scoring_plan.header.title

    @property
    def edition(self) -> str | None:
        return self.scoring_plan.header.edition

    @property
    def tables(self) -> tuple[str, ...]:
        """The names under which observations are given; a label may stand for each."""
        return tuple(table.name for table in self.scoring_plan.tables)

    @property
    def warnings(self) -> tuple[Record, ...]:
        """What was found that is no error, as `rubric check --json` has it."""
        return tuple(diagnostic_json(found) for found in self._done.diagnostics)

    def warnings_text(self, lang: str = "en") -> str:
        return _text_of(self._done, lang)

    @cached_property
    def lines_of(self) -> LinesOf:
        """The lines of each file of the rubric, to show what is said of them."""
        return lines_in(self._done.sources)

    def __repr__(self) -> str:
        return f"<Plan {self.title!r} {self.identity}>"


def compile_rubric(
    rubric: str | os.PathLike[str], *, settings: Mapping[str, str] | None = None,
    use_from: Sequence[str | os.PathLike[str]] = (),
) -> Plan:
    """The plan of a rubric: a path, or its text (a `str` with a line break).

    `settings`: values of parameters by name, as `--set` takes them (`{"wait_target": "20 s"}`). `use_from`: folders
    from which it may take files beside its own; a text has no folder of its own. Raises RubricHasErrors with all that
    was found, WrongUse where the file cannot be read.
    """
    folders = [os.fspath(folder) for folder in use_from]
    is_text = isinstance(rubric, str) and "\n" in rubric
    path = TEXT if is_text else os.fspath(rubric)
    files = RubricFiles(path, folders)
    try:
        text = str(rubric).encode("utf-8", "surrogatepass") if is_text else load_rubric(files, path)
    except Stop as stop:
        raise error_of(stop) from None

    def load(name: str) -> bytes:
        if name == path:
            return text
        if is_text and not any(_is_in(name, folder) for folder in folders):
            raise PermissionError(f"{name}: a text has no folder of its own")
        return files.load(name)

    done = compiled(path, load, settings=settings, folders=folders)
    plan = done.plan
    if plan is None:
        records = [diagnostic_json(found) for found in done.diagnostics]
        raise RubricHasErrors(lambda lang: _text_of(done, lang), records)
    return Plan(done, plan)


def _is_in(name: str, folder: str) -> bool:
    return Path(os.path.realpath(name)).is_relative_to(os.path.realpath(folder))


def _text_of(done: Compiled, lang: str) -> str:
    report = Report.of(done.diagnostics, tuple(done.sources))
    return plain(report_lines(report, lines_in(done.sources), Look(lang)))

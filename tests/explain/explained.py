"""Explanations of cases: the whole way from texts, as the command goes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rubric_dsl.engines.run import Run, run
from rubric_dsl.evaluation.values import Value
from rubric_dsl.explain.explanation import ExplainedItem, Explanation, leaves, walk
from rubric_dsl.explain.why import Explainer, explainable, roots
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.observations.read import read_observations, stopped_by
from rubric_dsl.plan.compile import Compiled, compile_rubric
from rubric_dsl.plan.model import NamedValue, ScoringPlan
from rubric_dsl.render.explanation import explanation_lines
from rubric_dsl.render.pieces import Look, plain
from tests.conformance.cases import case
from tests.tables import ROOT
from tests.zhejiang.independent import EXAMPLE


@dataclass(frozen=True)
class File:
    name: str
    data: bytes


@dataclass(frozen=True)
class Case:
    """A rubric with observations, run."""

    compiled: Compiled
    plan: ScoringPlan
    done: Run

    def named(self, item: str | None) -> NamedValue:
        if item is None:
            return roots(self.plan)[0]
        return next(named for named in explainable(self.plan) if named.name == item)

    def explained(self, subject: str, item: str | None = None, with_text: bool = True) -> Explanation:
        explainer = Explainer(self.done, self.lines_of if with_text else None)
        return explainer.explain(subject, self.named(item))

    def lines_of(self, file: str) -> Sequence[str]:
        return self.compiled.sources[file].lines()

    def drawn(self, subject: str, item: str | None = None, look: Look | None = None) -> str:
        return plain(explanation_lines(self.plan, [self.explained(subject, item)], look or Look("en")))


def of_files(rubric: str, files: Mapping[str, bytes], tables: Mapping[str, bytes]) -> Case:
    """`files`: the rubric and those that it names. `tables`: the observations by table."""
    compiled = compile_rubric(rubric, lambda name: files[name])
    assert compiled.plan is not None, [found.code for found in compiled.diagnostics]
    given = {name: File(f"{name}.csv", data) for name, data in tables.items()}
    observed = read_observations(compiled.plan, given)
    assert not stopped_by(observed), [data.ledger.refusals for data in observed.tables.values()]
    done = run(compiled.plan, observed)
    assert not done.problems.count
    return Case(compiled, compiled.plan, done)


def of_texts(rubric: str, **tables: str) -> Case:
    data = {name: text.encode() for name, text in tables.items()}
    return of_files("case.rubric", {"case.rubric": rubric.encode()}, data)


@cache
def conformance(name: str) -> Case:
    folder = case(name).folder
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    tables = {path.stem: path.read_bytes() for path in folder.glob("*.csv")}
    return of_files("case.rubric", files, tables)


@cache
def zhejiang() -> Case:
    rubric = Path(ROOT) / "rubrics" / "zhejiang_12345_2020.rubric"
    files = {"zhejiang.rubric": rubric.read_bytes()}
    return of_files("zhejiang.rubric", files, {"calls": (EXAMPLE / "calls.csv").read_bytes()})


# ---------------------------------------------------------------- what is told


def item_of(explanation: Explanation, name: str, kind: str | None = None) -> ExplainedItem:
    return next(i for i in walk(explanation.item) if i.name == name and kind in (None, i.kind))


def lost(explanation: Explanation) -> list[tuple[str, str, Exact | None]]:
    """Each leaf with what it cost in points of the explained item; what cost and won nothing is left out."""
    return [(leaf.name, leaf.kind, leaf.overall) for leaf in leaves(explanation.item) if leaf.overall != 0]


def rows(item: ExplainedItem) -> list[tuple[int, Value, Exact | None]]:
    """Number, points on the row, and what it cost."""
    return [(row.observed.number, row.points, row.lost) for row in item.rows]


def decided(item: ExplainedItem) -> list[tuple[str, int, str | None]]:
    """What gave the points on each row, by which line, in which words."""
    return [(row.decision.by, row.decision.line.line, row.decision.line.text) for row in item.rows]

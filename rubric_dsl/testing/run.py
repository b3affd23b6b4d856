"""Running a rubric's tests: each scored by the reference engine, each answer compared exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from rubric_dsl.engines.run import Run, run_periods
from rubric_dsl.evaluation.prepare import evaluate_row, prepare
from rubric_dsl.numbers.reals import Exact, compare
from rubric_dsl.observations.codes import RULE_BROKEN
from rubric_dsl.observations.model import Observations, Refusal
from rubric_dsl.observations.periods import period_label, period_text
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.literals import value_in
from rubric_dsl.results.model import NoValue, Result
from rubric_dsl.results.score import result_of
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import function_id
from rubric_dsl.testing.cases import observations_of, schema_of
from rubric_dsl.text.source import Span


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An expected cell that came out otherwise. `got` is None where there is no value."""

    subject: str | None
    name: str
    expected: tree.Cell
    got: object
    span: Span
    unmet: Literal["subject", "period", "which period"] | None = None
    """What the test's rows do not have; `which period`: they have several, and the answers do not say which."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a test. `refusals`: cells of its rows that were refused although they should not be; `problems`:
    why it could not be scored; `not_refused`: a refusal was expected and did not come."""

    test: tree.Test
    mismatches: tuple[Mismatch, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    problems: tuple[object, ...] = ()
    not_refused: bool = False

    @property
    def passed(self) -> bool:
        return not (self.mismatches or self.refusals or self.problems or self.not_refused)


def run_tests(plan: ScoringPlan, tests: Sequence[tree.Test], examples: Mapping[str, tree.Example]) -> Iterator[Outcome]:
    """The outcome of each test, in written order."""
    for test in tests:
        yield run_test(plan, test, examples)


def run_test(plan: ScoringPlan, test: tree.Test, examples: Mapping[str, tree.Example]) -> Outcome:
    observations = observations_of(plan, test.givens, examples, test.span.file)
    refusals = tuple(refusal for data in observations.tables.values() for refusal in data.ledger.refusals)
    if test.expect.refused is not None:
        column = test.expect.refused.text
        refused = any(column in _columns_of(plan, refusal) for refusal in refusals)
        return Outcome(test, refusals=() if refused else refusals, not_refused=not refused)
    if refusals:
        return Outcome(test, refusals=refusals)
    if test.expect.grid is None or not test.expect.grid.rows:
        return Outcome(test)
    one = any(given.one for given in test.givens)
    return _one_row(plan, test, observations) if one else _whole(plan, test, observations)


def _columns_of(plan: ScoringPlan, refusal: Refusal) -> tuple[str, ...]:
    """The column of a refusal; of a broken rule between cells, all that the rule mentions."""
    own = (refusal.column,) if refusal.column is not None else ()
    if refusal.code != RULE_BROKEN:
        return own
    musts = [must for table in plan.tables for must in table.musts if must.message == refusal.facts.get("rule")]
    return (*own, *(column for must in musts for column in must.columns))


# ---------------------------------------------------------------- all rows


def _whole(plan: ScoringPlan, test: tree.Test, observations: Observations) -> Outcome:
    """Scores the test's subjects as a run would, among themselves."""
    given = {given.table.text for given in test.givens}
    register = plan.register_table if plan.register_table in given else None
    here = plan.model_copy(update={"subjects": None, "register_table": register})
    scored = [_Scored(done, result_of(done, with_private=True)) for done in run_periods(here, observations)]
    problems = [problem for one in scored for problem in one.result.problems]
    if problems:
        return Outcome(test, problems=tuple(problems))
    assert test.expect.grid is not None
    return Outcome(test, tuple(_compared(here, test.expect.grid, scored)))


@dataclass(frozen=True, slots=True)
class _Scored:
    """What a test's rows came to, in a rubric with `each` those of one period."""

    done: Run
    result: Result


def _compared(plan: ScoringPlan, grid: tree.Grid, scored: Sequence[_Scored]) -> Iterator[Mismatch]:
    """A row speaks of the subject and the period that it names; without a subject, of those of its period in order."""
    header, *body = grid.rows
    names = [cell.text for cell in header.cells]
    subject_name = plan.tables[0].subject if plan.tables else ""
    met: Counter[str | None] = Counter()
    for row in body:
        cells = dict(zip(names, row.cells, strict=True))
        here = _of_period(plan, cells, scored)
        if here is None:
            own = cells.get(plan.period or "")
            cell, unsaid = own or row.cells[0], own is None and len(scored) > 1
            yield Mismatch(None, plan.period or "", cell, None, cell.span, "which period" if unsaid else "period")
            continue
        named, subjects, place = cells.get(subject_name), here.done.subjects, met[here.result.period]
        met[here.result.period] += 1
        subject = named.text if named is not None else subjects[place] if place < len(subjects) else None
        if subject is None or subject not in subjects:
            cell = named or row.cells[0]
            yield Mismatch(subject, subject_name, cell, None, cell.span, "subject")
            continue
        for name, cell in cells.items():
            if name not in (subject_name, plan.period):
                got = _answer(plan, here.result, subject, name)
                if not same(cell, got):
                    yield Mismatch(subject, name, cell, got, cell.span)


def _of_period(plan: ScoringPlan, cells: Mapping[str, tree.Cell], scored: Sequence[_Scored]) -> _Scored | None:
    """The period that a row of answers names; where it names none, the only one."""
    cell = cells.get(plan.period) if plan.period is not None else None
    if cell is None:
        return scored[0] if len(scored) == 1 else None
    period = cell.number if cell.number is not None else cell.text
    for one in scored:
        own = one.done.period
        if own is not None and period in (own, period_text(plan, own), period_label(plan, own)):
            return one
    return None


def _answer(plan: ScoringPlan, result: Result, subject: str, name: str) -> object:
    for ranking in result.rankings:
        if name == ranking.name or (function_id(name) == "rank" and len(result.rankings) == 1):
            return next((placed.rank for placed in ranking.rows if placed.subject == subject), None)
    return result.values.get(subject, {}).get(name)


# ---------------------------------------------------------------- one row


def _one_row(plan: ScoringPlan, test: tree.Test, observations: Observations) -> Outcome:
    """Points of touchpoints and row indicators on a single row; a register's row is scored as its subject."""
    given = next(given for given in test.givens if given.one)
    if schema_of(plan, given.table.text).folding == "one row each":
        return _whole(plan, test, observations)
    row = observations.tables[given.table.text].rows[0]
    assert test.expect.grid is not None
    header, *body = test.expect.grid.rows
    nodes = {value.name: row_node(plan, value.node) for value in plan.values}
    wanted = tuple(node for cell in header.cells if (node := nodes.get(cell.text)) is not None)
    values = evaluate_row(prepare(plan), row.values, wanted)
    found: list[Mismatch] = []
    for expected in body[:1]:
        for name, cell in zip(header.cells, expected.cells, strict=True):
            node = nodes.get(name.text)
            got = _plain(values[node]) if node is not None else row.values.get(name.text)
            if not same(cell, got):
                found.append(Mismatch(None, name.text, cell, got, cell.span))
    return Outcome(test, tuple(found))


def row_node(plan: ScoringPlan, node: op.Node) -> op.Node:
    """The row's own score of an indicator that is folded."""
    operation = plan.nodes[node].operation
    if isinstance(operation, op.Indicator) and operation.row_score is not None:
        return operation.row_score
    return node


def _plain(value: object) -> object:
    """Absent and not applicable are no value."""
    return None if type(value).__name__ in ("Nothing", "Undefined") else value


# ---------------------------------------------------------------- comparing


def same(cell: tree.Cell, got: object) -> bool:
    """Whether a value is what the cell says; `-` is no value."""
    if cell.kind == "blank":
        return got is None or isinstance(got, NoValue)
    if got is None or isinstance(got, NoValue):
        return False
    if cell.kind == "yes/no":
        return got == (cell.text == "yes") or got == cell.text
    if cell.number is not None:
        value, _ = value_in(cell.number, cell.unit)
        return not isinstance(got, bool | str) and compare(_exact(got), value) == 0
    return got == cell.text


def _exact(got: object) -> Exact:
    return Fraction(got) if isinstance(got, int) else got  # type: ignore[return-value]  # ranks are int, the rest Exact

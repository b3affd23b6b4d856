"""Rows that a rubric should be tested with: few that reach much of what no test reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rubric_dsl.editions.coverage import Coverage
from rubric_dsl.editions.edition import Edition
from rubric_dsl.editions.equivalence import SEED, Witness
from rubric_dsl.editions.goals import Goal, Goals, Key
from rubric_dsl.editions.pool import Pool
from rubric_dsl.editions.reading import read_nodes
from rubric_dsl.editions.witness_test import value_text, witness_test
from rubric_dsl.evaluation.prepare import Prepared, evaluate_row, prepare
from rubric_dsl.evaluation.values import Nothing, Undefined, Value
from rubric_dsl.observations.model import Cell
from rubric_dsl.plan.model import NamedValue, ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import TypeKind
from rubric_dsl.surface.keywords import Language
from rubric_dsl.testing.run import row_node
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """A row with what it reaches that nothing did before, and what the rubric gives for the items concerned."""

    table: str
    cells: Mapping[str, Cell]
    reaches: tuple[Goal, ...]
    answers: Mapping[str, Value]


def proposals(plan: ScoringPlan, coverage: Coverage, count: int) -> tuple[Case, ...]:
    """At most `count` rows, those that reach most first; fewer where nothing more can be reached by single rows."""
    finding = _Finding(plan, coverage)
    cases: list[Case] = []
    while len(cases) < count:
        case = finding.next()
        if case is None:
            break
        cases.append(case)
    return tuple(cases)


class _Finding:
    def __init__(self, plan: ScoringPlan, coverage: Coverage) -> None:
        self.plan = plan
        self.prepared: Prepared = prepare(plan)
        edition = Edition(plan)
        self.goals = Goals(edition, self.prepared)
        self.missed: dict[Key, Goal] = {goal.key: goal for goal in coverage.missed}
        self.rows: list[tuple[str, Mapping[str, Cell], frozenset[Key]]] = []
        for table in plan.tables:
            if table.folding == "one row each":
                continue
            pool = Pool((edition, edition), (self.prepared, self.prepared), table.name, SEED)
            roots = self._roots(table.name)
            self.rows += [(table.name, row, self._reached(roots, row)) for row in pool.rows]

    def _roots(self, table: str) -> tuple[op.Node, ...]:
        """The scores of rows, since touchpoints count where their indicator reads them."""
        return tuple(
            node.id for node in self.plan.nodes
            if isinstance(node.operation, op.RowScore) and node.operation.table == table
        )

    def _reached(self, roots: tuple[op.Node, ...], row: Mapping[str, Cell]) -> frozenset[Key]:
        values = evaluate_row(self.prepared, row, roots)
        if any(isinstance(values[node], Undefined) for node in roots):
            return frozenset()
        return frozenset(self.goals.reached(read_nodes(self.prepared, roots, values, row), values, row))

    def next(self) -> Case | None:
        """The row that reaches most of what is missed."""
        best, most = None, 0
        for table, row, reached in self.rows:
            gained = sum(key in self.missed for key in reached)
            if gained > most:
                best, most = (table, row, reached), gained
        if best is None:
            return None
        goals = tuple(self.missed.pop(key) for key in list(self.missed) if key in best[2])
        return Case(best[0], best[1], goals, self._answers(best[1], goals))

    def _answers(self, row: Mapping[str, Cell], goals: Sequence[Goal]) -> dict[str, Value]:
        concerned = {goal.item for goal in goals}
        named = [one for one in self.plan.values if one.name in concerned and self._of_rows(one)]
        nodes = {one.name: row_node(self.plan, one.node) for one in named}
        values = evaluate_row(self.prepared, row, tuple(nodes.values()))
        return {name: values[node] for name, node in nodes.items()}

    def _of_rows(self, named: NamedValue) -> bool:
        return self.plan.nodes[row_node(self.plan, named.node)].grain.kind == "row"


def case_test(plan: ScoringPlan, case: Case, title: str, lang: Language = "en") -> str | None:
    """The case as a test with what the rubric gives now, to be checked by whoever knows what is meant."""
    given = [
        name for name, value in case.answers.items()
        if isinstance(value, Nothing) or value_text(value, _kind(plan, name), lang) is not None
    ]
    if not given:
        return None
    witness = Witness(case.table, {case.table: (case.cells,)}, None, (case.answers[given[0]], case.answers[given[0]]))
    return witness_test(plan, plan, given[0], witness, title, lang, {name: case.answers[name] for name in given[1:]})


def _kind(plan: ScoringPlan, name: str) -> TypeKind:
    named = next(one for one in plan.values if one.name == name)
    return plan.nodes[named.node].type.kind

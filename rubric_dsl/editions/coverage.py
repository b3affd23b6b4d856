"""What the tests of a rubric, or the rows of a file, reach of its goals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rubric_dsl.editions.edition import Edition
from rubric_dsl.editions.goals import Goal, Goals, Key
from rubric_dsl.editions.reading import read_nodes
from rubric_dsl.engines.run import Run, reported, run_periods
from rubric_dsl.evaluation.prepare import Prepared, evaluate_row, prepare
from rubric_dsl.observations.model import Observations
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.walking import operands
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import function_id
from rubric_dsl.testing.cases import observations_of, schema_of
from rubric_dsl.testing.run import row_node
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Coverage:
    """All goals, and how many times each was reached."""

    goals: tuple[Goal, ...]
    times: Mapping[Key, int]

    @property
    def missed(self) -> tuple[Goal, ...]:
        return tuple(goal for goal in self.goals if not self.times.get(goal.key))

    @property
    def reached(self) -> int:
        return len(self.goals) - len(self.missed)

    @property
    def percent(self) -> int:
        """Of the goals, rounded down; 100 where there are none."""
        return 100 if not self.goals else 100 * self.reached // len(self.goals)

    def by_kind(self) -> Iterator[tuple[str, int, int]]:
        """Kind, reached, all."""
        for kind in dict.fromkeys(goal.kind for goal in self.goals):
            own = [goal for goal in self.goals if goal.kind == kind]
            yield kind, sum(bool(self.times.get(goal.key)) for goal in own), len(own)


def coverage_of_tests(
    plan: ScoringPlan, tests: Sequence[tree.Test], examples: Mapping[str, tree.Example]
) -> Coverage:
    """By what tests expect: what is scored and not expected is not tested."""
    watching = Watching(plan)
    for test in tests:
        watching.test(test, examples)
    return watching.coverage


def coverage_of_data(plan: ScoringPlan, observations: Observations) -> Coverage:
    """By everything that is reported or ranked of all subjects."""
    watching = Watching(plan)
    for done in run_periods(plan, observations):
        roots = [named.node for named in reported(plan)]
        for subject in done.subjects:
            watching.subject(done, subject, roots, [schema.node for schema in plan.rankings])
    return watching.coverage


class Watching:
    """Counts the goals that evaluations reach."""

    def __init__(self, plan: ScoringPlan) -> None:
        self.plan = plan
        self.prepared: Prepared = prepare(plan)
        self.goals = Goals(Edition(plan), self.prepared)
        self.times: Counter[Key] = Counter()
        self._nodes_of_rows = frozenset(node.id for node in plan.nodes if node.grain.kind == "row")

    @property
    def coverage(self) -> Coverage:
        return Coverage(self.goals.all, dict(self.times))

    # ------------------------------------------------------------ tests

    def test(self, test: tree.Test, examples: Mapping[str, tree.Example]) -> None:
        grid = test.expect.grid
        if grid is None or not grid.rows:
            return
        observations = observations_of(self.plan, test.givens, examples, test.span.file)
        if any(data.ledger.refusals for data in observations.tables.values()):
            return
        names = [cell.text for cell in grid.rows[0].cells]
        one = next((given for given in test.givens if given.one), None)
        if one is not None and schema_of(self.plan, one.table.text).folding != "one row each":
            nodes = [row_node(self.plan, named.node) for named in self.plan.values if named.name in names]
            rows = observations.tables[one.table.text].rows
            self.row(one.table.text, nodes, rows[0].values if rows else {})
            return
        given = {given.table.text for given in test.givens}
        register = self.plan.register_table if self.plan.register_table in given else None
        here = self.plan.model_copy(update={"subjects": None, "register_table": register})
        roots = [named.node for named in self.plan.values if named.name in names]
        rankings = [
            schema.node for schema in self.plan.rankings
            if schema.name in names or any(function_id(name) == "rank" for name in names)
        ]
        for done in run_periods(here, observations):
            for subject in done.subjects:
                self.subject(done, subject, roots, rankings)

    # ------------------------------------------------------------ reading

    def row(self, table: str, roots: Sequence[op.Node], cells: Mapping[str, object]) -> None:
        """One row of a table, read for these nodes of rows."""
        own = tuple(node for node in roots if self.plan.nodes[node].grain.kind == "row")
        values = evaluate_row(self.prepared, cells, own)  # type: ignore[arg-type]
        read = read_nodes(self.prepared, list(own), values, cells)  # type: ignore[arg-type]
        self.times.update(self.goals.reached(read, values, cells))  # type: ignore[arg-type]

    def subject(self, done: Run, subject: str, roots: Sequence[op.Node], rankings: Sequence[op.Node]) -> None:
        """A subject of a run, read for these values and rankings, down to its rows."""
        values = done.values[subject]
        asked = list(roots)
        for node in rankings:
            self.times.update(self.goals.ranked(node, values))
            asked += operands(self.plan.nodes[node].operation)
        read = read_nodes(self.prepared, asked, values, {}, self._nodes_of_rows)
        here = [node for node in read if node not in self._nodes_of_rows]
        self.times.update(self.goals.reached(here, values, {}))
        for table, nodes in self._in_rows(read).items():
            for row in done.rows.get(table, {}).get(subject, ()):
                self.row(table, list(nodes), row.values)

    def _in_rows(self, read: Iterable[op.Node]) -> dict[str, dict[op.Node, None]]:
        """By table the nodes that are read in the rows of the subject."""
        found: dict[str, dict[op.Node, None]] = {}
        for node in read:
            facts = self.plan.nodes[node]
            if node in self._nodes_of_rows:
                found.setdefault(facts.grain.table or "", {})[node] = None
            elif isinstance(facts.operation, op.Aggregate):
                nodes = [one for one in (facts.operation.where, facts.operation.operand) if one is not None]
                found.setdefault(facts.operation.table, {}).update(dict.fromkeys(nodes))
        return found


def together(found: Iterable[Coverage]) -> Coverage:
    """Several coverages of one plan."""
    times: Counter[Key] = Counter()
    goals: tuple[Goal, ...] = ()
    for one in found:
        goals = one.goals
        times.update(one.times)
    return Coverage(goals, dict(times))

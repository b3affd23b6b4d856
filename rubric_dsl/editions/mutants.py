"""Single small changes of a plan: a bound by one step, an end opened, points, a weight, `and` for `or`, and so on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal

from rubric_dsl.editions.changes import Part
from rubric_dsl.editions.edition import Edition
from rubric_dsl.editions.goals import Goals
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.numbers.decimals import decimal_places, exact_text, from_exact
from rubric_dsl.plan.model import Lines, PlanNode, ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.walking import renumbered
from rubric_dsl.text.record import dataclass

MutantKind = Literal[
    "bound", "open or closed", "points", "weight", "and/or", "missing rule", "rounding", "tie rule", "row dropped"
]
KINDS: tuple[MutantKind, ...] = (
    "bound", "open or closed", "points", "weight", "and/or", "missing rule", "rounding", "tie rule", "row dropped",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: its kind, the item and line that it is in, what stood there and what stands there now."""

    kind: MutantKind
    item: str
    lines: Lines | None
    old: Part
    new: Part
    made: Callable[[], ScoringPlan]
    """The plan with the change. Parts name nodes of the unchanged plan; a node of `new` may be one of this plan."""


class Mutants:
    """All single changes of a plan, in the order of its lines.

    `by`: the share of itself that a bound moves by, to the nearest step of what it bounds (None: one step).
    `joined`: what ends at 94% and what starts at 95%, where there is nothing between, are one bound and move together.
    """

    def __init__(self, plan: ScoringPlan, by: Fraction | None = None, joined: bool = False) -> None:
        self.plan = plan
        self.by = by
        self.joined = joined
        self.edition = Edition(plan)
        self.goals = Goals(self.edition, prepare(plan))
        self.items = self.goals.items

    def all(self) -> list[Mutant]:
        found = [mutant for node in sorted(self.items) for mutant in self._of(node)]
        found += self._tables()
        return sorted(found, key=lambda mutant: 0 if mutant.lines is None else mutant.lines.line)

    def _of(self, node: op.Node) -> Iterator[Mutant]:
        operation = self.edition.operation(node)
        match operation:
            case op.Table():
                yield from self._bounds(node, operation)
                yield from self._outcomes(node, operation)
                yield from self._rows(node, operation)
            case op.Compare():
                yield from self._compare(node, operation)
            case op.Choose(_, then, otherwise):
                yield from self._all_or_nothing(node, operation, then, otherwise)
            case op.All(nodes):
                yield self._whole("and/or", node, op.Any(nodes))
            case op.Any(nodes):
                yield self._whole("and/or", node, op.All(nodes))
            case op.Round():
                yield from self._round(node, operation)
            case op.Touchpoint() | op.RowScore() | op.Indicator():
                yield from self._score(node, operation)
            case op.Weights():
                yield from self._weights(node, operation)
            case op.Ranking():
                yield from self._ranking(node, operation)

    # ------------------------------------------------------------ making

    def _line(self, node: op.Node, place: int = 0) -> Lines | None:
        lines = self.plan.nodes[node].lines
        return lines[place] if lines and -len(lines) <= place < len(lines) else None

    def _mutant(
        self, kind: MutantKind, node: op.Node, old: Part, new: Part, change: Callable[[Fresh], op.Operation],
        lines: Lines | None = None,
    ) -> Mutant:
        return Mutant(
            kind, self.items[node], lines or self._line(node), old, new, lambda: changed(self.plan, node, change)
        )

    def _whole(self, kind: MutantKind, node: op.Node, new: op.Operation, lines: Lines | None = None) -> Mutant:
        """An operation in the place of another, of the same nodes."""
        type = self.plan.nodes[node].type
        return self._mutant(
            kind, node, Part(self.edition.operation(node), type), Part(new, type), lambda fresh: new, lines
        )

    def _constant(self, node: op.Node) -> Fraction | None:
        operation, type = self.edition.operation(node), self.plan.nodes[node].type
        if isinstance(operation, op.Constant) and type.numeric:
            return from_exact(operation.value)
        return None

    def _move(self, value: Fraction, read: op.Node) -> Fraction:
        """How far a bound moves: one step at least."""
        step = self._step(value, read)
        return step if self.by is None else step * max(1, round(abs(value) * self.by / step))

    def _step(self, value: Fraction, read: op.Node) -> Fraction:
        """One step of what is compared: of its grid, else of the last digit of the bound."""
        _, _, step = self.goals._domain(read)
        percent = 100 if self.plan.nodes[read].type.kind == "percent" else 1
        places = decimal_places(value * percent)
        digit = Fraction(1, 10 ** (places or 0)) / percent
        return digit if step is None else max(step, digit) if digit % step == 0 else step

    # ------------------------------------------------------------ bounds

    def _compare(self, node: op.Node, compare: op.Compare) -> Iterator[Mutant]:
        flipped: dict[str, str] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
        if compare.relation in flipped:
            yield self._whole("open or closed", node, replace(compare, relation=flipped[compare.relation]))  # type: ignore[arg-type]
        for end, other in (("right", compare.left), ("left", compare.right)):
            old = getattr(compare, end)
            value = self._constant(old)
            if value is None or self.plan.nodes[other].grain.kind == "constant":
                continue
            for sign in (-1, 1):
                moved = value + sign * self._move(value, other)
                type = self.plan.nodes[node].type

                def change(fresh: Fresh, end: str = end, moved: Fraction = moved, old: op.Node = old) -> op.Operation:
                    return replace(compare, **{end: fresh(old, moved)})  # type: ignore[arg-type]

                new = Part(("moved", end, exact_text(moved)), type)
                yield self._mutant("bound", node, Part(compare, type), new, change)

    def _bounds(self, node: op.Node, table: op.Table) -> Iterator[Mutant]:
        """A bound moves in all rows that meet at it; it belongs to the rows on its other side."""
        for place, read in enumerate(table.inputs):
            for cuts in self._joined(table, place):
                known = [(cut[:2], value) for cut in cuts if (value := self._constant(cut[0])) is not None]
                if not known:
                    continue
                first = cuts[0]
                line = self._line(node, len(self.plan.nodes[node].lines) - len(table.rows) + first[2])
                row = table.rows[first[2]]
                step = self._move(known[0][1], read)
                for sign in (-1, 1):
                    moved = [(old, (value + sign * step, old[1])) for old, value in known]
                    yield self._cut_mutant("bound", node, table, place, moved, row, line)
                turned = [(old, (value, not old[1])) for old, value in known]
                yield self._cut_mutant("open or closed", node, table, place, turned, row, line)

    def _joined(self, table: op.Table, place: int) -> Iterator[list[tuple[op.Node, bool, int]]]:
        """The bounds of an input, of `joined` those together between which no value lies."""
        found: dict[object, list[tuple[op.Node, bool, int]]] = {}
        _, _, step = self.goals._domain(table.inputs[place])
        for cut in self._cuts(table, place):
            value = self._constant(cut[0])
            at: object = cut[:2]
            if self.joined and value is not None and step is not None:
                at = value if cut[1] else value - step  # the last value below
            found.setdefault(at, []).append(cut)
        yield from found.values()

    def _cuts(self, table: op.Table, place: int) -> Iterator[tuple[op.Node, bool, int]]:
        """The bounds of an input: the end, whether it belongs to what lies below, and the first row that has it."""
        seen = set()
        for number, row in enumerate(table.rows):
            for pattern in row.patterns[place] if place < len(row.patterns) else ():
                if isinstance(pattern, op.Between):
                    for end, closed, high in (
                        (pattern.low, pattern.low_closed, False), (pattern.high, pattern.high_closed, True)
                    ):
                        if end is not None and (end, closed == high) not in seen:
                            seen.add((end, closed == high))
                            yield end, closed == high, number

    def _cut_mutant(
        self, kind: MutantKind, node: op.Node, table: op.Table, place: int,
        moves: Sequence[tuple[tuple[op.Node, bool], tuple[Fraction, bool]]], row: op.Row, line: Lines | None,
    ) -> Mutant:
        type = self.plan.nodes[table.inputs[place]].type
        new = moves[0][1]

        def change(fresh: Fresh) -> op.Operation:
            rows = table.rows
            for old, (value, closed) in moves:
                end = fresh(old[0], value)
                rows = tuple(_row_moved(one, place, old, (end, closed)) for one in rows)
            return replace(table, rows=rows)

        return self._mutant(kind, node, Part(row, type), Part(("cut", exact_text(new[0]), new[1]), type), change, line)

    # ------------------------------------------------------------ points and rows

    def _outcomes(self, node: op.Node, table: op.Table) -> Iterator[Mutant]:
        for number, row in enumerate(table.rows):
            line = self._line(node, len(self.plan.nodes[node].lines) - len(table.rows) + number)
            ends = {"node": row.outcome.node} if isinstance(row.outcome, op.Value) else (
                {"start": row.outcome.start, "end": row.outcome.end} if isinstance(row.outcome, op.Linear) else {}
            )
            for field, old in ends.items():
                value = self._constant(old)
                if value is None:
                    continue
                moved = _other_points(value)

                def change(
                    fresh: Fresh, number: int = number, field: str = field, old: op.Node = old, moved: Fraction = moved
                ) -> op.Operation:
                    outcome = replace(table.rows[number].outcome, **{field: fresh(old, moved)})  # type: ignore[arg-type]
                    rows = list(table.rows)
                    rows[number] = replace(rows[number], outcome=outcome)
                    return replace(table, rows=tuple(rows))

                type = self.plan.nodes[old].type
                given = Part(exact_text(value), type, base=row), Part(exact_text(moved), type, base=row)
                yield self._mutant("points", node, *given, change, line)

    def _rows(self, node: op.Node, table: op.Table) -> Iterator[Mutant]:
        if len(table.rows) < 2:
            return
        for number, row in enumerate(table.rows):
            rows = (*table.rows[:number], *table.rows[number + 1 :])
            line = self._line(node, len(self.plan.nodes[node].lines) - len(table.rows) + number)
            type = self.plan.nodes[table.inputs[0]].type
            new = replace(table, rows=rows)
            yield self._mutant("row dropped", node, Part(row, type), Part(None), lambda fresh, new=new: new, line)  # type: ignore[misc]

    def _all_or_nothing(
        self, node: op.Node, choose: op.Choose, then: op.Node, otherwise: op.Node
    ) -> Iterator[Mutant]:
        """`worth 5 when COND`: its points where the condition holds."""
        value = self._constant(then)
        if value is None or not value or self._constant(otherwise) != 0:
            return
        moved = _other_points(value)
        type = self.plan.nodes[then].type
        yield self._mutant(
            "points", node, Part(exact_text(value), type), Part(exact_text(moved), type),
            lambda fresh: replace(choose, then=fresh(then, moved)),
        )

    # ------------------------------------------------------------ scores

    def _score(self, node: op.Node, score: op.Touchpoint | op.RowScore | op.Indicator) -> Iterator[Mutant]:
        yield from self._conditions(node, score)
        if not isinstance(score, op.RowScore) and score.missing is not None:
            other = self._other_outcome(score.missing)
            yield self._mutant(
                "missing rule", node, Part(score.missing), Part(other[0]),
                lambda fresh: replace(score, missing=other[1](fresh)), self._line(node, -1),
            )
        if score.rounding is not None:
            for rounding in _other_roundings(score.rounding):
                yield self._mutant(
                    "rounding", node, Part(score.rounding), Part(rounding),
                    lambda fresh, rounding=rounding: replace(score, rounding=rounding),  # type: ignore[misc]
                )
        if not isinstance(score, op.Touchpoint):
            for number, limit in enumerate(score.limits):
                limits = (*score.limits[:number], *score.limits[number + 1 :])
                yield self._mutant(
                    "row dropped", node, Part(limit), Part(None),
                    lambda fresh, limits=limits: replace(score, limits=limits),  # type: ignore[misc]
                )

    def _conditions(self, node: op.Node, score: op.Touchpoint | op.RowScore | op.Indicator) -> Iterator[Mutant]:
        for number, condition in enumerate(score.conditions):
            line = self._line(node, number + 1)
            rest = (*score.conditions[:number], *score.conditions[number + 1 :])
            yield self._mutant(
                "row dropped", node, Part(condition), Part(None),
                lambda fresh, rest=rest: replace(score, conditions=rest), line,  # type: ignore[misc]
            )
            if condition.word == "when":
                continue
            other = self._other_outcome(condition.outcome)

            def change(
                fresh: Fresh, number: int = number, condition: op.Condition = condition, other: Any = other
            ) -> op.Operation:
                conditions = list(score.conditions)
                conditions[number] = replace(condition, outcome=other[1](fresh))
                return replace(score, conditions=tuple(conditions))

            new = Part(replace(condition, outcome=other[0]))
            yield self._mutant("missing rule", node, Part(condition), new, change, line)

    def _other_outcome(self, outcome: op.Outcome) -> tuple[op.Outcome, Callable[[Fresh], op.Outcome]]:
        """0 for not applicable, not applicable for anything else."""
        if isinstance(outcome, op.NotApplicable):
            zero = next(
                (node.id for node in self.plan.nodes
                 if node.operation == op.Constant("0") and node.type.kind == "number"), None,
            )
            if zero is not None:
                return op.Value(zero), lambda fresh: op.Value(fresh(zero, Fraction(0)))
        return op.NotApplicable(), lambda fresh: op.NotApplicable()

    def _round(self, node: op.Node, operation: op.Round) -> Iterator[Mutant]:
        type = self.plan.nodes[node].type
        for rounding in _other_roundings(op.Rounding(operation.mode, operation.step)):
            if rounding is None:
                continue
            new = replace(operation, mode=rounding.mode, step=rounding.step)
            yield self._mutant(
                "rounding", node, Part(op.Rounding(operation.mode, operation.step), type), Part(rounding, type),
                lambda fresh, new=new: new,  # type: ignore[misc]
            )

    def _weights(self, node: op.Node, panel: op.Weights) -> Iterator[Mutant]:
        """Of each item what the first expert says, by a tenth more; of judgements in pairs nothing."""
        if not panel.judges or len(panel.judges[0].cells) != len(panel.items):
            return
        judge = panel.judges[0]
        for place, _ in enumerate(panel.items):
            cells = list(judge.cells)
            cells[place] = exact_text(from_exact(cells[place]) * Fraction(11, 10) + (from_exact(cells[place]) == 0))
            new = replace(panel, judges=(replace(judge, cells=tuple(cells)), *panel.judges[1:]))
            yield self._mutant(
                "weight", node, Part(judge, base=panel.items), Part(new.judges[0], base=panel.items),
                lambda fresh, new=new: new,  # type: ignore[misc]
            )

    def _ranking(self, node: op.Node, ranking: op.Ranking) -> Iterator[Mutant]:
        other: Mapping[str, op.Ranking] = {
            "share": replace(ranking, ties="dense"), "dense": replace(ranking, ties="share"),
            "by": replace(ranking, ties="share", keys=()),
        }
        yield self._whole("tie rule", node, other[ranking.ties])
        for rounding in _other_roundings(ranking.rounding) if ranking.rounding is not None else ():
            type = self.plan.nodes[ranking.by].type
            yield self._mutant(
                "rounding", node, Part(ranking.rounding, type), Part(rounding or "exact", type),
                lambda fresh, rounding=rounding: replace(ranking, rounding=rounding),  # type: ignore[misc]
            )
        for field in ("caps", "excludes"):
            for number, one in enumerate(getattr(ranking, field)):
                rest = tuple(kept for place, kept in enumerate(getattr(ranking, field)) if place != number)
                changes: dict[str, Any] = {field: rest}
                new = replace(ranking, **changes)
                yield self._mutant(
                    "row dropped", node, Part((one,)), Part(None), lambda fresh, new=new: new,  # type: ignore[misc]
                )

    def _tables(self) -> Iterator[Mutant]:
        """What becomes of scenarios without rows."""
        for table in self.plan.tables:
            if table.missing is None:
                continue
            new = table.model_copy(update={"missing": "not applicable" if table.missing == "0" else "0"})
            tables = tuple(new if one is table else one for one in self.plan.tables)
            yield Mutant(
                "missing rule", table.name, table.lines, Part(table), Part(new),
                lambda tables=tables: self.plan.model_copy(update={"tables": tables}),  # type: ignore[misc]
            )


def _other_points(value: Fraction) -> Fraction:
    """One point less; half of what is less than a point; one more than nothing."""
    return value - 1 if value >= 1 else value / 2 if value > 0 else Fraction(1)


def _other_roundings(rounding: op.Rounding) -> Iterator[op.Rounding | None]:
    """Without it, and to a step ten times as large."""
    yield None
    yield op.Rounding(rounding.mode, exact_text(from_exact(rounding.step) * 10))
    if rounding.mode != "down":
        yield op.Rounding("down", rounding.step)


def _row_moved(row: op.Row, place: int, old: tuple[op.Node, bool], new: tuple[op.Node, bool]) -> op.Row:
    """The row with ends of one input moved; points that fall between its ends fall between the moved ones."""
    if place >= len(row.patterns):
        return row
    before = row.patterns[place]
    after = tuple(_moved(pattern, old, new) for pattern in before)
    outcome = row.outcome
    if isinstance(outcome, op.Linear) and outcome.input == place and after != before:
        outcome = replace(
            outcome, low=new[0] if outcome.low == old[0] else outcome.low,
            high=new[0] if outcome.high == old[0] else outcome.high,
        )
    patterns = (*row.patterns[:place], after, *row.patterns[place + 1 :])
    return replace(row, patterns=patterns, outcome=outcome)


def _moved(pattern: op.Pattern, old: tuple[op.Node, bool], new: tuple[op.Node, bool]) -> op.Pattern:
    """The pattern with its ends that are this bound moved to another."""
    if not isinstance(pattern, op.Between):
        return pattern
    changes: dict[str, Any] = {}
    if pattern.low == old[0] and (not pattern.low_closed) == old[1]:
        changes |= {"low": new[0], "low_closed": not new[1]}
    if pattern.high == old[0] and pattern.high_closed == old[1]:
        changes |= {"high": new[0], "high_closed": new[1]}
    return replace(pattern, **changes) if changes else pattern


# ---------------------------------------------------------------- changing a plan


class Fresh:
    """Constants that a change brings: they stand before all nodes of the plan, which move up by as many."""

    def __init__(self, plan: ScoringPlan) -> None:
        self.plan = plan
        self.made: list[PlanNode] = []

    def __call__(self, like: op.Node, value: Fraction) -> op.Node:
        """The node of a constant of the type of another; counted below zero until the plan is made."""
        node = self.plan.nodes[like]
        self.made.append(node.model_copy(update={"operation": op.Constant(exact_text(value))}))
        return -len(self.made)


class _Shifted(Mapping[op.Node, int]):
    def __init__(self, count: int) -> None:
        self._count = count

    def __getitem__(self, node: op.Node) -> int:
        return node + self._count if node >= 0 else -node - 1

    def __iter__(self) -> Iterator[op.Node]:
        return iter(())

    def __len__(self) -> int:
        return 0


def changed(plan: ScoringPlan, node: op.Node, change: Callable[[Fresh], op.Operation]) -> ScoringPlan:
    """The plan with another operation in the place of the node's."""
    fresh = Fresh(plan)
    operation = change(fresh)
    numbers = _Shifted(len(fresh.made))
    count = len(fresh.made)
    nodes = [one.model_copy(update={"id": place}) for place, one in enumerate(fresh.made)]
    for one in plan.nodes:
        own = operation if one.id == node else one.operation
        nodes.append(one.model_copy(update={"id": one.id + count, "operation": renumbered(own, numbers)}))

    def moved(found: Any, *fields: str) -> Any:
        updates = {field: numbers[getattr(found, field)] for field in fields if getattr(found, field) is not None}
        return found.model_copy(update=updates)

    tables = tuple(
        moved(table, "stratum_weights").model_copy(update={
            "columns": tuple(moved(column, "present_when") for column in table.columns),
            "musts": tuple(moved(must, "node") for must in table.musts),
        })
        for table in plan.tables
    )
    return plan.model_copy(update={
        "nodes": tuple(nodes), "tables": tables,
        "values": tuple(moved(named, "node") for named in plan.values),
        "rankings": tuple(moved(ranking, "node") for ranking in plan.rankings),
        "promises": tuple(moved(promise, "claim") for promise in plan.promises),
    })

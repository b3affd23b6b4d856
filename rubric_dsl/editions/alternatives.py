"""Other ways that a rubric could have gone: each decision that it makes, taken the other way, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from rubric_dsl.editions.mutants import changed
from rubric_dsl.engines.run import Run, run_periods
from rubric_dsl.evaluation.scores import Score
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.observations.model import PRIVATE, Cell, Observations, TableData
from rubric_dsl.plan.model import RankingSchema, ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.results.placement import ranking_of
from rubric_dsl.text.record import dataclass

Kind = Literal[
    "expert alone", "without expert", "without part", "without scenario", "without value", "precision", "rounding mode",
    "ties", "missing rule", "scenario weights", "aggregation",
]  # fmt: skip
CHOICES: tuple[Kind, ...] = ("precision", "rounding mode", "ties", "missing rule", "scenario weights")
"""What other systems decide without saying so."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A plan or data in the place of the rubric's: what was decided (`old`), what else could be (`new`)."""

    kind: Kind
    item: str
    old: str
    new: str
    plan: ScoringPlan
    observations: Observations


@dataclass(frozen=True, slots=True)
class Outcome:
    """The ranks by subject; None where this way gives no result."""

    alternative: Alternative
    ranks: Mapping[str, int | None] | None


def outcome(alternative: Alternative, ranking: str) -> Outcome:
    return Outcome(alternative, ranks(alternative.plan, alternative.observations, ranking))


def ranks(plan: ScoringPlan, observations: Observations, ranking: str) -> dict[str, int | None] | None:
    done = run_periods(plan, observations)[-1]
    return None if done.problems.count else ranks_of(done, ranking)


def ranks_of(done: Run, ranking: str) -> dict[str, int | None]:
    schema = next(one for one in done.plan.rankings if one.name == ranking)
    return {placed.subject: placed.rank for placed in ranking_of(done, schema).rows}


class Alternatives:
    """The alternatives for one ranking of a run."""

    def __init__(self, done: Run, schema: RankingSchema) -> None:
        self.plan = done.plan
        self.done = done
        self.schema = schema
        ranking = self.plan.nodes[schema.node].operation
        assert isinstance(ranking, op.Ranking)
        self.ranking = ranking

    def _made(self, kind: Kind, item: str, old: str, new: str, plan: ScoringPlan) -> Alternative:
        return Alternative(kind, item, old, new, plan, self.done.observations)

    def choices(self) -> Iterator[Alternative]:
        yield from self.precision()
        yield from self.rounding_modes()
        yield from self.ties()
        yield from self.missing()
        yield from self.scenario_weights()

    # ------------------------------------------------------------ the ranking's own rules

    def _ranking(self, kind: Kind, old: str, new: str, ranking: op.Ranking) -> Alternative:
        return self._made(kind, self.schema.name, old, new, changed(self.plan, self.schema.node, lambda fresh: ranking))

    def precision(self) -> Iterator[Alternative]:
        """Decided on exact values, or on rounded ones."""
        rounding = self.ranking.rounding
        old = "exact" if rounding is None else f"{rounding.mode} {rounding.step}"
        if rounding is not None:
            yield self._ranking("precision", old, "exact", replace(self.ranking, rounding=None))
        for step in ("1/1000", "1/100", "1/10", "1"):
            if rounding is None or rounding.step != step:
                new = op.Rounding("half up" if rounding is None else rounding.mode, step)
                yield self._ranking("precision", old, f"{new.mode} {step}", replace(self.ranking, rounding=new))

    def rounding_modes(self) -> Iterator[Alternative]:
        """四舍五入 for 修约 and the other way round, wherever the rubric rounds."""
        other: dict[str, op.Mode] = {"half up": "half even", "half even": "half up"}
        for node in self.plan.nodes:
            operation = node.operation
            if isinstance(operation, op.Round) and operation.mode in other:
                new: op.Operation = replace(operation, mode=other[operation.mode])
                mode = operation.mode
            elif (
                isinstance(operation, op.Ranking | op.Indicator | op.RowScore | op.Touchpoint)
                and operation.rounding is not None and operation.rounding.mode in other
            ):
                mode = operation.rounding.mode
                new = replace(operation, rounding=replace(operation.rounding, mode=other[mode]))
            else:
                continue
            plan = changed(self.plan, node.id, lambda fresh, new=new: new)  # type: ignore[misc]
            line = node.lines[0].line if node.lines else 0
            yield self._made("rounding mode", f"{line}", mode, other[mode], plan)

    def ties(self) -> Iterator[Alternative]:
        own = self.ranking
        if own.ties != "share":
            yield self._ranking("ties", own.ties, "share", replace(own, ties="share", keys=()))
        if own.ties != "dense":
            yield self._ranking("ties", own.ties, "dense", replace(own, ties="dense", keys=()))
        if own.ties != "by":
            operation = self.plan.nodes[own.by].operation
            for part in operation.parts if isinstance(operation, op.Indicator) else ():
                if self.plan.nodes[part.node].irrational:
                    continue
                name = str(getattr(self.plan.nodes[part.node].operation, "name", ""))
                new = replace(own, ties="by", keys=(op.TieKey(part.node, False),))
                yield self._ranking("ties", own.ties, f"by {name}", new)

    # ------------------------------------------------------------ what is missing, scenarios

    def missing(self) -> Iterator[Alternative]:
        """0 for what was not observed, or left out of the mean."""
        for table in self.plan.tables:
            if table.missing is not None:
                other = "not applicable" if table.missing == "0" else "0"
                tables = tuple(
                    one.model_copy(update={"missing": other}) if one is table else one for one in self.plan.tables
                )
                yield self._made(
                    "missing rule", table.name, table.missing, other, self.plan.model_copy(update={"tables": tables})
                )
        for node, conditions in self._conditions().items():
            operation = self.plan.nodes[node].operation
            assert isinstance(operation, op.RowScore | op.Touchpoint)
            for place in conditions:
                condition = operation.conditions[place]
                lines = list(operation.conditions)
                lines[place] = replace(condition, outcome=op.NotApplicable())
                new = replace(operation, conditions=tuple(lines))
                plan = changed(self.plan, node, lambda fresh, new=new: new)  # type: ignore[misc]
                yield self._made("missing rule", operation.name, f"{condition.word}: 0", "not applicable", plan)
        if len(self._conditions()) > 1:
            yield self._made("missing rule", "all scores", "0", "not applicable", self._nothing_counts_as_0())

    def _nothing_counts_as_0(self) -> ScoringPlan:
        plan = self.plan
        for node in self._conditions():
            operation = plan.nodes[node].operation
            assert isinstance(operation, op.RowScore | op.Touchpoint)
            lines = [
                replace(line, outcome=op.NotApplicable()) if place in self._conditions()[node] else line
                for place, line in enumerate(operation.conditions)
            ]
            new = replace(operation, conditions=tuple(lines))
            plan = changed(plan, node, lambda fresh, new=new: new)  # type: ignore[misc]
        return plan

    def _conditions(self) -> dict[op.Node, list[int]]:
        """Of row scores and touchpoints the conditions that give 0."""
        found: dict[op.Node, list[int]] = {}
        for node in self.plan.nodes:
            if isinstance(node.operation, op.RowScore | op.Touchpoint) and node.grain.kind == "row":
                for place, condition in enumerate(node.operation.conditions):
                    outcome = condition.outcome
                    if isinstance(outcome, op.Value) and self.plan.nodes[outcome.node].operation == op.Constant("0"):
                        found.setdefault(node.id, []).append(place)
        return found

    def scenario_weights(self) -> Iterator[Alternative]:
        """Scenarios that count alike, or every row alike."""
        for table in self.plan.tables:
            if table.folding == "averaged" and table.stratum is not None and not table.one_row_each:
                tables = tuple(
                    one.model_copy(update={"stratum": None, "stratum_weights": None}) if one is table else one
                    for one in self.plan.tables
                )
                old = "equal scenarios" if table.stratum_weights is None else "weighted scenarios"
                plan = self.plan.model_copy(update={"tables": tables})
                if not self._has_strata(table.name):
                    yield self._made("scenario weights", table.name, old, "every row alike", plan)

    def _has_strata(self, table: str) -> bool:
        return any(
            isinstance(node.operation, op.Touchpoint) and node.operation.strata and node.grain.table == table
            for node in self.plan.nodes
        )

    # ------------------------------------------------------------ experts, parts, scenarios, a column's values

    def experts(self) -> Iterator[Alternative]:
        for node in self.plan.nodes:
            panel = node.operation
            if not isinstance(panel, op.Weights) or len(panel.judges) < 2:
                continue
            for place, judge in enumerate(panel.judges):
                others = (*panel.judges[:place], *panel.judges[place + 1 :])
                for kind, judges in (("expert alone", (judge,)), ("without expert", others)):
                    if panel.method == "trimmed mean" and len(judges) < 3:
                        continue
                    new = replace(panel, judges=judges)
                    plan = changed(self.plan, node.id, lambda fresh, new=new: new)  # type: ignore[misc]
                    yield self._made(kind, panel.name, "all experts", judge.expert, plan)  # type: ignore[arg-type]

    def parts(self) -> Iterator[Alternative]:
        """The ranked item without one of its parts, the weights of the others scaled."""
        operation, score = self.plan.nodes[self.ranking.by].operation, self.done.prepared.steps[self.ranking.by]
        if not isinstance(operation, op.Indicator) or not isinstance(score, Score) or len(operation.parts) < 2:
            return
        weights = {part.node: part.weight for part in score.combination.parts}
        for left_out in operation.parts:
            kept = []
            for part in operation.parts:
                weight = weights.get(part.node)
                if part is not left_out and isinstance(weight, Fraction):
                    kept.append(op.Part(part.node, exact_text(weight)))
            new = replace(operation, parts=tuple(kept), panel=None)
            plan = changed(self.plan, self.ranking.by, lambda fresh, new=new: new)  # type: ignore[misc]
            name = str(getattr(self.plan.nodes[left_out.node].operation, "name", ""))
            yield self._made("without part", self.schema.by, "all parts", name, plan)

    def aggregations(self) -> Iterator[Alternative]:
        operation = self.plan.nodes[self.ranking.by].operation
        if isinstance(operation, op.Indicator) and operation.parts and operation.combination in ("sum", "mean"):
            new = replace(operation, combination="geometric mean")
            plan = changed(self.plan, self.ranking.by, lambda fresh: new)
            yield self._made("aggregation", self.schema.by, "mean", "geometric mean", plan)

    def scenarios(self) -> Iterator[Alternative]:
        for table in self.plan.tables:
            if table.stratum is not None:
                yield from self.without_values(table.name, table.stratum, "without scenario")

    def without_values(self, table: str, column: str, kind: Kind = "without value") -> Iterator[Alternative]:
        """The data without the rows that have a value of a column, one value at a time."""
        data = self.done.observations.tables[table]
        for value, name in names_of_values(self.done, table, column).items():
            rows = tuple(row for row in data.rows if row.values[column] != value)
            tables = {**self.done.observations.tables, table: TableData(table, rows, data.ledger)}
            yield Alternative(kind, column, "all rows", name, self.plan, Observations(tables))


def names_of_values(done: Run, table: str, column: str) -> dict[Cell, str]:
    """The values of a column with what they may be called: those of a private column are numbered."""
    schema = next(one for one in done.plan.tables if one.name == table)
    private = next(one.private for one in schema.columns if one.name == column)
    values = {row.values[column] for row in done.observations.tables[table].rows} - {None}
    ordered = sorted(values, key=str)
    return {value: f"{PRIVATE} {number}" if private else str(value) for number, value in enumerate(ordered, 1)}



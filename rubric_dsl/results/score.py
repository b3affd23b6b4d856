"""From a plan and observations to a result: who scored what, and who stands where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from rubric_dsl.engines.contract import Engine, Subject
from rubric_dsl.engines.run import Run, published, reported, run, run_periods
from rubric_dsl.engines.stage.columns import values_of
from rubric_dsl.evaluation.arithmetic import Values
from rubric_dsl.evaluation.values import Nothing, Undefined
from rubric_dsl.numbers.reals import Real
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.periods import period_label, period_text
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.literals import moment_text
from rubric_dsl.results.model import Outcome, Result
from rubric_dsl.results.nothing import no_value
from rubric_dsl.results.placement import ranking_of


def score(plan: ScoringPlan, observations: Observations, engine: Engine | None = None) -> Result:
    """Score all subjects exactly and rank them; where a value is impossible there are problems instead of scores.

    Of a rubric without `each`; else ValueError (`score_periods`).
    """
    if plan.period is not None:
        raise ValueError("a rubric with periods has a result for each")
    return result_of(run(plan, observations, engine))


def score_periods(plan: ScoringPlan, observations: Observations, engine: Engine | None = None) -> tuple[Result, ...]:
    """The result of each period, the earliest first; of a rubric without `each` the one result."""
    return tuple(result_of(done) for done in run_periods(plan, observations, engine))


def result_of(done: Run, with_private: bool = False) -> Result:
    """What a run says: rankings and named values, or the problems that stand against them.

    `with_private`: the values too that would tell a cell of a private column.
    """
    period, label = None, None
    if done.period is not None:
        period, label = period_text(done.plan, done.period), period_label(done.plan, done.period)
    ledgers = {table: data.ledger for table, data in done.observations.tables.items()}
    rankings = () if done.problems.count else tuple(ranking_of(done, schema) for schema in done.plan.rankings)
    if done.problems.count:
        return Result(done.engine, (), {}, ledgers, tuple(done.problems), done.problems.count, period, label)
    values = NamedValues(done, with_private)
    return Result(done.engine, rankings, values, ledgers, period=period, period_label=label)


class NamedValues(Mapping[str, Mapping[str, Outcome]]):
    """What a report shows of each subject, made where it is asked for."""

    def __init__(self, done: Run, with_private: bool = False) -> None:
        self.done = done
        own = reported(done.plan) if with_private else published(done.plan)
        self.names = {named.name: named.node for named in own}
        self._last: tuple[Subject, dict[str, Outcome]] | None = None

    def __getitem__(self, subject: Subject) -> Mapping[str, Outcome]:
        if self._last is None or self._last[0] != subject:
            values = self.done.values[subject]
            self._last = subject, {name: _outcome(self.done, node, values) for name, node in self.names.items()}
        return self._last[1]

    def __iter__(self) -> Iterator[Subject]:
        return iter(self.done.subjects)

    def __len__(self) -> int:
        return len(self.done.subjects)

    def at(self, name: str, place: int) -> Outcome:
        return outcome_of(self.done, self.names[name], self.done.subjects[place])

    def column(self, name: str) -> Sequence[Outcome]:
        """The values of a name, subject by subject."""
        done, node = self.done, self.names[name]
        return [
            value if isinstance(value, (Fraction, Real, bool, str)) else _outcome(done, node, done.values[subject])
            for subject, value in zip(done.subjects, values_of(done.values, node), strict=True)
        ]


def outcome_of(done: Run, node: op.Node, subject: Subject) -> Outcome:
    """The value of a node as a report has it."""
    return _outcome(done, node, done.values[subject])


def _outcome(done: Run, node: op.Node, values: Values) -> Outcome:
    value = values[node]
    if isinstance(value, (Nothing, Undefined)):
        return no_value(done, node, values)
    if isinstance(value, int) and not isinstance(value, bool):
        return moment_text(value, done.plan.nodes[node].type.kind)
    return value

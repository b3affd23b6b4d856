"""From a plan and observations to a result: who scored what, and who stands where."""

from __future__ import annotations

from rubric_dsl.engines.contract import Engine, Subject
from rubric_dsl.engines.run import Run, published, reported, run, run_periods
from rubric_dsl.evaluation.values import Nothing, Undefined
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
    named = tuple(reported(done.plan) if with_private else published(done.plan))
    values = {subject: {one.name: outcome_of(done, one.node, subject) for one in named} for subject in done.subjects}
    return Result(done.engine, rankings, values, ledgers, period=period, period_label=label)


def outcome_of(done: Run, node: op.Node, subject: Subject) -> Outcome:
    """The value of a node as a report has it."""
    values = done.values[subject]
    value = values[node]
    if isinstance(value, (Nothing, Undefined)):
        return no_value(done, node, values)
    if isinstance(value, int) and not isinstance(value, bool):
        return moment_text(value, done.plan.nodes[node].type.kind)
    return value

"""A result as `rubric-result/1`: for machines, never translated, the same for the same result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from rubric_dsl.engines.reference.contributions import Loss
from rubric_dsl.evaluation.values import constant_value
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.numbers.reals import Exact, Real
from rubric_dsl.numbers.show import Kind, shown
from rubric_dsl.observations.messages import message
from rubric_dsl.observations.model import Ledger, Refusal
from rubric_dsl.plan.model import ParameterSchema, RankingSchema, ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import ValueType
from rubric_dsl.results.columns import reported_in
from rubric_dsl.results.late import LateRows, LateSubjects
from rubric_dsl.results.model import NoValue, Outcome, Placed, RankingResult, Result
from rubric_dsl.results.nothing import sentence

FORMAT = "rubric-result/1"
MAX_REFUSALS = 1000
LANG = "en"

ReasonsOf = Callable[[RankingSchema, str], Sequence[Loss]]
"""The losses of a subject in what a ranking ranks by."""

Json = dict[str, Any]


def result_json(
    plan: ScoringPlan,
    identity: str,
    result: Result,
    reasons: ReasonsOf | None = None,
    diagnostics: Sequence[Json] | None = None,
) -> Json:
    """The whole object. `identity` is the plan's hash; `diagnostics`, already as JSON, where a run stopped.

    Of a rubric with `each` only where a run stopped, so that there is no period.
    """
    scores = _scores(plan, result, reasons) if plan.period is None else _periods(plan, ())
    found = _head(plan, identity, result) | scores
    if diagnostics is not None:
        found["diagnostics"] = list(diagnostics)
    return found


def results_json(
    plan: ScoringPlan, identity: str, scored: Sequence[tuple[Result, ReasonsOf]], late: bool = False
) -> Json:
    """The result; of a rubric with `each` those of all periods, the earliest first, in `periods`.

    `late`: what stands under `rows` and `subjects` is written by `late.json_text` without being made before.
    """
    scores = _late_scores if late else _scores
    head = _head(plan, identity, scored[0][0])
    if plan.period is None:
        return head | scores(plan, *scored[0])
    return head | _periods(plan, [(result, scores(plan, result, reasons)) for result, reasons in scored])


def _periods(plan: ScoringPlan, scored: Sequence[tuple[Result, Json]]) -> Json:
    return {
        "period_column": plan.period,
        "periods": [
            {"period": result.period, "label": result.period_label} | scores for result, scores in scored
        ],
    }


def _head(plan: ScoringPlan, identity: str, result: Result) -> Json:
    return {
        "format": FORMAT,
        "rubric": {"title": plan.header.title, "edition": plan.header.edition, "plan": identity},
        "engine": result.engine,
        "parameters": {parameter.name: _parameter(parameter) for parameter in plan.parameters},
        "ledger": {table: ledger_json(ledger) for table, ledger in result.ledgers.items()},
    }


def _scores(plan: ScoringPlan, result: Result, reasons: ReasonsOf | None) -> Json:
    kinds = {named.name: plan.nodes[named.node].type for named in plan.values}
    return {
        "rankings": [
            _ranking(plan, schema, ranking, reasons)
            for schema, ranking in zip(plan.rankings, result.rankings, strict=False)
        ],
        "subjects": {
            subject: {name: outcome_json(value, kinds[name]) for name, value in values.items()}
            for subject, values in result.values.items()
        },
    }


def _late_scores(plan: ScoringPlan, result: Result, reasons: ReasonsOf | None) -> Json:
    return {
        "rankings": [
            {"name": ranking.name, "by": ranking.by, "rows": LateRows(ranking.rows, _row_of(plan, schema, reasons))}
            for schema, ranking in zip(plan.rankings, result.rankings, strict=False)
        ],
        "subjects": LateSubjects(result, [
            (named, shown_kind(type), partial(outcome_json, type=type))
            for named in reported_in(plan, result) for type in (plan.nodes[named.node].type,)
        ]),
    }


def outcome_json(value: Outcome, type: ValueType) -> object:
    """A number as exact and shown text, yes or no, a name, or the state of what is not there."""
    match value:
        case NoValue():
            return {"state": value.state, "because": sentence(value)}
        case Fraction() | Real():
            return number_json(value, type)
        case _:
            return value


def number_json(value: Exact, type: ValueType) -> Json:
    exact = exact_text(value) if isinstance(value, Fraction) else None
    return {"exact": exact, "shown": shown(value, shown_kind(type), LANG)}


def shown_kind(type: ValueType) -> Kind:
    return type.kind if type.kind in ("percent", "duration") else "number"


# ---------------------------------------------------------------- parts


def _parameter(parameter: ParameterSchema) -> Json:
    value = constant_value(parameter.value, parameter.type)
    return {
        "value": outcome_json(value, parameter.type) if isinstance(value, (Fraction, bool)) else parameter.value,
        "set": parameter.value != parameter.default,
    }


def ledger_json(ledger: Ledger) -> Json:
    """The account of a table; the first refusals in full, and how many rows were refused in all."""
    return {
        "file": ledger.file,
        "sheet": ledger.sheet,
        "sha256": ledger.sha256,
        **_parts(ledger),
        "read": ledger.read,
        "scored": ledger.scored,
        "refused": ledger.refused,
        "left_out": ledger.left_out,
        "refusals": [refusal_json(refusal, ledger) for refusal in ledger.refusals[:MAX_REFUSALS]],
        "repairs": [
            {
                "file": r.file, "row": r.row, "cell": ledger.place(r.row, r.column or None, r.file), "column": r.column,
                "before": r.before, "after": r.after, "code": r.code,
            }
            for r in ledger.repairs
        ],
    }


def _parts(ledger: Ledger) -> Json:
    """Of a table from several files, each."""
    if not ledger.parts:
        return {}
    return {"files": [
        {"file": name, "sheet": part.sheet, "sha256": part.sha256, "read": part.read}
        for name, part in ledger.parts.items()
    ]}


def refusal_json(refusal: Refusal, ledger: Ledger | None = None) -> Json:
    return {
        "file": refusal.file,
        "row": refusal.row,
        "line": refusal.line,
        "cell": "" if ledger is None else ledger.place(refusal.row, refusal.column, refusal.file),
        "column": refusal.column,
        "value": refusal.value,
        "code": refusal.code,
        "message": message(refusal, LANG),
    }


def _ranking(plan: ScoringPlan, schema: RankingSchema, ranking: RankingResult, reasons: ReasonsOf | None) -> Json:
    row = _row_of(plan, schema, reasons)
    return {"name": ranking.name, "by": ranking.by, "rows": [row(placed) for placed in ranking.rows]}


def _row_of(plan: ScoringPlan, schema: RankingSchema, reasons: ReasonsOf | None) -> Callable[[Placed], Json]:
    operation = plan.nodes[schema.node].operation
    assert isinstance(operation, op.Ranking)
    type = plan.nodes[operation.by].type
    return lambda placed: _placed(plan, schema, placed, type, reasons)


def _placed(
    plan: ScoringPlan, schema: RankingSchema, placed: Placed, type: ValueType, reasons: ReasonsOf | None
) -> Json:
    row: Json = {"rank": placed.rank, "subject": placed.subject, "score": outcome_json(placed.score, type)}
    if placed.group is not None:
        row["group"] = placed.group
    if placed.because is not None:
        row["because"] = unranked_text(plan, placed)
    if reasons is not None:
        row["reasons"] = [_reason(loss) for loss in reasons(schema, placed.subject)]
    return row


def unranked_text(plan: ScoringPlan, placed: Placed) -> str:
    if placed.condition is not None and plan.nodes[placed.condition].lines:
        return f"excluded by the condition in line {plan.nodes[placed.condition].lines[0].line}"
    if isinstance(placed.score, NoValue) and placed.because != "excluded":
        return f"{placed.because}: {sentence(placed.score)}"
    return str(placed.because)


def _reason(loss: Loss) -> Json:
    lost: Mapping[str, object] = number_json(loss.lost, ValueType("number"))
    rows = [{"table": loss.table, "row": row} for row in loss.rows]
    return {"item": loss.item, "kind": loss.kind, "lost": lost, "rows": rows, "text": _reason_text(loss)}


def _reason_text(loss: Loss) -> str:
    text = f"{loss.item}: {shown(loss.lost, 'number', LANG)} points lost"
    if not loss.rows:
        return text
    numbers = ", ".join(map(str, loss.rows))
    return f"{text} on row {numbers}" if len(loss.rows) == 1 else f"{text} on rows {numbers}"

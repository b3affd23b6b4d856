"""How firm ranks are, as `rubric-robust/1`: for machines, never translated."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from rubric_dsl.editions.robustness import Robustness
from rubric_dsl.editions.simulation import Simulated
from rubric_dsl.editions.swaps import First, Room, Swap
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.numbers.show import rounded_digits
from rubric_dsl.plan.identity import plan_hash
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.alternatives import outcome_json
from rubric_dsl.render.robust_draws import HIGH, LOW, MIDDLE

FORMAT = "rubric-robust/1"

Json = dict[str, Any]


def robust_json(plan: ScoringPlan, found: Robustness) -> Json:
    shown_outcomes = [outcome_json(one, found.nominal) for one in found.outcomes]
    return {
        "format": FORMAT, "rubric": {"title": plan.header.title, "plan": plan_hash(plan)},
        "ranking": found.schema.name, "nominal": found.nominal,
        "weights": [_room(room) for room in found.rooms],
        "first": [_first(one) for one in found.firsts],
        "alternatives": shown_outcomes,
        "simulation": None if found.simulated is None else _simulation(found.simulated),
        "classes": [
            {
                "bands": one.bands, "rows": one.rows, "seen": {name: list(own) for name, own in one.seen},
                "never_told_apart": [list(pair) for pair in one.confused], "never_reached": list(one.never),
            }
            for one in found.classes
        ],
        "by_value": [
            {
                "value": one.value, "scenario": one.stratum, "rows": one.rows, "mean": exact_text(one.mean),
                "all": exact_text(one.all),
            }
            for one in (found.strict.cells if found.strict else ())
        ],
        "strict": None if found.strict is None else {
            "column": found.strict.column,
            "values": [
                {"value": one.value, "rows": one.rows, "difference": exact_text(one.difference),
                 "by_chance": exact_text(one.by_chance)}
                for one in found.strict.leanings
            ],
        },
        "missing": [
            {"subject": one.subject, "nominal": found.nominal.get(one.subject), "least": exact_text(one.low),
             "most": exact_text(one.high), "best": one.best, "worst": one.worst}
            for one in found.extremes
        ],
    }


def _first(one: First) -> Json:
    weights = None if one.weights is None else [exact_text(weight) for weight in one.weights]
    return {"subject": one.subject, "alone": one.alone, "weights": weights}


def _room(room: Room) -> Json:
    return {
        "part": room.part, "weight": exact_text(room.weight),
        "lower": _swap(room.lower), "upper": _swap(room.upper),
    }


def _swap(swap: Swap | None) -> Json | None:
    if swap is None:
        return None
    return {"weight": exact_text(swap.weight), "above": swap.above, "below": swap.below}


def _simulation(found: Simulated) -> Json:
    indices = found.indices
    return {
        "steps": list(found.steps), "draws": found.draws, "seed": found.seed,
        "subjects": [
            {"subject": one.subject, "nominal": one.nominal, "median": one.quantile(MIDDLE), "5%": one.quantile(LOW),
             "95%": one.quantile(HIGH), "times": list(one.times)}
            for one in found.spreads
        ],
        "above": [
            {"first": pair[0], "second": pair[1], "draws": times, "equal": found.level[pair]}
            for pair, times in found.above.items()
        ],
        "sobol_error": None if indices is None or indices.error is None else rounded_digits(indices.error, 4),
        "sobol": None if indices is None or indices.first is None or indices.total is None else {
            step: {"first": rounded_digits(Fraction(first), 4), "total": rounded_digits(Fraction(total), 4)}
            for step, first, total in zip(found.steps, indices.first, indices.total, strict=True)
        },
    }

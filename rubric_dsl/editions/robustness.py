"""How firm the ranks of a run are, all together: exact room of weights, alternatives, simulation, what samples tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Literal

from rubric_dsl.editions.alternatives import Alternative, Alternatives, Outcome, outcome, ranks_of
from rubric_dsl.editions.extremes import Extreme, extremes
from rubric_dsl.editions.linear import NotVaried, weighted
from rubric_dsl.editions.samples import Classes, classes
from rubric_dsl.editions.simulation import Drawing, Simulated, Step, simulated
from rubric_dsl.editions.strictness import Strictness, strictness
from rubric_dsl.editions.swaps import First, Room, firsts, rooms
from rubric_dsl.engines.run import Run
from rubric_dsl.plan.model import RankingSchema
from rubric_dsl.text.record import dataclass

Vary = Literal[
    "weights", "bounds", "rows", "experts", "parts", "scenarios", "missing", "rounding", "ties", "aggregation"
]
VARIES: tuple[Vary, ...] = (
    "weights", "bounds", "rows", "experts", "parts", "scenarios", "missing", "rounding", "ties", "aggregation",
)  # fmt: skip
DRAWN: tuple[Step, ...] = ("weights", "bounds", "rows")


@dataclass(frozen=True, slots=True)
class Robustness:
    """Of one ranking. What was not asked for is empty."""

    schema: RankingSchema
    nominal: dict[str, int | None]
    rooms: tuple[Room, ...]
    firsts: tuple[First, ...]
    outcomes: tuple[Outcome, ...]
    simulated: Simulated | None
    classes: tuple[Classes, ...]
    strict: Strictness | None = None
    extremes: tuple[Extreme, ...] = ()

    def least_and_most(self, subject: str) -> tuple[int | None, int | None]:
        """The best and the worst rank of a subject over the alternatives."""
        found = [one.ranks.get(subject) for one in self.outcomes if one.ranks is not None]
        known = [rank for rank in (*found, self.nominal.get(subject)) if rank is not None]
        return min(known, default=None), max(known, default=None)


def robustness(
    done: Run, schema: RankingSchema, vary: Sequence[Vary], draws: int, seed: int, base: int,
    by: tuple[str, str] | None = None, bounds_by: Fraction | None = None,
) -> Robustness:
    """`by`: table and column whose values are left out one by one. `bounds_by`: the share that bounds move by (None:
    one step of their column). Raises NotVaried where a step cannot be varied."""
    steps = [step for step in DRAWN if step in vary]
    model = weighted(done, schema, "weights") if "weights" in vary else None
    ways = Alternatives(done, schema)
    beyond = extremes(done, schema) if "missing" in vary else ()
    alternatives: list[Alternative] = []
    for what in vary:
        alternatives += _alternatives(ways, schema, what, bool(beyond))
    strict: Strictness | None = None
    if by is not None:
        alternatives += ways.without_values(*by)
        strict = strictness(done, schema, *by, seed)
    return Robustness(
        schema, ranks_of(done, schema.name), () if model is None else rooms(model),
        () if model is None else firsts(model), tuple(outcome(one, schema.name) for one in alternatives),
        simulated(done, schema, steps, draws, seed, base, bounds_by) if steps else None, tuple(classes(done)), strict,
        beyond,
    )


def _alternatives(ways: Alternatives, schema: RankingSchema, what: Vary, enough: bool) -> Sequence[Alternative]:
    """Of one step that is not drawn. `enough`: whether what is missing was taken at its worst and its best already."""
    asked: dict[Vary, Callable[[], Sequence[Alternative]]] = {
        "experts": lambda: list(ways.experts()), "parts": lambda: list(ways.parts()),
        "scenarios": lambda: list(ways.scenarios()), "missing": lambda: list(ways.missing()),
        "rounding": lambda: [*ways.precision(), *ways.rounding_modes()], "ties": lambda: list(ways.ties()),
        "aggregation": lambda: list(ways.aggregations()),
    }
    if what not in asked:
        return ()
    found = asked[what]()
    if not found and not (what == "missing" and enough):
        raise NotVaried(what, "nothing of the kind", schema.name)
    return found


def cannot_be_varied(
    done: Run, schema: RankingSchema, vary: Sequence[Vary], bounds_by: Fraction | None = None
) -> tuple[NotVaried, ...]:
    """Of each of the steps that this rubric does not allow to be varied, why."""
    ways = Alternatives(done, schema)
    found = []
    for what in vary:
        try:
            if what == "weights":
                weighted(done, schema, what)
            if what in DRAWN:
                Drawing(done, schema, (what,), 0, bounds_by)
            _alternatives(ways, schema, what, what == "missing" and bool(extremes(done, schema)))
        except NotVaried as problem:
            found.append(problem)
    return tuple(found)


def choices(done: Run, schema: RankingSchema) -> tuple[Outcome, ...]:
    """What becomes of the ranks where the rubric's silent decisions are taken the other way."""
    return tuple(outcome(one, schema.name) for one in Alternatives(done, schema).choices())

"""Scores, classes and ranks equal those of the oracle, and parts add up, for rubrics made at random."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction

from hypothesis import HealthCheck, given, settings

from rubric_dsl.engines.reference.contributions import Item, contributions, leaves
from rubric_dsl.evaluation.values import is_number
from rubric_dsl.numbers import reals
from rubric_dsl.resolved import operations as op
from tests.properties import model as m
from tests.properties.compare import answer, differences
from tests.properties.generate import Case, cases
from tests.properties.long import count
from tests.properties.made import Made, made, make
from tests.properties.oracle import Scored

CASES = count(250, 20_000)


def features(expected: Scored | None) -> Iterator[str]:
    """What a case puts to the test."""
    if expected is None:
        yield "impossible"
        return
    values = [value for of_subject in expected.values.values() for value in of_subject.values()]
    fractions = [value for value in values if isinstance(value, Fraction)]
    yield from (f"denominator {by}" for by in (3, 7) if any(value.denominator % by == 0 for value in fractions))
    if None in values:
        yield "no value"
    ranks = [[rank for rank in ranks.values() if rank is not None] for ranks in expected.ranks.values()]
    if any(len(set(of_one)) < len(of_one) for of_one in ranks):
        yield "tie"
    if any(len(of_one) < len(expected.values) for of_one in ranks):
        yield "unranked"
    if len({of_subject["item_1"] for of_subject in expected.values.values()}) > 1:
        yield "told apart"


def test_scores_classes_and_ranks_are_those_of_the_oracle() -> None:
    seen: Counter[str] = Counter()
    for seed in range(CASES):
        built = made(seed)
        expected = answer(built.case)
        found = differences(built.result, expected)
        assert found == [], f"seed {seed}: {found[:5]}\n{built.text}"
        seen.update(["case", *features(expected)])
    assert seen["case"] == CASES
    least = {"denominator 3": 40, "denominator 7": 15, "no value": 35, "tie": 35, "unranked": 25, "told apart": 65}
    assert {name: part for name, part in least.items() if seen[name] * 100 < part * CASES} == {}, seen


def test_the_generated_rubrics_use_the_language_widely() -> None:
    """Every form of the model, and every value of its closed choices, is in some case."""
    seen: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, tuple):
            for part in value:
                walk(part)
        elif hasattr(value, "__dataclass_fields__"):
            seen.add(type(value).__name__)
            for name in value.__dataclass_fields__:
                part = getattr(value, name)
                if isinstance(part, str | bool):
                    seen.add(f"{type(value).__name__}.{name}={part}")
                walk(part)

    for seed in range(CASES):
        walk(made(seed).case.rubric)
    forms = {name for name, kind in vars(m).items() if hasattr(kind, "__dataclass_fields__")}
    assert forms - seen == set()
    wanted = {
        "Observed.folding": ("averaged", "totalled", "facts"),
        "Observed.one_row_each": (True,),
        "Observed.missing": ("0", "not applicable"),
        "Column.kind": ("text", "yes/no", "choice", "whole", "number", "percent", "seconds", "date", "time"),
        "Column.optional": (True,),
        "Touchpoint.kind": ("worth", "penalty", "bonus"),
        "Touchpoint.rule_is": ("when", "by", "per", "="),
        "Condition.word": ("unless", "if", "when"),
        "Condition.per_row": (True, False),
        "Bound.word": ("at least", "at most"),
        "Indicator.combined": ("mean", "lowest", "highest"),
        "Weights.method": ("mean", "median", "trimmed mean"),
        "Rounding.mode": ("half up", "half even", "up", "down"),
        "Ranking.ties": ("share", "dense", "by"),
        "Ranking.lowest_first": (True,),
        "Table.first_match": (True,),
        "Row.patterns": ("missing", "otherwise"),
        "Aggregate.name": ("share", "count", "sum", "mean", "median", "percentile", "folded", "trimmed_mean"),
        "Call.name": ("track", "min", "clamp", "goalposts", "ceiling", "days_between", "years_between"),
        "Across.name": ("mean", "rank", "percentile_rank", "minmax", "percentile"),
    }
    assert {f"{name}={value}" for name, values in wanted.items() for value in values} - seen == set()


@settings(max_examples=count(25, 500), deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_cases_that_shrink_are_scored_alike(given_case: Case) -> None:
    built = make(given_case)
    assert differences(built.result, answer(given_case)) == [], built.text


# ------------------------------------------------------------------ parts add up


def items_of(item: Item) -> Iterator[Item]:
    yield item
    for part in item.parts:
        yield from items_of(part)


def total(parts: Iterable[reals.Exact | None]) -> reals.Exact:
    found: reals.Exact = Fraction(0)
    for part in parts:
        found = found if part is None else reals.add(found, part)
    return found


def judged(built: Made, seen: Counter[str]) -> None:
    for named in built.plan.values:
        operation = built.plan.nodes[named.node].operation
        if not isinstance(operation, op.Indicator):
            continue
        for subject in built.done.subjects:
            top = contributions(built.done, subject, named.node)
            for item in items_of(top):
                if item.additive and is_number(item.points):
                    seen["sum"] += 1
                    brought = total(part.contribution for part in item.parts)
                    assert brought == item.points, f"{item.name} of {subject}\n{built.text}"
            if top.additive and is_number(top.points):
                seen["loss"] += 1
                missing = reals.subtract(top.worth, top.points)
                assert total(leaf.lost for leaf in leaves(top)) == missing, f"{top.name} of {subject}\n{built.text}"


def test_contributions_add_up_to_every_score_and_losses_to_what_is_missing() -> None:
    seen: Counter[str] = Counter()
    for seed in range(CASES):
        built = made(seed)
        if not built.result.problem_count:
            judged(built, seen)
    assert seen["sum"] > 10 * CASES and seen["loss"] > 5 * CASES, seen

"""The gap between two subjects adds up exactly over items and observations, also where scores are no sums."""

from __future__ import annotations

import itertools
from collections import Counter
from fractions import Fraction as F

import pytest

from rubric_dsl.evaluation.values import is_number
from rubric_dsl.explain.explanation import DoesNotAddUp
from rubric_dsl.explain.game import split
from rubric_dsl.explain.versus import NoGap, Share, Versus, check, leaves, versus
from rubric_dsl.explain.why import Explainer, explainable, roots
from tests import program
from tests.conformance.cases import all_cases
from tests.explain.explained import Case, conformance, of_texts, zhejiang
from tests.properties.long import count
from tests.properties.made import made
from tests.tables import ROOT, rows_of
from tests.zhejiang.independent import EXAMPLE, INDICATORS

EXPECTED = {row["city"]: row for row in rows_of(EXAMPLE / "expected_scores.csv")}


def compared(case: Case, mine: str, theirs: str, item: str | None = None) -> Versus:
    return versus(case.done, Explainer(case.done, case.lines_of), mine, theirs, case.named(item))


def shares(share: Share) -> dict[tuple[str, str], F]:
    return {(part.name, part.kind): part.share for part in share.parts}


def every(share: Share) -> list[Share]:
    return [share, *(inner for part in share.parts for inner in every(part))]


def test_hangzhou_and_taizhou_are_three_eighths_apart() -> None:
    found = compared(zhejiang(), "杭州", "台州")
    assert found.gap == F(3, 8) and found.step is None
    assert shares(found.top) == {
        (name, "indicator"): F(EXPECTED["杭州"][name]) - F(EXPECTED["台州"][name]) for name in INDICATORS
    }
    for indicator in found.top.parts:
        assert sum(part.share for part in indicator.parts) == indicator.share
        for touchpoint in indicator.parts:
            assert sum(call.share for call in touchpoint.calls) == touchpoint.share
    assert {share.method for share in every(found.top) if share.parts} == {"sum"}


@pytest.mark.parametrize("mine, theirs", list(itertools.combinations(EXPECTED, 2)))
def test_any_two_cities(mine: str, theirs: str) -> None:
    found = compared(zhejiang(), mine, theirs)
    assert found.gap == F(EXPECTED[mine]["total"]) - F(EXPECTED[theirs]["total"])
    assert sum(leaf.share for leaf in leaves(found.top)) == found.gap
    assert sum(call.share for leaf in leaves(found.top) for call in leaf.calls) == found.gap


GEOMETRIC = """\
rubric "geometric"
observe facts of city, one row each
  city text
  x number 0 to 4
  y number 0 to 4
indicator total worth 100
  combined by geometric mean
  indicator first worth 4
    touchpoint a worth 4 = x
  indicator second worth 4
    touchpoint b worth 4 = y
ranking by total
  rounded half up to 0.01
  ties share
"""


def test_a_geometric_mean_is_split_by_the_shapley_value() -> None:
    """(1, 1) makes 100, (1/4, 1/4) 25, mixed (1, 1/4) and (1/4, 1) 50: each part adds (25 + 50) / 2."""
    found = compared(of_texts(GEOMETRIC, facts="city,x,y\n甲,4,4\n乙,1,1\n"), "甲", "乙")
    assert found.gap == 75 and found.top.method == "shapley"
    assert shares(found.top) == {("first", "indicator"): F(75, 2), ("second", "indicator"): F(75, 2)}
    # (1, 1/4) against (1/4, 1), both 50: the first part leads from 50 to 100 or from 25 to 50, the second back.
    level = compared(of_texts(GEOMETRIC, facts="city,x,y\n甲,4,1\n乙,1,4\n"), "甲", "乙")
    apart = {("first", "indicator"): F(75, 2), ("second", "indicator"): F(-75, 2)}
    assert level.gap == 0 and shares(level.top) == apart


def test_what_irrational_shares_leave_is_a_part_of_its_own() -> None:
    """100·√(1/2 · 3/4) = 61.237…, 100·√(1/4 · 1/2) = 35.355…; rounded by the ranking 61.24 − 35.36 = 25.88.

    Mixed: √(1/2 · 1/2) = 50 and √(1/4 · 3/4) = 43.301…: first (50 − 35.355… + 61.237… − 43.301…) / 2 = 16.290…,
    second 9.591….
    """
    found = compared(of_texts(GEOMETRIC, facts="city,x,y\n甲,2,3\n乙,1,2\n"), "甲", "乙")
    assert found.step == F(1, 100) and found.gap == F("25.88")
    assert shares(found.top) == {("first", "indicator"): F("16.29"), ("second", "indicator"): F("9.59")}
    # (0, 0) against (1/2, 1), 70.7106…: both parts take 35.3553…, which is 35.36 rounded.
    left = compared(of_texts(GEOMETRIC, facts="city,x,y\n甲,0,0\n乙,2,4\n"), "甲", "乙")
    assert left.gap == F("-70.71") and shares(left.top) == {
        ("first", "indicator"): F("-35.36"), ("second", "indicator"): F("-35.36"), ("total", "rounding"): F("0.01"),
    }


BOUNDED = """\
rubric "bounded"
observe facts of city, one row each
  city text
  x number 0 to 10
  y number 0 to 10
  late yes/no
indicator total worth 20
  if late: 0
  at most 15
  indicator first worth 10
    touchpoint a worth 10 = x
  indicator second worth 10
    touchpoint b worth 10 = y
ranking by total
  exact
  ties share
"""


def test_a_cap_takes_from_the_parts_that_reach_it() -> None:
    """10 + 10 is held at 15; against 2 + 4: the first adds (8 + 15 − 12) / 2 … and both add up to 9."""
    found = compared(of_texts(BOUNDED, facts="city,x,y,late\n甲,10,10,no\n乙,2,4,no\n"), "甲", "乙")
    # values: none 6, first 14, second 12, both 15
    first, second = F(8 + (15 - 12), 2), F(6 + (15 - 14), 2)
    assert found.gap == 9 == first + second
    assert shares(found.top) == {("first", "indicator"): first, ("second", "indicator"): second}


def test_a_condition_that_decides_for_one_takes_its_share() -> None:
    """甲 6 + 8, 乙 late with the same: all of the gap is the condition's."""
    found = compared(of_texts(BOUNDED, facts="city,x,y,late\n甲,6,8,no\n乙,6,8,yes\n"), "甲", "乙")
    told = {(part.kind, part.share) for part in found.top.parts if part.share}
    assert found.gap == 14 and told == {("condition", F(14))}


def test_a_part_that_is_not_applicable_for_one_is_told() -> None:
    rubric = BOUNDED.replace("    touchpoint b worth 10 = y", "    when y > 0\n    touchpoint b worth 10 = y")
    found = compared(of_texts(rubric, facts="city,x,y,late\n甲,5,0,no\n乙,5,1,no\n"), "甲", "乙")
    # 甲: 5 of 10 scaled to 10 of 20; 乙: 6. Only the second differs.
    assert found.gap == 4 and shares(found.top)[("second", "indicator")] == 4


def test_without_a_number_there_is_no_gap() -> None:
    rubric = BOUNDED.replace("  if late: 0\n  at most 15\n", "  when not late\n").replace(
        "  exact\n", "  exact\n  exclude when total is missing\n",
    )
    case = of_texts(rubric, facts="city,x,y,late\n甲,5,0,no\n乙,5,1,yes\n")
    with pytest.raises(NoGap) as none:
        compared(case, "甲", "乙")
    assert none.value.subject == "乙"


def test_all_conformance_cases_add_up() -> None:
    """A `Versus` that does not add up raises when it is made: every pair of every case with two subjects."""
    seen: Counter[str] = Counter()
    for one in all_cases():
        if one.expected.get("run_error") or one.expected.get("refused") or one.expected.get("unobserved"):
            continue
        try:
            case = conformance(one.name)
        except (AssertionError, OSError, ValueError):  # parts in folders, settings, periods: other tests have them
            continue
        explainer = Explainer(case.done)
        for mine, theirs in itertools.permutations(case.done.subjects[:3], 2):
            for named in explainable(case.plan):
                if all(is_number(case.done.values[subject][named.node]) for subject in (mine, theirs)):
                    found = versus(case.done, explainer, mine, theirs, named)
                    seen.update(share.method for share in every(found.top) if share.method)
                    seen["pair"] += 1
    assert seen["pair"] > 2000 and seen["sum"] > 500 and seen["shapley"] > 20


RANDOM = count(80, 5_000)


def test_random_rubrics_add_up_and_the_gap_turned_round_is_its_negative() -> None:
    seen: Counter[str] = Counter()
    for seed in range(RANDOM):
        case = made(seed)
        if case.done.problems.count or case.done.period is not None:
            continue
        explainer = Explainer(case.done)
        for named in roots(case.done.plan):
            known = [s for s in case.done.subjects if is_number(case.done.values[s][named.node])]
            for mine, theirs in itertools.pairwise(known):
                pairs = ((mine, theirs), (theirs, mine))
                found, turned = (versus(case.done, explainer, *pair, named) for pair in pairs)
                assert turned.gap == -found.gap
                if found.step is None:
                    left, right = found.top, turned.top
                    assert shares(right) == {key: -share for key, share in shares(left).items()}, case.text
                seen.update(share.method for share in every(found.top) if share.method)
                seen["pair"] += 1
    assert seen["pair"] > RANDOM and seen["shapley"] * 50 > RANDOM, seen


def test_a_split_that_does_not_add_up_is_not_told() -> None:
    whole = compared(zhejiang(), "杭州", "台州").top
    with pytest.raises(DoesNotAddUp):
        check(Share(**{  # type: ignore[arg-type]
            name: getattr(whole, name) for name in whole.__dataclass_fields__ if name != "share"
        }, share=F(1, 4)))


def test_shares_of_a_product_by_hand() -> None:
    """Of 2 · 3 · 5 from 1 · 1 · 1, by all six orders."""
    factors = (F(2), F(3), F(5))

    def product(chosen: object) -> F:
        found = F(1)
        for factor, put in zip(factors, chosen, strict=True):  # type: ignore[call-overload]
            found *= factor if put else 1
        return found

    found = split(3, product)
    assert found is not None and found.method == "shapley"
    by_orders = [F(0)] * 3
    for order in itertools.permutations(range(3)):
        at = F(1)
        for i in order:
            by_orders[i] += at * factors[i] - at
            at *= factors[i]
    assert list(found.shares) == [share / 6 for share in by_orders]


def test_many_parts_of_a_sum_are_its_terms_and_of_a_product_the_mean_of_two_orders() -> None:
    terms = split(20, lambda chosen: sum((F(i) for i, put in enumerate(chosen) if put), F(0)))
    assert terms is not None and (terms.method, terms.shares) == ("sum", tuple(map(F, range(20))))
    doubled = split(14, lambda chosen: F(2) ** sum(chosen))
    assert doubled is not None and doubled.method == "two orders" and sum(doubled.shares) == 2**14 - 1


def test_the_command_prints_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    rubric = f"{ROOT}/rubrics/zhejiang_12345_2020.rubric"
    status, found = program.run("explain", rubric, f"calls={EXAMPLE / 'calls.csv'}", "杭州", "--versus", "台州")
    assert status == 0 and found["gap"] == {"exact": "3/8", "shown": "0.375"}
    assert sum(F(share["share"]["exact"]) for share in found["shares"]) == F(3, 8)
    assert found["sentences"]["zh"][0] == "综合得分：杭州76.25分（第4名），台州75.875分（第5名），相差0.375分。"

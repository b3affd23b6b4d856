from __future__ import annotations

import time
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubric_dsl.numbers import reals
from rubric_dsl.numbers.pairwise import judgement_weights, mean_of_judgements
from rubric_dsl.numbers.panels import (
    Method,
    consistency_ratio,
    in_steps,
    most_contradictory_triple,
    panel_weights,
)
from rubric_dsl.numbers.reals import Exact, Real
from rubric_dsl.numbers.show import rounded_digits
from tests.numbers.support import modest

Rows = list[list[F]]


def rows(text: str) -> Rows:
    return [[F(cell) for cell in line.split()] for line in text.strip().splitlines()]


def judged(*upper: str) -> Rows:
    """The reciprocal matrix of an upper triangle, row by row."""
    size = len(upper) + 1
    matrix = [[F(1)] * size for _ in range(size)]
    for i, line in enumerate(upper):
        for j, cell in enumerate(line.split(), start=i + 1):
            matrix[i][j], matrix[j][i] = F(cell), 1 / F(cell)
    return matrix


def digits(weights: tuple[Exact, ...]) -> list[str]:
    return [rounded_digits(weight, 3) for weight in weights]


# Saaty's example of drinks: coffee, wine, tea, beer, soda, milk, water.
DRINKS = rows(
    """
    1 9 5 2 1 1 1/2
    1/9 1 1/3 1/9 1/9 1/9 1/9
    1/5 3 1 1/3 1/4 1/3 1/9
    1/2 9 3 1 1/2 1 1/3
    1 9 4 2 1 2 1/2
    1 9 3 1 1/2 1 1/3
    2 9 9 3 2 3 1
    """
)

# ---------------------------------------------------------------- ratings

THREE_EXPERTS = rows("50 30 20\n10 6 4\n40 40 20")
"""Shares: 1/2 3/10 1/5 (twice: the second writes smaller numbers), 2/5 2/5 1/5."""

FOUR_EXPERTS = rows("1 1 2\n1 2 1\n2 1 1\n6 1 1")
"""Shares: 1/4 1/4 1/2 · 1/4 1/2 1/4 · 1/2 1/4 1/4 · 3/4 1/8 1/8."""


@pytest.mark.parametrize(
    ("method", "panel", "weights"),
    [
        ("mean", THREE_EXPERTS, (F(7, 15), F(1, 3), F(1, 5))),
        ("median", THREE_EXPERTS, (F(1, 2), F(3, 10), F(1, 5))),
        # middle ones 1/2, 3/10, 1/5
        ("trimmed mean", THREE_EXPERTS, (F(1, 2), F(3, 10), F(1, 5))),
        # without lowest and highest: 1/4 1/2 · 1/4 1/4 · 1/4 1/4, means 3/8 1/4 1/4, brought to 1
        ("trimmed mean", FOUR_EXPERTS, (F(3, 7), F(2, 7), F(2, 7))),
        ("median", FOUR_EXPERTS, (F(3, 7), F(2, 7), F(2, 7))),
        # two experts: geometric means √(1·4) : √(9·1) = 2 : 3
        ("geometric mean", rows("1 9\n4 1"), (F(2, 5), F(3, 5))),
        ("geometric mean", rows("1 0\n4 1"), (F(1), F(0))),
        ("mean", rows("3 5"), (F(3, 8), F(5, 8))),
    ],
)
def test_ratings_by_hand(method: Method, panel: Rows, weights: tuple[F, ...]) -> None:
    assert panel_weights(method, None, panel) == weights


@given(
    st.lists(st.lists(st.integers(1, 100), min_size=4, max_size=4), min_size=3, max_size=5),
    st.lists(st.integers(1, 9), min_size=5, max_size=5),
    st.sampled_from(["mean", "trimmed mean", "median", "geometric mean"]),
)
@modest
def test_larger_numbers_give_an_expert_no_more_say(panel: list[list[int]], sizes: list[int], method: Method) -> None:
    plain = [[F(cell) for cell in row] for row in panel]
    scaled = [[cell * size for cell in row] for row, size in zip(plain, sizes, strict=False)]
    weights = panel_weights(method, None, plain)
    assert panel_weights(method, None, scaled) == weights
    assert panel_weights(method, None, list(reversed(plain))) == weights
    assert reals.total(weights) == 1


@pytest.mark.parametrize(
    ("method", "panel", "message"),
    [
        ("mean", [], "at least one"),
        ("trimmed mean", rows("1 2\n2 1"), "three"),
        ("mean", rows("0 0"), "not all 0"),
        ("mean", rows("3 -1"), "not negative"),
        ("mean", [[F(1)], [F(1), F(2)]], "same items"),
        ("geometric mean", rows("1 0\n0 1"), "any weight"),
        ("median", rows("1 0 0\n0 1 0\n0 0 1"), "any weight"),
        ("ahp eigenvector", [rows("1 2")], "square"),
        ("ahp eigenvector", [rows("1 2\n2 1")], "reciprocal"),
        ("ahp geometric mean", [rows("1 0\n0 1")], "reciprocal"),
        ("ahp geometric mean", [judged("2"), judged("3")], "meet"),
    ],
)
def test_panels_that_give_no_weights_are_refused(method: Method, panel: Rows, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        panel_weights(method, None, panel)


# ---------------------------------------------------------------- steps


@pytest.mark.parametrize(
    ("weights", "step", "stepped"),
    [
        # remainders 1/3 each: the one step left goes to the first item
        ((F(1, 3), F(1, 3), F(1, 3)), F(1, 100), (F(34, 100), F(33, 100), F(33, 100))),
        # 14.28… 28.57… 57.14…: 14 28 57, one left for the second
        ((F(1, 7), F(2, 7), F(4, 7)), F(1, 100), (F(14, 100), F(29, 100), F(57, 100))),
        ((F(1, 2), F(1, 2)), F(1, 4), (F(1, 2), F(1, 2))),
        ((F(9, 10), F(1, 10)), F(1), (F(1), F(0))),
    ],
)
def test_the_largest_remainders_get_the_steps_that_are_left(
    weights: tuple[F, ...], step: F, stepped: tuple[F, ...]
) -> None:
    assert in_steps(weights, step) == stepped


@given(st.lists(st.integers(0, 50), min_size=1, max_size=8).filter(any), st.sampled_from([10, 100, 1000]))
@modest
def test_stepped_weights_add_up_and_stay_within_a_step(parts: list[int], steps: int) -> None:
    weights = tuple(F(part, sum(parts)) for part in parts)
    stepped = in_steps(weights, F(1, steps))
    assert sum(stepped) == 1
    assert all(abs(a - b) < F(1, steps) and (b * steps).denominator == 1 for a, b in zip(weights, stepped, strict=True))


@pytest.mark.parametrize("step", [F(3, 100), F(0), F(-1, 10), F(2)])
def test_a_step_divides_the_whole(step: F) -> None:
    with pytest.raises(ValueError, match="multiple"):
        in_steps((F(1, 2), F(1, 2)), step)


# ---------------------------------------------------------------- pairwise judgements


def test_saatys_drinks() -> None:
    eigenvector = panel_weights("ahp eigenvector", None, [DRINKS])
    assert digits(eigenvector) == ["0.177", "0.019", "0.042", "0.116", "0.190", "0.129", "0.327"]
    assert reals.total(eigenvector) == 1
    assert rounded_digits(consistency_ratio(DRINKS), 3) == "0.022"
    geometric = panel_weights("ahp geometric mean", None, [DRINKS])
    assert digits(geometric)[0] == "0.179"
    assert reals.total(geometric) == 1


def test_the_eigenvector_reproduces_itself() -> None:
    weights = panel_weights("ahp eigenvector", None, [DRINKS])
    low, high = zip(*(reals.enclosure(weight, 200) for weight in weights), strict=True)
    assert all(b - a < F(1, 2**150) for a, b in zip(low, high, strict=True))
    # λ lies between the least and the largest (Aw)_i ÷ w_i, and is the same in every row.
    least = [sum(a * x for a, x in zip(row, low, strict=True)) / high[i] for i, row in enumerate(DRINKS)]
    most = [sum(a * x for a, x in zip(row, high, strict=True)) / low[i] for i, row in enumerate(DRINKS)]
    assert max(least) <= min(most)
    assert max(most) - min(least) < F(1, 2**140)
    ratio_low, ratio_high = reals.enclosure(consistency_ratio(DRINKS), 200)
    # λ = 7 + 6 · 1.32 · ratio
    assert max(least) <= 7 + 6 * F("1.32") * ratio_high
    assert 7 + 6 * F("1.32") * ratio_low <= min(most)


@pytest.mark.parametrize("method", ["ahp eigenvector", "ahp geometric mean"])
def test_judgements_without_contradiction_give_their_ratios_exactly(method: Method) -> None:
    parts = [F(6), F(3), F(2), F(1)]
    matrix = [[a / b for b in parts] for a in parts]
    assert panel_weights(method, None, [matrix]) == (F(1, 2), F(1, 4), F(1, 6), F(1, 12))
    assert consistency_ratio(matrix) == 0


@given(st.lists(st.sampled_from([F(1, 9), F(1, 5), F(1, 2), F(1), F(3), F(7)]), min_size=3, max_size=3))
@modest
def test_with_three_items_both_methods_agree(cells: list[F]) -> None:
    # For n = 3 the eigenvector is the geometric mean, and λ = 1 + c + 1/c with c = ∛(ab·bc ÷ ac).
    ab, ac, bc = cells
    matrix = judged(f"{ab} {ac}", str(bc))
    eigenvector = judgement_weights(matrix, "eigenvector")
    geometric = judgement_weights(matrix, "geometric mean")
    for x, y in zip(eigenvector, geometric, strict=True):
        (a, b), (c, d) = reals.enclosure(x, 200), reals.enclosure(y, 200)
        assert a <= d and c <= b
        assert max(b, d) - min(a, c) < F(1, 2**150)
    apart = reals.power(ab * bc / ac, F(1, 3))
    index = reals.subtract(reals.add(apart, reals.divide(F(1), apart)), F(2))
    ratio = reals.divide(index, 2 * F("0.58"))
    (a, b), (p, q) = reals.enclosure(consistency_ratio(matrix), 200), reals.enclosure(ratio, 200)
    assert a <= q and p <= b


def test_rational_weights_of_contradictory_judgements_are_recognised() -> None:
    # Each item is twice as important as the next, in a circle: all are equal, λ = 1 + 2 + 1/2.
    circle = judged("2 1/2", "2")
    assert panel_weights("ahp eigenvector", None, [circle]) == (F(1, 3),) * 3
    assert consistency_ratio(circle) == (F(7, 2) - 3) / 2 / F("0.58")


def test_items_that_are_judged_alike_weigh_the_same() -> None:
    # Items 1 and 2 have equal rows; 3, 4 and 5 contradict each other.
    matrix = judged("1 3 5 7", "3 5 7", "4 1/2", "6")
    weights = panel_weights("ahp eigenvector", None, [matrix])
    assert weights[0] == weights[1]
    assert isinstance(weights[0], Real)
    assert reals.compare(weights[2], weights[3]) != 0
    assert reals.total(panel_weights("ahp eigenvector", None, [matrix], F(1, 100))) == 1


def test_order_of_the_items_does_not_matter() -> None:
    order = [3, 0, 6, 1, 5, 2, 4]
    mixed = [[DRINKS[i][j] for j in order] for i in order]
    straight = panel_weights("ahp eigenvector", None, [DRINKS], F(1, 1000))
    assert panel_weights("ahp eigenvector", None, [mixed], F(1, 1000)) == tuple(straight[i] for i in order)


def test_experts_meet_by_judgements_or_by_weights() -> None:
    # 2 : 1 and 8 : 1. The geometric mean of the judgements is 4 : 1; the mean of the weights (2/3 + 8/9) ÷ 2 = 7/9.
    panel = [judged("2"), judged("8")]
    for method in ("ahp eigenvector", "ahp geometric mean"):
        assert panel_weights(method, "judgements", panel) == (F(4, 5), F(1, 5))
        assert panel_weights(method, "weights", panel) == (F(7, 9), F(2, 9))


def test_the_mean_of_judgements_is_reciprocal_and_may_be_irrational() -> None:
    other = judged("1/3 2 5", "4 1/2", "3")
    matrix = mean_of_judgements([other, judged("2 3 4", "1 1", "1"), judged("1 1 1", "2 1", "5")])
    assert all(reals.multiply(matrix[i][j], matrix[j][i]) == 1 for i in range(4) for j in range(4))
    weights = panel_weights("ahp eigenvector", "judgements", [other, judged("2 3 4", "1 1", "1")])
    assert reals.total(weights) == 1
    assert len(set(digits(weights))) > 1


def test_two_experts_who_contradict_each_other_may_agree_in_the_mean() -> None:
    # Cell by cell the products are squares, and the means 2, 4, 2 have no contradiction.
    panel = [judged("1 2", "4"), judged("4 8", "1")]
    assert panel_weights("ahp eigenvector", "judgements", panel) == (F(4, 7), F(2, 7), F(1, 7))


@pytest.mark.parametrize(
    ("matrix", "triple"),
    [
        (judged("2 4", "2"), (0, 1, 2)),
        # 2·2 against 4 agrees, 2·3 against 1 is 6 times too much, 4·3 against 1 is 12 times, 2·3 against 3 twice
        (judged("2 4 1", "2 3", "3"), (0, 2, 3)),
        # 1·1 against 9 is 9 times too little in two triples: the first is named
        (judged("1 1 9", "1 9", "1"), (0, 2, 3)),
    ],
)
def test_the_most_contradictory_triple(matrix: Rows, triple: tuple[int, int, int]) -> None:
    assert most_contradictory_triple(matrix) == triple


def test_sizes_at_the_edges() -> None:
    assert panel_weights("ahp eigenvector", None, [[[F(1)]]]) == (F(1),)
    assert panel_weights("ahp eigenvector", None, [judged("3")]) == (F(3, 4), F(1, 4))
    assert consistency_ratio(judged("3")) == 0
    with pytest.raises(ValueError, match="two items"):
        most_contradictory_triple(judged("3"))
    sixteen = [[F(1)] * 16 for _ in range(16)]
    sixteen[0][1], sixteen[1][0] = F(2), F(1, 2)
    with pytest.raises(ValueError, match="16"):
        consistency_ratio(sixteen)


def test_hopeless_contradictions_end_in_time() -> None:
    size = 8
    matrix = [[F(1)] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1, size):
            matrix[i][j] = F(9) if (i + j) % 2 else F(1, 9)
            matrix[j][i] = 1 / matrix[i][j]
    huge = judged("1000000000000 1/1000000000000 3", "1000000000000 5", "7")
    start = time.process_time()
    for rough in (matrix, huge):
        assert reals.total(panel_weights("ahp eigenvector", None, [rough], F(1, 100))) == 1
        assert reals.compare(consistency_ratio(rough), F(1, 10)) > 0
    assert time.process_time() - start < 5

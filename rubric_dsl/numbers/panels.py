"""Weights from a panel of experts, exactly. The reasons for what is chosen are in `docs/decisions/0002-weights.md`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cmp_to_key
from typing import Literal, cast

from rubric_dsl.numbers import reals
from rubric_dsl.numbers.pairwise import (
    Judgements,
    adding_up,
    consistency_ratio,
    judgement_weights,
    mean_of_judgements,
    most_contradictory_triple,
)
from rubric_dsl.numbers.reals import Exact

__all__ = ["Meet", "Method", "consistency_ratio", "in_steps", "most_contradictory_triple", "panel_weights"]

Method = Literal["mean", "trimmed mean", "median", "geometric mean", "ahp eigenvector", "ahp geometric mean"]
Meet = Literal["judgements", "weights"]

Ratings = Sequence[Fraction]
"""One expert's cells, one an item: not negative, not all 0. Only their proportions matter."""

ZERO = Fraction(0)
ONE = Fraction(1)


def panel_weights(
    method: Method,
    meet: Meet | None,
    judges: Sequence[Ratings | Sequence[Sequence[Fraction]]],
    steps: Fraction | None = None,
) -> tuple[Exact, ...]:
    """The weights of the items, which add up to 1.

    `judges`: a row of ratings an expert; for the `ahp` methods a full reciprocal matrix an expert, and `meet` says how
    several experts meet. `steps` (1/100): multiples of it, see `in_steps`. Raises ValueError where the panel has none
    of these shapes or gives no weight at all, Undecided where two remainders cannot be told apart.
    """
    if not judges:
        raise ValueError("a panel has at least one expert")
    if method in ("ahp eigenvector", "ahp geometric mean"):
        weights = _from_judgements(method, meet, cast("Sequence[Judgements]", judges))
    else:
        weights = _from_ratings(method, cast("Sequence[Ratings]", judges))
    return weights if steps is None else in_steps(weights, steps)


def in_steps(weights: Sequence[Exact], step: Fraction) -> tuple[Fraction, ...]:
    """Weights as multiples of a step: each rounded down, then one step each to the largest remainders until all add up.

    Equal remainders are served in the order of the items. Raises ValueError for a step of which 1 is not a multiple.
    """
    if step <= 0 or (1 / step).denominator != 1:
        raise ValueError(f"100% is not a multiple of a step of {step}")
    scaled = [reals.divide(weight, step) for weight in weights]
    counts = [reals.floor(value) for value in scaled]
    remainders = [reals.subtract(value, count) for value, count in zip(scaled, counts, strict=True)]

    def larger_first(i: int, j: int) -> int:
        return reals.compare(remainders[j], remainders[i])

    order = sorted(range(len(counts)), key=cmp_to_key(larger_first))
    left = int(1 / step - sum(counts))
    for place in order[:left]:
        counts[place] += 1
    return tuple(count * step for count in counts)


# ---------------------------------------------------------------- ratings


def _from_ratings(method: Method, judges: Sequence[Ratings]) -> tuple[Exact, ...]:
    rows = [_shares(row) for row in judges]
    if len({len(row) for row in rows}) > 1:
        raise ValueError("the experts of a panel rate the same items")
    items = list(zip(*rows, strict=True))
    if method == "trimmed mean":
        if len(rows) < 3:
            raise ValueError("a trimmed mean needs at least three experts")
        return adding_up([sum(sorted(item)[1:-1], ZERO) for item in items])
    if method == "median":
        return adding_up([_median(item) for item in items])
    if method == "geometric mean":
        return adding_up([_geometric_mean(item) for item in items])
    return adding_up([sum(item, ZERO) for item in items])


def _shares(row: Ratings) -> list[Fraction]:
    """An expert's ratings as parts of a whole, so that whoever writes larger numbers has no more say."""
    whole = sum(row, ZERO)
    if whole <= 0 or min(row) < 0:
        raise ValueError("ratings are not negative and not all 0")
    return [value / whole for value in row]


def _median(values: Sequence[Fraction]) -> Fraction:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _geometric_mean(values: Sequence[Fraction]) -> Exact:
    product = ONE
    for value in values:
        product *= value
    return reals.power(product, Fraction(1, len(values)))


# ---------------------------------------------------------------- pairwise judgements


def _from_judgements(method: Method, meet: Meet | None, judges: Sequence[Judgements]) -> tuple[Exact, ...]:
    how: Literal["eigenvector", "geometric mean"] = "eigenvector" if method == "ahp eigenvector" else "geometric mean"
    if len(judges) > 1 and meet is None:
        raise ValueError("several experts meet by their judgements or by their weights")
    if meet == "weights":
        found = [judgement_weights(matrix, how) for matrix in judges]
        if len({len(weights) for weights in found}) > 1:
            raise ValueError("the experts of a panel judge the same items")
        share = Fraction(1, len(found))
        return tuple(reals.multiply(reals.total(item), share) for item in zip(*found, strict=True))
    return judgement_weights(mean_of_judgements(judges), how)

"""The weights of the drinks beside an independent eigenvector, for the published judgements and for others."""

from __future__ import annotations

import random
import shutil
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from math import prod
from pathlib import Path

import pytest

from tests.program import run, score
from tests.tables import ROOT, rows_of, write

FOLDER = ROOT / "rubrics" / "drinks"
EXAMPLE = ROOT / "examples" / "drinks" / "drinks.csv"
DRINKS = ("coffee", "wine", "tea", "beer", "soda", "milk", "water")
PUBLISHED = dict(zip(DRINKS, (".177", ".019", ".042", ".116", ".190", ".129", ".327"), strict=True))
RANDOM_INDEX = Fraction("1.32")
"""Of seven items. Saaty, The Analytic Hierarchy Process (1980)."""

Matrix = list[list[Fraction]]


def published_matrix() -> Matrix:
    return [[Fraction(row[drink]) for drink in DRINKS] for row in rows_of(FOLDER / "judged.csv")]


def perron(matrix: Matrix) -> tuple[list[Decimal], Decimal]:
    """Weights that add up to 1 and the largest eigenvalue, to 30 digits: the matrix applied until nothing moves."""
    with localcontext() as context:
        context.prec = 40
        cells = [[Decimal(cell.numerator) / cell.denominator for cell in row] for row in matrix]
        weights, total = [Decimal(1) / len(cells)] * len(cells), Decimal(0)
        for _ in range(300):
            image = [sum((a * b for a, b in zip(row, weights, strict=True)), Decimal(0)) for row in cells]
            total = sum(image, Decimal(0))
            weights = [value / total for value in image]
        return weights, total


def by_rows(matrix: Matrix) -> list[Decimal]:
    with localcontext() as context:
        context.prec = 40
        products = [prod(row, start=Fraction(1)) for row in matrix]
        roots = [(Decimal(p.numerator) / p.denominator) ** (Decimal(1) / len(matrix)) for p in products]
        return [root / sum(roots) for root in roots]


def three_decimals(values: list[Decimal]) -> dict[str, Decimal]:
    rounded = [value.quantize(Decimal("0.001"), ROUND_HALF_UP) for value in values]
    return dict(zip(DRINKS, rounded, strict=True))


def weights_of(rubric: Path) -> dict[str, Decimal]:
    subjects = score(rubric, drinks=EXAMPLE)["subjects"]
    return {drink: Decimal(subjects[drink]["weight"]["shown"]) for drink in DRINKS}


def copied(folder: Path, matrix: Matrix) -> Path:
    """The rubrics of the folder with other judgements."""
    shutil.copytree(FOLDER, folder)
    rows = [
        {"judges": drink, **dict(zip(DRINKS, map(str, row), strict=True))}
        for drink, row in zip(DRINKS, matrix, strict=True)
    ]
    write(folder / "judged.csv", rows)
    return folder


def judged(rng: random.Random) -> Matrix:
    """Judgements of a scale of 1 to 9 about drinks whose sizes are guessed with little error."""
    sizes = [rng.uniform(1, 6) for _ in DRINKS]
    matrix = [[Fraction(1)] * len(DRINKS) for _ in DRINKS]
    for i, one in enumerate(sizes):
        for j in range(i):
            times = round(max(one, sizes[j]) / min(one, sizes[j]) * rng.uniform(0.9, 1.1)) or 1
            matrix[i][j] = Fraction(times) if one > sizes[j] else Fraction(1, times)
            matrix[j][i] = 1 / matrix[i][j]
    return matrix


def test_the_published_weights_come_out_by_the_eigenvector_and_not_by_the_geometric_mean() -> None:
    published = {drink: Decimal(text) for drink, text in PUBLISHED.items()}
    assert weights_of(FOLDER / "drinks.rubric") == published == three_decimals(perron(published_matrix())[0])
    other = weights_of(FOLDER / "by_rows.rubric")
    assert other == three_decimals(by_rows(published_matrix()))
    assert other["coffee"] == Decimal(".179") != published["coffee"]


@pytest.mark.parametrize("seed", range(4))
def test_other_judgements_have_the_weights_of_an_independent_calculation(tmp_path: Path, seed: int) -> None:
    matrix = judged(random.Random(seed))
    folder = copied(tmp_path / "drinks", matrix)
    assert weights_of(folder / "drinks.rubric") == three_decimals(perron(matrix)[0])
    assert weights_of(folder / "by_rows.rubric") == three_decimals(by_rows(matrix))


def test_the_published_consistency_ratio_is_between_these_limits(tmp_path: Path) -> None:
    eigenvalue = Fraction(perron(published_matrix())[1])
    ratio = (eigenvalue - 7) / 6 / RANDOM_INDEX
    assert round(ratio, 3) == Fraction("0.022")
    text = (FOLDER / "drinks.rubric").read_text("utf-8")
    folder = copied(tmp_path / "drinks", published_matrix())
    for limit, codes in (("0.0224", []), ("0.0223", ["R088"])):
        assert (ratio <= Fraction(limit)) == (codes == [])
        path = folder / f"limit{limit[2:]}.rubric"
        path.write_text(text.replace("consistency up to 0.1", f"consistency up to {limit}"), "utf-8")
        assert [found["code"] for found in run("check", path)[1]["diagnostics"]] == codes

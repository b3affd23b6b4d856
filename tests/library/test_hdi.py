"""The Human Development Index beside an independent calculation to sixty digits, and beside published values."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path

from tests.program import ranks_of, score
from tests.tables import ROOT, rows_of, write

RUBRIC = ROOT / "rubrics" / "hdi" / "hdi.rubric"
EXAMPLE = ROOT / "examples" / "hdi"
FIGURES = ("life_expectancy", "expected_schooling", "mean_schooling", "gni_per_capita")
GROUPS = {"Very High": "very_high", "High": "high", "Medium": "medium", "Low": "low"}

Country = dict[str, str]


def index_of(country: Country) -> Decimal | None:
    """The index before rounding; None where a figure is missing."""
    if not all(country[name] for name in FIGURES):
        return None
    life, expected, mean, income = (Decimal(country[name]) for name in FIGURES)
    with localcontext() as context:
        context.prec = 60
        health = min((life - 20) / 65, Decimal(1))
        education = (min(expected / 18, Decimal(1)) + min(mean / 15, Decimal(1))) / 2
        earned = min((income.ln() - Decimal(100).ln()) / (Decimal(75000).ln() - Decimal(100).ln()), Decimal(1))
        return (health * education * earned) ** (Decimal(1) / 3)


def rounded(index: Decimal | None, step: str) -> Decimal | None:
    return None if index is None else index.quantize(Decimal(step), ROUND_HALF_UP)


def group_of(value: Decimal) -> str:
    bounds = (("0.8", "very_high"), ("0.7", "high"), ("0.55", "medium"))
    return next((name for bound, name in bounds if value >= Decimal(bound)), "low")


def places(values: dict[str, Decimal | None]) -> dict[str, int | None]:
    present = [value for value in values.values() if value is not None]
    return {
        name: None if value is None else 1 + sum(other > value for other in present) for name, value in values.items()
    }


def made_up(count: int) -> list[Country]:
    """Countries far apart and a hair apart, at and beyond the goalposts, some with a figure missing."""
    rng = random.Random(2022)
    found: list[Country] = []
    for number in range(count):
        country = {
            "country": f"C{number}",
            "life_expectancy": f"{rng.uniform(45, 88):.3f}",
            "expected_schooling": f"{rng.uniform(3, 22):.8f}",
            "mean_schooling": f"{rng.uniform(1, 16):.9f}",
            "gni_per_capita": f"{100 * 10 ** rng.uniform(0, 3.2):.6f}",
        }
        if number % 9 == 0:
            country |= rng.choice((
                {"life_expectancy": "85"}, {"life_expectancy": "20"}, {"expected_schooling": "18"},
                {"mean_schooling": "0"}, {"mean_schooling": "15"}, {"gni_per_capita": "100"},
            ))
        elif number % 5 == 4 and found[-1]["gni_per_capita"]:
            country = found[-1] | {"country": f"C{number}", "gni_per_capita": f"{found[-1]['gni_per_capita']}999"}
        elif number % 40 == 7:
            country[rng.choice(FIGURES)] = ""
        found.append(country)
    return found


def test_values_groups_and_both_rankings_are_those_of_an_independent_calculation(tmp_path: Path) -> None:
    countries = made_up(400)
    indices = {country["country"]: index_of(country) for country in countries}
    values = {name: rounded(index, "0.001") for name, index in indices.items()}
    finely = {name: rounded(index, "0.000000001") for name, index in indices.items()}
    result = score(RUBRIC, countries=write(tmp_path / "countries.csv", countries))
    for name, value in values.items():
        mine = result["subjects"][name]
        if value is None:
            assert mine["hdi"]["state"] == mine["group"]["state"] == "missing"
        else:
            assert (Decimal(mine["hdi"]["shown"]), mine["group"]) == (value, group_of(value)), name
    assert ranks_of(result) == places(values)
    assert ranks_of(result, 1) == places(finely)
    assert places(values) != places(finely), "the rounding decides some ranks"


def test_the_example_has_the_published_values_groups_and_order() -> None:
    published = {row["country"]: row for row in rows_of(EXAMPLE / "published.csv")}
    result = score(RUBRIC, countries=EXAMPLE / "countries.csv")
    for name, row in published.items():
        mine = result["subjects"][name]
        if row["hdi"]:
            assert (mine["hdi"]["shown"], mine["group"]) == (row["hdi"], GROUPS[row["group"]]), name
    # Ranks among the countries of the example, in the order of those among all.
    order = {name: Decimal(-int(row["rank"])) if row["rank"] else None for name, row in published.items()}
    assert ranks_of(result) == places(order)
    assert ranks_of(result, 1) != places(order), "unrounded, some published ranks do not come out"

"""A rubric with periods scores each of them as the rubric without periods scores its rows alone."""

from __future__ import annotations

import csv
import io
import random
import re

from rubric_dsl.results.model import NoValue, Result
from rubric_dsl.results.score import score_periods
from tests.properties.long import count
from tests.properties.made import Made, made
from tests.properties.program import File, files, observed, plan_of

CASES = count(60, 2000)
OBSERVE = re.compile(r"^(observe (\w+)(?: \"[^\"]*\")? of city), (.*)$", re.MULTILINE)
SEASONS = ("7", "8")


def in_seasons(built: Made) -> tuple[str, dict[str, File]]:
    """The rubric with `each season` on every table but the register, and its rows once in each of two seasons."""
    register = built.plan.register_table

    def observe(found: re.Match[str]) -> str:
        head, table, folding = found.groups()
        if table == register:
            return found.group()
        return f"{head} each season, {folding}\n  season whole number"

    given = dict(files(built.case))
    for name, file in given.items():
        if name != register:
            given[name] = File(file.name, twice(file.data.decode()).encode())
    return OBSERVE.sub(observe, built.text), given


def twice(rows: str) -> str:
    """The rows of a file in either season, mixed; keys, which no two rows share, with the season before them."""
    header, *lines = csv.reader(io.StringIO(rows))
    keys = [name.endswith("_id") for name in header]
    mixed = [
        [season, *(season + cell if key else cell for key, cell in zip(keys, line, strict=True))]
        for season in SEASONS for line in lines
    ]
    random.Random(len(mixed)).shuffle(mixed)
    written = io.StringIO()
    csv.writer(written).writerows([["season", *header], *mixed])
    return written.getvalue()


def values(result: Result) -> dict[str, dict[str, object]]:
    """Without the lines that say why something is not there, which are others."""
    return {
        subject: {name: (one.state, one.because) if isinstance(one, NoValue) else one for name, one in own.items()}
        for subject, own in result.values.items()
    }


def ranks(result: Result) -> dict[str, dict[str, tuple[object, ...]]]:
    return {
        ranking.name: {row.subject: (row.rank, row.because, row.group) for row in ranking.rows}
        for ranking in result.rankings
    }


def test_each_period_is_scored_as_if_it_stood_alone() -> None:
    seen = 0
    for seed in range(CASES):
        built = made(seed)
        text, given = in_seasons(built)
        if "each season" not in text:
            continue
        seen += 1
        plan = plan_of(text)
        results = score_periods(plan, observed(plan, given))
        assert [result.period for result in results] == list(SEASONS), text
        for result in results:
            assert result.problem_count == built.result.problem_count, text
            assert values(result) == values(built.result), text
            assert ranks(result) == ranks(built.result), text
    assert seen > CASES // 2

"""`compile_rubric` and `score` as programs use them."""

from __future__ import annotations

import datetime
import math
import subprocess
import sys
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rubric_dsl
from rubric_dsl import NotFinished, ObservationsRefused, Plan, RubricHasErrors, WrongUse, compile_rubric, score

ROOT = Path(__file__).resolve().parents[2]
RUBRIC = """\
rubric "Hotlines"
observe calls "拨测" of city, averaged
  city text
  wait number from 0 to 600 optional
measure waited optional = mean(wait where wait is not missing)
indicator access worth 10
  touchpoint quick worth 10 by wait
    missing:        4
    over 20 to 600: 0
    over 0 to 20:  10
    0:              5
ranking by access
  exact
  ties share
"""


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compile_rubric(RUBRIC)


def points(plan: Plan, data: Any, **options: Any) -> dict[str, str | None]:
    """The exact points of `access` by city."""
    found = score(plan, calls=data, **options).to_dicts()
    return {row["subject"]: row["exact"] for row in found if row["item"] == "access" and row["kind"] == "indicator"}


def refused(plan: Plan, data: Any) -> list[tuple[int, str, str, str]]:
    with pytest.raises(ObservationsRefused) as caught:
        score(plan, calls=data)
    return [(one["row"], one["column"], one["value"], one["code"]) for one in caught.value.records]


def test_rows_of_a_program_are_scored_exactly(plan: Plan) -> None:
    # 杭州: 0 s is 5, 12.5 s is 10, 20.000000000000000001 s is more than 20 s: 0; the mean of 15 over 3.
    rows = [
        {"city": "杭州", "wait": 0}, {"city": "杭州", "wait": 12.5},
        {"city": "杭州", "wait": Decimal("20.000000000000000001")}, {"city": "湖州", "wait": Fraction(41, 2)},
        {"city": "湖州", "wait": None}, {"city": "湖州"},
    ]
    assert points(plan, rows) == {"杭州": "5", "湖州": "8/3"}


def test_a_result_is_a_frame_of_each_kind(plan: Plan) -> None:
    result = score(plan, calls=[{"city": "A", "wait": 3}, {"city": "A", "wait": 30}, {"city": "A", "wait": 0},
                                {"city": "B"}])
    [best, second] = result.ranking().to_dicts()
    assert (best["rank"], best["subject"], best["exact"], best["double"]) == (1, "A", "5", 5.0)
    assert (second["rank"], second["subject"], second["exact"]) == (2, "B", "4")
    rows = result.to_dicts()
    [waited] = [row for row in rows if row["subject"] == "B" and row["item"] == "waited"]
    assert (waited["state"], waited["exact"], waited["double"]) == ("missing", None, None) and waited["because"]
    [worth] = {row["worth_exact"] for row in rows if row["item"] == "quick"}
    assert worth == "10"
    assert result.to_polars().to_dicts() == rows and result.to_arrow().to_pylist() == rows
    frame = result.to_pandas()
    assert [tuple(None if pd.isna(cell) else cell for cell in row) for row in frame.itertuples(index=False)] == [
        tuple(row.values()) for row in rows]
    assert result.to_json()["rankings"][0]["rows"][0]["score"]["exact"] == "5"
    with pytest.raises(KeyError, match="ranking"):
        result.ranking("nobody")


def test_the_nearest_double_stands_beside_a_fraction(plan: Plan) -> None:
    [row] = score(plan, calls=[{"city": "A", "wait": 3}, {"city": "A"}, {"city": "A"}]).ranking().to_dicts()
    assert (row["exact"], row["double"]) == ("6", 6.0)
    [row] = score(plan, calls=[{"city": "A"}, {"city": "A"}, {"city": "A", "wait": 0}]).ranking().to_dicts()
    assert (row["exact"], row["double"]) == ("13/3", 13 / 3)


def test_nan_and_infinity_are_refused(plan: Plan) -> None:
    values = [3.0, math.nan, math.inf]
    for data in (
        [{"city": "A", "wait": value} for value in values],
        pl.DataFrame({"city": ["A"] * 3, "wait": values}),
        pa.table({"city": ["A"] * 3, "wait": values}),
    ):
        assert refused(plan, data) == [(3, "wait", "nan", "D007"), (4, "wait", "inf", "D007")]


def test_what_pandas_holds_for_missing_is_absent(plan: Plan) -> None:
    """As in the files that pandas writes; infinity is no number all the same."""
    frames = [
        pd.DataFrame({"city": ["A", "A", "A"], "wait": [3, None, 0]}),  # doubles with NaN
        pd.DataFrame({"city": ["A", "A", "A"], "wait": pd.array([3, None, 0], dtype="Int64")}),
        pd.DataFrame({"city": ["A", "A", "A"], "wait": pd.Series([3, np.nan, 0], dtype=object)}),
        pd.DataFrame({"city": pd.Categorical(["A", "A", "A"]), "wait": pd.Series([3, pd.NaT, "0"], dtype=object)}),
        pd.DataFrame({"city": ["A", "A", "A"], "wait": pd.Series(["3", pd.NA, "0"], dtype="string")}),
        pd.DataFrame({"city": ["A", "A", "A"], "wait": [np.float64(3), None, np.int8(0)]}, dtype=object),
    ]
    for frame in frames:
        assert points(plan, frame) == {"A": "19/3"}, frame.dtypes  # (10 + 4 + 5) ÷ 3
    assert refused(plan, pd.DataFrame({"city": ["A"], "wait": [math.inf]})) == [(2, "wait", "inf", "D007")]


def test_a_double_is_its_shortest_decimal_as_in_parquet(plan: Plan, tmp_path: Path) -> None:
    waits = [0.1 + 0.2, 20.0, math.nextafter(20, 21), 1e-7, -0.0]
    frame = pl.DataFrame({"city": ["A"] * 5, "wait": waits})
    frame.write_parquet(tmp_path / "calls.parquet")
    # 10, 10, 0 (beyond 20), 10; -0 is 0: 5.
    assert points(plan, frame) == points(plan, tmp_path / "calls.parquet") == {"A": "7"}
    assert points(plan, frame.to_pandas()) == points(plan, frame.to_dicts()) == {"A": "7"}


@pytest.mark.parametrize("engine", [None, "reference", "compiled", "polars", "duckdb"])
def test_many_rows_are_the_same_in_every_engine(plan: Plan, engine: str | None) -> None:
    rows = 6_000
    frame = pd.DataFrame({"city": ["A", "B", "C"] * (rows // 3), "wait": [0, None, 7, 20, 21, None] * (rows // 6)})
    # A: 0 and 20, B: absent and 21, C: 7 and absent.
    assert points(plan, frame, engine=engine) == {"A": "15/2", "B": "2", "C": "7"}
    if engine in (None, "polars"):
        assert score(plan, calls=frame, engine=engine).engine == "polars"


def test_dates_categories_and_enums_are_cells() -> None:
    plan = compile_rubric("""\
rubric "Dates"
observe calls of city, averaged
  city choice 杭州 | 湖州
  day date
  kind choice tax | housing
measure late = share(day > "2020-10-28")
ranking by late
  exact
  ties share
""")

    class Kind(Enum):
        TAX = "tax"

    day = datetime.date(2020, 10, 29)
    rows = [{"city": "杭州", "day": day, "kind": Kind.TAX},
            {"city": "湖州", "day": datetime.datetime(2020, 10, 28), "kind": "housing"}]
    frame = pl.DataFrame({"city": ["杭州", "湖州"], "day": [day, datetime.date(2020, 10, 28)],
                          "kind": pl.Series(["tax", "housing"], dtype=pl.Enum(["tax", "housing"]))})
    found = [score(plan, calls=data).ranking().to_dicts() for data in (
        rows, frame, frame.to_pandas(), frame.with_columns(pl.col("day").cast(pl.Datetime)),
        frame.to_pandas().assign(day=pd.to_datetime(frame["day"].to_list())),
    )]
    assert [row["exact"] for row in found[0]] == ["1", "0"] and all(one == found[0] for one in found)
    assert refused(plan, [{"city": "杭州", "day": datetime.datetime(2020, 10, 28, 1), "kind": ["tax"]}]) == [
        (2, "day", "2020-10-28 01:00:00", "R363"), (2, "kind", "['tax']", "D005")]


def test_all_that_is_refused_is_told_in_both_languages(plan: Plan) -> None:
    with pytest.raises(ObservationsRefused) as caught:
        score(plan, calls=[{"city": "A", "wait": "soon"}, {"city": None, "wait": True}], strange=[])
    error = caught.value
    assert [(one["table"], one["row"], one["column"]) for one in error.records] == [
        ("calls", 2, "wait"), ("calls", 3, "city"), ("calls", 3, "wait"), ("strange", 0, None)]
    assert error.exit_code == 4 and error.ledger["calls"]["refused"] == 2
    assert "<calls>:2" in str(error) and "不是" in error.text("zh") and error.text("zh") != str(error)


def test_all_that_is_wrong_with_a_rubric_is_told() -> None:
    with pytest.raises(RubricHasErrors) as caught:
        compile_rubric(RUBRIC.replace("  exact\n", "").replace("  ties share\n", ""))
    assert [one["code"] for one in caught.value.records] == ["R101", "R102"]
    assert caught.value.exit_code == 3 and isinstance(caught.value, ValueError)
    assert "错误[R101]" in caught.value.text("zh")


def test_an_impossible_value_is_told() -> None:
    plan = compile_rubric(RUBRIC.replace("measure waited optional = mean(wait where wait is not missing)",
                                         "measure waited = 1 / (count(wait > 3 where wait is not missing) - 1)"))
    with pytest.raises(NotFinished) as caught:
        score(plan, calls=[{"city": "A", "wait": 4}])
    assert caught.value.exit_code == 7 and len(caught.value.records) == 1 and "<text>:5" in caught.value.text("zh")


def test_what_is_no_table_is_told(plan: Plan, tmp_path: Path) -> None:
    for given, said in (
        ({"calls": 7}, "int"), ({"calls": b"city"}, "bytes"), ({"calls": str(tmp_path / "calls.csv")}, "calls.csv"),
        ({"calls": [], "拨测": []}, "twice"),
    ):
        with pytest.raises(WrongUse, match=said) as caught:
            score(plan, given)  # type: ignore[arg-type]
        assert caught.value.exit_code == 2
    with pytest.raises(WrongUse, match="sparks"):
        score(plan, calls=[], engine="sparks")
    with pytest.raises(WrongUse):
        compile_rubric(tmp_path / "nothing.rubric")


def test_columns_of_one_name_and_names_that_are_no_texts(plan: Plan) -> None:
    frame = pd.DataFrame([["A", 3, 4]], columns=["city", "wait", "wait"])
    assert {code for *_, code in refused(plan, frame)} == {"D034"}
    assert points(plan, pd.DataFrame([["A", 3, 4]], columns=["city", "wait", 7])) == {"A": "10"}


def test_a_label_names_a_table_and_refused_rows_can_be_left_out(plan: Plan) -> None:
    rows = [{"city": "A", "wait": 3}, {"city": "A", "wait": "soon"}]
    result = score(plan, 拨测=rows, leave_out_refused=True)
    assert [row["exact"] for row in result.ranking().to_dicts()] == ["10"]
    assert (result.ledger["calls"]["refused"], result.ledger["calls"]["left_out"]) == (1, True)


def test_settings_and_files_beside(tmp_path: Path) -> None:
    text = RUBRIC.replace("observe calls", "parameter most from 5 to 60 = 20\nobserve calls").replace(
        "over 20 to 600: 0\n    over 0 to 20:  10", "over most to 600: 0\n    over 0 to most: 10")
    rows = [{"city": "A", "wait": 15}]
    assert points(compile_rubric(text), rows) == {"A": "10"}
    assert points(compile_rubric(text, settings={"most": "10"}), rows) == {"A": "0"}
    path = tmp_path / "a.rubric"
    path.write_text(text, encoding="utf-8")
    assert compile_rubric(path).identity == compile_rubric(str(path)).identity == compile_rubric(text).identity


def in_a_new_process(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_loads_nothing_until_it_is_used() -> None:
    in_a_new_process("""
import sys, rubric_dsl
assert not {"lark", "polars", "pandas", "pyarrow", "click", "rubric_dsl.api"} & set(sys.modules)
rubric_dsl.compile_rubric, rubric_dsl.score
assert not {"polars", "pandas", "pyarrow", "duckdb", "click", "rich"} & set(sys.modules)
""")


def test_lists_of_dicts_and_results_need_no_library_of_frames() -> None:
    said = in_a_new_process(f"""
import sys
for name in ("polars", "pandas", "pyarrow"):
    sys.modules[name] = None
import rubric_dsl
plan = rubric_dsl.compile_rubric({RUBRIC!r})
rows = [dict(city="A", wait=3)] * 5000
result = rubric_dsl.score(plan, calls=rows)
print(result.ranking().to_dicts()[0]["exact"])
try:
    rubric_dsl.score(plan, calls=rows, engine="polars")
except rubric_dsl.NotInstalled as error:
    print(error.exit_code, "polars" in str(error))
""")
    assert said.split() == ["10", "6", "True"]


def test_every_public_name_is_there() -> None:
    assert all(getattr(rubric_dsl, name) for name in rubric_dsl.__all__) and "score" in dir(rubric_dsl)
    with pytest.raises(AttributeError):
        rubric_dsl.nobody  # noqa: B018

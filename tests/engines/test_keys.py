"""A key stands in one row of all files of a table, however it is spelled and wherever the rows are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

import rubric_dsl

RUBRIC = """\
rubric "Keys"
observe calls of city, averaged{once}
  id     {kind}
  city   text
  place  choice house "房屋" | yard "院落"
  ok     yes/no
measure m = share(ok)
ranking by m
  exact
  ties share
"""


def refused(folder: Path, rubric: str, files: Sequence[Sequence[tuple[object, str]]]) -> list[tuple[str, int, str]]:
    """File and row of each refusal, and which row it names, for files of ids and places."""
    for place, rows in enumerate(files):
        ids, places = zip(*rows, strict=True)
        columns = {"id": list(ids), "city": ["A"] * len(ids), "place": list(places), "ok": [True] * len(ids)}
        frame = pl.DataFrame(columns)
        frame.write_parquet(folder / f"{place}.parquet")
    try:
        result = rubric_dsl.score(rubric_dsl.compile_rubric(rubric), calls=folder)
    except rubric_dsl.ObservationsRefused as error:
        told = [re.match(r"row (\d+) \((.*)\) has the same", one["message"]) for one in error.records]
        return [(Path(one["file"]).name, one["row"], "" if first is None else f"{Path(first[2]).name}:{first[1]}")
                for one, first in zip(error.records, told, strict=True)]
    assert result.engine == "polars"
    return []


@pytest.mark.parametrize(("files", "found"), [
    ([["x", "y"], ["z", "w"]], []),
    ([["x", "x"], ["y"]], [("0.parquet", 3, "0.parquet:2")]),
    ([["x", "y"], ["x", "z"]], [("1.parquet", 2, "0.parquet:2")]),  # the same number in another file
    ([["x", "y"], ["z", "x"]], [("1.parquet", 3, "0.parquet:2")]),
    ([["x "], ["x"]], [("1.parquet", 2, "0.parquet:2")]),  # blanks around it are trimmed
    ([["ｘ１"], ["y", "ｘ１ "]], [("1.parquet", 3, "0.parquet:2")]),
])
def test_a_text_is_a_key_once_in_all_files(
    tmp_path: Path, files: list[list[str]], found: list[tuple[str, int, str]]
) -> None:
    rubric = RUBRIC.format(once="", kind="text key")
    assert refused(tmp_path, rubric, [[(name, "house") for name in own] for own in files]) == found


def test_a_number_is_the_same_key_in_columns_of_any_type(tmp_path: Path) -> None:
    rubric = RUBRIC.format(once="", kind="number key")
    files = [["1", "2.50"], [3, 1], [2.5, 4.25]]
    found = refused(tmp_path, rubric, [[(name, "house") for name in own] for own in files])
    assert found == [("1.parquet", 3, "0.parquet:2"), ("2.parquet", 2, "0.parquet:3")]


def test_one_row_each_holds_for_labels_and_names(tmp_path: Path) -> None:
    rubric = RUBRIC.format(once=" by place, one row each", kind="text")
    assert refused(tmp_path, rubric, [[("a", "house")], [("b", "yard")]]) == []
    assert refused(tmp_path, rubric, [[("a", "house")], [("b", "房屋"), ("c", "yard")]]) == [
        ("1.parquet", 2, "0.parquet:2")]

"""What the words of a command line mean: tables and files, settings, subject and item."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rubric_dsl.cli.arguments import Observation, apart, by_table, observation, settings
from rubric_dsl.cli.exits import Exit, Stop


def plan(*tables: tuple[str, str | None]) -> Any:
    return SimpleNamespace(tables=[SimpleNamespace(name=name, label=label) for name, label in tables])


ONE = plan(("calls", "拨测记录"))
TWO = plan(("calls", "拨测记录"), ("cities", None))


@pytest.mark.parametrize(("text", "expected"), [
    ("calls=a.csv", Observation("calls", "a.csv")),
    ("a.csv", Observation(None, "a.csv")),
    ("calls=-", Observation("calls", "-")),
    ("data/x=1.csv", Observation(None, "data/x=1.csv")),
    ("calls=data/x=1.csv", Observation("calls", "data/x=1.csv")),
    ("=a.csv", Observation(None, "=a.csv")),
])
def test_a_table_stands_before_the_first_equals_sign(text: str, expected: Observation) -> None:
    assert observation(text) == expected


def test_a_file_whose_name_has_an_equals_sign_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("calls=a.csv").write_text("", "utf-8")
    assert observation("calls=a.csv") == Observation(None, "calls=a.csv")


def test_one_table_needs_no_name_and_several_go_by_the_name_of_the_file() -> None:
    assert by_table(["whatever.csv"], ONE) == {"calls": "whatever.csv"}
    assert by_table(["x/cities.csv", "拨测记录.csv"], TWO) == {"cities": "x/cities.csv", "calls": "拨测记录.csv"}
    assert by_table(["拨测记录=a.csv", "cities=-"], TWO) == {"calls": "a.csv", "cities": "-"}


def test_a_table_that_the_rubric_has_not_is_left_for_the_reader_to_refuse() -> None:
    assert by_table(["nonsense=a.csv"], ONE) == {"nonsense": "a.csv"}


@pytest.mark.parametrize(("given", "key"), [
    (["a.csv"], "usage.which-table"),
    (["calls=a.csv", "calls=b.csv"], "usage.table-twice"),
    (["calls=-", "cities=-"], "usage.stdin-twice"),
    (["mysql://host/x#strange"], "usage.scheme"),
])
def test_what_cannot_be_meant_is_a_fault_of_the_command_line(given: list[str], key: str) -> None:
    with pytest.raises(Stop) as stop:
        by_table(given, TWO)
    assert (stop.value.exit_code, stop.value.key) == (Exit.USAGE, key)


def test_a_windows_path_is_no_scheme() -> None:
    assert by_table([r"C:\data\calls.csv"], ONE) == {"calls": r"C:\data\calls.csv"}


def test_settings_are_name_and_value_and_the_last_counts() -> None:
    assert settings(["a=15 s", " b = x=y ", "a=20 s"]) == {"a": "20 s", "b": "x=y"}
    for text in ("a", "=1", "a="):
        with pytest.raises(Stop):
            settings([text])


def test_what_is_no_observation_is_subject_and_item(tmp_path: Path) -> None:
    data = tmp_path / "calls.csv"
    data.write_text("", "utf-8")
    assert apart(["湖州", str(data), "cities=b.csv", "waiting", "-"]) == (
        [str(data), "cities=b.csv", "-"], ["湖州", "waiting"])

"""Cells one kind at a time: what is read exactly, and what is refused with what to write instead."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubric_dsl.observations.messages import message
from rubric_dsl.observations.model import Cell
from rubric_dsl.observations.near import differences, nearest
from tests.observations.plans import column, csv_of, ledger, members, plan, read, table


def reading(cell: str, type: str, **more: Any) -> Cell | str:
    """The value of one cell, or the code it is refused with."""
    of = plan(table(column("city"), column("x", type, **more)))
    data = read(f'city,x\n甲,"{cell}"\n', of).tables["calls"]
    return data.rows[0].values["x"] if data.rows else data.ledger.refusals[0].code


def said(cell: str, type: str, **more: Any) -> str:
    of = plan(table(column("city"), column("x", type, **more)))
    return message(ledger(f'city,x\n甲,"{cell}"\n', of).refusals[0], "en")


def mended(cell: str, type: str, **more: Any) -> list[tuple[str, str, str]]:
    of = plan(table(column("city"), column("x", type, **more)))
    return [(r.code, r.before, r.after) for r in ledger(f'city,x\n甲,"{cell}"\n', of).repairs]


@pytest.mark.parametrize("cell", ["是", "yes", "1", "√", "有"])
def test_yes(cell: str) -> None:
    assert reading(cell, "yes/no") is True


@pytest.mark.parametrize("cell", ["否", "no", "0", "×", "无"])
def test_no(cell: str) -> None:
    assert reading(cell, "yes/no") is False


@pytest.mark.parametrize(
    ("cell", "value"), [("Yes", True), ("Y", True), ("✓", True), ("FALSE", False), ("ｎ", "D006"), ("０", False)]
)
def test_other_words_for_yes_and_no_that_leave_no_doubt_are_read_and_listed(cell: str, value: bool | str) -> None:
    assert reading(cell, "yes/no") == value
    assert value == "D006" or mended(cell, "yes/no") == [("R350", cell, "yes" if value else "no")]


@pytest.mark.parametrize(("cell", "instead"), [("x", "`no`"), ("on", "`yes`"), ("没有", "`no`"), ("T", "`yes`")])
def test_other_words_for_yes_and_no_are_offered_not_taken(cell: str, instead: str) -> None:
    assert reading(cell, "yes/no") == "D006" and instead in said(cell, "yes/no")


@pytest.mark.parametrize(
    ("cell", "value"),
    [("0", 0), ("-3", -3), ("12.50", Fraction(25, 2)), ("0.1", Fraction(1, 10)), ("007", 7), ("9" * 60, 10**60 - 1)],
)
def test_numbers_are_exact(cell: str, value: Fraction) -> None:
    assert reading(cell, "number") == value


@pytest.mark.parametrize(
    ("cell", "instead"),
    [
        ("1 234.5", "`1234.5`"), ("1'234", "`1234`"), ("1e5", "`100000`"), ("2.5E-1", "`0.25`"),
    ],
)
def test_other_forms_of_numbers_are_offered_in_the_form_that_is_read(cell: str, instead: str) -> None:
    assert reading(cell, "number") == "D008" and instead in said(cell, "number")


@pytest.mark.parametrize(
    ("cell", "type", "form"),
    [
        ("1,234", "number", "1234"), ("-1,234,567.50", "number", "-1234567.50"),
        ("１，２３４", "number", "1234"),
        ("１２．５", "number", "12.5"), ("\u22123", "number", "-3"),
        ("1.2万", "number", "12000"), ("3亿", "number", "300000000"),
        ("1分05秒", "seconds", "65"),
        ("2小时3分", "seconds", "7380"), ("1.5分钟", "seconds", "90"), ("15秒", "seconds", "15"),
        ("1:01:05", "seconds", "3665"), ("87.5％", "percent", "87.5%"), ("87.5 %", "percent", "87.5%"),
        ("2020/1/5", "date", "2020-01-05"), ("2020年1月5日", "date", "2020-01-05"), ("2020.1.5", "date", "2020-01-05"),
        ("２０２０-10-28", "date", "2020-10-28"), ("2020-1-5 0:00", "date", "2020-01-05"), ("9:05", "time", "09:05"),
        ("9：05", "time", "09:05"), ("09:05:00", "time", "09:05"), ("9时05分", "time", "09:05"),
    ],
)
def test_forms_that_leave_no_doubt_are_read_and_each_is_listed(cell: str, type: str, form: str) -> None:
    assert reading(cell, type) == reading(form, type) and not isinstance(reading(form, type), str)
    assert mended(cell, type) == [("R350", cell, form)]


@pytest.mark.parametrize(
    ("cell", "type", "code"),
    [
        ("1,23", "number", "D007"), ("12,34,567", "number", "D007"), ("1.234,5", "number", "D007"),
        ("1分75秒", "seconds", "D007"),
        ("1.5分30秒", "seconds", "D007"), ("01:05", "seconds", "R352"), ("①", "number", "D007"),
        ("1²", "number", "D007"),
        ("٣", "number", "D007"), ("〇", "number", "D007"), ("五", "number", "D007"), ("1.2万", "percent", "R351"),
        ("92*（复核）", "number", "R351"), ("<5", "number", "R351"), ("约90", "number", "R351"),
        ("90 左右", "number", "R351"),
        ("92分", "number", "R351"), ("3/4/2020", "date", "D014"), ("2020/13/1", "date", "D014"),
        ("2020-1/5", "date", "D014"),
        ("2020-01-05 09:30", "date", "D014"), ("下午2:56", "time", "D016"), ("25:00", "time", "D016"),
        ("3.30102E+17", "text", "R359"),
    ],
)
def test_what_may_mean_two_things_is_refused(cell: str, type: str, code: str) -> None:
    assert reading(cell, type) == code


def test_a_duration_with_a_colon_is_refused_with_both_readings() -> None:
    assert "65 or 3900" in said("01:05", "seconds")


@pytest.mark.parametrize("word", ["—", "/", "无", "NA", "n/a", "不适用"])
def test_words_for_absent_are_read_only_where_they_are_declared(word: str) -> None:
    assert reading(word, "number", presence="optional", written_absent=(word,)) is None
    assert reading(word, "number", presence="optional") == "R362"
    assert reading(word, "number") == "D007"


@pytest.mark.parametrize(
    "cell", ["nan", "inf", "-Infinity", "1e400", "1.2.3", "12,5", "x", "0x10", "1_000", "½", "--1"]
)
def test_what_is_no_number_is_refused(cell: str) -> None:
    assert reading(cell, "number") == "D007"


def test_decimals_are_held_to_the_declared_number_but_zeros_do_no_harm() -> None:
    assert reading("12.50", "number", decimals=1) == Fraction(25, 2)
    assert reading("12.55", "number", decimals=1) == "D010"
    assert reading("12.0", "whole number") == 12 and reading("12.5", "whole number") == "D010"
    assert reading("0.25", "seconds", decimals=2) == Fraction(1, 4)
    assert reading("87.55%", "percent", decimals=1) == "D010"


def test_ranges_include_their_ends() -> None:
    for cell, value in (("0", 0), ("1800", 1800), ("1801", "D011"), ("-1", "D011")):
        assert reading(cell, "seconds", low="0", high="1800") == value
    assert reading("-1", "seconds") == "D011"
    assert "0 to 1800" in said("1801", "seconds", low="0", high="1800")


@pytest.mark.parametrize(
    ("written", "cell", "value"),
    [
        ("with sign", "87.5%", Fraction(7, 8)), ("with sign", "0%", 0), ("with sign", "87.5", "D012"),
        ("with sign", "87.5％", Fraction(7, 8)), ("87.5", "87.5％", "D013"),
        ("with sign", "%", "D007"), ("with sign", "x", "D007"),
        ("87.5", "87.5", Fraction(7, 8)), ("87.5", "87.5%", "D013"), ("0.875", "0.875", Fraction(7, 8)),
        ("0.875", "87.5%", "D013"), ("0.875", "seven", "D007"),
    ],
)
def test_percentages_are_read_as_the_column_says(written: str, cell: str, value: Cell | str) -> None:
    assert reading(cell, "percent", percent_written=written) == value


def test_percentages_in_another_form_are_offered_in_the_column_s_own() -> None:
    assert "`87.5%`" in said("87.5", "percent")
    assert "`0.875`" in said("87.5%", "percent", percent_written="0.875")
    assert "`87.5`" in said("87.5%", "percent", percent_written="87.5")
    assert reading("101%", "percent", low="0", high="1") == "D011"
    assert "0% to 100%" in said("101%", "percent", low="0", high="1")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2020-10-28", datetime.date(2020, 10, 28).toordinal()), ("0001-01-01", 1), ("2020-02-29", 737484),
        ("2021-02-29", "D015"), ("2020-02-30", "D015"), ("2020-13-01", "D015"), ("20201028", "D014"),
        ("2020-W01-1", "D014"), ("28.10.2020", "D014"), ("44132", "D014"),
    ],
)
def test_dates(cell: str, value: int | str) -> None:
    assert reading(cell, "date") == value


def test_a_date_whose_digits_run_together_is_offered() -> None:
    assert "`2020-01-05`" in said("20200105", "date")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("00:00", 0), ("14:56", 896), ("23:59", 1439), ("24:00", "D016"), ("14:60", "D016"),
        ("noon", "D016"),
    ],
)
def test_times(cell: str, value: int | str) -> None:
    assert reading(cell, "time") == value


def test_a_time_with_seconds_is_not_cut_off() -> None:
    assert "`" not in said("14:56:30", "time")


def test_dates_and_times_have_ranges() -> None:
    assert reading("2019-12-31", "date", low="2020-01-01") == "D011"
    assert reading("08:59", "time", low="09:00", high="17:00") == "D011"
    assert "09:00 to 17:00" in said("08:59", "time", low="09:00", high="17:00")


def test_choices_by_name_by_any_label_and_never_by_likeness() -> None:
    flow = members(oxygen="O2", air="空气")
    assert reading("oxygen", "choice", members=flow) == "oxygen"
    assert reading("O2", "choice", members=flow) == "oxygen"
    assert reading("空气", "choice", members=flow) == "air"
    assert reading("Oxygen", "choice", members=flow) == "D005"
    assert "`oxygen`" in said("Oxygen", "choice", members=flow) and "`oxygen`" in said("oxigen", "choice", members=flow)


def test_absence_is_written_as_the_column_says() -> None:
    assert reading("", "number", presence="optional") is None
    assert reading("不适用", "number", presence="optional", written_absent=("不适用", "/")) is None
    assert reading("", "number", presence="optional", written_absent=("不适用", "/")) == "D004"
    assert reading("", "number", presence="optional", written_absent=("不适用", "")) is None
    assert '"不适用"' in said("", "number", presence="optional", written_absent=("不适用", "/"))
    assert reading("", "number") == "D001"


def test_texts_are_read_in_normal_form_and_listed_when_that_changes_them() -> None:
    of = plan(table(column("city"), column("x")))
    data = read("city,x\n甲,e\u0301\n", of).tables["calls"]
    assert data.rows[0].values["x"] == "\u00e9"
    assert [repair.code for repair in data.ledger.repairs] == ["D028"]


def test_a_choice_reads_names_in_any_composition() -> None:
    assert reading("e\u0301", "choice", members=members(a="\u00e9", b="")) == "a"


@pytest.mark.parametrize(
    ("word", "names", "meant"),
    [
        ("杭洲", ("杭州", "湖州", "温州"), "杭州"), ("S9", ("S1", "S2"), None), ("s1", ("S1", "S2"), "S1"),
        ("wait_secnods", ("wait_seconds", "handle_seconds"), "wait_seconds"), ("Ｓ１", ("S1",), "S1"),
        ("x", ("y",), None),
        ("", ("a",), None), ("entirely other", ("wait",), None),
    ],
)
def test_the_nearest_name(word: str, names: tuple[str, ...], meant: str | None) -> None:
    assert nearest(word, names) == meant


@pytest.mark.parametrize(
    ("one", "other", "count"), [("", "", 0), ("ab", "ba", 1), ("abc", "ac", 1), ("kitten", "sitting", 3)]
)
def test_differences(one: str, other: str, count: int) -> None:
    assert differences(one, other) == differences(other, one) == count


def test_cells_of_one_column_are_read_alike_however_often_they_come() -> None:
    of = plan(table(column("city"), column("x", "number")))
    rows = read(csv_of([f"甲,{i % 3}.0" for i in range(9)], "city,x"), of).tables["calls"].rows
    assert [row.values["x"] for row in rows] == [0, 1, 2] * 3


USUAL = st.one_of(
    st.integers(-10**6, 10**18).map(str), st.from_regex(r"-?[0-9]{1,4}\.[0-9]{1,3}", fullmatch=True),
    st.sampled_from(["007", "-0", "0.50", "12."]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(USUAL, min_size=30, max_size=60), st.sampled_from(["number", "whole number", "seconds"]),
       st.sampled_from([(None, None), ("-5/2", "500"), (None, "1000")]), st.sampled_from([None, 0, 1]),
       st.lists(st.sampled_from(["", "１２", "x", "1\n2"]), max_size=1))
def test_cells_that_are_read_many_at_once_are_what_each_is_alone(
    cells: list[str], type: str, ends: tuple[str | None, str | None], decimals: int | None, odd: list[str]
) -> None:
    cells = [*cells, *odd]
    more = {"low": ends[0], "high": ends[1], "presence": "optional"} | ({} if decimals is None else
                                                                        {"decimals": decimals})
    of = plan(table(column("city"), column("x", type, **more)))
    text = "city,x\n" + "".join(f'甲,"{cell}"\n' for cell in cells)
    data = read(text, of).tables["calls"]
    together = {row.number: row.values["x"] for row in data.rows}
    together |= {refusal.row: refusal.code for refusal in data.ledger.refusals}  # type: ignore[misc]
    alone = {number: reading(cell, type, **more) for number, cell in enumerate(cells, start=2)}
    assert together == alone

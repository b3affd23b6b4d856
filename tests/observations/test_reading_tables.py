"""Files and tables as a whole: encodings, headers, subjects and scenarios, registers, grids, the catalogue of codes."""

from __future__ import annotations

import re
import tomllib
from fractions import Fraction
from importlib.resources import files

import pytest

from rubric_dsl.observations import codes
from rubric_dsl.observations.grid import rows_from_cells
from rubric_dsl.observations.messages import message
from rubric_dsl.observations.raw import Given
from rubric_dsl.observations.read import read_observations, read_records, stopped_by
from rubric_dsl.plan.model import ScoringPlan, TableSchema
from tests.observations.plans import (
    CITIES,
    HEADER,
    ROWS,
    SCENARIOS,
    File,
    column,
    csv_of,
    hotline,
    ledger,
    members,
    plan,
    refused,
    table,
)


def test_a_file_in_another_encoding_is_refused_with_the_place_of_the_byte() -> None:
    data = csv_of().encode() + b"\xff\xff"
    offset = len(data) - 2
    (refusal,) = ledger(data).refusals
    assert (refusal.row, refusal.line, refusal.code) == (0, 8, "D030")
    assert str(offset) in message(refusal, "en") and "UTF-8" in message(refusal, "zh")


def test_the_offset_counts_from_the_start_of_the_file_also_behind_a_byte_order_mark() -> None:
    (refusal,) = ledger(b"\xef\xbb\xbfid\xff").refusals
    assert refusal.facts["offset"] == 5


@pytest.mark.parametrize(
    ("data", "code"), [(b"PK\x03\x04rest", "R334"), (b"id,city\0\n", "D031"), (b"SQLite format 3\0", "R365")]
)
def test_a_file_that_is_no_table_is_refused(data: bytes, code: str) -> None:
    assert refused(data) == [(0, None, code)]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_has_no_header(data: bytes) -> None:
    assert refused(data) == [(0, None, "D033")]


def test_a_blank_header_is_refused() -> None:
    assert refused(",,,\n") == [(1, None, "D033")]


def test_a_missing_column_is_named_with_the_header_that_is_near() -> None:
    account = ledger(csv_of(header=HEADER.replace("wait", "wiat")))
    assert [(refusal.row, refusal.column, refusal.code) for refusal in account.refusals] == [(1, "wait", "D035")]
    assert "`wiat`" in message(account.refusals[0], "en")
    assert account.read == 0


def test_every_missing_column_is_one_message() -> None:
    assert refused("id,city,scenario\n") == [
        (1, name, "D035") for name in ("tester", "connected", "why", "wait", "hits", "total", "excuse")
    ]


def test_a_column_twice_is_refused_also_once_by_name_and_once_by_label() -> None:
    assert refused(csv_of([row + ",1" for row in ROWS], HEADER + ",编号")) == [(1, "id", "D034")]


def test_a_column_that_the_rubric_does_not_know_is_left_aside_and_listed() -> None:
    account = ledger(csv_of([row + ",?" for row in ROWS], HEADER + ",remark"))
    assert account.scored == 6
    assert [(repair.row, repair.column, repair.code) for repair in account.repairs] == [(1, "remark", "D036")]


def test_values_under_a_blank_header_are_refused_and_blanks_are_not() -> None:
    rows = [row + "," for row in ROWS]
    assert ledger(csv_of(rows, HEADER + ",")).scored == 6
    assert refused(csv_of([rows[0] + "x", *rows[1:]], HEADER + ",")) == [(2, None, "D025")]


def test_a_table_without_a_file_and_a_file_without_a_table() -> None:
    observations = read_observations(hotline(), {"cals": File("cals.csv", csv_of().encode())})
    assert [refusal.code for refusal in observations.tables["calls"].ledger.refusals] == ["D037"]
    (strange,) = observations.tables["cals"].ledger.refusals
    assert strange.code == "D038" and "`calls`" in message(strange, "en")
    assert stopped_by(observations, leave_out_refused=True)


def test_a_scenario_without_a_row_is_listed_by_subject() -> None:
    account = ledger(csv_of(ROWS[:5]))
    assert [(refusal.row, refusal.value, refusal.code) for refusal in account.refusals] == [(0, "温州", "D041")]
    assert "S2 公积金" in message(account.refusals[0], "zh")
    assert (account.read, account.scored, account.refused) == (5, 5, 0)


def test_a_subject_without_rows_is_listed() -> None:
    assert refused(csv_of(ROWS[:4])) == [(0, "city", "D040")]


def test_a_table_without_rows_is_one_message() -> None:
    assert refused(csv_of([])) == [(0, None, "D039")]


@pytest.mark.parametrize("missing", ["0", "not applicable"])
def test_a_missing_line_answers_for_all_that_was_not_observed(missing: str) -> None:
    assert ledger(csv_of(ROWS[:1]), hotline(missing=missing)).refusals == ()
    assert ledger(csv_of([]), hotline(missing=missing)).refusals == ()


def test_gaps_are_judged_only_when_no_row_was_refused() -> None:
    assert refused(csv_of([ROWS[0].replace(",12,", ",?,"), *ROWS[1:4]])) == [(2, "wait", "D007")]


def one_row_each() -> TableSchema:
    return table(
        column("city", "choice", members=CITIES), column("scenario", "choice", members=SCENARIOS),
        column("x", "number"), stratum="scenario", one_row_each=True,
    )


def test_a_second_row_of_a_scenario_is_refused_where_there_is_one_each() -> None:
    rows = [f"{city},{scenario},1" for city in ("杭州", "湖州", "温州") for scenario in ("S1", "S2")]
    of = plan(one_row_each(), subjects=("杭州", "湖州", "温州"))
    assert refused(csv_of(rows, "city,scenario,x"), of) == []
    assert refused(csv_of([*rows, "湖州,S2,5"], "city,scenario,x"), of) == [(8, "scenario", "D022")]


def register_plan() -> ScoringPlan:
    facts = table(column("city"), column("people", "whole number"), name="facts", folding="one row each")
    calls = table(column("city"), column("x", "number"))
    return plan(calls, facts, register_table="facts")


def read_both(calls: str, facts: str, leave_out: bool = False) -> list[tuple[str, int, str]]:
    sources = {"calls": File("calls.csv", calls.encode()), "facts": File("facts.csv", facts.encode())}
    observations = read_observations(register_plan(), sources, leave_out)
    return [(name, r.row, r.code) for name, data in observations.tables.items() for r in data.ledger.refusals]


def test_subjects_are_those_of_the_register() -> None:
    assert read_both("city,x\n甲,1\n乙,2\n", "city,people\n甲,1\n乙,2\n") == []
    assert read_both("city,x\n甲,1\n乙,2\n丙,3\n", "city,people\n甲,1\n乙,2\n") == [("calls", 4, "D023")]
    assert read_both("city,x\n甲,1\n", "city,people\n甲,1\n乙,2\n") == [("calls", 0, "D040")]
    assert read_both("city,x\n甲,1\n乙,2\n", "city,people\n甲,1\n乙,2\n甲,3\n") == [("facts", 4, "D022")]


def test_a_register_that_could_not_be_read_whole_makes_nobody_a_stranger() -> None:
    assert read_both("city,x\n甲,1\n乙,2\n", "city,people\n甲,1\n,2\n") == [("facts", 3, "D001")]
    assert read_both("city,x\n甲,1\n乙,2\n", "city,people\n甲,1\n乙,?\n") == [("facts", 3, "D007")]


def test_without_register_and_choice_every_name_in_any_table_is_a_subject() -> None:
    one = table(column("city"), column("x", "number"), name="one")
    other = table(column("city"), column("y", "number"), name="other")
    sources = {"one": File("1", "city,x\n甲,1\n".encode()), "other": File("2", "city,y\n乙,1\n".encode())}
    observations = read_observations(plan(one, other), sources)
    gaps = [(name, r.value, r.code) for name, data in observations.tables.items() for r in data.ledger.refusals]
    assert gaps == [("one", "乙", "D040"), ("other", "甲", "D040")]


def test_some_records_are_read_again_by_their_numbers() -> None:
    rows = [ROWS[0], ROWS[1].replace("busy", ""), ROWS[2].replace("61", "?"), *ROWS[3:], ROWS[0]]
    source = File("calls.csv", csv_of(["一月", HEADER, *rows[:2], "", *rows[2:]], "").encode()[1:])
    whole = read_observations(hotline(), {"calls": source}).tables["calls"].ledger
    assert [(r.row, r.code) for r in whole.refusals] == [(4, "D002"), (6, "D007"), (10, "D021")]
    again = read_records(hotline(), "calls", source, {4, 6, 7})
    assert [(r.row, r.column, r.code) for r in again.ledger.refusals] == [(4, "why", "D002"), (6, "wait", "D007")]
    assert [row.number for row in again.rows] == [7] and again.ledger.read == 3


# ---------------------------------------------------------------- grids in a rubric


def test_rows_of_a_grid_are_held_to_the_same_rules() -> None:
    data = rows_from_cells(
        hotline(),
        "calls",
        [
            {"city": "杭州", "scenario": "社保", "connected": False},
            {"city": "杭州", "connected": True, "wait": Fraction(9), "hits": "3", "total": Fraction(2)},
            {"city": "杭州", "connected": True, "wait": None},
            {"city": "杭州", "connected": False, "wait": "12"},
            {"city": "杭州", "wait": Fraction(1801)},
            {"city": "杭州", "wait": Fraction(3, 2)},
        ],
    )
    assert [row.number for row in data.rows] == [2]
    assert data.rows[0].values["scenario"] == "S1" and data.rows[0].values["wait"] is None
    assert [(r.row, r.column, r.code) for r in data.ledger.refusals] == [
        (3, "hits", "D019"), (4, "wait", "D002"), (5, "wait", "D003"), (6, "wait", "D011"),
        (7, "wait", "D010"),
    ]


def test_columns_that_a_grid_leaves_out_are_absent_and_not_judged() -> None:
    data = rows_from_cells(hotline(), "calls", [{"city": "杭州", "wait": Fraction(61)}])
    assert data.ledger.refusals == () and data.rows[0].values["connected"] is None


# ---------------------------------------------------------------- the catalogue


def catalogue() -> dict[str, dict[str, object]]:
    text = files("rubric_dsl.diagnostics").joinpath("prose", "data.toml").read_text(encoding="utf-8")
    return {code: entry for code, entry in tomllib.loads(text).items() if re.fullmatch(r"D\d{3}", code)}


def test_every_code_has_prose_and_every_prose_a_code() -> None:
    declared = {value for value in vars(codes).values() if isinstance(value, str) and re.fullmatch(r"D\d{3}", value)}
    assert declared == set(catalogue())
    assert len({entry["name"] for entry in catalogue().values()}) == len(declared)


def test_both_languages_name_the_same_facts_and_acts() -> None:
    for code, entry in catalogue().items():
        english, chinese = entry["en"], entry["zh"]
        assert isinstance(english, dict) and isinstance(chinese, dict)
        assert english.keys() == chinese.keys(), code
        assert english.get("helps", {}).keys() == chinese.get("helps", {}).keys(), code
        for one, other in zip([english, english.get("helps", {})], [chinese, chinese.get("helps", {})], strict=True):
            for key, text in one.items():
                if isinstance(text, str):
                    facts = set(re.findall(r"\{(\w+)\}", text))
                    assert facts == set(re.findall(r"\{(\w+)\}", other[key])), (code, key)
        assert english["message"].endswith("{help}") == ("helps" in english), code


TRADITIONAL = plan(table(
    column("city", "choice", label="縣市", members=members(taipei="臺北市", taichung="臺中市", kaohsiung="高雄市")),
    column("connected", "yes/no", label="是否接通"), column("wait", "seconds", label="等待時間", presence="optional"),
    column("tone", "choice", label="態度", members=members(kind="親切", plain="普通", rude="生硬")),
))


@pytest.mark.parametrize("encoding", ["big5", "cp950", "utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_calls_in_traditional_characters_are_the_same_in_big5_and_in_every_other_encoding(encoding: str) -> None:
    lines = ["縣市,是否接通,等待時間,態度"]
    lines += [
        ",".join((("臺北市", "臺中市", "高雄市")[n % 3], "是" if n % 4 else "否", str(n) if n % 4 else "",
                  ("親切", "普通", "生硬")[n % 5 % 3]))
        for n in range(40)
    ]
    file = Given("calls.csv", "\r\n".join(lines).encode(encoding))
    data = read_observations(TRADITIONAL, {"calls": file}).tables["calls"]
    assert data.ledger.refusals == () and len(data.rows) == 40
    assert [row.values["city"] for row in data.rows[:3]] == ["taipei", "taichung", "kaohsiung"]
    assert sum(row.values["connected"] is True for row in data.rows) == 30
    said = [(r.code, r.before) for r in data.ledger.repairs]
    assert said == ([] if encoding.startswith("utf") else said) and len(said) <= 1


def test_a_value_outside_the_range_is_told_as_it_was_read_under_the_headers_unit() -> None:
    made = plan(table(column("id", key=True), column("city"), column("x", "seconds", high="1800")))
    data = Given("calls.csv", b"id,city,x (min)\n1,a,75\n2,a,31\n3,a,30\n")
    found = read_observations(made, {"calls": data}).tables["calls"].ledger
    assert [(r.row, r.value, r.code) for r in found.refusals] == [(2, "75", "D011"), (3, "31", "D011")]
    assert message(found.refusals[0], "en") == "outside the column's range, 0 to 1800; it was read as 4500"
    assert message(found.refusals[1], "zh") == "超出该列的范围：0 至 1800；该格读作 1860"
    plain = read_observations(made, {"calls": Given("calls.csv", b"id,city,x\n1,a,4500\n")}).tables["calls"].ledger
    assert message(plain.refusals[0], "en") == "outside the column's range, 0 to 1800"


def test_what_a_private_value_was_read_as_is_not_told() -> None:
    made = plan(table(column("id", key=True), column("city"), column("x", "seconds", high="1800", private=True)))
    data = Given("calls.csv", b"id,city,x (min)\n1,a,75\n")
    (refusal,) = read_observations(made, {"calls": data}).tables["calls"].ledger.refusals
    assert refusal.code == "D011" and not any("4500" in message(refusal, lang) for lang in ("en", "zh"))

"""Rows of a file: what is accepted, what is refused with which code, and that every row is accounted for."""

from __future__ import annotations

import datetime
import hashlib
from fractions import Fraction

import pytest

from rubric_dsl.observations.messages import message
from rubric_dsl.observations.read import stopped_by
from rubric_dsl.plan.model import MustSchema
from tests.observations.plans import (
    HEADER,
    HERE,
    HITS_FIT,
    NODES,
    ROWS,
    column,
    csv_of,
    hotline,
    ledger,
    plan,
    read,
    refused,
    table,
    with_cells,
)


def test_a_clean_file_is_read_whole() -> None:
    data = read(csv_of()).tables["calls"]
    assert (data.ledger.read, data.ledger.scored, data.ledger.refused) == (6, 6, 0)
    assert data.ledger.refusals == () and data.ledger.repairs == ()
    assert data.ledger.sha256 == hashlib.sha256(csv_of().encode()).hexdigest()
    first, second = data.rows[0], data.rows[1]
    assert (first.number, first.line) == (2, 2)
    assert dict(first.values) == {
        "id": "1", "city": "杭州", "scenario": "S1", "tester": "M1", "connected": True, "why": None,
        "wait": Fraction(12), "hits": Fraction(3), "total": Fraction(4), "excuse": None,
    }
    assert second.values["connected"] is False and second.values["wait"] is None and second.values["why"] == "busy"
    assert dict(first.cells)["wait"] == "12" and first.cells["excuse"] == ""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_mark_make_no_difference(end: str, mark: str) -> None:
    rows = read(mark + csv_of(end=end)).tables["calls"].rows
    assert [dict(row.values) for row in rows] == [dict(row.values) for row in read(csv_of()).tables["calls"].rows]


def test_headers_and_values_by_label_and_in_any_order() -> None:
    header = "scenario,编号,城市,tester,是否接通,why,wait,hits,total,excuse"
    rows = ["社保,1,杭州,M1,是,,12,3,4,", "公积金,2,杭州,M1,否,busy,,,,"]
    by_label = read(csv_of(rows, header), hotline(missing="0")).tables["calls"].rows
    by_name = read(csv_of(ROWS[:2]), hotline(missing="0")).tables["calls"].rows
    assert [dict(row.values) for row in by_label] == [dict(row.values) for row in by_name]


def test_tabs_separate_cells_where_the_header_has_them() -> None:
    assert ledger(csv_of().replace(",", "\t")).scored == 6


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"wait": "soon"}, "wait", "D007"),
        ({"wait": "-3"}, "wait", "D011"),
        ({"wait": "1801"}, "wait", "D011"),
        ({"wait": "12.5"}, "wait", "D010"),
        ({"wait": ""}, "wait", "D002"),
        ({"wait": "NaN"}, "wait", "D007"),
        ({"wait": "Infinity"}, "wait", "D007"),
        ({"wait": "1e2"}, "wait", "D008"),
        ({"wait": "1e999999999"}, "wait", "D007"),
        ({"wait": "abc１２"}, "wait", "D007"),
        ({"wait": "约15"}, "wait", "R351"),
        ({"wait": "9" * 61}, "wait", "D009"),
        ({"scenario": "S9"}, "scenario", "D005"),
        ({"city": "杭洲"}, "city", "D005"),
        ({"city": ""}, "city", "D001"),
        ({"connected": "maybe"}, "connected", "D006"),
        ({"hits": "9"}, "hits", "D019"),
        ({"tester": "M\u200b1"}, "tester", "D018"),
        ({"tester": "x" * 10_001}, "tester", "D017"),
        ({"why": "busy"}, "why", "D003"),
        ({"id": "2"}, "id", None),
    ],
)
def test_one_wrong_cell_is_one_refusal(cells: dict[str, str], column: str, code: str | None) -> None:
    found = refused(with_cells(2, cells))
    assert found == ([(2, column, code)] if code else [(3, "id", "D021")])
    account = ledger(with_cells(2, cells))
    assert (account.read, account.scored, account.refused) == (6, 5, 1)
    assert stopped_by(read(with_cells(2, cells)))


def test_all_wrong_cells_of_all_rows_are_named() -> None:
    rows = [ROWS[0].replace(",12,", ",?,").replace("S1", "S7"), ROWS[1], ROWS[2].replace("61", "?"), *ROWS[3:]]
    assert refused(csv_of(rows)) == [(2, "scenario", "D005"), (2, "wait", "D007"), (4, "wait", "D007")]


def test_values_on_an_unanswered_call_are_refused_each_and_what_hangs_on_them_is_not_judged() -> None:
    assert refused(with_cells(2, {"connected": "no"})) == [
        (2, "why", "D002"), (2, "wait", "D003"), (2, "hits", "D003"), (2, "total", "D003"),
    ]


def test_an_unreadable_condition_brings_no_further_refusals() -> None:
    assert refused(with_cells(3, {"connected": "?"})) == [(3, "connected", "D006")]
    assert refused(with_cells(4, {"wait": "?", "excuse": ""})) == [(4, "wait", "D007")]


def test_presence_is_judged_through_a_chain_of_conditions() -> None:
    assert refused(with_cells(4, {"excuse": ""})) == [(4, "excuse", "D002")]
    assert refused(with_cells(7, {"excuse": "late"})) == [(7, "excuse", "D003")]


def test_a_rule_is_not_judged_on_an_unreadable_cell() -> None:
    assert refused(with_cells(2, {"hits": "9", "total": "x"})) == [(2, "total", "D007")]


def test_a_repeated_key_names_the_first_row_also_when_that_one_is_refused() -> None:
    rows = [ROWS[0].replace(",12,", ",?,"), *ROWS[1:], ROWS[0].replace(",12,", ",13,")]
    assert refused(csv_of(rows)) == [(2, "wait", "D007"), (8, "id", "D021")]
    assert "row 2" in message(ledger(csv_of(rows)).refusals[1], "en")


def test_blanks_around_values_are_trimmed_and_listed() -> None:
    account = ledger(with_cells(2, {"city": "\u3000杭州 ", "tester": " M1"}))
    assert account.scored == 6
    assert [(repair.row, repair.column, repair.before, repair.after, repair.code) for repair in account.repairs] == [
        (2, "city", "\u3000杭州 ", "杭州", "D027"),
        (2, "tester", "•••", "•••", "D027"),
    ]


def test_a_private_value_is_never_shown() -> None:
    for secret in ("S\u200bECRET", "SECRET" * 2_000):
        for refusal in ledger(with_cells(2, {"tester": secret})).refusals:
            assert refusal.value == "•••"
            for lang in ("en", "zh"):
                assert "SECRET" not in message(refusal, lang) and "U+200B" not in message(refusal, lang)


def test_blank_lines_are_no_observations_but_keep_their_numbers() -> None:
    text = csv_of([ROWS[0], "", ",,,,,,,,,", *ROWS[1:], "", ",,,,,,,,,"])
    account = ledger(text)
    assert (account.read, account.scored) == (6, 6)
    assert [(repair.row, repair.code) for repair in account.repairs] == [(3, "D029"), (4, "D029")]
    assert read(text).tables["calls"].rows[1].number == 5


def test_cells_too_many_or_too_few_are_refused() -> None:
    text = csv_of([ROWS[0] + ",", *ROWS[1:3], ROWS[3][:-1], *ROWS[4:]])
    assert refused(text) == [(2, None, "D024"), (5, None, "D024")]


def test_a_line_break_in_a_cell_counts_one_record_and_two_lines() -> None:
    rows = read(csv_of([ROWS[0], ROWS[1].replace("busy", '"busy,\nagain"'), *ROWS[2:]])).tables["calls"].rows
    assert rows[1].values["why"] == "busy,\nagain"
    assert [(row.number, row.line) for row in rows] == [(2, 2), (3, 3), (4, 5), (5, 6), (6, 7), (7, 8)]


@pytest.mark.parametrize("bad", ['"open', '"shut"x'])
def test_broken_quotes_are_refused_at_the_record_where_they_start(bad: str) -> None:
    text = csv_of([ROWS[0], ROWS[1].replace("busy", bad), *ROWS[2:]])
    account = ledger(text)
    assert [(refusal.row, refusal.line, refusal.code) for refusal in account.refusals] == [(3, 3, "D026")]
    assert (account.read, account.scored, account.refused) == (2, 1, 1)
    assert stopped_by(read(text, leave_out=True), leave_out_refused=True)


def test_rows_left_out_on_request_are_marked_and_the_rest_is_kept() -> None:
    text = csv_of([*ROWS, ROWS[0].replace("1,", "9,", 1).replace(",12,", ",?,")])
    observations = read(text, leave_out=True)
    account = observations.tables["calls"].ledger
    assert (account.read, account.scored, account.refused, account.left_out) == (7, 6, 1, True)
    assert not stopped_by(observations, leave_out_refused=True) and stopped_by(observations)


def test_leaving_out_the_only_row_of_a_scenario_still_stops() -> None:
    observations = read(with_cells(2, {"wait": "?"}), leave_out=True)
    assert [refusal.code for refusal in observations.tables["calls"].ledger.refusals] == ["D007", "D041"]
    assert stopped_by(observations, leave_out_refused=True)


def test_the_near_name_and_the_other_form_are_offered_in_both_languages() -> None:
    city = ledger(with_cells(2, {"city": "杭洲"})).refusals[0]
    assert "杭州" in message(city, "en") and "杭州" in message(city, "zh")
    assert "100" in message(ledger(with_cells(2, {"wait": "1e2"})).refusals[0], "zh")
    assert "1234" in message(ledger(with_cells(2, {"wait": "1 234"})).refusals[0], "en")
    unknown = ledger(with_cells(2, {"scenario": "S9"})).refusals[0]
    assert "S1 社保, S2 公积金" in message(unknown, "en") and "S1 社保、S2 公积金" in message(unknown, "zh")


def test_many_rows_are_read_in_seconds() -> None:
    rows = [f"{i},杭州,S{i % 2 + 1},M{i % 7},yes,,{i % 60},{i % 4},{4 + i % 2}," for i in range(20_000)]
    start = datetime.datetime.now(tz=datetime.UTC)
    account = ledger(csv_of(rows), hotline(missing="0"))
    assert account.scored == 20_000
    assert (datetime.datetime.now(tz=datetime.UTC) - start).total_seconds() < 5
    assert HEADER.count(",") == 9


def test_a_rule_speaks_only_of_rows_where_its_columns_are_present() -> None:
    of = plan(
        table(
            column("city"), column("hits", "whole number"), column("total", "whole number", presence="optional"),
            musts=(MustSchema(node=HITS_FIT, columns=("total", "hits"), message="more hits than points", lines=HERE),),
        ),
        nodes=NODES,
    )
    assert refused("city,hits,total\n甲,5,\n甲,5,5\n甲,5,4\n", of) == [(4, "total", "D019")]

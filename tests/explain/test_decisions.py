"""What decided, by which line of the rubric, and what was read for it."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from rubric_dsl.explain.explanation import ExplainedItem
from rubric_dsl.explain.places import without_comment
from rubric_dsl.results.model import NoValue
from tests.explain.explained import Case, conformance, decided, item_of, of_texts, rows, zhejiang

RULES = """\
rubric "rules"
observe calls of city, averaged by scenario
  id       text key
  city     text
  scenario choice first "第一" | second "第二"
  open     yes/no
  wait     seconds when open
  tone     choice kind | flat optional
  extra    yes/no
indicator total worth 22
  indicator quick worth 10
    unless open: 0  # nobody there
    touchpoint speed worth 10 by wait
      up to 15 s: 10
      over 15 s:  4   # too "slow" # really
  indicator manner worth 12
    touchpoint tone_of_voice worth 6 by tone
      if extra: 1
      kind: 6
      flat: 2
      missing: 3
    touchpoint any_tone worth 6 = if extra then 6 else if open then 3 else 2
ranking by total
  exact
  ties share
"""
CALLS = """\
id,city,scenario,open,wait,tone,extra
A,甲,first,yes,20,flat,no
B,甲,second,no,,,no
C,甲,second,yes,5,kind,yes
"""
"""Three calls, the two of `second` a quarter each."""


@pytest.fixture(scope="module")
def rules() -> Case:
    return of_texts(RULES, calls=CALLS)


def read(item: ExplainedItem) -> list[dict[str, str]]:
    return [{cell.column.name: cell.text for cell in row.read} for row in item.rows]


def test_each_row_names_the_line_that_decided_in_the_words_of_the_rubric(rules: Case) -> None:
    explanation = rules.explained("甲")
    speed = item_of(explanation, "speed")
    assert rows(speed) == [(2, F(4), F(3)), (3, F(0), F(5, 2)), (4, F(10), F(0))]
    assert decided(speed) == [
        ("table row", 15, "over 15 s: 4"), ("condition", 12, "unless open: 0"), ("table row", 14, "up to 15 s: 10")]
    tone = item_of(explanation, "tone_of_voice")
    assert decided(tone) == [
        ("table row", 20, "flat: 2"), ("table row", 21, "missing: 3"), ("condition", 18, "if extra: 1")]
    assert decided(item_of(explanation, "any_tone"))[0] == (
        "rule", 22, "any_tone worth 6 = if extra then 6 else if open then 3 else 2")


def test_each_row_shows_the_cells_that_were_really_read(rules: Case) -> None:
    explanation = rules.explained("甲")
    # where nobody answered the wait was not read, and where `extra` decided the branch behind it was not
    assert read(item_of(explanation, "speed")) == [{"wait": "20"}, {"open": "no"}, {"wait": "5"}]
    assert read(item_of(explanation, "tone_of_voice")) == [{"tone": "flat"}, {"tone": ""}, {"extra": "yes"}]
    assert read(item_of(explanation, "any_tone")) == [
        {"open": "yes", "extra": "no"}, {"open": "no", "extra": "no"}, {"extra": "yes"}]


def test_a_row_has_its_file_key_and_scenario_with_the_label(rules: Case) -> None:
    observed = item_of(rules.explained("甲"), "speed").rows[1].observed
    assert (observed.schema.name, observed.file, observed.number, observed.line) == ("calls", "calls.csv", 3, 3)
    assert observed.scenario is not None and (observed.scenario.name, observed.scenario.label) == ("second", "第二")
    assert [(cell.column.name, cell.text) for cell in observed.keys] == [("id", "B")]


def test_a_cell_with_a_line_break_parts_row_and_line() -> None:
    broken = CALLS.replace("A,甲", '"A\nA",甲')
    found = item_of(of_texts(RULES, calls=broken).explained("甲"), "speed").rows
    assert [(row.observed.number, row.observed.line) for row in found] == [(2, 2), (3, 4), (4, 5)]


def test_touchpoints_with_equal_tables_each_name_their_own_lines() -> None:
    table = "\n    yes: 5\n    no: 1\n"
    text = "rubric \"twins\"\nobserve calls of city, averaged\n  city text\n  ok yes/no\nindicator total worth 10\n"
    text += f"  touchpoint left worth 5 by ok{table}  touchpoint right worth 5 by ok{table}"
    explanation = of_texts(text, calls="city,ok\n甲,no\n").explained("甲")
    assert [decided(item_of(explanation, name)) for name in ("left", "right")] == [
        [("table row", 8, "no: 1")], [("table row", 11, "no: 1")]]


def test_without_the_text_of_the_rubric_places_have_lines_and_no_words(rules: Case) -> None:
    explanation = rules.explained("甲", with_text=False)
    assert decided(item_of(explanation, "speed")) == [("table row", 15, None), ("condition", 12, None),
                                                      ("table row", 14, None)]


def test_the_unanswered_call_is_told_once_with_all_that_it_cost() -> None:
    """The one call of 嘉兴 in S5 scores nothing of 100, and is one of eight."""
    first = zhejiang().explained("嘉兴").costs[0]
    assert (first.observed.number, first.lost) == (30, F(100, 8))
    assert [(cell.column.name, cell.text) for cell in first.read] == [("connected", "no")]
    text = zhejiang().compiled.sources["zhejiang.rubric"].lines()
    lines = [number for number, line in enumerate(text, start=1) if line.strip() == "unless connected: 0"]
    assert [decision.line.line for decision in first.decisions] == lines and len(lines) == 6
    assert len(first.items) == 22


def test_a_subjects_own_condition_is_told_with_the_value_that_it_read() -> None:
    item = item_of(conformance("subject_condition_replaces_fold").explained("甲", "total"), "total", "condition")
    assert item.decision is not None
    assert (item.decision.by, item.decision.word, item.decision.line.text) == (
        "condition", "unless", "unless connect_rate >= 50%: 1")
    assert [(one.name, one.value) for one in item.inputs] == [("connect_rate", F(1, 3))]


def test_an_item_that_does_not_apply_names_the_condition() -> None:
    item = item_of(conformance("weights_scaled_without_a_child").explained("甲", "total"), "b")
    assert isinstance(item.points, NoValue) and item.contribution == item.lost == 0
    assert item.decision is not None and (item.decision.line.line, item.decision.line.text) == (19, "when has_app")


def test_a_fact_that_was_read_has_the_row_of_the_register() -> None:
    t = item_of(conformance("touchpoint_missing_line").explained("甲", "total"), "t")
    assert [(row.observed.schema.name, row.observed.number, row.lost) for row in t.rows] == [("facts", 2, F(8))]
    assert decided(t) == [("missing", 9, "missing: 2")] and read(t) == [{"x": ""}]


def test_a_measure_is_explained_by_what_it_was_made_of() -> None:
    case = zhejiang()
    rate = case.explained("嘉兴", "connect_rate").item
    assert (rate.points, rate.worth, len(rate.rows)) == (F(7, 8), None, 8)
    assert [cell["connected"] for cell in read(rate)].count("no") == 1
    heat = case.explained("嘉兴", "heat").item
    assert (heat.points, heat.class_label) == ("warm", "温线")
    assert heat.decision is not None and heat.decision.line.text == '31% to 94%: warm "温线"'
    assert [(one.name, one.value) for one in heat.inputs] == [("connect_rate", F(7, 8))]


@pytest.mark.parametrize(("text", "kept"), [
    ("up to 3: 4 # why", "up to 3: 4 "), ('"a # b": 1 # c', '"a # b": 1 '), ('"a \\" # b": 1', '"a \\" # b": 1'),
    ("“甲#乙”：1＃丙", "“甲#乙”：1"), ("no comment", "no comment"),
])
def test_comments_are_no_words_of_a_rule(text: str, kept: str) -> None:
    assert without_comment(text) == kept




TABLES = """\
rubric "tables"
observe calls of city, averaged
  city text
  open yes/no
  wait seconds when open
  code text private
indicator total worth 20
  touchpoint by_wait worth 10 by open, wait
    yes, up to 15 s: 10
    yes, over 15 s:  4
    no, -:           0
  touchpoint ladder worth 10 by wait
    first match
    missing:    0
    up to 15 s: 10
    up to 60 s: 6
    otherwise:  1
ranking by total
  exact
  ties share
"""


def unmatched(item: ExplainedItem) -> list[list[tuple[int, str, str | None]]]:
    return [[(one.line.line, one.because, one.input) for one in row.unmatched] for row in item.rows]


def test_rows_of_a_table_that_did_not_match_say_why() -> None:
    case = of_texts(TABLES, calls="city,open,wait,code\n甲,yes,20,x\n甲,no,,y\n甲,yes,10,z\n")
    assert unmatched(item_of(case.explained("甲"), "by_wait")) == [
        [(9, "input", "wait"), (11, "input", "open")],
        [(9, "input", "open"), (10, "input", "open")],
        [(10, "input", "wait"), (11, "input", "open")],
    ]
    # In `first match` 10 s match the row `up to 60 s` as well, but an earlier row decided.
    assert unmatched(item_of(case.explained("甲"), "ladder"))[2] == [
        (14, "input", "wait"), (16, "decided before", None), (17, "decided before", None),
    ]


def test_nothing_is_said_of_rows_that_a_private_cell_was_compared_with() -> None:
    rubric = TABLES.replace("wait seconds when open", "wait seconds when open private")
    case = of_texts(rubric, calls="city,open,wait,code\n甲,yes,20,x\n")
    assert unmatched(item_of(case.explained("甲"), "by_wait")) == [[]]

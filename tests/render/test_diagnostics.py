"""The picture of a finding: places, second places, helps, and narrow or poor terminals."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import pytest

from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.model import Diagnostic, Edit, Fix, Label, Witness
from rubric_dsl.diagnostics.report import Report
from rubric_dsl.render.diagnostics import diagnostic_lines, report_lines
from rubric_dsl.render.json import diagnostic_json
from rubric_dsl.render.pieces import Look, plain
from rubric_dsl.render.width import width
from rubric_dsl.text.source import Origin, Span

RUBRIC = [""] * 15 + [
    'bands heat "热线等级" by connect_rate',
    "  from 95%:   hot",
    "  31% to 94%: warm",
    "  1% to 30%:  cold",
]
ENTRY: Mapping[str, Any] = {
    "name": "gap-between-bands",
    "severity": "error",
    "en": {
        "title": "a table leaves some values out",
        "message": "no row of `{table}` matches a {input} between {low} and {high}",
        "label": "{witness} falls in no band",
        "labels": {"before": "ends at {value}", "after": "starts at {value}"},
        "helps": {"extend": "move a bound: `{row}`"},
    },
    "zh": {
        "title": "表有空档",
        "message": "`{table}` 没有一行包含介于 {low} 和 {high} 之间的 {input}",
        "label": "{witness}不落在任何一档",
        "labels": {"before": "止于{value}", "after": "始于{value}"},
        "helps": {"extend": "移动界限：`{row}`"},
    },
}


@pytest.fixture(autouse=True)
def prose_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    warning = {**ENTRY, "name": "other", "severity": "warning"}
    monkeypatch.setattr(prose, "catalogue", lambda: {"R031": ENTRY, "R999": warning})


class Witnessed:
    def shown(self, lang: str) -> str:
        return "17 通中的 16 通，94.1%，" if lang == "zh" else "16 of 17 calls, 94.1%,"


def at(line: int, column: int, end: int, file: str = "zhejiang.rubric", last: int | None = None) -> Span:
    return Span(Origin(file, line), 0, column, (last or line) - line, end)


GAP = Diagnostic(
    "R031",
    at(16, 21, 33),
    {"table": "heat", "input": "connect_rate", "low": "94%", "high": "95%", "witness": Witnessed()},
    (Label(at(18, 2, 12), "before", {"value": "94%"}), Label(at(17, 2, 10), "after", {"value": "95%"})),
    {"connect_rate": Witness("16/17", "94.1%")},
    (Fix("extend", (Edit(at(18, 2, 12), "31% to under 95%"),), {"row": "31% to under 95%: warm"}),),
)


def drawn(diagnostic: Diagnostic, look: Look | None = None, lines: list[str] | None = None) -> str:
    return plain(diagnostic_lines(diagnostic, lambda file: RUBRIC if lines is None else lines, look or Look()))


def picture(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


def test_a_finding_is_shown_in_the_authors_lines_with_both_places_and_the_next_act() -> None:
    assert drawn(GAP) == picture("""
        error[R031]: no row of `heat` matches a connect_rate between 94% and 95%
          ┌ zhejiang.rubric:16:22
        16│ bands heat "热线等级" by connect_rate
          │                          ^^^^^^^^^^^^ 16 of 17 calls, 94.1%, falls in no band
        17│   from 95%:   hot
          │   -------- starts at 95%
        18│   31% to 94%: warm
          │   ---------- ends at 94%
          = help: move a bound: `31% to under 95%: warm`
    """)


def test_the_same_finding_in_chinese() -> None:
    text = drawn(GAP, Look("zh"))
    assert text.startswith("错误[R031]：`heat` 没有一行包含介于 94% 和 95% 之间的 connect_rate\n")
    assert text.splitlines()[1] == "  ┌ zhejiang.rubric:16:22"
    assert "^^^^^^^^^^^^ 17 通中的 16 通，94.1%，不落在任何一档\n" in text
    assert text.endswith("  = 建议：移动界限：`31% to under 95%: warm`\n")


def test_marks_stand_under_their_columns_after_chinese_text() -> None:
    lines = drawn(GAP).splitlines()
    assert width(lines[2][: lines[2].index("connect_rate")]) == width(lines[3][: lines[3].index("^")])


def test_places_far_apart_and_in_other_files_are_told_apart() -> None:
    far = Diagnostic("R031", at(16, 0, 5), GAP.facts, (
        Label(at(19, 2, 5), "before", {"value": "30%"}), Label(at(18, 0, 2, "used.rubric"), "after", {"value": "x"})))
    assert drawn(far) == picture("""
        error[R031]: no row of `heat` matches a connect_rate between 94% and 95%
          ┌ zhejiang.rubric:16:1
        16│ bands heat "热线等级" by connect_rate
          │ ^^^^^ 16 of 17 calls, 94.1%, falls in no band
          …
        19│   1% to 30%:  cold
          │   --- ends at 30%
          ┌ used.rubric:18:1
        18│   31% to 94%: warm
          │ -- starts at x
    """)


def test_two_places_on_one_line_share_it() -> None:
    both = Diagnostic("R031", at(17, 2, 6), GAP.facts, (Label(at(17, 14, 17), "before", {"value": "1"}),))
    assert drawn(both).splitlines()[2:] == [
        "17│   from 95%:   hot",
        "  │   ^^^^ 16 of 17 calls, 94.1%, falls in no band",
        "  │               --- ends at 1",
    ]


def test_an_empty_place_has_a_mark_of_one_column_and_a_place_over_lines_ends_with_its_first() -> None:
    assert drawn(Diagnostic("R031", at(17, 17, 17), GAP.facts)).splitlines()[3].startswith("  │                  ^ ")
    over_lines = Diagnostic("R031", at(17, 2, 4, last=18), GAP.facts)
    assert drawn(over_lines).splitlines()[3].startswith("  │   ^^^^^^^^^^^^^^^ ")


def test_a_place_behind_the_end_of_the_file_still_says_its_text() -> None:
    assert "falls in no band" in drawn(GAP, lines=[])


def test_tabs_and_hidden_characters_keep_the_marks_in_place() -> None:
    text = drawn(Diagnostic("R031", at(1, 3, 5), GAP.facts), lines=["\ta\u202ebc\x1b[2J"])
    assert text.splitlines()[2:4] == [
        "1│     a<U+202E>bc<U+001B>[2J",
        " │              ^^ 16 of 17 calls, 94.1%, falls in no band",
    ]


@pytest.mark.parametrize("column", [0, 30, 200, 390])
def test_a_long_line_is_cut_around_its_place(column: int) -> None:
    line = "".join(f"{n:03}，" for n in range(100))
    text = drawn(Diagnostic("R031", at(1, column, column + 3), GAP.facts), Look(columns=60), lines=[line])
    shown, mark = text.splitlines()[2:4]
    assert width(shown) <= 60
    start = width(mark[: mark.index("^")])
    assert _columns(shown, start, start + width("^" * mark.count("^"))) == line[column: column + 3]


def _columns(text: str, start: int, end: int) -> str:
    """The characters that stand between two columns."""
    kept, at_column = "", 0
    for char in text:
        kept += char if start <= at_column < end else ""
        at_column += width(char)
    return kept


def test_on_a_narrow_terminal_every_line_fits() -> None:
    for lang in ("en", "zh"):
        text = drawn(GAP, Look(lang, columns=40, wrap=True))
        assert all(width(line) <= 40 for line in text.splitlines()), text
        flat = "".join(text.replace("│", "").split())
        assert "`31%tounder95%:warm`" in flat
        assert ("不落在任何一档" if lang == "zh" else "94.1%,fallsinnoband") in flat


def test_a_poor_terminal_gets_ascii_drawing() -> None:
    text = drawn(Diagnostic("R031", at(17, 2, 6), GAP.facts, (), {}, GAP.fixes), Look(ascii=True))
    assert text.isascii()
    assert text.splitlines()[1:3] == ["  + zhejiang.rubric:17:3", "17|   from 95%:   hot"]


def test_what_a_rubric_says_cannot_command_the_terminal() -> None:
    wicked = Diagnostic("R031", at(17, 2, 6), {**GAP.facts, "table": "\x1b]0;x\x07"})
    assert "\x1b" not in drawn(wicked) and "<U+001B>]0;x<U+0007>" in drawn(wicked)


def test_a_help_of_several_lines_keeps_them_for_pasting() -> None:
    fix = Fix("extend", (), {"row": "a: 1\n  b: 2"})
    assert drawn(Diagnostic("R031", at(17, 2, 6), GAP.facts, (), {}, (fix,))).endswith(
        "  = help: move a bound: `a: 1\n            b: 2`\n")


def test_a_report_is_in_order_once_each_and_says_how_many_more() -> None:
    many = [Diagnostic("R031", at(n, 0, 1), GAP.facts) for n in range(60, 0, -1)]
    report = Report.of([*many, *many, Diagnostic("R999", at(3, 5, 6), GAP.facts)])
    assert len(report.diagnostics) == 61
    assert [d.span.first_line for d in report.diagnostics[:4]] == [1, 2, 3, 3]
    text = plain(report_lines(report, lambda file: RUBRIC, Look()))
    assert text.count("error[R031]") == 50 and text.count("warning[R999]") == 1
    assert "zhejiang.rubric: 10 more of severity error" in text.splitlines()[-1]


def test_the_files_of_a_report_stand_in_the_order_given() -> None:
    found = [Diagnostic("R031", at(1, 0, 1, file), GAP.facts) for file in ("a", "b", "c")]
    assert [d.span.file for d in Report.of(found, ["c", "a"]).diagnostics] == ["c", "a", "b"]


def test_json_counts_lines_and_columns_from_one() -> None:
    found = diagnostic_json(GAP)
    assert (found["code"], found["name"], found["severity"]) == ("R031", "gap-between-bands", "error")
    assert found["spans"][0] == {
        "file": "zhejiang.rubric", "line": 16, "column": 22, "end_line": 16, "end_column": 34,
        "label": "16 of 17 calls, 94.1%, falls in no band", "primary": True,
    }
    assert [span["primary"] for span in found["spans"]] == [True, False, False]
    assert found["witness"] == {"connect_rate": {"exact": "16/17", "shown": "94.1%"}}
    assert found["fixes"] == [{"title": "move a bound: `31% to under 95%: warm`", "edits": [{
        "file": "zhejiang.rubric", "line": 18, "column": 3, "end_line": 18, "end_column": 13,
        "text": "31% to under 95%",
    }]}]

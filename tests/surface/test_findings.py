"""Each kind of broken line: its code, what is underlined, and what the first fix makes of the text."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from rubric_dsl.diagnostics import prose
from tests.surface.reading import codes, mended, only, under


class Case(NamedTuple):
    code: str
    text: str
    at: str
    fixed: str | None = None
    """None: advice only."""


def named(case: Case) -> str:
    return f"{case.code} {case.text[:30]!r}"


BANDS = "bands b by x\n  "
CASES = [
    # numbers
    Case("R015", "parameter x = 1e5", "1e5", "parameter x = 100000"),
    Case("R015", "parameter x = 2.5e-3", "2.5e-3", "parameter x = 0.0025"),
    Case("R015", "parameter x = 1,000", "1,000", "parameter x = 1000"),
    Case("R015", "indicator a worth 1，250", "1，250", "indicator a worth 1250"),
    Case("R015", "measure x = min(1,000, a)", "1,000", "measure x = min(1000, a)"),
    Case("R015", "parameter x = .5", ".5", "parameter x = 0.5"),
    Case("R015", "parameter x = 5.", "5.", "parameter x = 5"),
    Case("R015", "parameter x = 1.2.3", "1.2.3"),
    Case("R015", "parameter x = 1_000", "1_000", "parameter x = 1000"),
    Case("R179", f"{BANDS}不超过3次：a", "次", f"{BANDS}不超过3：a"),
    Case("R179", "indicator a worth 5 persons", "persons", "indicator a worth 5"),
    Case("R027", f"{BANDS}95%以上: hot", "95%以上", f"{BANDS}不低于95%: hot"),
    Case("R027", f"{BANDS}15秒以下：快", "15秒以下", f"{BANDS}不超过15秒：快"),
    Case("R027", f"{BANDS}5至10分钟以内：快", "10分钟以内", f"{BANDS}5至10分钟：快"),
    Case("R027", "测算 x = 等待 60秒以上", "60秒以上", "测算 x = 等待 >= 60秒"),
    Case("R157", "ranking by a\n  no better than 2.5 when x", "2.5", "ranking by a\n  no better than 2 when x"),
    Case("R178", "weights w by mean\n  a | 1/0", "1/0"),
    # signs
    Case("R014", "measure x = а + 1", "а", "measure x = a + 1"),
    Case("R014", "measure x = a × 2", "×", "measure x = a * 2"),
    Case("R014", f"{BANDS}5～10: a", "～", f"{BANDS}5 to 10: a"),
    Case("R014", "drop a、b", "、", "drop a,b"),
    Case("R014", "measure x = a $ 2", "$", "measure x = a  2"),
    Case("R011", 'edition "2020', '"'),
    Case("R011", 'test "tie', '"', 'test "tie"'),
    Case("R012", "measure x = min(a, (b + c)", "(", "measure x = min(a, (b + c))"),
    Case("R013", "measure x = a + b)", ")", "measure x = a + b"),
    # words
    Case("R024", "测算 x = 接通率四舍五入到1%", "接通率四舍五入到", "测算 x = 接通率 四舍五入到1%"),
    Case("R024", "指标电话等待 满分20", "指标电话等待", "指标 电话等待 满分20"),
    Case("R024", "测算 x = 3当接通", "当接通", "测算 x = 3当 接通"),
    Case("R025", "测算 第1季度 = 1", "第1季度", "测算 第一季度 = 1"),
    Case("R025", "measure x = 3x", "3x", "measure x = 3 * x"),
    Case("R025", "measure 2nd = 1", "2nd", "measure _2nd = 1"),
    Case("R023", "measure number = 3", "number", "measure number_value = 3"),
    Case("R023", "测算 日期 = 3", "日期", "测算 日期项 = 3"),
    Case("R023", "weights w by mean\n  a | date", "date", 'weights w by mean\n  a | "date"'),
    Case("R153", "weights w by meen", "meen", "weights w by mean"),
    Case("R153", "indicator a worth 1\n  combined by median", "median"),
    # sentences
    Case("R020", "observe c of city averaged\n  a text", "averaged", "observe c of city, averaged\n  a text"),
    Case("R020", f"{BANDS}from 95% hot", "hot", f"{BANDS}from 95%: hot"),
    Case("R020", f"{BANDS}hot = 5", "=", f"{BANDS}hot : 5"),
    Case("R020", "touchpoint a worth 5 minus 1 per x", "minus", "touchpoint a worth 5, minus 1 per x"),
    Case("R020", "observe c of a, averaged\n  w seconds 0-9", "-", "observe c of a, averaged\n  w seconds 0 to 9"),
    Case("R020", "observe c of a, averaged\n  t choice a, b", ",", "observe c of a, averaged\n  t choice a| b"),
    Case("R020", "weights w by mean\n  a || b", "|", "weights w by mean\n  a | - | b"),
    Case("R020", "measure x 5", "5", "measure x = 5"),
    Case("R020", "rubric Hotline service", "Hotline", 'rubric "Hotline service"'),
    Case("R020", "use common", "common", 'use "common"'),
    Case("R021", "indicator a worth", "worth"),
    Case("R021", "measure x = if a then b", "b"),
    Case("R021", "promise \"p\"", '"p"'),
    Case("R022", "measrue x = 5", "measrue", "measure x = 5"),
    Case("R022", "15 s: 20", "15 s"),
    Case("R022", "weights w by mean\n  | a | b |", "|", "weights w by mean\n   a | b "),
    Case("R028", "unless connected: 0", "unless"),
    Case("R028", "ranking by a\n  note \"n\"", "note"),
    Case("R029", "bands b by x", "bands b by x"),
    Case("R159", f"{BANDS}<> 5: a", "<> 5"),
    Case("R158", "measure x = a < b > c", ">"),
    # how lines fit together
    Case("R152", "rubric", "rubric", 'rubric "…"'),
    Case("R150", 'rubric "a"\nrubric "b"', 'rubric "b"'),
    Case("R151", 'measure x = 1\nrubric "b"', 'rubric "b"'),
    Case("R154", "indicator a\n  missing: 0\n  missing: 1", "missing: 1", "indicator a\n  missing: 0\n  "),
    Case("R154", "weights w by mean, in steps of 1%, in steps of 2%", "in steps of 2%"),
    Case("R155", "bands b by x\n  a: 1\n  first match", "first match"),
    Case("R155", "分档 b 按 x\n  a：1\n  依次判定", "依次判定", "分档 b 按 x\n  依次判定\n  a：1\n  #"),
    Case("R156", 'test "t"\n  given c\n    a', 'test "t"'),
    # indentation
    Case("R008", "measure x = 1\n    measure y = 2", "    ", "measure x = 1\nmeasure y = 2"),
    Case("R009", "bands b by x\na: 1\nc: 2\nmeasure y = 1", "", "bands b by x\n  a: 1\n  c: 2\nmeasure y = 1"),
    Case(
        "R010",
        "observe c of a, averaged\n    x text\n  y text\n    z text",
        "  ",
        "observe c of a, averaged\n    x text\n    y text\n    z text",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_broken_line_is_one_finding_where_it_breaks(case: Case) -> None:
    finding = only(case.text)
    assert finding.code == case.code
    assert under(case.text, finding) == case.at


@pytest.mark.parametrize("case", [case for case in CASES if case.fixed], ids=named)
def test_the_first_fix_works_when_pasted(case: Case) -> None:
    fix = only(case.text).fixes[0]
    assert mended(case.text, fix) == case.fixed
    assert case.code not in codes(mended(case.text, fix))


@pytest.mark.parametrize("lang", prose.LANGUAGES)
@pytest.mark.parametrize("case", CASES, ids=named)
def test_every_text_about_a_finding_is_written_and_complete(case: Case, lang: str) -> None:
    finding = only(case.text)
    texts = [prose.message(finding, lang), prose.label_text(finding, None, lang)]
    texts += [prose.label_text(finding, label, lang) for label in finding.labels]
    texts += [prose.help_text(finding, fix, lang) for fix in finding.fixes]
    for text in texts:
        assert text
        assert not re.search(r"\{[a-z]", text), text


def test_every_code_of_syntax_has_a_case() -> None:
    numbers = (*range(20, 30), *range(150, 160), 178, 179)
    syntax = {code for code in prose.all_codes() if code in {f"R{number:03}" for number in numbers}}
    assert syntax - {case.code for case in CASES} == set()


def test_what_is_expected_is_said_in_words() -> None:
    message = prose.message(only("indicator a worth"), "en")
    assert message == "the line ends after `worth`, where a number is expected"
    assert prose.message(only("指标 a 满分"), "zh") == "这一行在 `满分` 之后就结束了，后面应有一个数"


def test_a_line_below_the_wrong_statement_says_where_it_belongs() -> None:
    assert "under an indicator" in prose.message(only("unless connected: 0"), "en")

"""Every fix with edits mends its example, not only the first; what is pasted is in the words of the rubric."""

from __future__ import annotations

import pytest

from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.fixes import apply_fix
from rubric_dsl.plan.compile import Compiled, compile_rubric
from rubric_dsl.text.files import read_source
from tests.diagnostics import gallery

CODES = [code for code in prose.all_codes() if code.startswith("R") and gallery.folder(code).is_dir()]

TABLES = """\
observe calls of city, averaged
  city      text
  connected yes/no
  wait      seconds 0 to 600 when connected
  score     number 0 to 10 optional

observe visits of city, averaged
  city  text
  tidy  yes/no
  leaks whole number 0 to 20

observe cities of city, one row each
  city   text
  people whole number from 1
  hdi    number 0 to 1 optional

"""

POINTS = "indicator i\n  touchpoint t worth 10 "


def compiled(text: str) -> Compiled:
    return compile_rubric("bad.rubric", lambda _: text.encode())


def codes(text: str) -> list[str]:
    return [diagnostic.code for diagnostic in compiled(text).diagnostics]


@pytest.mark.parametrize("code", CODES)
def test_every_fix_of_an_example_mends_it_and_makes_no_other_fault(code: str) -> None:
    place = gallery.folder(code)
    source, _ = read_source("bad.rubric", (place / "bad.rubric").read_bytes())
    if source is None:  # no text to edit: what cannot be read as text has no fix with edits either
        assert not any(fix.edits for found in gallery.found(code, "bad").diagnostics for fix in found.fixes)
        return
    before = gallery.found(code, "bad").diagnostics
    for diagnostic in before:
        rest = sorted(other.code for other in before if other is not diagnostic)
        for fix in diagnostic.fixes:
            if fix.edits:
                text = apply_fix(source.text, fix, "bad.rubric")
                assert sorted(gallery.bring_up(place, "bad.rubric", text.encode()).codes()) == rest, text


@pytest.mark.parametrize(("line", "code", "mended"), [
    ("measure a = hdi", "R080", "measure a optional = hdi"),
    (POINTS + "when wait <= 15 s", "R080", POINTS + "when wait <= 15 s\n    missing: 0"),
    (POINTS + "when score > 3 or connected", "R080", POINTS + "when score > 3 or connected\n    missing: 0"),
    ("measure a optional = mean(score)", "R080", "measure a optional = mean(score where score is not missing)"),
    ("measure a optional = mean(wait where score is missing or connected)", "R080",
     "measure a optional = mean(wait where connected and (score is missing or connected))"),
    ("indicator i\n  at most 3 when score > 3\n  touchpoint t worth 10 when connected", "R080",
     "indicator i\n  at most 3 when score is not missing and score > 3\n  touchpoint t worth 10 when connected"),
    ("measure a = mean(tidy)", "R063", "measure a = share(tidy)"),
    ("measure a = share(connected and wait > 3)", "R062", "measure a = share(connected and wait > 3 s)"),
    ("measure a = share(connected and wait > 3 points)", "R062", "measure a = share(connected and wait > 3 min)"),
    (POINTS + "= share(tidy)", "R064", POINTS + "= 10 * share(tidy)"),
    (POINTS + "= share(tidy) + 5%", "R064", POINTS + "= 10 * (share(tidy) + 5%)"),
    ("measure a = leaks ^ people", "R070", "measure a = mean(leaks) ^ people"),
    ("measure a = tidy and people > 3", "R070", "measure a = count(tidy) > 0 and people > 3"),
    ("measure a = mean(people)", "R085", "measure a = people"),
    ("ranking by people\n  ties share", "R101", "ranking by people\n  exact\n  ties share"),
    ("ranking by hdi\n  exact\n  ties share", "R103",
     "ranking by hdi\n  exclude when hdi is missing\n  exact\n  ties share"),
    ("indicator i\n  touchpoint t bonus 3 when tidy", "R096",
     "indicator i\n  at most 3\n  touchpoint t bonus 3 when tidy"),
])
def test_the_first_fix_writes_what_an_author_would(line: str, code: str, mended: str) -> None:
    text = f"{TABLES}{line}\n"
    (found,) = compiled(text).diagnostics
    assert found.code == code
    assert apply_fix(text, found.fixes[0]) == f"{TABLES}{mended}\n"
    assert codes(f"{TABLES}{mended}\n") == []


@pytest.mark.parametrize(("line", "code"), [
    (POINTS + "by leaks\n    up to 3: 10\n    over 3:  people", "R070"),
    (POINTS + "by people\n    up to 3: 10\n    over 3:  leaks / 20", "R070"),
    (POINTS + "by tidy\n    yes: 10\n    no:  if connected then 5 else 0", "R071"),
    ("measure a = count(calls where people > 3)", "R070"),
    ("measure a = count(calls where tidy)", "R071"),
    ("measure a by people when tidy\n  up to 3: 10\n  over 3:  4", "R070"),
    (POINTS + "when tidy\n    unless leaks < 3: min(10, people)", "R070"),
    (POINTS + "= if score is missing then 0 else score\n    if connected: min(5, leaks)", "R071"),
    ("indicator i\n  at most leaks\n  touchpoint t worth 10 when connected", "R071"),
])
def test_values_of_other_rows_are_not_passed_over(line: str, code: str) -> None:
    """A table, a condition or a bound of one row cannot take a value of another table or of the whole subject."""
    found = compiled(f"{TABLES}{line}\n")
    assert [diagnostic.code for diagnostic in found.diagnostics] == [code]
    assert found.plan is None


@pytest.mark.parametrize("rule", [
    'must people > 3 "x"',
    "late yes/no when people > 3",
    'must share(connected) > 0% "x"',
])
def test_rows_are_judged_by_their_own_cells(rule: str) -> None:
    text = TABLES.replace("  score     number", f"  {rule}\n  score     number")
    found = compiled(text)
    assert found.plan is None
    assert {diagnostic.code for diagnostic in found.diagnostics} <= {"R182", "R086"}
    assert found.diagnostics


def test_what_is_pasted_is_in_the_words_of_the_rubric() -> None:
    text = "观测 表 对象 市，各一行\n  市 文本\n  指数 数值 0 至 1 可缺\n\n排名 按 指数\n  精确\n  并列同名次\n"
    (found,) = compiled(text).diagnostics
    for lang in prose.LANGUAGES:
        assert "不排名 当 指数 为 缺失" in prose.help_text(found, found.fixes[0], lang)

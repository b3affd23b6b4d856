"""The codes that no folder of the gallery can bring up, shown by other means."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from rubric_dsl.diagnostics import prose
from rubric_dsl.observations import corrections, opening
from rubric_dsl.observations.raw import Given, OnDisk, SeveralFiles
from rubric_dsl.observations.raw import Source as DataSource
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.render.pieces import Look, plain
from rubric_dsl.render.refusals import refusal_line
from rubric_dsl.resolved import graph
from rubric_dsl.resolved.files import MAX_TOTAL_BYTES
from rubric_dsl.resolved.types import NUMBER
from rubric_dsl.results.score import score
from rubric_dsl.surface import print_parts
from rubric_dsl.surface.layout import formatted
from rubric_dsl.text.files import Source
from rubric_dsl.writing.sheets import grid as grids
from rubric_dsl.writing.sheets.importing import import_workbook
from tests.books import book
from tests.diagnostics.gallery import WITHOUT_FOLDER, File
from tests.engines.build import Plan, grid, observed

RUBRIC = """observe calls of city, averaged
  city text

measure n = count(calls)
"""

DOUBLING = """\
observe schools of school, one row each
  school text
  books  whole number 0 to 1000

formula once(x) = x * x
formula twice(x) = once(x + 1) + once(x * 2)
formula four_times(x) = twice(x + 3) + twice(x * 5)
formula eight_times(x) = four_times(x + 7) + four_times(x * 11)

measure readiness = {formula}(books)
"""


def test_d032_a_file_over_the_limit_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_BYTES", 2**20)
    plan = compile_rubric("a.rubric", lambda _: RUBRIC.encode()).plan
    assert plan is not None
    rows = b"city\n" + b"A\n" * 2**20
    refusals = read_observations(plan, {"calls": File("calls.csv", rows)}).tables["calls"].ledger.refusals
    said = [plain([refusal_line(refusal, Look(lang))]).strip() for refusal in refusals for lang in prose.LANGUAGES]
    assert said == [
        "calls.csv: 2 MiB, where a file may have 1 MiB [D032]",
        "calls.csv: 2 MiB，至多 1 MiB [D032]",
    ]


def test_x007_a_value_that_is_needed_and_absent_is_no_zero() -> None:
    plan = Plan()
    plan.table("calls", {"wait": NUMBER})
    plan.row_score("waiting", 10, [plan.touchpoint("quick", 10, plan.column("calls", "wait"))])
    (problem,) = score(plan.done(), observed(calls=grid("city wait", "A -"))).problems
    assert problem.code == "X007"
    assert [prose.message(problem, lang) for lang in prose.LANGUAGES] == [
        "`quick`, A, row 2 of `calls`: a value that is needed is absent",
        "`quick`，A，`calls` 第 2 行：需要的值缺失",
    ]


def codes(files: dict[str, bytes]) -> list[str]:
    return [diagnostic.code for diagnostic in compile_rubric("bad.rubric", files.__getitem__).diagnostics]


def test_r119_formulas_that_double_the_work_meet_the_limit_of_calculations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Written out, `eight_times` has 8 products of its own, each of another sum; `once` has one."""
    monkeypatch.setattr(graph, "MAX_NODES", 30)
    assert codes({"bad.rubric": DOUBLING.format(formula="eight_times").encode()}) == ["R119"]
    assert codes({"bad.rubric": DOUBLING.format(formula="once").encode()}) == []


@pytest.mark.parametrize(("files", "found"), [(8, []), (9, ["R194"])])
def test_r194_files_that_are_too_large_together(files: int, found: list[str]) -> None:
    """Nine files of nearly 1 MiB, each within its own limit, exceed 8 MiB; eight do not."""
    line = b"# " + b"n" * 997 + b"\n"
    filler = line * (MAX_TOTAL_BYTES // 8 // len(line) - 1)
    used = {f"notes-{number}.rubric": filler for number in range(files)}
    uses = "".join(f'use "{name}"\n' for name in used).encode()
    assert codes({"bad.rubric": uses, **used}) == found


def refusals(rubric: str, source: DataSource | SeveralFiles) -> list[str]:
    plan = compile_rubric("a.rubric", lambda _: rubric.encode()).plan
    assert plan is not None
    ledger = read_observations(plan, {"calls": source}).tables["calls"].ledger
    return [plain([refusal_line(refusal, Look("en"), ledger)]).strip() for refusal in ledger.refusals]


def test_r335_an_archive_that_unpacks_to_more_than_any_sheet_is_refused() -> None:
    with zipfile.ZipFile(io.BytesIO(book([["city"], ["A"]]))) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    parts["xl/workbook.xml"] = b" " * (32 << 20)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    assert refusals(RUBRIC, Given("calls.xlsx", packed.getvalue())) == [
        "calls.xlsx: beyond a stated limit; its part xl/workbook.xml unpacks to more than 400 times its size, as no"
        " sheet does: do not open it, ask who sent it [R335]"
    ]


def test_r337_a_sheet_that_the_workbook_does_not_have_is_named_with_the_near_one() -> None:
    assert refusals(RUBRIC, Given("calls.xlsx", book([["city"], ["A"]], sheet="January"), "Januray")) == [
        "calls.xlsx: the file has no `Januray`; is `January` meant? [R337]"
    ]


def test_r339_a_header_of_more_columns_than_a_sheet_can_have_is_refused() -> None:
    text = ",".join(f"c{number}" for number in range(16_385)) + "\n"
    assert refusals(RUBRIC, Given("calls.csv", text.encode())) == [
        "calls.csv:1: 16385 columns, where a sheet may have 16384 [R339]"
    ]


def test_r364_a_form_of_another_edition_is_refused_before_any_row() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as workbook:
        workbook.add_worksheet("calls").write_column(0, 0, ["city", "A"])
        identity = workbook.add_worksheet("rubric-form")
        identity.write_row(0, 0, ["plan", "sha256:of-another-edition"])
        identity.hide()
    (found,) = refusals(RUBRIC, Given("calls.xlsx", data.getvalue()))
    assert found.startswith("calls.xlsx: this form was made for another edition of the rubric") and "[R364]" in found


def test_r367_one_of_several_files_that_is_gone_stops_the_run() -> None:
    several = SeveralFiles("forms", (Given("a.csv", b"city\nA\n"), OnDisk("gone.csv")))
    assert refusals(RUBRIC, several) == ["gone.csv: the file cannot be opened: No such file or directory [R367]"]


def test_r400_a_layout_that_would_say_something_else_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source("a.rubric", "measure a  = 1 + 2")
    assert formatted(source).text == "measure a = 1 + 2\n"
    monkeypatch.setattr(print_parts, "_flat", lambda *_: "1 - 2")
    spoilt = formatted(source)
    assert (spoilt.text, [finding.code for finding in spoilt.diagnostics]) == (None, ["R400"])


def test_i413_a_sheet_that_no_scoring_rule_fills_is_not_read_to_its_end() -> None:
    rows = [["Indicator 1", "Full marks", "Touchpoint", "Full marks"], *[[]] * grids.MOST_ROWS, ["x"]]
    found = import_workbook(Given("rule.xlsx", book(rows, sheet="Rubric")), "en").diagnostics
    assert [(one.code, one.span.file) for one in found if one.code == "I413"] == [("I413", "rule.xlsx#Rubric!A1")]


def test_each_exception_is_shown_here() -> None:
    tests = (name for name in globals() if name.startswith(("test_d", "test_i", "test_r", "test_x")))
    shown = {name.split("_")[1].upper() for name in tests}
    assert shown == set(WITHOUT_FOLDER)


def test_d311_more_corrections_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "MOST", 1)
    line = "A1,wait,12,14,clock,board,2021-01-20\n"
    found = corrections.read_corrections(
        File("c.csv", ("row key,column,old,new,reason,decided by,date\n" + line + line).encode())
    )
    assert [(refusal.row, refusal.code) for refusal in found.refusals] == [(3, "D311")]


def test_d312_a_correction_that_is_a_formula_or_an_error_says_nothing() -> None:
    header = ["row key", "column", "old", "new", "reason", "decided by", "date"]
    fine = ["A1", "wait", 12, 14, "clock", "board", "2021-01-20"]
    bad = [["A2", "wait", 12, {"formula": "=7*2"}, *fine[4:]], ["A3", "wait", {"error": "#N/A"}, 14, *fine[4:]]]
    data = book([header, fine, *bad], computed_on_load=True)
    found = corrections.read_corrections(File("c.xlsx", data))
    assert [(refusal.row, refusal.column, refusal.code) for refusal in found.refusals] == [
        (3, "new", "D312"), (4, "old", "D312"),
    ]
    assert [entry.key for entry in found.entries] == ["A1"]

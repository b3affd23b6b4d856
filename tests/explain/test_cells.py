"""In a workbook every cell that is told of is named as the spreadsheet names it, in everything that people receive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import program
from tests.books import book
from tests.tables import ROOT, rows_of
from tests.zhejiang.independent import EXAMPLE

RUBRIC = ROOT / "rubrics" / "zhejiang_12345_2020.rubric"


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The calls as a second sheet, with a title above the header: call n of the file stands in row n + 2."""
    rows = rows_of(EXAMPLE / "calls.csv")
    cells: list[list[Any]] = [["2020年拨测记录"], list(rows[0]), *(list(row.values()) for row in rows)]
    path = tmp_path_factory.mktemp("cells") / "calls.xlsx"
    path.write_bytes(book(cells, sheet="拨测", others=["说明"]))
    return f"calls={path}#拨测"


def letter(column: str) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[list(rows_of(EXAMPLE / "calls.csv")[0]).index(column)]


def test_the_call_that_cost_most_is_named_with_its_sheet_and_cell(calls: str, tmp_path: Path) -> None:
    """The unanswered call is row 30 of the text file, so row 31 below a title."""
    place = f"{letter('connected')}31"
    status, found = program.run("explain", RUBRIC, calls, "嘉兴")
    cost = found["costs"][0]
    assert (status, cost["row"], cost["sheet"], cost["cells"]) == (0, 31, "拨测", {"connected": f"拨测!{place}"})
    assert f"工作表“拨测”第31行（场景S5，是否接通为“no”（{place}））" in found["sentences"]["zh"][2]
    assert f'row 31 of sheet 拨测 (scenario S5, connected "no" in {place})' in found["sentences"]["en"][2]
    page = tmp_path / "page.html"
    text = program.text("explain", str(RUBRIC), calls, "嘉兴", "--lang", "en", "-o", str(page))
    assert f"拨测!{place} (no)" in text and "拨测 row 31" in text
    assert f"connected no ({place})" in page.read_text("utf-8") or f"no ({place})" in page.read_text("utf-8")


def test_a_proposal_and_a_gap_name_cells_too(calls: str) -> None:
    column = letter("transfers")
    text = program.text("explain", str(RUBRIC), calls, "台州", "--reach", "4", "--lang", "en")
    assert f"拨测 row 78 transfers 1 -> 0 ({column}78)" in text
    _, found = program.run("explain", RUBRIC, calls, "台州", "--reach", "4")
    changes = [change for one in found["proposals"] for change in one["changes"]]
    assert all(change["cell"] == f"拨测!{letter(change['column'])}{change['row']}" for change in changes)
    _, gap = program.run("explain", RUBRIC, calls, "台州", "--versus", "杭州", "wait")
    read = [call["cells"] for share in gap["shares"] for call in share["calls"]]
    assert read and all(cell.startswith("拨测!") for cells in read for cell in cells.values())

"""The reading ledger in the report and in the result workbook: each refusal and repair with its cell and texts."""

from __future__ import annotations

import html
import re
from pathlib import Path

import openpyxl
import pytest

from rubric_dsl.cli.main import run

RUBRIC = """\
rubric "Ledgers"
observe calls of city, averaged
  id     text key
  city   text
  tester text private
  born   date private
  wait   seconds 0 to 600
  polite yes/no
indicator total worth 10
  touchpoint courtesy worth 10 when polite
ranking by total
  exact
  ties share
"""
FORMS = {
    "a.csv": "id,city,tester,born,wait,polite\n1,甲,林一,2001-02-03,1分05秒,yes\n2,乙,赵五,2001-02-03,=1+1,no\n"
             "3,甲,王三,Secret day,12,yes\n",
    "b.csv": "city,id,wait,polite,tester,born\n甲,11,<b>9</b>,yes,陈四,2001-02-03\n乙,12,１２,no,钱七,1999/08/07\n",
}
EXPECTED = [
    ("refused", "forms/a.csv", "E3", "wait", "=1+1", "", "D007"),
    ("refused", "forms/a.csv", "D4", "born", "•••", "", "D014"),
    ("refused", "forms/b.csv", "C2", "wait", "<b>9</b>", "", "R351"),
    ("repair", "forms/a.csv", "E2", "wait", "1分05秒", "65", "R350"),
    ("repair", "forms/b.csv", "C3", "wait", "１２", "12", "R350"),
    ("repair", "forms/b.csv", "F3", "born", "•••", "•••", "R350"),
]
"""Counted by hand in the files above."""
PRIVATE = ("林一", "赵五", "王三", "陈四", "钱七", "Secret day", "1999/08/07", "2001-02-03")


@pytest.fixture
def outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("forms").mkdir()
    for name, text in FORMS.items():
        Path("forms", name).write_text(text, "utf-8")
    Path("r.rubric").write_text(RUBRIC, "utf-8")
    words = ("--leave-out-refused", "--lang", "en", "-o", "report.html", "-o", "result.xlsx")
    assert run(["score", "r.rubric", "calls=forms", *words]) == 0
    return tmp_path


def test_the_workbook_lists_each_refusal_and_repair_as_text(outputs: Path) -> None:
    book = openpyxl.load_workbook("result.xlsx")
    lines = list(book["ledger"].iter_rows(min_row=4))
    assert [cell.value for cell in lines[0]] == [
        "what", "file", "cell", "column", "as written", "read as", "rule", "reason",
    ]
    found = [tuple(cell.value or "" for cell in line[:7]) for line in lines[1:]]
    assert sorted(found) == sorted(EXPECTED)
    assert all(line[7].value for line in lines[1:])
    assert {cell.data_type for line in lines for cell in line if cell.value} == {"s"}
    everything = [str(cell.value) for sheet in book for line in sheet.iter_rows() for cell in line]
    assert not [text for text in everything if any(word in text for word in PRIVATE)]


def test_the_page_lists_the_same_and_shows_marks_of_html_as_text(outputs: Path) -> None:
    page = Path("report.html").read_text("utf-8")
    table = re.search(r'<table class="ledger">(.*?)</table>', page, re.DOTALL)
    assert table is not None
    found = []
    for line in re.findall(r"<tr>(.*?)</tr>", table[1], re.DOTALL)[1:]:
        cells = re.findall(r"<td[^>]*>(.*?)</td>", line, re.DOTALL)
        assert len(cells) == 8 and cells[7]
        what = "refused" if "refused" in cells[0] else "repair"
        found.append((what, *(html.unescape(re.sub(r"<[^>]*>", "", cell)) for cell in cells[1:7])))
    assert sorted(found) == sorted(EXPECTED)
    assert "<b>9" not in page
    assert not [word for word in PRIVATE if word in page]

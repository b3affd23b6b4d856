"""The same 88 calls as people send them. Each disguise has its trap, and what makes the file."""

from __future__ import annotations

import datetime
import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import openpyxl
import xlsxwriter

from tests.books import book
from tests.observations.calls import HEADER, LABELS, MEMBERS, TYPES, Rows, as_csv, calls, column, typed


@dataclass(frozen=True)
class Disguise:
    trap: str
    name: str
    data: Callable[[], bytes]
    file: str = "calls.csv"
    part: str = ""


def _labelled(rows: Rows) -> Rows:
    return [[LABELS[name] for name in rows[0]], *rows[1:]]


def _words(yes: str, no: str) -> Rows:
    rows = calls()
    for name, kind in TYPES.items():
        if kind == "yes/no":
            rows = column(rows, name, lambda cell: yes if cell == "yes" else no)
    return rows


def _wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if char in "0123456789.:-" else char for char in text)


def _seconds(change: Callable[[int], Any]) -> list[list[Any]]:
    rows: list[list[Any]] = calls()
    for name in ("wait_seconds", "handle_seconds", "lookup_hold_seconds"):
        rows = column(rows, name, lambda cell: change(int(cell)))
    return rows


def _in_words(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}分{rest:02}秒" if minutes else f"{rest}秒"


def _renamed(names: dict[str, str]) -> Rows:
    rows = calls()
    return [[names.get(name, name) for name in rows[0]], *rows[1:]]


def _under_a_group() -> Rows:
    """Two lines of headers: the first groups columns, the second names them."""
    rows = calls()
    upper = ["基本信息", *[""] * 6, "通话情况", *[""] * (len(HEADER) - 8)]
    return [upper, *rows]


def _units_below() -> Rows:
    rows = calls()
    return [rows[0], ["秒" if TYPES[name] == "seconds" else "" for name in HEADER], *rows[1:]]


def _subtotals() -> Rows:
    rows = calls()
    made = [rows[0]]
    for number, row in enumerate(rows[1:], 1):
        made.append(row)
        if number % 8 == 0:
            made.append(["小计", *[""] * 8, "1234", *[""] * (len(HEADER) - 10)])
    return made


def _with(rows: Rows, *after: list[str]) -> Rows:
    return [*rows, *([*line, *[""] * (len(HEADER) - len(line))] for line in after)]


def _shuffled() -> Rows:
    order = sorted(range(len(HEADER)), key=lambda place: HEADER[place][::-1])
    return [[row[place] for place in order] for row in calls()]


def _extra() -> Rows:
    return [[*row, "备注" if not number else "复核过", "序号" if not number else str(number)] for number,
        row in enumerate(calls())]


def _blank_columns() -> Rows:
    return [[*row[:5], "", *row[5:], ""] for row in calls()]


def _dated(rows: list[list[Any]], days: str, times: str) -> list[list[Any]]:
    """Dates and times as a spreadsheet holds them."""
    made = [list(row) for row in rows]
    for row in made[1:]:
        row[3] = {"date": row[3], "format": days}
        hours, minutes = row[4].split(":")
        row[4] = {"number": repr((int(hours) * 60 + int(minutes)) / 1440), "format": times}
    return made


def _durations(format: str) -> list[list[Any]]:
    rows = typed(calls())
    for row in rows[1:]:
        for name in ("wait_seconds", "handle_seconds", "lookup_hold_seconds"):
            place = HEADER.index(name)
            if row[place] != "":
                row[place] = {"number": repr(row[place] / 86_400), "format": format}
    return rows


def _formatted(format: str) -> list[list[Any]]:
    return [
        [{"number": cell, "format": format} if isinstance(cell,
            int) else cell for cell in row] for row in typed(calls())
    ]


def _truths() -> list[list[Any]]:
    return [
        [{"yes": True, "no": False}.get(cell, cell) if TYPES[HEADER[place]] == "yes/no" and number else cell
         for place, cell in enumerate(row)]
        for number, row in enumerate(typed(calls()))
    ]


def _merged_cities() -> bytes:
    rows = typed(calls())
    areas = []
    start = 1
    while start < len(rows):
        end = start
        while end + 1 < len(rows) and rows[end + 1][1] == rows[start][1]:
            end += 1
        if end > start:
            areas.append(f"B{start + 1}:B{end + 1}")
        start = end + 1
    return book(rows, merge=areas)


def _computed() -> list[list[Any]]:
    rows = typed(calls())
    place = HEADER.index("handle_seconds")
    for row in rows[1:]:
        if row[place] != "":
            row[place] = {"formula": f"={row[place]}+0", "result": row[place]}
    return rows


def _openpyxl(write_only: bool) -> bytes:
    made = openpyxl.Workbook(write_only=write_only)
    sheet = made.create_sheet("拨测记录") if write_only else made.active
    for row in typed(calls()):
        sheet.append([None if cell == "" else cell for cell in row])
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def _inline() -> bytes:
    data = io.BytesIO()
    made = xlsxwriter.Workbook(data, {"constant_memory": True})
    sheet = made.add_worksheet()
    for number, row in enumerate(typed(calls())):
        sheet.write_row(number, 0, [None if cell == "" else cell for cell in row])
    made.close()
    return data.getvalue()


def _second_sheet(name: str) -> bytes:
    data = io.BytesIO()
    made = xlsxwriter.Workbook(data)
    made.add_worksheet("填写说明").write(0, 0, "请填写第二张表")
    sheet = made.add_worksheet(name)
    for number, row in enumerate(typed(calls())):
        for place, cell in enumerate(row):
            if cell != "":
                sheet.write(number, place, cell)
    made.close()
    return data.getvalue()


def sqlite_file(table: str = "calls") -> bytes:
    rows = typed(calls())
    with closing(sqlite3.connect(":memory:")) as base:
        columns = ", ".join(f'"{name}" {"INTEGER" if isinstance(cell, int) else "TEXT"}'
                            for name, cell in zip(rows[0], rows[1], strict=True))
        base.execute(f'CREATE TABLE "{table}" ({columns})')
        marks = ", ".join("?" * len(HEADER))
        base.executemany(f'INSERT INTO "{table}" VALUES ({marks})',
            [[None if c == "" else c for c in row] for row in rows[1:]])
        base.commit()
        return base.serialize()


def _text(rows: Rows, encoding: str = "utf-8", **more: Any) -> bytes:
    return as_csv(rows, **more).encode(encoding)


def _excel_date(cell: str) -> str:
    day = datetime.date.fromisoformat(cell)
    return f"{day.year}/{day.month}/{day.day}"


def _chinese_date(cell: str) -> str:
    day = datetime.date.fromisoformat(cell)
    return f"{day.year}年{day.month}月{day.day}日"


X = "calls.xlsx"
TITLE = ["2020年浙江省12345热线平台拨测记录表"]
DISGUISES = [
    Disguise("encoding", "utf-8 with a mark", lambda: _text(calls(), "utf-8-sig")),
    Disguise("encoding", "utf-16 of Excel", lambda: b"\xff\xfe" + _text(calls(), "utf-16-le", delimiter="\t")),
    Disguise("encoding", "utf-16 big-endian", lambda: b"\xfe\xff" + _text(calls(), "utf-16-be")),
    Disguise("encoding", "utf-16 without a mark", lambda: _text(calls(), "utf-16-le")),
    Disguise("encoding", "gb18030", lambda: _text(_labelled(calls()), "gb18030")),
    Disguise("encoding", "gbk with English headers", lambda: _text(calls(), "gbk")),
    Disguise("encoding", "gb18030 as it was named", lambda: _text(calls(), "gb18030"), part="gb18030"),
    Disguise("separator", "tabs", lambda: _text(calls(), delimiter="\t")),
    Disguise("separator", "semicolons", lambda: _text(calls(), delimiter=";")),
    Disguise("separator", "a sep= line", lambda: b"sep=;\r\n" + _text(calls(), delimiter=";", end="\r\n")),
    Disguise("separator", "every cell in quotes", lambda: _text(calls(), quote_all=True)),
    Disguise("line ends", "of Windows", lambda: _text(calls(), end="\r\n")),
    Disguise("line ends", "of the old Macintosh", lambda: _text(calls(), end="\r")),
    Disguise("line ends", "mixed", lambda: _text(calls()).replace(b"\n", b"\r\n", 40)),
    Disguise("title", "a title", lambda: _text([TITLE, *calls()])),
    Disguise("title", "a title, a blank line and a remark",
        lambda: _text([TITLE, [], ["单位：秒", "填表日期：2021-01-05"], *calls()])),
    Disguise("two-row header", "groups above the names", lambda: _text(_under_a_group())),
    Disguise("two-row header", "units below the names", lambda: _text(_units_below())),
    Disguise("header", "labels", lambda: _text(_labelled(calls()))),
    Disguise("header", "full-width brackets and blanks",
             lambda: _text([[f" {text.replace('(', '（').replace(')', '）')}\n" for text in _labelled(calls())[0]],
                 *calls()[1:]])),
    Disguise("header", "marks of required fields",
        lambda: _text(_renamed({"city": "*city", "connected": "connected（必填）"}))),
    Disguise("unit in the header", "m:ss", lambda: _text(
        [[{"wait_seconds": "等待时长(分:秒)"}.get(name, name) for name in HEADER],
         *column(calls(), "wait_seconds", lambda c: f"{int(c) // 60}:{int(c) % 60:02}")[1:]])),
    Disguise("columns", "in another order", lambda: _text(_shuffled())),
    Disguise("columns", "some that the rubric has not", lambda: _text(_extra())),
    Disguise("columns", "blank ones among them", lambda: _text(_blank_columns())),
    Disguise("totals", "a row of totals",
        lambda: _text(_with(calls(), ["合计", *[""] * 8, "2222"], ["平均", *[""] * 8, "25.3"]))),
    Disguise("totals", "a subtotal of each city", lambda: _text(_subtotals())),
    Disguise("footnotes", "who filled it in", lambda: _text(_with(
        calls(), [], ["注：未接通的通话不填等待时长。"], ["填表人：张三", "", "审核人：李四"]))),
    Disguise("header again", "on every printed page", lambda: _text([*calls()[:45], calls()[0], *calls()[45:]])),
    Disguise("blank lines", "between the cities",
        lambda: _text([*calls()[:9], [], *calls()[9:40], [""] * 25, *calls()[40:]])),
    Disguise("blanks", "around the values",
        lambda: _text([calls()[0], *([f"　{c} " if c else c for c in row] for row in calls()[1:])])),
    Disguise("yes and no", "是 否", lambda: _text(_words("是", "否"))),
    Disguise("yes and no", "√ ×", lambda: _text(_words("√", "×"))),
    Disguise("yes and no", "Y N", lambda: _text(_words("Y", "N"))),
    Disguise("yes and no", "1 0", lambda: _text(_words("1", "0"))),
    Disguise("full-width digits", "in numbers", lambda: _text(column(calls(), "handle_seconds", _wide))),
    Disguise("full-width digits", "in dates and times",
             lambda: _text(column(column(calls(), "call_date", _wide), "call_time", _wide))),
    Disguise("durations", "1分05秒", lambda: _text(_seconds(_in_words))),
    Disguise("durations", "0:01:05", lambda: _text(_seconds(lambda s: f"0:{s // 60:02}:{s % 60:02}"))),
    Disguise("dates", "2020/1/5", lambda: _text(column(calls(), "call_date", _excel_date))),
    Disguise("dates", "2020年1月5日", lambda: _text(column(calls(), "call_date", _chinese_date))),
    Disguise("times", "9:05:00", lambda: _text(column(calls(), "call_time", lambda c: f"{int(c[:2])}:{c[3:]}:00"))),
    Disguise("choices", "labels for names", lambda: _text(column(
        column(calls(), "scenario_id", MEMBERS["scenario_id"].__getitem__), "period", MEMBERS["period"].__getitem__))),
    Disguise("workbook", "numbers", lambda: book(typed(calls())), X),
    Disguise("workbook", "every number as text", lambda: book(calls()), X),
    Disguise("workbook", "inline texts", _inline, X),
    Disguise("workbook", "of openpyxl", lambda: _openpyxl(False), X),
    Disguise("workbook", "of openpyxl, written row by row", lambda: _openpyxl(True), X),
    Disguise("workbook", "truth values", lambda: book(_truths()), X),
    Disguise("workbook", "results of formulas", lambda: book(_computed()), X),
    Disguise("workbook", "named .csv", lambda: book(typed(calls()))),
    Disguise("dates of a workbook", "from 1900", lambda: book(_dated(typed(calls()), "yyyy-mm-dd", "hh:mm")), X),
    Disguise("dates of a workbook", "from 1904", lambda: book(_dated(typed(calls()), 'yyyy"年"m"月"d"日"', "h:mm"),
        from_1904=True), X),
    Disguise("durations of a workbook", "[h]:mm:ss", lambda: book(_durations("[h]:mm:ss")), X),
    Disguise("durations of a workbook", "mm:ss", lambda: book(_durations("mm:ss")), X),
    Disguise("durations of a workbook", "h:mm:ss", lambda: book(_durations("h:mm:ss")), X),
    Disguise("number formats", "with a unit behind", lambda: book(_formatted('0"次"')), X),
    Disguise("number formats", "with thousands", lambda: book(_formatted("#,##0.00")), X),
    Disguise("number formats", "with zeros before", lambda: book(_formatted("00000")), X),
    Disguise("merged cells", "each city once", _merged_cities, X),
    Disguise("merged cells", "a title over all columns", lambda: book([TITLE, *typed(calls())], merge=["A1:Y1"]), X),
    Disguise("hidden", "a column", lambda: book(typed(calls()), hidden_columns=["D"]), X),
    Disguise("sheets", "the second, by its label", lambda: _second_sheet("拨测记录"), X),
    Disguise("sheets", "the second, by its header", lambda: _second_sheet("Sheet2"), X),
    Disguise("sheets", "the second, as it was named", lambda: _second_sheet("x"), X, part="x"),
    Disguise("database", "SQLite, one table", lambda: sqlite_file("whatever"), "calls.db"),
]

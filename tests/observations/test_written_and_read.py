"""Whatever valid observations a program writes, in whatever form, they are read back equal."""

from __future__ import annotations

import csv
import datetime
import io
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from fractions import Fraction
from typing import Any

import openpyxl
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubric_dsl.observations.model import Cell
from rubric_dsl.observations.raw import Given
from rubric_dsl.observations.read import read_observations
from tests.books import book
from tests.observations.plans import column, members, plan, table

NUMBERS = st.decimals(-10**9, 10**9, allow_nan=False, allow_infinity=False, places=4)
SHARES = st.integers(0, 100_000)
"""Percentages in thousandths of a percent."""
TEXTS = st.text(st.characters(exclude_categories=["C", "Z"], include_characters="杭州浙江甲乙（）·é ,\"'"), max_size=12)
ROW = st.fixed_dictionaries({
    "city": st.sampled_from(["甲", "乙", "丙"]),
    "x": NUMBERS,
    "share": SHARES,
    "wait": st.integers(0, 86_399),
    "day": st.dates(datetime.date(1900, 3, 1), datetime.date(2100, 12, 31)),
    "at": st.times().map(lambda time: time.replace(second=0, microsecond=0)),
    "flag": st.booleans(),
    "size": st.sampled_from(["small", "large"]),
    "remark": TEXTS.map(str.strip).filter(lambda text: not text.startswith(("=", "#"))),
})
ROWS = st.lists(ROW, min_size=1, max_size=5)
PLAN = plan(table(
    column("city"), column("x", "number"), column("share", "percent"), column("wait", "seconds"), column("day", "date"),
    column("at", "time"), column("flag", "yes/no"), column("size", "choice", members=members(small="小", large="大")),
    column("remark", presence="optional"),
))
NAMES = [c.name for c in PLAN.tables[0].columns]
Row = Mapping[str, Any]


def meant(row: Row) -> dict[str, Cell]:
    """The row as it should be read, worked out from what was drawn."""
    import unicodedata

    return {
        "city": row["city"], "x": Fraction(row["x"]), "share": Fraction(row["share"], 100_000),
            "wait": Fraction(row["wait"]),
        "day": row["day"].toordinal(), "at": row["at"].hour * 60 + row["at"].minute, "flag": row["flag"],
        "size": row["size"], "remark": unicodedata.normalize("NFC", row["remark"]) or None,
    }


def plain(row: Row) -> list[str]:
    """The cells of a text file."""
    return [
        row["city"], format(row["x"], "f"), f"{row['share'] // 1000}.{row['share'] % 1000:03}%", str(row["wait"]),
        row["day"].isoformat(), row["at"].isoformat("minutes"), "yes" if row["flag"] else "否",
        {"small": "小", "large": "large"}[row["size"]], row["remark"],
    ]


def text_file(rows: list[Row], encoding: str, delimiter: str, end: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([NAMES,
        *map(plain, rows)])
    return text.getvalue().encode(encoding)


def workbook(rows: list[Row]) -> bytes:
    """Each value in the cell that a spreadsheet has for it."""
    return book([NAMES, *(
        [row["city"], {"number": str(row["x"])}, {"number": repr(row["share"] / 100_000), "format": "0.000%"},
         {"number": repr(row["wait"] / 86_400), "format": "[h]:mm:ss"}, {"date": row["day"], "format": "yyyy/m/d"},
         {"number": repr((row["at"].hour * 60 + row["at"].minute) / 1440), "format": "hh:mm"}, row["flag"], row["size"],
         row["remark"]] for row in rows
    )])


def of_openpyxl(rows: list[Row]) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(NAMES)
    for number, row in enumerate(rows, 2):
        sheet.append([row["city"], row["x"], row["share"] / 100_000, datetime.timedelta(seconds=row["wait"]),
            row["day"],
                      row["at"], row["flag"], row["size"], row["remark"] or None])
        sheet.cell(number, 3).number_format = "0.000%"
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def sqlite_file(rows: list[Row]) -> bytes:
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute(f"CREATE TABLE calls ({', '.join(NAMES)})")
        base.executemany(f"INSERT INTO calls VALUES ({', '.join('?' * len(NAMES))})", list(map(plain, rows)))
        base.commit()
        return base.serialize()


def parquet(rows: list[Row]) -> bytes:
    made = polars.DataFrame({
        "city": [row["city"] for row in rows], "x": [row["x"] for row in rows],
            "share": [plain(row)[2] for row in rows],
        "wait": [row["wait"] for row in rows], "day": [row["day"] for row in rows], "at": [row["at"] for row in rows],
        "flag": [row["flag"] for row in rows], "size": [row["size"] for row in rows],
            "remark": [row["remark"] for row in rows],
    })
    data = io.BytesIO()
    made.write_parquet(data)
    return data.getvalue()


WRITERS: dict[str, Callable[[list[Row]], bytes]] = {
    "utf-8": lambda rows: text_file(rows, "utf-8", ",", "\n"),
    "utf-8 with a mark, tabs": lambda rows: text_file(rows, "utf-8-sig", "\t", "\r\n"),
    "utf-16, semicolons": lambda rows: text_file(rows, "utf-16", ";", "\r"),
    "gb18030": lambda rows: b"sep=,\n" + text_file(rows, "gb18030", ",", "\n"),
    "xlsx": workbook,
    "openpyxl": of_openpyxl,
    "sqlite": sqlite_file,
    "parquet": parquet,
}


@pytest.mark.parametrize("writer", WRITERS)
@settings(max_examples=60, deadline=None)
@given(rows=ROWS)
def test_what_is_written_is_read_back_equal(writer: str, rows: list[Row]) -> None:
    part = "gb18030" if writer == "gb18030" else ""
    source = Given(writer, WRITERS[writer](rows), part)
    found = read_observations(PLAN, {"calls": source}).tables["calls"]
    cells = [(r.row, r.column, r.value, r.code) for r in found.ledger.refusals if r.row]
    assert cells == [] and [dict(row.values) for row in found.rows] == [meant(row) for row in rows]

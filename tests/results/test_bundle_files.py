"""Whatever the observations came in, a bundle holds them so that `verify` computes the same, or says why it cannot."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from rubric_dsl.cli import running
from rubric_dsl.cli.main import run as rubric
from rubric_dsl.results.bundle import MANIFEST
from rubric_dsl.results.bundle_files import read_folder
from tests import program
from tests.books import book
from tests.engines.servers import postgres_server

RUBRIC = """\
rubric "Hotlines"
observe calls of city, averaged
  call_id text key
  city    text
  wait    number 0 to 600
  polite  yes/no
  day     date
indicator total worth 12
  touchpoint quick worth 6 when wait <= 15
  touchpoint courtesy worth 6 when polite
ranking by total
  exact
  ties share
"""
CALLS = [
    ["call_id", "city", "wait", "polite", "day"], ["A1", "甲", "12.5", "yes", "2020-10-28"],
    ["A2", "甲", "70", "no", "2020-10-29"], ["B1", "乙", "15", "yes", "2020-10-28"],
]
SCORES = {"甲": "6", "乙": "12"}


def typed() -> pl.DataFrame:
    table = pl.DataFrame(CALLS[1:], schema=CALLS[0], orient="row")
    return table.with_columns(
        pl.col("wait").cast(pl.Float64), pl.col("polite") == "yes", pl.col("day").str.to_date(),
    )


def written(folder: Path, kind: str) -> str:
    """The calls in a file of this kind, as the command line names it."""
    path = folder / f"given.{kind}"
    if kind == "csv":
        with open(path, "w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows(CALLS)
        return f"calls={path}#gb18030"
    if kind == "xlsx":
        path.write_bytes(book(CALLS, sheet="拨测", others=["说明"]))
        return f"calls={path}#拨测"
    if kind == "parquet":
        typed().write_parquet(path)
    elif kind == "sqlite":
        with sqlite3.connect(path) as base:
            base.execute("CREATE TABLE calls (call_id, city, wait, polite, day)")
            base.executemany("INSERT INTO calls VALUES (?, ?, ?, ?, ?)", CALLS[1:])
    elif kind == "duckdb":
        with duckdb.connect(str(path)) as base:
            table = typed()
            base.register("given", table.to_arrow())
            base.execute("CREATE TABLE calls AS SELECT * FROM given")
    return f"calls={path}" + ("#calls" if kind in ("sqlite", "duckdb") else "")


def made(folder: Path, observations: str, *more: str | Path) -> tuple[int, dict[str, Any]]:
    (folder / "r.rubric").write_text(RUBRIC, "utf-8")
    return program.run("score", folder / "r.rubric", observations, "--bundle", folder / "bundle", *more)


def scores(result: dict[str, Any]) -> dict[str, str]:
    return {row["subject"]: row["score"]["exact"] for row in result["rankings"][0]["rows"]}


@pytest.mark.parametrize(("kind", "name"), [
    ("csv", "calls.csv"), ("xlsx", "calls.xlsx"), ("parquet", "calls.parquet"), ("sqlite", "calls.sqlite"),
    ("duckdb", "calls.csv"),
])
def test_every_kind_of_file_verifies_from_the_bundle_alone(kind: str, name: str, tmp_path: Path) -> None:
    status, result = made(tmp_path, written(tmp_path, kind))
    assert status == 0 and scores(result) == SCORES, result
    (tmp_path / f"given.{kind}").unlink()
    files = read_folder(tmp_path / "bundle")
    assert f"observations/{name}" in files
    assert scores(json.loads(files["result.json"])) == SCORES
    status, verified = program.run("verify", tmp_path / "bundle")
    assert (status, verified["same"]) == (0, True), verified


def test_a_large_file_is_read_in_columns_both_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "LARGE", 1)
    status, result = made(tmp_path, written(tmp_path, "parquet"))
    assert status == 0 and scores(result) == SCORES and result["engine"] == "polars"
    manifest = json.loads((tmp_path / "bundle" / MANIFEST).read_text("utf-8"))
    assert manifest["observations"]["calls"]["read"] == "columns"
    assert program.run("verify", tmp_path / "bundle")[1]["same"] is True


def test_corrections_in_a_workbook_are_kept_with_their_sheet(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(book([
        ["row key", "column", "old", "new", "reason", "decided by", "date"],
        ["A2", "polite", "no", "yes", "recording", "board", "2021-01-20"],
    ], sheet="申诉", others=["说明"]))
    status, result = made(tmp_path, written(tmp_path, "xlsx"), "--corrections", f"{tmp_path / 'a.xlsx'}#申诉")
    assert status == 0 and scores(result) == {"甲": "9", "乙": "12"}
    assert "corrections.xlsx" in read_folder(tmp_path / "bundle")
    assert program.run("verify", tmp_path / "bundle")[1]["same"] is True


def test_without_data_the_workbook_is_asked_for_and_read_as_before(tmp_path: Path) -> None:
    calls = written(tmp_path, "xlsx")
    assert made(tmp_path, calls, "--without-data")[0] == 0
    status, found = program.run("verify", tmp_path / "bundle")
    assert status == 5 and [one["file"] for one in found["findings"]] == ["observations/calls.xlsx"]
    assert program.run("verify", tmp_path / "bundle", f"calls={tmp_path / 'given.xlsx'}")[1]["same"] is True


def refused(folder: Path, observations: str, *more: str) -> str:
    (folder / "r.rubric").write_text(RUBRIC, "utf-8")
    err = io.StringIO()
    with redirect_stderr(err):
        words = ["score", str(folder / "r.rubric"), observations, "--bundle", str(folder / "bundle"), "--lang", "en"]
        assert rubric([*words, *more]) == 2
    assert not (folder / "bundle").exists()
    return err.getvalue()


def test_what_no_bundle_can_hold_is_refused_by_name_with_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "months"
    folder.mkdir()
    for month in ("09", "10"):
        typed().write_parquet(folder / f"{month}.parquet")
    said = refused(tmp_path, f"calls={folder}")
    assert "months" in said and "into one" in said
    assert "export the table" in refused(tmp_path, written(tmp_path, "duckdb"), "--without-data")
    server = "calls=postgresql://me:secret@localhost/base#calls"
    said = refused(tmp_path, server, "--without-data")
    assert "export the table" in said and "secret" not in said


def test_a_table_of_a_server_is_exported_once_and_verifies_without_the_server(tmp_path: Path) -> None:
    import psycopg

    with postgres_server() as url:
        with psycopg.connect(url) as server:
            server.execute("CREATE TABLE calls (call_id text, city text, wait numeric, polite boolean, day date)")
            for row in CALLS[1:]:
                server.execute("INSERT INTO calls VALUES (%s, %s, %s, %s = 'yes', %s)", row)
        status, result = made(tmp_path, f"calls={url}#calls")
        assert status == 0 and scores(result) == SCORES, result
    files = read_folder(tmp_path / "bundle")
    rows = list(csv.reader(io.StringIO(files["observations/calls.csv"].decode("utf-8"))))
    assert rows == CALLS
    assert program.run("verify", tmp_path / "bundle")[1]["same"] is True

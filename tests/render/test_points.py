"""Files of points: what subjects and rows have in every item, exactly, for other programs."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.feather
import pyarrow.parquet
import pytest

import rubric_dsl
from rubric_dsl.cli.main import run as rubric
from rubric_dsl.engines.reference import ReferenceEngine
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.render.row_points import row_points
from rubric_dsl.resolved.operations import Indicator
from tests.program import run as program
from tests.properties.long import count
from tests.properties.made import made

ROOT = Path(__file__).resolve().parents[2]
RUBRIC = ROOT / "rubrics/zhejiang_12345_2020.rubric"
CALLS = ROOT / "examples/zhejiang_12345_2020/calls.csv"


def test_points_are_those_of_the_result(tmp_path: Path) -> None:
    paths = [tmp_path / f"points.{kind}" for kind in ("parquet", "arrow", "csv")]
    status, result = program("score", RUBRIC, f"calls={CALLS}", "-o", paths[0], "-o", paths[1], "--points", paths[2])
    assert status == 0
    rows = pyarrow.parquet.read_table(paths[0]).to_pylist()
    assert pyarrow.feather.read_table(paths[1]).to_pylist() == rows
    with open(paths[2], encoding="utf-8-sig", newline="") as file:
        texts = list(csv.DictReader(file))
    assert [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows] == texts
    by = {(row["subject"], row["item"]): row for row in rows if row["kind"] != "ranking"}
    compared: Counter[str] = Counter()
    for subject, values in result["subjects"].items():
        for item, value in values.items():
            row = by.pop((subject, item))
            if isinstance(value, dict) and "exact" in value:
                assert row["exact"] == value["exact"] and row["double"] == float(Fraction(value["exact"]))
                compared["number"] += 1
            elif isinstance(value, dict):
                assert row["state"] == value["state"] and row["because"] == value["because"]
            else:
                assert row["text"] == value
                compared["class"] += 1
    assert by == {} and compared == {"number": 11 * 31, "class": 11}
    ranks = {row["subject"]: (row["rank"], row["exact"]) for row in rows if row["kind"] == "ranking"}
    assert ranks == {
        row["subject"]: (row["rank"], row["score"]["exact"]) for row in result["rankings"][0]["rows"]}


def totals_of_rows(frame: pl.DataFrame) -> dict[tuple[str, str, str | None], tuple[int, Fraction]]:
    """By item, subject and scenario how many rows have points, and their exact sum."""
    found: dict[tuple[str, str, str | None], tuple[int, Fraction]] = {}
    for row in frame.iter_rows(named=True):
        key = row["item"], row["subject"], row["scenario"]
        number, so_far = found.get(key, (0, Fraction(0)))
        assert row["double"] == float(Fraction(row["exact"]))
        found[key] = number + 1, so_far + Fraction(row["exact"])
    return found


def totals_of_reference(plan: Any, observations: Any) -> dict[tuple[str, str, str | None], tuple[int, Fraction]]:
    prepared = prepare(plan)
    names = {value.node: value.name for value in plan.values if value.kind in ("indicator", "touchpoint")}
    # An indicator that is no more than its rows has its points there.
    for value in plan.values:
        operation = plan.nodes[value.node].operation
        if isinstance(operation, Indicator) and operation.row_score is not None:
            names[operation.row_score] = value.name
    tallies = ReferenceEngine().totals(plan, prepared, observations).tallies
    return {
        (names[node], subject, scenario): (tally.count, tally.sum)  # type: ignore[misc]
        for node, by_subject in tallies.items() if node in names
        for subject, by_scenario in by_subject.items() for scenario, tally in by_scenario.items()
    }


def test_the_points_of_rows_add_up_to_the_totals_of_the_reference() -> None:
    met: Counter[str] = Counter()
    for seed in range(count(40, 5_000)):
        built = made(seed)
        wanted = totals_of_reference(built.plan, built.observations)
        if all(isinstance(total, Fraction) for _, total in wanted.values()):
            assert totals_of_rows(row_points(built.plan, [built.done]).collect()) == wanted
            met["rubrics"] += 1
            met["sums"] += len(wanted)
    assert met["rubrics"] > 30 and met["sums"] > 800, met


def test_points_of_scanned_files_are_those_of_rows_in_memory(tmp_path: Path) -> None:
    """In two files, with a row that is read apart and one that is left out; rows count in their own file."""
    frame = pl.read_csv(CALLS, infer_schema=False)
    spelled = pl.when(pl.col("call_id") == "03-S1").then(pl.lit(" 是")).otherwise(pl.col("connected"))
    wrong = frame[10].with_columns(call_id=pl.lit("99-S3"), connected=pl.lit("perhaps"))
    frame = pl.concat([frame[:10].with_columns(connected=pl.col("connected")), wrong, frame[10:]]).with_columns(
        spelled.alias("connected"))
    (tmp_path / "calls").mkdir()
    frame[:30].write_parquet(tmp_path / "calls" / "a.parquet")
    frame[30:].write_parquet(tmp_path / "calls" / "b.parquet")
    plan = rubric_dsl.compile_rubric(RUBRIC)
    scanned = rubric_dsl.score(plan, calls=tmp_path / "calls", leave_out_refused=True)
    assert scanned.engine == "polars" and scanned.ledger["calls"]["refused"] == 1
    small = rubric_dsl.score(plan, calls=frame, engine="reference", leave_out_refused=True)
    found, wanted = scanned.row_points().collect(), small.row_points().collect()
    assert found["file"].unique().sort().to_list() == [str(tmp_path / "calls" / f"{name}.parquet") for name in "ab"]
    at = found.with_columns(pl.col("row") + pl.when(pl.col("file").str.ends_with("b.parquet")).then(30).otherwise(0))
    assert at.drop("file").equals(wanted.drop("file"))
    assert 12 not in wanted["row"] and wanted["row"].n_unique() == 88


def test_no_private_cell_is_in_any_file(tmp_path: Path) -> None:
    rubric = """\
rubric "Private"
observe calls of tester, averaged by place
  tester text private
  place  choice secret_house | secret_yard private
  ok     yes/no private
indicator access worth 10
  touchpoint answered worth 10 when ok
ranking by access
  exact
  ties share
"""
    plan = rubric_dsl.compile_rubric(rubric)
    rows = [{"tester": "王五", "place": place, "ok": True} for place in ("secret_house", "secret_yard")]
    frame = rubric_dsl.score(plan, calls=rows).row_points().collect()
    assert frame.height == 4 and set(frame["subject"]) | set(frame["scenario"]) == {"•••"}


def test_files_are_the_same_bytes_whatever_the_number_of_threads(tmp_path: Path) -> None:
    frame = pl.read_csv(CALLS, infer_schema=False)
    many = pl.concat([frame.with_columns(pl.col("call_id") + f"-{place}") for place in range(60)])
    many.write_parquet(tmp_path / "calls.parquet", row_group_size=700)
    seen = set()
    for threads in (1, 3):
        paths = [tmp_path / f"{name}{threads}.{kind}" for name, kind in
                 (("points", "parquet"), ("rows", "parquet"))]
        words = ["score", RUBRIC, f"calls={tmp_path / 'calls.parquet'}", "-o", paths[0], "--row-points", paths[1]]
        done = subprocess.run(
            [sys.executable, "-m", "rubric_dsl", *map(str, words)], cwd=ROOT, capture_output=True, text=True,
            env={**os.environ, "POLARS_MAX_THREADS": str(threads)}, check=False)
        assert done.returncode == 0 and done.stderr == "", done.stderr
        seen.add(tuple(path.read_bytes() for path in paths))
    assert len(seen) == 1
    rows = pl.read_parquet(paths[1])
    assert rows.height == 60 * 88 * 29 and rows["row"].is_sorted()


def test_what_a_scheduler_sees(tmp_path: Path) -> None:
    """A plain process: exit codes, JSON alone on standard output, nothing for eyes when nobody looks."""
    def called(*words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "rubric_dsl", *map(str, words)], cwd=tmp_path, capture_output=True, text=True,
            stdin=subprocess.DEVNULL, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}, check=False)

    points, rows = tmp_path / "points.parquet", tmp_path / "rows.csv"
    words = ["score", RUBRIC, f"calls={CALLS}", "--json", "-o", points, "--row-points", rows]
    done = called(*words)
    assert done.returncode == 0 and done.stderr == "" and "\x1b" not in done.stdout
    assert json.loads(done.stdout)["format"] == "rubric-result/1" and points.exists() and rows.exists()
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".part"]

    before = points.read_bytes()
    text = CALLS.read_text(encoding="utf-8").replace("yes", "soon", 1)
    (tmp_path / "calls.csv").write_text(text, encoding="utf-8")
    refused = called("score", RUBRIC, "calls=calls.csv", "--json", "-o", points)
    assert refused.returncode == 4 and points.read_bytes() == before
    assert json.loads(refused.stdout)["ledger"]["calls"]["refused"] == 1 and "\r" not in refused.stderr



def test_where_points_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, code in (
        (["--points", tmp_path / "points.txt"], 2), (["--points", tmp_path / "nowhere" / "points.parquet"], 7),
        (["-o", tmp_path / "a.arrow", "--points", tmp_path / "a.arrow"], 2),
        (["--row-points", tmp_path / "rows.json"], 2),
    ):
        assert rubric(["score", str(RUBRIC), f"calls={CALLS}", *map(str, words)]) == code
        assert str(words[-1]) in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

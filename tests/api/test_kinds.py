"""A frame gives the same result as the same rows in a file, whatever kind it is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rubric_dsl
from rubric_dsl.api import given
from tests.api.kinds import KINDS, typed
from tests.engines.test_scans import disturbed
from tests.properties.long import count
from tests.properties.made import made
from tests.properties.program import files

ROOT = Path(__file__).resolve().parents[2]
ZHEJIANG = ROOT / "examples/zhejiang_12345_2020/calls.csv"


def outcome(plan: rubric_dsl.Plan, tables: Mapping[str, Any], **options: Any) -> object:
    """All that comes of it but how files are called."""
    try:
        result = rubric_dsl.score(plan, tables, **options)
    except rubric_dsl.ObservationsRefused as refused:
        accounts = {name: (one["read"], one["scored"]) for name, one in refused.ledger.items()}
        return [{**record, "file": ""} for record in refused.records], accounts
    except rubric_dsl.NotFinished as error:
        return error.records
    accounts = {
        name: (one["read"], one["scored"], one["refused"], [{**repair, "file": ""} for repair in one["repairs"]])
        for name, one in result.ledger.items()
    }
    return result.to_dicts(), accounts


@pytest.fixture
def every_frame_is_scanned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given, "WORTH_SCANNING", 0)


def compared(plan: rubric_dsl.Plan, frames: Mapping[str, pl.DataFrame], folder: Path, **options: Any) -> Counter[str]:
    met: Counter[str] = Counter()
    folders = {name: folder / name for name in frames}
    for own in folders.values():
        own.mkdir(exist_ok=True)
    seen = {
        kind: outcome(plan, {name: make(frame, folders[name]) for name, frame in frames.items()}, **options)
        for kind, make in KINDS.items()
    }
    for kind, found in seen.items():
        assert found == seen["path"], kind
        met[kind] += 1
    return met


def _generated_rows(tmp_path: Path) -> None:
    pairs = count(8, 3_000)
    met: Counter[str] = Counter()
    for seed in range(pairs):
        built = made(seed)
        plan = rubric_dsl.compile_rubric(built.text)
        frames = {name: typed(file.data.decode()) for name, file in files(built.case).items()}
        met += compared(plan, frames, tmp_path)
    assert met == dict.fromkeys(KINDS, pairs)


def test_generated_rows_come_to_the_same_in_every_kind(tmp_path: Path) -> None:
    _generated_rows(tmp_path)


def test_generated_rows_come_to_the_same_where_frames_are_scanned(
    tmp_path: Path, every_frame_is_scanned: None
) -> None:
    _generated_rows(tmp_path)


@pytest.mark.parametrize("scanned", [False, True])
def test_disturbed_calls_are_refused_alike_in_every_kind(
    tmp_path: Path, scanned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if scanned:
        monkeypatch.setattr(given, "WORTH_SCANNING", 0)
    plan = rubric_dsl.compile_rubric(ROOT / "rubrics/zhejiang_12345_2020.rubric")
    text = ZHEJIANG.read_text(encoding="utf-8")
    pairs = count(5, 3_000)
    met: Counter[str] = Counter()
    for seed in range(pairs):
        lines = disturbed(text, random.Random(seed)).splitlines()
        width = lines[0].count(",")
        whole = "\n".join(line for line in lines if line.count(",") == width)
        met += compared(plan, {"calls": typed(whole)}, tmp_path, leave_out_refused=bool(seed % 2))
    assert met == dict.fromkeys(KINDS, pairs)

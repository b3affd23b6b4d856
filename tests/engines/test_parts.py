"""Tables whose files are added up one by one, now or in an earlier run, come to what they come to together."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from rubric_dsl.engines.columnar import ColumnarEngine
from rubric_dsl.engines.columnar.by_file import PartsTable
from rubric_dsl.engines.columnar.kept import PartsIn
from rubric_dsl.engines.columnar.large import LargeFiles
from rubric_dsl.engines.reference import ReferenceEngine
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.read import read_observations, stopped_by
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan
from tests.engines.differential import said
from tests.engines.test_scans import ROOT, ZHEJIANG, account, disturbed
from tests.properties.long import count
from tests.properties.made import made
from tests.properties.program import File, files


class InMemory:
    """Keeps parts as bytes, and counts what is found and kept."""

    def __init__(self) -> None:
        self.entries: dict[str, bytes] = {}
        self.met: Counter[str] = Counter()

    def find(self, key: Sequence[object]) -> bytes | None:
        found = self.entries.get(repr(key))
        self.met["found" if found is not None else "missed"] += 1
        return found

    def keep(self, key: Sequence[object], content: bytes) -> None:
        self.entries[repr(key)] = content


def cut(text: str, chance: random.Random, folder: Path, kind: str) -> list[Path]:
    """The table in one to three files."""
    header, *lines = text.splitlines(keepends=True)
    ends = sorted({len(lines), *(chance.randrange(1, len(lines) + 1) for _ in range(chance.randrange(3)))})
    paths: list[Path] = []
    start = 0
    for end in ends:
        part = header + "".join(lines[start:end])
        paths.append(folder / f"{len(paths)}.{kind}")
        if kind == "csv":
            paths[-1].write_text(part, encoding="utf-8")
        else:
            pl.read_csv(part.encode(), infer_schema=False).write_parquet(paths[-1])
        start = end
    return paths


def totals(plan: ScoringPlan, observations: Observations) -> dict[str, object]:
    found = said(ColumnarEngine().totals(plan, prepare(plan), observations))
    return {**found, "subjects": sorted(found["subjects"])}  # type: ignore[call-overload]


def test_generated_tables_in_parts_come_to_the_totals_of_the_reference(tmp_path: Path) -> None:
    met: Counter[str] = Counter()
    for seed in range(count(20, 5_000)):
        built, chance, store = made(seed), random.Random(seed), InMemory()
        cut_up = {}
        for name, file in files(built.case).items():
            (tmp_path / name).mkdir(exist_ok=True)
            kind = chance.choice(("csv", "parquet"))
            cut_up[name] = cut(file.data.decode(), chance, tmp_path / name, kind)
            if next(one for one in built.plan.tables if one.name == name).folding == "one row each":
                cut_up[name] = [tmp_path / name / "whole.csv"]  # is read row by row
                cut_up[name][0].write_bytes(file.data)
        reference = said(ReferenceEngine().totals(built.plan, prepare(built.plan), built.observations))
        reference["subjects"] = sorted(reference["subjects"])  # type: ignore[call-overload]
        for _ in ("cold", "warm"):
            sources = {name: LargeFiles(name, paths, PartsIn(store)) for name, paths in cut_up.items()}
            large = read_observations(built.plan, sources)
            assert not stopped_by(large)
            assert totals(built.plan, large) == reference
            met["in parts"] += any(isinstance(data.large, PartsTable) for data in large.tables.values())
        met["kept"] += bool(store.met["found"])
    assert met["in parts"] > 12 and met["kept"] > 6, met


def test_disturbed_calls_are_the_same_from_what_was_kept(tmp_path: Path) -> None:
    """Refusals, repairs, the ledger and the totals: together, in parts, and in parts that were kept."""
    plan = compile_rubric(str(ROOT / "rubrics/zhejiang_12345_2020.rubric"), lambda path: Path(path).read_bytes()).plan
    assert plan is not None
    text = ZHEJIANG.read_text(encoding="utf-8")
    met: Counter[str] = Counter()
    for seed in range(count(12, 10_000)):
        chance, store = random.Random(seed), InMemory()
        lines = disturbed(text, chance).splitlines()
        width = lines[0].count(",")
        whole = "\n".join(line for line in lines if line.count(",") == width) + "\n"
        paths = cut(whole, chance, tmp_path, "parquet")
        leave_out = bool(seed % 2)

        def read(kept: PartsIn | None, paths: list[Path] = paths, leave_out: bool = leave_out) -> Observations:
            return read_observations(plan, {"calls": LargeFiles("calls", paths, kept)}, leave_out)

        one = read(None)
        met["refused"] += one.tables["calls"].ledger.refused > 0
        for _ in ("cold", "warm"):
            other = read(PartsIn(store))
            met["in parts"] += isinstance(other.tables["calls"].large, PartsTable)
            assert account(other) == account(one)
            assert other.tables["calls"].ledger == one.tables["calls"].ledger
            if not stopped_by(one, leave_out):
                met["scored"] += 1
                assert totals(plan, other) == totals(plan, one)
        met["found"] += store.met["found"]
    assert met["in parts"] > 20 and met["refused"] > 5 and met["scored"] and met["found"] > 15, met


def test_csv_files_are_one_table(tmp_path: Path) -> None:
    plan = compile_rubric(str(ROOT / "rubrics/zhejiang_12345_2020.rubric"), lambda path: Path(path).read_bytes()).plan
    assert plan is not None
    paths = cut(ZHEJIANG.read_text(encoding="utf-8"), random.Random(7), tmp_path, "csv")
    assert len(paths) > 1
    found = read_observations(plan, {"calls": LargeFiles("calls", paths, PartsIn(InMemory()))})
    small = read_observations(plan, {"calls": File("calls", b"".join(
        path.read_bytes() if not place else path.read_bytes().split(b"\n", 1)[1] for place, path in enumerate(paths)))})
    assert isinstance(found.tables["calls"].large, PartsTable)
    reference = said(ReferenceEngine().totals(plan, prepare(plan), small))
    assert totals(plan, found) == {**reference, "subjects": sorted(reference["subjects"])}  # type: ignore[call-overload]

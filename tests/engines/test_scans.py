"""Large files are read, refused and scored as the reader of observations and the reference engine do it."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from math import inf, nextafter
from pathlib import Path

import polars as pl
import pytest

from rubric_dsl.engines.columnar import ColumnarEngine
from rubric_dsl.engines.columnar.large import LargeFiles
from rubric_dsl.engines.columnar.typed import decimal_of_binary
from rubric_dsl.engines.reference import ReferenceEngine
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.read import read_observations, stopped_by
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan
from tests.engines.differential import said
from tests.properties.long import count
from tests.properties.made import made
from tests.properties.program import File, files

ROOT = Path(__file__).resolve().parents[2]
ZHEJIANG = ROOT / "examples/zhejiang_12345_2020/calls.csv"
GENERATED = count(40, 5_000)


def account(observations: Observations) -> dict[str, object]:
    """The ledgers, refusals and repairs in the order of the file."""
    found: dict[str, object] = {}
    for name, data in observations.tables.items():
        ledger = data.ledger
        refusals = [(one.row, one.line, one.column, one.value, one.code) for one in ledger.refusals]
        repairs = sorted((one.row, one.column, one.before, one.after, one.code) for one in ledger.repairs)
        found[name] = (ledger.sha256, ledger.read, ledger.scored, ledger.refused, ledger.left_out, refusals, repairs)
    return found


def compare(plan: ScoringPlan, paths: Mapping[str, Path], leave_out: bool = False) -> tuple[bool, bool]:
    """Both ways of reading, equal in account and totals. Whether tables were scanned, and whether the run stopped."""
    small = read_observations(plan, {name: File(str(p), p.read_bytes()) for name, p in paths.items()}, leave_out)
    large = read_observations(plan, {name: LargeFiles(str(p), [p]) for name, p in paths.items()}, leave_out)
    assert account(large) == account(small)
    scanned = any(data.large is not None for data in large.tables.values())
    if stopped_by(small, leave_out):
        return scanned, True
    prepared = prepare(plan)
    reference = said(ReferenceEngine().totals(plan, prepared, small))
    found = said(ColumnarEngine().totals(plan, prepared, large))
    # Without a list of subjects a scan names them in the order of their names.
    assert sorted(found.pop("subjects")) == sorted(reference.pop("subjects"))  # type: ignore[call-overload]
    assert found == reference
    return scanned, False


@pytest.fixture(scope="module")
def zhejiang() -> ScoringPlan:
    plan = compile_rubric(str(ROOT / "rubrics/zhejiang_12345_2020.rubric"), lambda path: Path(path).read_bytes()).plan
    assert plan is not None
    return plan


def test_generated_observations_come_to_the_same(tmp_path: Path) -> None:
    met: Counter[str] = Counter()
    for seed in range(GENERATED):
        built = made(seed)
        paths = {}
        for name, file in files(built.case).items():
            paths[name] = tmp_path / file.name
            paths[name].write_bytes(file.data)
        scanned, stopped = compare(built.plan, paths)
        assert not stopped
        met["scanned"] += scanned
        met["all"] += 1
    assert met["all"] == GENERATED and met["scanned"] * 2 > GENERATED, met


def disturbed(text: str, chance: random.Random) -> str:
    """One to three cells of a file changed to what people also write, rightly or wrongly, or a line out of place."""
    lines = [line.split(",") for line in text.splitlines()]
    for _ in range(chance.randint(1, 3)):
        row = chance.randrange(1, len(lines))
        place = chance.randrange(len(lines[row]))
        match chance.randrange(8):
            case 0:
                lines[row][place] = ""
            case 1:
                lines[row][place] = lines[row][place] + " "
            case 2:
                lines[row][place] = chance.choice(("是", "1", "no", "S1", "-3", "99999", "12.5", "１２", "一般", "x"))
            case 3:
                lines[row] = list(lines[chance.randrange(1, len(lines))])
            case 4:
                lines.insert(row, [""] * len(lines[0]))
            case 5:
                lines[row][place] = lines[chance.randrange(1, len(lines))][place]
            case 6:
                lines[row][1] = chance.choice(("杭州", "杭州市", "纽约", " 杭州", "湖州"))
            case _:
                lines[row] = lines[row][:-1]
    return "\n".join(",".join(line) for line in lines) + "\n"


def test_disturbed_calls_are_refused_alike(tmp_path: Path, zhejiang: ScoringPlan) -> None:
    text = ZHEJIANG.read_text(encoding="utf-8")
    met: Counter[str] = Counter()
    for seed in range(count(120, 20_000)):
        path = tmp_path / "calls.csv"
        path.write_text(disturbed(text, random.Random(seed)), encoding="utf-8")
        for leave_out in (False, True):
            scanned, stopped = compare(zhejiang, {"calls": path}, leave_out)
            met["scanned"] += scanned
            met["stopped"] += stopped
            met["scored"] += scanned and not stopped
    assert met["scanned"] > 60 and met["stopped"] > 60 and met["scored"] > 30, met


def parquet(text: str, path: Path, whole: bool) -> None:
    """The calls with typed columns (`whole`), or all as texts."""
    frame = pl.read_csv(text.encode(), infer_schema=False)
    if whole:
        ends = ("_seconds", "_cpm", "_total", "_hit", "_rating", "transfers")
        numbers = [name for name in frame.columns if name.endswith(ends)]
        flags = [name for name in frame.columns if set(frame[name].drop_nulls().unique()) <= {"yes", "no"}]
        frame = frame.with_columns(
            *(pl.col(name).cast(pl.Int16) for name in numbers),
            *((pl.col(name) == "yes").alias(name) for name in flags),
            pl.col("call_date").str.to_date(), pl.col("city").cast(pl.Categorical),
        )
    frame.write_parquet(path, row_group_size=16)


@pytest.mark.parametrize("whole", [False, True])
def test_parquet_is_the_same_table(tmp_path: Path, zhejiang: ScoringPlan, whole: bool) -> None:
    path = tmp_path / "calls.parquet"
    parquet(ZHEJIANG.read_text(encoding="utf-8"), path, whole)
    large = read_observations(zhejiang, {"calls": LargeFiles("calls", [path])})
    assert large.tables["calls"].large is not None and not stopped_by(large)
    small = read_observations(zhejiang, {"calls": File("calls.csv", ZHEJIANG.read_bytes())})
    prepared = prepare(zhejiang)
    found = said(ColumnarEngine().totals(zhejiang, prepared, large))
    reference = said(ReferenceEngine().totals(zhejiang, prepared, small))
    assert found | {"subjects": ()} == reference | {"subjects": ()}


def test_files_split_in_any_way_and_shuffled_are_one_table(tmp_path: Path, zhejiang: ScoringPlan) -> None:
    header, *lines = ZHEJIANG.read_text(encoding="utf-8").splitlines()
    prepared = prepare(zhejiang)
    seen = []
    for seed in range(12):
        chance = random.Random(seed)
        rows = chance.sample(lines, len(lines)) if seed else lines
        cuts = sorted({0, len(rows), *(chance.randrange(len(rows)) for _ in range(seed % 5))})
        paths = []
        for first, last in itertools.pairwise(cuts):
            paths.append(tmp_path / f"{seed}.{first}.parquet")
            parquet("\n".join([header, *rows[first:last]]), paths[-1], whole=False)
        large = read_observations(zhejiang, {"calls": LargeFiles("calls", paths)})
        assert large.tables["calls"].large is not None and not stopped_by(large)
        seen.append(said(ColumnarEngine().totals(zhejiang, prepared, large)))
    assert all(one == seen[0] for one in seen)


TYPED = """rubric "Lines"
observe calls of city, averaged
  city   "City"   text
  day    "Day"    date
  on     "On"     yes/no
  wait   "Wait"   seconds when on
  mark   "Mark"   number 0 to 10, 2 decimals when on
  rate   "Rate"   percent written 0.875 when on
indicator total "Total" worth 100
  unless on: 0
  touchpoint quick "Quick" worth 40 when wait <= 2.5 s
  touchpoint good "Good" worth 60 when mark >= 8.35 and rate >= 87.5%
ranking by total
  exact
  ties share
"""

NUMBERS = (0.0, -0.0, 1.0, 2.5, 2.5000000000000004, 0.1 + 0.2, 8.35, 8.349999999999998, 8.345, 1e300, 5e-324,
           float("nan"), float("inf"), -1.0, 1e15, 123456789012345.7, 0.875, 87.5, 9.99, 10.0)


def typed_calls(chance: random.Random, rows: int) -> pl.DataFrame:
    """Calls in the types that a data frame has: binary numbers, 0 and 1, moments; a few cells are odd."""

    def numbers(usual: Sequence[float]) -> list[float | None]:
        return [
            None if not is_on else chance.choice(NUMBERS) if chance.random() < odd else chance.choice(usual)
            for is_on in on
        ]

    odd = chance.choice((0, 0.05))
    on = [chance.random() < 0.8 for _ in range(rows)]
    days = [datetime(2020, 10, 1 + chance.randrange(28), 9 if chance.random() < odd else 0) for _ in range(rows)]
    flag = pl.Series([2 if chance.random() < odd else int(is_on) for is_on in on], dtype=pl.Int8)
    binary = chance.choice((pl.Float64, pl.Float64, pl.Float32))
    return pl.DataFrame({
        "city": [chance.choice("ABC") for _ in range(rows)], "day": days,
        "on": flag if chance.random() < 0.5 else pl.Series(on),
        "wait": pl.Series(numbers((1, 2.5, 3, 30, 31.25)), dtype=binary),
        "mark": pl.Series(numbers((8, 8.35, 8.34, 9.5, 10)), dtype=pl.Float64),
        "rate": pl.Series(numbers((0.875, 0.9, 0.8749, 1)), dtype=pl.Float64),
    })


def test_columns_of_data_frames_are_scanned_and_refused_as_the_reader_does(tmp_path: Path) -> None:
    plan = compile_rubric("lines.rubric", lambda path: TYPED.encode()).plan
    assert plan is not None
    met: Counter[str] = Counter()
    for seed in range(count(80, 5_000)):
        path = tmp_path / "calls.parquet"
        typed_calls(random.Random(seed), 60).write_parquet(path)
        scanned, stopped = compare(plan, {"calls": path}, leave_out=seed % 2 == 1)
        met["scanned"] += scanned
        met["stopped"] += stopped
    assert met["scanned"] > 60 and met["stopped"] > 10, met


def test_binary_numbers_are_the_shortest_decimals_that_are_the_same() -> None:
    """Around decimals, where a rounding too many would show: each neighbour in binary is another number."""
    chance = random.Random(7)
    near: list[float] = []
    for _ in range(count(6_000, 400_000)):
        number = chance.randrange(10 ** chance.randrange(1, 15)) / 10 ** chance.randrange(6)
        near += [number, -number, nextafter(number, inf), nextafter(number, 0)]
    for places in range(6):
        value, unsure = decimal_of_binary(pl.col("x"), places)
        found = pl.DataFrame({"x": near}).select(value.alias("value"), unsure.alias("unsure"))
        sure = 0
        for number, scaled, is_unsure in zip(near, *found, strict=True):
            said = Decimal(repr(number)).scaleb(places)
            assert is_unsure or scaled == said, (number, places)
            assert not is_unsure or said % 1 or abs(said) >= 10**15, (number, places)
            sure += not is_unsure
        assert len(near) // 16 < sure < len(near)

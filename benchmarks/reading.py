"""Reading workbooks and text files: `./dev bench --reading [ROWS]`. Each figure is a ratio within one run.

A workbook of 25 columns, one format in five (percentages and dates), read with formats, checks and ledger, beside
calamine, which gives values alone. Numbers are drawn from 2,000 values a column, as ratings and seconds are, and once
all different. Then a CSV file of a gigabyte (`--mib N`: of N MiB) with every check by the columnar engine, beside
Polars' own reader: `pl.scan_csv` with declared types, the same columns decoded and summed or counted, nothing checked.
`--quick`: few rows, and only that all ways read the same.
"""

from __future__ import annotations

import gc
import io
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import python_calamine
import xlsxwriter

from rubric_dsl.engines.columnar.large import LargeFiles
from rubric_dsl.observations.raw import Given
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan

TYPES = [
    "text", "choice a | b", *["number"] * 8, *["whole number"] * 5, *["percent"] * 3, *["seconds"] * 3, *["date"] * 2,
    *["yes/no"] * 2,
]


LARGE = {"city": "text", "wait": "seconds 0 to 1800", "score": "whole number 0 to 100", "polite": "yes/no",
         "answered": "yes/no", "rate": "whole number 0 to 5", "talk": "seconds 0 to 1800", "kind": "choice a | b"}
PAIRS = 5


def main(arguments: Sequence[str]) -> None:
    numbers = [int(word) for word in arguments if word.isdecimal()]
    if "--quick" in arguments:
        _equal(200)
        text_file(1, quick=True)
        return
    size = numbers[0] if "--mib" in arguments else 1024
    if "--mib" not in arguments:
        workbooks(numbers[0] if numbers else 80_000)
    text_file(size)


def _equal(rows: int) -> None:
    """Calamine, our reader of workbooks and that of text find the same rows."""
    plan, data = _plan(), workbook(rows, 2_000)
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    tables = [
        read_observations(plan, {"calls": given}).tables["calls"]
        for given in (Given("calls.xlsx", data), Given("calls.csv", as_csv(data)))
    ]
    found = [[dict(row.values) for row in table.rows] for table in tables]
    assert found[0] == found[1] and len(found[0]) == rows
    names = [str(name) for name in sheet[0]]
    for line, values in zip(sheet[1:], found[0], strict=True):
        for name, kind, cell in zip(names, TYPES, line, strict=True):
            if kind in ("number", "whole number", "seconds", "percent"):
                value = values[name]
                assert not isinstance(value, (str, bool)) and value is not None and float(value) == cell, (name, cell)
    print(f"{rows:,} rows: the workbook, its CSV and calamine are equal")


def text_file(mib: int, quick: bool = False) -> None:
    """A CSV file of so many MiB. Prints the speed beside Polars' own reader, in pairs one after the other."""
    columns = "".join(f"  {name} {kind}\n" for name, kind in LARGE.items())
    text = (f'rubric "Many lines"\nobserve calls of city, averaged\n{columns}'
            "indicator total worth 1\n  touchpoint courtesy worth 1 when polite\n")
    plan = compile_rubric("lines.rubric", lambda _: text.encode()).plan
    assert plan is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "calls.csv")
        rows = _write_lines(path, mib << 20)
        pairs = []
        for _ in range(1 if quick else PAIRS):
            start = time.process_time()
            assert _polars(path) == rows
            middle = time.process_time()
            data = read_observations(plan, {"calls": LargeFiles(str(path), [path])}).tables["calls"]
            assert data.large is not None and (data.ledger.scored, data.ledger.refusals) == (rows, ())
            pairs.append((middle - start, time.process_time() - middle))
    if quick:
        print(f"{rows:,} lines of CSV: Polars' own reader and ours are equal")
        return
    speed = statistics.median(alone / ours for alone, ours in pairs)
    alone, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"CSV of {mib:,} MiB, {rows:,} rows of {len(LARGE)} columns, {PAIRS} pairs: pl.scan_csv {alone:.2f}   "
          f"checked and added up {ours:.2f}   speed {speed:.2f} of the peer (limit 0.6)")
    print(f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")


def _write_lines(path: Path, size: int) -> int:
    rng = random.Random(1)
    block = [
        f"S{rng.randrange(90)},{rng.randrange(1800)},{rng.randrange(101)},{rng.choice(('yes', 'no'))},"
        f"{rng.choice(('yes', 'no'))},{rng.randrange(6)},{rng.randrange(1800)},{rng.choice('ab')}\n"
        for _ in range(20_000)
    ]
    together = "".join(block).encode()
    times = max(1, size // len(together))
    with path.open("wb") as file:
        file.write((",".join(LARGE) + "\n").encode())
        for _ in range(times):
            file.write(together)
    return times * len(block)


def _polars(path: Path) -> int:
    """Rows of the file, after every column was decoded and added up or counted."""
    numbers = [name for name, kind in LARGE.items() if "number" in kind or "seconds" in kind]
    types = {name: pl.Int16 if name in numbers else pl.String for name in LARGE}
    sums = [pl.col(name).cast(pl.Int64).sum() if name in numbers else pl.col(name).count() for name in LARGE]
    found = pl.scan_csv(path, schema=types).select(pl.len().alias("rows"), *sums).collect(engine="streaming")
    return int(found["rows"][0])


def workbooks(rows: int) -> None:
    plan = _plan()
    print(f"{rows:,} rows of {len(TYPES)} columns; seconds of processor time, and the ratio to calamine")
    for name, different in (("numbers as in surveys", 2_000), ("numbers all different", 10**7)):
        data = workbook(rows, different)
        gc.disable()  # as the command does
        alone = _seconds(lambda data=data: _calamine(data))
        ours = _seconds(lambda data=data: _ours(plan, Given("calls.xlsx", data), rows))
        text = as_csv(data)
        plain = _seconds(lambda text=text: _ours(plan, Given("calls.csv", text), rows))
        gc.enable()
        print(f"{name:<24} calamine {alone:6.2f}   workbook {ours:6.2f} ({ours / alone:.1f})   CSV {plain:6.2f} "
              f"({len(text) / 2**20 / plain:.1f} MiB a second)")
    print(f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")


def _plan() -> ScoringPlan:
    columns = "".join(f"  c{place} {kind}\n" for place, kind in enumerate(TYPES))
    text = f'rubric "Many cells"\nobserve calls of c0, averaged\n{columns}measure n = count(calls)\n'
    made = compile_rubric("many.rubric", lambda _: text.encode()).plan
    assert made is not None
    return made


def workbook(rows: int, different: int) -> bytes:
    rng = random.Random(1)
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        sheet = book.add_worksheet("calls")
        percent, date = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, [f"c{place}" for place in range(len(TYPES))])
        for row in range(1, rows + 1):
            for place, kind in enumerate(TYPES):
                match kind:
                    case "text":
                        sheet.write_string(row, place, f"S{row % 200}")
                    case "yes/no":
                        sheet.write_string(row, place, "是否"[rng.randrange(2)])
                    case "percent":
                        sheet.write_number(row, place, rng.randrange(1001) / 1000, percent)
                    case "date":
                        sheet.write_number(row, place, 44_000 + rng.randrange(700), date)
                    case "number":
                        sheet.write_number(row, place, rng.randrange(different) / 10)
                    case "whole number" | "seconds":
                        sheet.write_number(row, place, rng.randrange(1800))
                    case _:
                        sheet.write_string(row, place, "ab"[row % 2])
    return data.getvalue()


def as_csv(data: bytes) -> bytes:
    """The same cells as text, by the records of our own reader."""
    import csv

    from rubric_dsl.observations.opening import records_again

    text = io.StringIO(newline="")
    table = _plan().tables[0]
    csv.writer(text).writerows([map(str, record.cells) for record in records_again(Given("calls.xlsx", data), table)])
    return text.getvalue().encode()


def _calamine(data: bytes) -> None:
    python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def _ours(plan: ScoringPlan, source: Given, rows: int) -> None:
    ledger = read_observations(plan, {"calls": source}).tables["calls"].ledger
    assert (ledger.scored, ledger.refusals) == (rows, ())


def _seconds(work: Callable[[], None]) -> float:
    """The best of two."""
    best = None
    for _ in range(2):
        start = time.process_time()
        work()
        taken = time.process_time() - start
        best = taken if best is None else min(best, taken)
    assert best is not None
    return best

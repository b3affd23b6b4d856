"""Reading workbooks and text files: `./dev bench --reading [ROWS]`. Each figure is a ratio within one run.

A workbook of 25 columns, one format in five (percentages and dates), read with formats, checks and ledger, beside
calamine, which gives values alone. Numbers are drawn from 2,000 values a column, as ratings and seconds are, and once
all different.
"""

from __future__ import annotations

import gc
import io
import random
import resource
import time
from collections.abc import Callable, Sequence

import python_calamine
import xlsxwriter

from rubric_dsl.observations.raw import Given
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan

TYPES = [
    "text", "choice a | b", *["number"] * 8, *["whole number"] * 5, *["percent"] * 3, *["seconds"] * 3, *["date"] * 2,
    *["yes/no"] * 2,
]


def main(arguments: Sequence[str]) -> None:
    rows = next((int(word) for word in arguments if word.isdecimal()), 80_000)
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

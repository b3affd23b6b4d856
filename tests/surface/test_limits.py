"""Any mebibyte is answered, soon and with findings instead of exceptions."""

from __future__ import annotations

import random
import time
import tracemalloc

import pytest

from rubric_dsl.surface.from_text import parse
from rubric_dsl.text.files import MAX_BYTES, read_source
from tests.surface.reading import codes, only

M = MAX_BYTES - 64
LARGE = {
    "one long sum": b"measure x = " + b"a+" * (M // 2) + b"a",
    "opening brackets": b"measure x = " + b"(" * M,
    "opening brackets, one a line": b"(\n" * (M // 2),
    "statements with open brackets": b"measure x = (1\n  +2\n" * (M // 20),
    "a bracket over many lines": b"measure x = (" + b"1+\n" * (M // 3) + b"1)",
    "members over many lines": b"drop a\nmeasure x = f(" + b"a,\n" * (M // 3) + b"a",
    "minus signs": b"measure x = " + b"-" * M + b"1",
    "powers": b"measure x = " + b"2^" * (M // 2) + b"1",
    "else": b"measure x = " + b"if a then b else " * (M // 17) + b"a",
    "lines that mean nothing": b"a b\n" * (M // 4),
    "quotes": b"measure x = " + b'"' * M,
    "backslashes in a quote": b'measure x = "' + b"\\" * M,
    "one Chinese name": "平均".encode() * (M // 6),
    "bars": b"weights w by mean\n " + b"|" * M,
    "tabs": b"\ta\n" * (M // 3),
    "levels": "\n".join(" " * level + "indicator a" for level in range(1400)).encode()[:M],
    "blanks": b" " * M,
}


@pytest.mark.parametrize("kind", LARGE)
def test_a_large_file_is_answered_soon_and_with_a_finding(kind: str) -> None:
    source, _ = read_source("a", LARGE[kind])
    assert source is not None
    start = time.process_time()
    result = parse(source)
    assert time.process_time() - start < 8
    assert len(result.diagnostics) <= 51
    assert result.diagnostics or kind == "blanks"


def test_random_bytes_and_random_signs_are_answered() -> None:
    dice = random.Random(7)
    assert [finding.code for finding in read_source("a", dice.randbytes(MAX_BYTES))[1]] == ["R001"]
    source, _ = read_source("a", bytes(dice.randrange(32, 127) for _ in range(100_000)))
    assert source is not None
    assert parse(source).diagnostics


def test_a_long_choice_is_no_fault_and_takes_bounded_memory() -> None:
    source, _ = read_source("a", b"observe c of a, averaged\n x choice " + b"a|" * 25_000 + b"a")
    assert source is not None
    tracemalloc.start()
    result = parse(source)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result.diagnostics == ()
    # A mebibyte of it is twenty times as much.
    assert peak < 25 * 2**20


def test_ten_thousand_values_in_a_calculation_are_read_and_one_more_is_not() -> None:
    assert codes("measure x = " + "+".join(["a"] * 10_000)) == []
    assert codes("measure x = " + "+".join(["a"] * 10_001)) == ["R018"]


@pytest.mark.parametrize(
    ("before", "middle", "after"),
    [
        ("(", "a", ")"),
        ("f(", "a", ")"),
        ("-", "a", ""),
        ("not ", "a", ""),
        ("2 ^ ", "a", ""),
        ("if a then b else ", "a", ""),
    ],
)
def test_sixty_four_levels_of_nesting_are_read_and_one_more_is_not(before: str, middle: str, after: str) -> None:
    assert codes("measure x = " + before * 64 + middle + after * 64) == []
    assert codes("measure x = " + before * 65 + middle + after * 65) == ["R017"]


def test_roundings_of_roundings_count_as_levels() -> None:
    assert codes("measure x = a" + " rounded up to 1" * 64) == []
    assert codes("measure x = a" + " rounded up to 1" * 65) == ["R017"]


def test_fifty_thousand_lines_are_read_and_more_is_one_finding() -> None:
    many = "bands x by y\n" + " a:1\n" * 50_000
    finding = only(many)
    assert finding.code == "R019"
    assert finding.span.first_line == 50_001

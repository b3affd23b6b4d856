"""Limits of size whose examples are too large to keep in the gallery."""

from __future__ import annotations

import pytest

from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.resolved import graph
from rubric_dsl.resolved.files import MAX_TOTAL_BYTES

DOUBLING = """\
observe schools of school, one row each
  school text
  books  whole number 0 to 1000

formula once(x) = x * x
formula twice(x) = once(x + 1) + once(x * 2)
formula four_times(x) = twice(x + 3) + twice(x * 5)
formula eight_times(x) = four_times(x + 7) + four_times(x * 11)

measure readiness = {formula}(books)
"""


def codes(files: dict[str, bytes]) -> list[str]:
    return [diagnostic.code for diagnostic in compile_rubric("bad.rubric", files.__getitem__).diagnostics]


def test_formulas_that_double_the_work_meet_the_limit_of_calculations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Written out, `eight_times` has 8 products of its own, each of another sum; `once` has one."""
    monkeypatch.setattr(graph, "MAX_NODES", 30)
    assert codes({"bad.rubric": DOUBLING.format(formula="eight_times").encode()}) == ["R119"]
    assert codes({"bad.rubric": DOUBLING.format(formula="once").encode()}) == []


@pytest.mark.parametrize(("files", "found"), [(8, []), (9, ["R194"])])
def test_files_that_are_too_large_together(files: int, found: list[str]) -> None:
    """Nine files of nearly 1 MiB, each within its own limit, exceed 8 MiB; eight do not."""
    line = b"# " + b"n" * 997 + b"\n"
    filler = line * (MAX_TOTAL_BYTES // 8 // len(line) - 1)
    used = {f"notes-{number}.rubric": filler for number in range(files)}
    uses = "".join(f'use "{name}"\n' for name in used).encode()
    assert codes({"bad.rubric": uses, **used}) == found

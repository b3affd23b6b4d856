"""Cells of two origins in one column: rows that were read apart stand beside those that were not."""

from __future__ import annotations

from math import lcm

from rubric_dsl.engines.lowering.cells import cell_of
from rubric_dsl.engines.lowering.forms import LIMIT, Lowered, Number
from rubric_dsl.plan.model import ColumnSchema


def unified(column: ColumnSchema, a: Lowered, b: Lowered) -> tuple[Lowered, tuple[int, int]] | None:
    """One form for both, and by how much the integers of each are multiplied; None where no form holds both."""
    first, second, there = a.form, b.form, column.presence != "always"
    if isinstance(first, Number) and isinstance(second, Number):
        bottom = lcm(first.denominator, second.denominator)
        by = bottom // first.denominator, bottom // second.denominator
        low = min(first.low * by[0], second.low * by[1])
        high = max(first.high * by[0], second.high * by[1])
        if max(bottom, abs(low), abs(high)) >= LIMIT:
            return None
        return cell_of(column, f"c.{column.name}", Number(bottom, low, high, first.moment), there), by
    if type(first) is not type(second) or (first != second):
        return None
    return cell_of(column, f"c.{column.name}", first, there), (1, 1)

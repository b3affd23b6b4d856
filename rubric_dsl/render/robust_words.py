"""What the parts of a report of firmness share: names of items, percentages, plain tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from rubric_dsl.numbers.show import rounded_digits
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.pieces import Line, Look, Piece
from rubric_dsl.render.values import called
from rubric_dsl.render.width import pad, width

STEPS = {
    "weights": ("weights", "权重"), "bounds": ("bounds", "界限"), "rows": ("rows observed", "观测行"),
    "experts": ("experts", "专家"), "parts": ("parts", "组成"), "scenarios": ("scenarios", "场景"),
    "missing": ("what is missing", "缺失"), "rounding": ("rounding", "舍入"), "ties": ("ties", "同分"),
    "aggregation": ("aggregation", "合成"), "without value": ("without one value of a column", "去掉一列的某个取值"),
}  # fmt: skip


def item_text(plan: ScoringPlan, name: str, look: Look) -> str:
    """An item of the rubric as people call it; any other text as it is."""
    labels = {named.name: named.label for named in plan.values}
    return called(name, labels.get(name), look)


def percent(share: Fraction) -> str:
    return rounded_digits(share * 100, 1) + "%"


def table_lines(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> Iterable[Line]:
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    for place, row in enumerate(rows):
        text = "  ".join(pad(cell, widths[i], right=right[i]) for i, cell in enumerate(row)).rstrip()
        yield (Piece("  " + text, "faint" if place == 0 else ""),)

"""A heat map: rows and columns of cells that are the darker the larger their share, each with its number in it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from markupsafe import Markup

from rubric_dsl.render.html.chart import LINE, drawing, room, shortened, text, titled
from rubric_dsl.render.html.elements import Text, plain, tag, together
from rubric_dsl.text.record import dataclass

CELL = 76.0
SHADES = 9
"""Steps from nothing to everything; their colours stand in `page.css` as `.s0` … `.s8`."""


@dataclass(frozen=True, slots=True)
class Cell:
    """`share` from 0 to 1 gives the shade; None: there is none."""

    share: Fraction | None
    shown: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    name: Text
    cells: Sequence[Cell]
    link: str | None = None


def heat_map(columns: Sequence[Text], rows: Sequence[HeatRow], labelled_by: str) -> Markup:
    """Names of columns stand slanted above them."""
    start = room([row.name for row in rows]) + 12
    above = room(columns, 16) * 0.6 + 24
    parts = [_slanted(start + k * CELL + CELL / 2, above - 8, name) for k, name in enumerate(columns)]
    for i, row in enumerate(rows):
        y = above + i * LINE
        cells = [_cell(start + k * CELL, y, columns[k], row, cell) for k, cell in enumerate(row.cells)]
        name = titled(row.name, text(start - 8, y + 16, shortened(row.name), "name", "end"), link=row.link)
        parts.append(name + together(cells))
    width = start + len(columns) * CELL + room(columns, 16) * 0.8
    return drawing(width, above + len(rows) * LINE + 2, labelled_by, parts, "heat")


def _slanted(x: float, y: float, name: Text) -> Markup:
    return titled(name, tag(
        "text", {"class": "column", "transform": f"translate({x:.0f} {y:.0f}) rotate(-35)"}, shortened(name, 16),
    ))


def _cell(x: float, y: float, column: Text, row: HeatRow, cell: Cell) -> Markup:
    shade = "none" if cell.share is None else f"s{_shade(cell.share)}"
    return titled(
        f"{plain(row.name)}, {plain(column)}: {cell.shown}",
        tag("rect", {"class": shade, "x": x + 1, "y": y + 1, "width": CELL - 2, "height": LINE - 2}),
        text(x + CELL / 2, y + 16, cell.shown, f"on {shade}", "middle"),
    )


def _shade(share: Fraction) -> int:
    return min(SHADES - 1, max(0, int(share * SHADES)))

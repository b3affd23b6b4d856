"""A ranking as bars: rank, name, a bar as long as the value, and the value itself."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from markupsafe import Markup

from rubric_dsl.render.html.chart import LINE, WIDTH, drawing, room, shortened, text, titled
from rubric_dsl.render.html.elements import Text, plain, tag
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` None: there is none, and `shown` says why. `mark`: before the name, mostly the rank."""

    name: Text
    mark: str
    value: Fraction | None
    shown: Text
    link: str | None = None


def bars(rows: Sequence[Bar], top: Fraction | None, labelled_by: str) -> Markup:
    """`top`: the value of a full bar (None: the largest there is). Values below zero reach to the left of the zero."""
    known = [bar.value for bar in rows if bar.value is not None]
    high = max([top or Fraction(0), *known, Fraction(0)])
    low = min([*known, Fraction(0)])
    before = 40.0
    start = before + room([bar.name for bar in rows]) + 12
    end = WIDTH - room([bar.shown for bar in rows], 60) - 12
    length = max(end - start, 80.0) / (float(high - low) or 1.0)
    parts = []
    for i, bar in enumerate(rows):
        y = i * LINE
        inside = [
            text(before - 10, y + 16, bar.mark, "mark", "end"),
            text(before, y + 16, shortened(bar.name), "name"),
        ]
        zero = start + float(-low) * length
        at = zero
        if bar.value is not None:
            size = float(abs(bar.value)) * length
            if top is not None:
                inside.append(tag("rect", {
                    "class": "full", "x": zero, "y": y + 4, "width": float(top) * length, "height": LINE - 8,
                }))
            inside.append(tag("rect", {
                "class": "bar", "x": zero - (size if bar.value < 0 else 0), "y": y + 4, "width": size,
                "height": LINE - 8,
            }))
            at = start + float(high - low) * length
        inside.append(text(at + 6, y + 16, bar.shown, "value"))
        parts.append(titled(f"{bar.mark} {plain(bar.name)}: {plain(bar.shown)}", *inside, link=bar.link))
    return drawing(WIDTH, max(len(rows), 1) * LINE, labelled_by, parts, "bars")

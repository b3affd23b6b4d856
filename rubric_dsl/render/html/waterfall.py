"""A waterfall: from one score to another, step by step, each step where the one before ended."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from markupsafe import Markup

from rubric_dsl.render.html.chart import LINE, WIDTH, drawing, room, shortened, text, titled
from rubric_dsl.render.html.elements import Text, plain, tag
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the difference, or with `whole` one of the scores. `shown`: the amount as text, with its sign."""

    name: Text
    amount: Fraction
    shown: str
    whole: bool = False


def waterfall(steps: Sequence[Step], labelled_by: str) -> Markup:
    """The scale starts where the differences can be seen, not at zero, and so the whole scores are drawn as lines."""
    reached: list[tuple[Fraction, Fraction]] = []
    at = Fraction(0)
    for step in steps:
        before = step.amount if step.whole else at
        at = step.amount if step.whole else at + step.amount
        reached.append((before, at))
    every = [value for pair in reached for value in pair] or [Fraction(0)]
    low, high = min(every), max(every)
    start = room([step.name for step in steps]) + 16
    length = (WIDTH - start - room([step.shown for step in steps]) - 24) / (float(high - low) or 1.0)
    parts = []
    for i, (step, (first, last)) in enumerate(zip(steps, reached, strict=True)):
        y, left = i * LINE, start + float(min(first, last) - low) * length
        size = float(abs(last - first)) * length
        kind = "whole" if step.whole else "gain" if step.amount > 0 else "loss"
        shape = {"class": kind, "x": left, "y": y + 4, "width": max(size, 2.0), "height": LINE - 8}
        parts.append(titled(
            f"{plain(step.name)}: {step.shown}",
            text(0, y + 16, shortened(step.name), "name"),
            tag("rect", dict(shape)),
            text(left + max(size, 2.0) + 6, y + 16, step.shown, "value"),
        ))
    return drawing(WIDTH, max(len(steps), 1) * LINE, labelled_by, parts, "waterfall")

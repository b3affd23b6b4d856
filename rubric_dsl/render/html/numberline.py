"""A table of one number drawn as a line: each row from end to end, with what it gives, closed ends filled."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from markupsafe import Markup

from rubric_dsl.render.html.chart import WIDTH, drawing, shortened, text, titled
from rubric_dsl.render.html.elements import Text, plain, tag, together
from rubric_dsl.text.record import dataclass

SIDE = 40.0
ROW = 46.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `low` to `high` (None: without end on that side), each end with or without the end itself."""

    low: Fraction | None
    low_closed: bool
    high: Fraction | None
    high_closed: bool
    outcome: Text


def number_line(stretches: Sequence[Stretch], ends: Sequence[tuple[Fraction, str]], labelled_by: str) -> Markup:
    """`ends`: every end with its text, ascending. They stand equally far apart: order is shown, not size."""
    place = {end: SIDE + (i + 1) * (WIDTH - 2 * SIDE) / (len(ends) + 1) for i, (end, _) in enumerate(ends)}
    parts = [tag("line", {"class": "axis", "x1": SIDE, "y1": 30.0, "x2": WIDTH - SIDE, "y2": 30.0})]
    for i, one in enumerate(stretches):
        left = SIDE if one.low is None else place[one.low]
        right = WIDTH - SIDE if one.high is None else place[one.high]
        kind = f"band b{i % 4}"
        marks = [tag("line", {"class": kind, "x1": left, "y1": 30.0, "x2": right, "y2": 30.0})]
        ends_of = (left, one.low_closed, one.low), (right, one.high_closed, one.high)
        marks += [
            tag("circle", {"class": f"{kind} {'closed' if closed else 'open'}", "cx": x, "cy": 30.0, "r": 5})
            for x, closed, end in ends_of if end is not None
        ]
        room = max(int((right - left) / 8), 12)
        name = text((left + right) / 2, 18, shortened(one.outcome, room), "outcome", "middle")
        parts.append(titled(plain(one.outcome), together(marks), name))
    parts += [text(place[end], ROW + 4, said, "end", "middle") for end, said in ends]
    return drawing(WIDTH, ROW + 12, labelled_by, parts, "numberline")

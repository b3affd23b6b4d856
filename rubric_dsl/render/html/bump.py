"""A bump chart: how ranks change from one ranking or edition to the next."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from rubric_dsl.render.html.chart import LINE, WIDTH, drawing, room, shortened, text, titled
from rubric_dsl.render.html.elements import Text, plain, tag, together
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Course:
    """The ranks of one subject, one a column (None: it has no rank there)."""

    name: Text
    ranks: Sequence[int | None]
    link: str | None = None


def bump_chart(columns: Sequence[Text], courses: Sequence[Course], labelled_by: str) -> Markup:
    """Subjects that share a rank stand below each other; whose rank changes is drawn strong, with its ranks in it."""
    places = [_places(courses, k) for k in range(len(columns))]
    side = room([course.name for course in courses]) + 30
    step = (WIDTH - 2 * side) / max(len(columns) - 1, 1)
    xs = [side + k * step for k in range(len(columns))]
    parts = [text(x, 14, shortened(name, 24), "column", "middle") for x, name in zip(xs, columns, strict=True)]
    order = sorted(range(len(courses)), key=lambda i: _moves(courses[i]))
    parts += [_course(courses[i], [(xs[k], places[k].get(i)) for k in range(len(columns))]) for i in order]
    deepest = max((max(column.values(), default=0) for column in places), default=0)
    return drawing(WIDTH, 36 + (deepest + 1) * LINE, labelled_by, parts, "bump")


def _places(courses: Sequence[Course], column: int) -> dict[int, int]:
    """Where each course stands in a column, from the top; courses without a rank are not there."""
    ranked = [(rank, i) for i, course in enumerate(courses) if (rank := course.ranks[column]) is not None]
    return {i: place for place, (_, i) in enumerate(sorted(ranked))}


def _moves(course: Course) -> bool:
    known = [rank for rank in course.ranks if rank is not None]
    return len(set(known)) > 1 or len(known) < len(course.ranks)


def _course(course: Course, stands: Sequence[tuple[float, int | None]]) -> Markup:
    points = [(x, 36 + place * LINE, rank) for (x, place), rank in zip(stands, course.ranks, strict=True)
              if place is not None]
    if not points:
        return Markup("")
    kind = "moves" if _moves(course) else "stays"
    lines = [
        tag("line", {"class": kind, "x1": x1, "y1": y1, "x2": x2, "y2": y2})
        for (x1, y1, _), (x2, y2, _), gap in zip(points, points[1:], _gaps(stands), strict=False) if not gap
    ]
    dots = [
        tag("circle", {"class": kind, "cx": x, "cy": y, "r": 10}) + text(x, y + 4, str(rank), f"rank {kind}", "middle")
        for x, y, rank in points
    ]
    (x1, y1, _), (x2, y2, _) = points[0], points[-1]
    names = [
        text(x1 - 16, y1 + 4, shortened(course.name), f"name {kind}", "end"),
        text(x2 + 16, y2 + 4, shortened(course.name), f"name {kind}"),
    ]
    ranks = " → ".join("–" if rank is None else str(rank) for rank in course.ranks)
    return titled(f"{plain(course.name)}: {ranks}", together(lines), together(dots), *names, link=course.link)


def _gaps(stands: Sequence[tuple[float, int | None]]) -> list[bool]:
    """Between two ranks that are there: whether one is missing between them."""
    known = [k for k, (_, place) in enumerate(stands) if place is not None]
    return [second - first > 1 for first, second in pairwise(known)]

"""Two rows at a time: which share a combination, and which lies wholly inside another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rubric_dsl.checks.coverage.space import Masks, Space, common


def clashing_pairs(space: Space, boxes: Sequence[Masks]) -> Iterator[tuple[int, int]]:
    """Pairs of boxes, in order of the second, that share a combination which can occur."""
    taken: Masks = (0,) * space.visible
    for second, box in enumerate(boxes):
        if all(common(box, taken)):
            for first in range(second):
                shared = common(boxes[first], box)
                if all(shared) and space.occurs(shared):
                    yield first, second
        taken = tuple([seen | mask for mask, seen in zip(box, taken, strict=True)])


def lies_inside(space: Space, inner: Masks, outer: Masks) -> bool:
    """Whether every combination of `inner` that can occur is in `outer`."""
    for place, (mask, around) in enumerate(zip(inner, outer, strict=True)):
        outside = mask & ~around
        if outside and space.occurs((*inner[:place], outside, *inner[place + 1 :])):
            return False
    return True


def containers(space: Space, boxes: Sequence[Masks], clashes: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    """Of each box that lies wholly inside others, these; of equal boxes the later lies inside the earlier."""
    found: dict[int, list[int]] = {}
    for first, second in clashes:
        if lies_inside(space, boxes[second], boxes[first]):
            found.setdefault(second, []).append(first)
        elif lies_inside(space, boxes[first], boxes[second]):
            found.setdefault(first, []).append(second)
    return found

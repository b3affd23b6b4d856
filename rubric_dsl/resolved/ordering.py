"""Putting declarations in an order in which each comes after what it uses; circles are found, not followed."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def in_order(keys: Sequence[Key], uses: Mapping[Key, Iterable[Key]]) -> tuple[list[Key], list[list[Key]]]:
    """The keys in dependency order (written order where free) and the circles found.

    Without recursion, as a chain of names may be as long as the rubric. Members of a circle stand in the order too.
    `uses` may be sets: what a key uses is taken in written order, so that the same rubric gives the same order always.
    """
    done: set[Key] = set()
    order: list[Key] = []
    circles: list[list[Key]] = []
    places = {key: place for place, key in enumerate(keys)}

    def used(key: Key) -> Iterator[Key]:
        return iter(sorted((other for other in uses.get(key, ()) if other in places), key=places.__getitem__))

    for start in keys:
        if start in done:
            continue
        path: list[Key] = [start]
        on_path = {start}
        pending = [used(start)]
        while path:
            following = next(pending[-1], None)
            if following is None:
                key = path.pop()
                pending.pop()
                on_path.discard(key)
                if key not in done:
                    done.add(key)
                    order.append(key)
            elif following in on_path:
                circles.append(path[path.index(following) :])
            elif following not in done:
                path.append(following)
                on_path.add(following)
                pending.append(used(following))
    return order, circles

"""The differences as they are found: each once, with those that can only be made together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from rubric_dsl.editions.changes import Difference, Kind, Part, Sort
from rubric_dsl.plan.model import Lines


class Register:
    def __init__(self) -> None:
        self.differences: list[Difference] = []
        self._known: dict[Hashable, int] = {}
        self._leader: list[int] = []

    def add(
        self, key: Hashable, kind: Kind, item: str, old: Part | None, new: Part | None,
        lines: tuple[Lines | None, Lines | None], facts: tuple[tuple[str, str], ...] = (), sort: Sort | None = None,
    ) -> int:
        """The number of the difference; one of the same key is the same difference, met at another place."""
        if key in self._known:
            return self._known[key]
        number = self._known[key] = len(self.differences)
        sort = sort or ("added" if old is None else "removed" if new is None else "changed")
        old_lines, new_lines = lines[0] if old is not None else None, lines[1] if new is not None else None
        self.differences.append(Difference(number, sort, kind, item, old, new, old_lines, new_lines, facts))
        self._leader.append(number)
        return number

    def known(self, key: Hashable) -> int | None:
        return self._known.get(key)

    def link(self, numbers: Iterable[int]) -> None:
        """These can only be made together."""
        leaders = sorted({self.leader(number) for number in numbers})
        for leader in leaders[1:]:
            self._leader[leader] = leaders[0]

    def leader(self, number: int) -> int:
        while self._leader[number] != number:
            number = self._leader[number]
        return number

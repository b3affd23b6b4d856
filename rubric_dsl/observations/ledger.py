"""The account of a table while it is read."""

from __future__ import annotations

from collections.abc import Mapping

from rubric_dsl.observations.codes import STOPPING
from rubric_dsl.observations.messages import with_next_act
from rubric_dsl.observations.model import Ledger, Part, Refusal, Repair

MOST_LISTED = 100_000
"""Refusals and repairs of a table that are kept; rows are counted beyond it all the same."""

MOST_WITH_CELLS = 1_000
"""Refusals of a table that keep the cells around them to be shown."""


class Account:
    """Counts rows and keeps refusals and repairs in the order of the file."""

    def __init__(self, table: str, file: str, sha256: str) -> None:
        self.table = table
        self.file = file
        self.read = 0
        self.scored = 0
        self.sha256 = sha256
        self.sheet = ""
        self.columns: Mapping[str, str] = {}
        """The letters of columns (`F`), by their name or, of a column left aside, by its header."""
        self._refusals: list[Refusal] = []
        self._repairs: list[Repair] = []
        self._parts: dict[str, Part] = {}

    def next_file(self, name: str, sha256: str) -> None:
        """What follows is of this file, one of several."""
        self.file, self.sha256, self.sheet, self.columns = name, sha256, "", {}

    def file_done(self, read_before: int) -> None:
        self._parts[self.file] = Part(self.sha256, self.read - read_before, self.sheet, self.columns)

    def refuse(
        self, row: int, line: int, column: str | None, value: str | None, code: str, facts: Mapping[str, object],
        around: tuple[tuple[str, str], ...] = (),
    ) -> None:
        if len(self._refusals) < MOST_LISTED or code in STOPPING:
            found = Refusal(self.file, row, column, value, code, with_next_act(code, facts), line, around)
            self._refusals.append(found)

    def take(self, other: Account) -> None:
        """Becomes what the other account is."""
        self.__dict__.update(other.__dict__)

    @property
    def shows_more(self) -> bool:
        """Whether the next refusal is still among those that are shown with the cells around them."""
        return len(self._refusals) < MOST_WITH_CELLS

    def repair(self, row: int, column: str, before: str, after: str, code: str) -> None:
        if len(self._repairs) < MOST_LISTED:
            self._repairs.append(Repair(self.file, row, column, before, after, code))

    @property
    def clean(self) -> bool:
        """Whether nothing at all was refused."""
        return not self._refusals

    def codes(self) -> frozenset[str]:
        return frozenset(refusal.code for refusal in self._refusals)

    def ledger(self, left_out: bool) -> Ledger:
        refused = self.read - self.scored
        return Ledger(
            self.table, self.file, self.sha256, self.read, self.scored, refused,
            tuple(self._refusals), tuple(self._repairs), left_out and refused > 0, self.sheet, self.columns,
            self._parts,
        )


def letters_of(places: Mapping[str, int]) -> dict[str, str]:
    return {name: column_letters(place) for name, place in places.items()}


def column_letters(place: int) -> str:
    """`A` for the first column (0), `AA` for the 27th."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

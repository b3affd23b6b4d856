"""The account of a table while it is read."""

from __future__ import annotations

from collections.abc import Mapping

from rubric_dsl.observations.codes import STOPPING
from rubric_dsl.observations.messages import with_next_act
from rubric_dsl.observations.model import Ledger, Refusal, Repair

MOST_LISTED = 100_000
"""Refusals and repairs of a table that are kept; rows are counted beyond it all the same."""


class Account:
    """Counts rows and keeps refusals and repairs in the order of the file."""

    def __init__(self, table: str, file: str, sha256: str) -> None:
        self.table = table
        self.file = file
        self.read = 0
        self.scored = 0
        self._sha256 = sha256
        self._refusals: list[Refusal] = []
        self._repairs: list[Repair] = []

    def refuse(
        self, row: int, line: int, column: str | None, value: str | None, code: str, facts: Mapping[str, object]
    ) -> None:
        if len(self._refusals) < MOST_LISTED or code in STOPPING:
            self._refusals.append(Refusal(self.file, row, column, value, code, with_next_act(code, facts), line))

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
            self.table, self.file, self._sha256, self.read, self.scored, refused,
            tuple(self._refusals), tuple(self._repairs), left_out and refused > 0,
        )

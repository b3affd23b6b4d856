"""The words that a table's own rubric knows, by which a file shows how it wants to be read."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from rubric_dsl.observations.cell import BLANKS
from rubric_dsl.observations.raw import Raw, text_of_cell
from rubric_dsl.plan.model import TableSchema


class RubricWords:
    """Headers, members of choices and known subjects of a table."""

    def __init__(self, table: TableSchema, subjects: Iterable[str] = ()) -> None:
        self.headers = frozenset(
            _normal(text) for column in table.columns for text in (column.name, column.label) if text
        )
        self.private = any(column.private for column in table.columns)
        """Whether what stands in the file may be shown to nobody."""
        members = [member for column in table.columns for member in column.members]
        values = [text for member in members for text in (member.name, *member.labels)]
        self.values = frozenset(_normal(text) for text in (*values, *subjects))

    def headers_in(self, cells: Iterable[Raw]) -> int:
        """How many different headers stand in a record."""
        return len(self.headers & {_normal(text_of_cell(cell)) for cell in cells})

    def readable(self, cells: Iterable[str]) -> int:
        """How many different words beyond ASCII stand among the cells."""
        # What is ASCII stays ASCII, and most cells stand in many rows.
        found = {_normal(cell) for cell in {cell for cell in cells if not cell.isascii()}}
        return sum(not word.isascii() for word in found & (self.headers | self.values))


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip(BLANKS))

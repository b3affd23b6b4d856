"""Rows that a program hands over, as the records that a Parquet file of the same values would have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rubric_dsl.observations.databases import raw_of
from rubric_dsl.observations.raw import RawTable, Record


class GivenRows:
    """Rows of values in the order of their headers. `rows` is asked anew each time that they are read."""

    data = b""

    def __init__(
        self, name: str, headers: Sequence[str], rows: Callable[[], Iterable[Sequence[object]]]
    ) -> None:
        self.name = name
        self.headers = tuple(headers)
        self._rows = rows

    def table(self) -> RawTable:
        return RawTable(self._records())

    def _records(self) -> Iterator[Record]:
        yield Record(1, 1, list(self.headers))
        for number, row in enumerate(self._rows(), 2):
            yield Record(number, number, [raw_of(value) for value in row])

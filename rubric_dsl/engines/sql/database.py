"""What the engine needs of a database: to hold a few columns, and to answer a query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Protocol

from sqlglot import exp

from rubric_dsl.engines.contract import EngineFailed
from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.lowering.expr import Constant
from rubric_dsl.engines.sql.dialects import Dialect

Answer = list[tuple[Constant, ...]]


class Database(Protocol):
    """A connection that is used by one engine for one run. What it does raises EngineFailed."""

    @property
    def dialect(self) -> Dialect: ...

    def hold(self, columns: Sequence[Column]) -> exp.Table:
        """A table of this connection alone with these columns, named as they are."""

    def answer(self, query: exp.Query) -> Answer:
        """The rows of a query, numbers as `int`."""

    def raw(self, query: exp.Query) -> Sequence[Sequence[object]]:
        """The rows of a query as Python has their values."""

    def close(self) -> None: ...


@contextmanager
def told(database: str, *errors: type[Exception]) -> Iterator[None]:
    """Errors of a database's own package as ours."""
    try:
        yield
    except errors as error:
        raise EngineFailed(database, error) from error


def plain(rows: Sequence[Sequence[object]]) -> Answer:
    """As Python has it: integers of databases come as decimals without places."""
    return [tuple(int(cell) if isinstance(cell, Decimal) else cell for cell in row) for row in rows]  # type: ignore[misc]

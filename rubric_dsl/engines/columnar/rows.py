"""The rows of a table in Polars: a lazy frame to which columns are joined, and what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from rubric_dsl.engines.columnar.written import Written, integer_type, written
from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.lowering.expr import Constant, Expr


class FrameRows:
    """A lazy frame and the types of its columns. Not `strict`: its rows may not be what their forms say."""

    def __init__(self, frame: pl.LazyFrame, types: Mapping[str, pl.DataType], strict: bool = True) -> None:
        self.strict = strict
        self.frame = frame
        self.types = dict(types)
        self._joins = 0

    def distinct(self, keys: Sequence[Expr]) -> list[tuple[Constant, ...]]:
        frame, names = self._keyed(keys)
        return frame.select(names).unique().collect(engine="streaming").rows()

    def join(self, keys: Sequence[Expr], inputs: Sequence[tuple[Constant, ...]], columns: Sequence[Column]) -> None:
        frame, names = self._keyed(keys)
        types = frame.select(names).collect_schema()
        table = pl.DataFrame([
            *(pl.Series(name, [row[place] for row in inputs], types[name]) for place, name in enumerate(names)),
            *(pl.Series(column.name, column.values, _type(column)) for column in columns),
        ])
        # Nulls are values like any other.
        joined = frame.join(table.lazy(), on=names, how="left", nulls_equal=True)
        self.frame = joined.drop(names)
        self.types |= {column.name: table.schema[column.name] for column in columns}

    def written(self, asked: Sequence[Expr], prefix: str = "e") -> Written:
        return written(asked, self.types, prefix, self.strict)

    def _keyed(self, keys: Sequence[Expr]) -> tuple[pl.LazyFrame, list[str]]:
        """The frame with these expressions as columns."""
        self._joins += 1
        found = self.written(keys, f"j{self._joins}.")
        names = [f"k{self._joins}.{place}" for place in range(len(keys))]
        frame = found.over(self.frame).with_columns(
            asked.alias(name) for asked, name in zip(found.asked, names, strict=True)
        )
        return frame, names


def _type(column: Column) -> type[pl.DataType]:
    match column.kind:
        case "yes/no":
            return pl.Boolean
        case "text":
            return pl.String
        case _:
            return integer_type(column.low, column.high)


def collected(queries: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
    """The answers of queries that share their frame, computed in one pass over it."""
    return pl.collect_all(queries, engine="streaming") if queries else []

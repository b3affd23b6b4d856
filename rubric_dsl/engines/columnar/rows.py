"""The rows of a table in Polars: a lazy frame to which columns are joined, and what is asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from rubric_dsl.engines.columnar.frames import TableFrame, series_of
from rubric_dsl.engines.columnar.packing import Packing, packed
from rubric_dsl.engines.columnar.parts import FrameParts
from rubric_dsl.engines.columnar.written import Written, integer_type, written
from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.lowering.expr import Constant, Expr
from rubric_dsl.engines.lowering.queries import ROW, STRATUM, SUBJECT, Group, Summed


class FrameRows:
    """A lazy frame and the types of its columns. Not `strict`: its rows may not be what their forms say."""

    def __init__(self, given: TableFrame, strict: bool = True) -> None:
        self.strict = strict
        self.frame = given.frame
        self.likely = given.likely
        self.types = dict(given.types)
        self.keys = [SUBJECT, STRATUM] if STRATUM in self.types else [SUBJECT]
        self._joins = 0

    def takes(self, _: Expr) -> bool:
        return True

    # ------------------------------------------------------------ distinct inputs

    def distinct(self, keys: Sequence[Expr]) -> list[tuple[Constant, ...]]:
        frame, names = self._keyed(keys)
        return frame.select(names).unique().collect(engine="streaming").rows()

    def join(self, keys: Sequence[Expr], inputs: Sequence[tuple[Constant, ...]], columns: Sequence[Column]) -> None:
        frame, names = self._keyed(keys)
        types = frame.select(names).collect_schema()
        table = pl.DataFrame([
            *(pl.Series(name, [row[place] for row in inputs], types[name]) for place, name in enumerate(names)),
            *map(series_of, columns),
        ])
        # Nulls are values like any other.
        joined = frame.join(table.lazy(), on=names, how="left", nulls_equal=True)
        self.frame = joined.drop(names)
        self.types |= {column.name: table.schema[column.name] for column in columns}

    def _written(self, asked: Sequence[Expr], prefix: str = "e") -> Written:
        return written(asked, self.types, prefix, self.strict)

    def _keyed(self, keys: Sequence[Expr]) -> tuple[pl.LazyFrame, list[str]]:
        """The frame with these expressions as columns."""
        self._joins += 1
        found = self._written(keys, f"j{self._joins}.")
        names = [f"k{self._joins}.{place}" for place in range(len(keys))]
        frame = found.over(self.frame).with_columns(
            asked.alias(name) for asked, name in zip(found.asked, names, strict=True)
        )
        return frame, names

    def with_values(self, values: Sequence[Expr]) -> pl.LazyFrame:
        """ROW, the keys, and these values as v0, v1, …, in the order of the rows."""
        found = self._written(values)
        named = [value.alias(f"v{place}") for place, value in enumerate(found.asked)]
        frame = found.over(self.frame).select(ROW, *self.keys, *named)
        # Joins leave rows in any order, and rows that were read apart stand at the end.
        return frame.sort(ROW) if self._joins or self.strict else frame

    # ------------------------------------------------------------ sums

    def summed(self, parts: Sequence[Expr], size: int) -> Summed:
        most = self.likely
        while True:
            packing = packed(parts, most)
            table = self._words(packing, size)
            found = int(table["n"].max() or 0)  # type: ignore[arg-type]
            if found <= most:
                break
            most = found
        subjects = table[SUBJECT].to_list()
        strata = table[STRATUM].to_list() if STRATUM in self.keys else [None] * len(subjects)
        return Summed(subjects, strata, table["n"].to_list(), FrameParts(table, packing))

    def _words(self, packing: Packing, size: int) -> pl.DataFrame:
        found = self._written(packing.words)
        wanted = [pl.len().alias("n")]
        named = [word.alias(f"w{place}") for place, word in enumerate(found.asked)]
        whole = {field.word for field in packing.fields.values() if field.bits is None}
        for place, word in enumerate(packing.words):
            wide = place in whole and integer_type(word.low * size, word.high * size) == pl.Int128
            wanted.append(pl.col(f"w{place}").cast(pl.Int128 if wide else pl.Int64).sum())
        return found.over(self.frame).with_columns(named).group_by(self.keys).agg(wanted).collect(engine="streaming")

    # ------------------------------------------------------------ values

    def by_value(self, values: Sequence[Expr], by_stratum: bool) -> list[list[tuple[Group, Constant, int]]]:
        keys = self.keys if by_stratum else [SUBJECT]
        tables = self._collected([
            self._valued(value).group_by([*keys, "v"]).agg(pl.len().alias("n"), pl.col(ROW).min().alias("first"))
            .sort("first") for value in values
        ])
        strata = by_stratum and STRATUM in keys
        return [
            [((row[SUBJECT], row[STRATUM] if strata else None), row["v"], row["n"])
             for row in table.iter_rows(named=True)]
            for table in tables
        ]

    def in_order(self, values: Sequence[Expr]) -> list[list[tuple[object, Constant]]]:
        tables = self._collected([self._valued(value).select(ROW, SUBJECT, "v").sort(ROW) for value in values])
        return [list(zip(table[SUBJECT].to_list(), table["v"].to_list(), strict=True)) for table in tables]

    def places(self, flags: Sequence[Expr]) -> list[list[int]]:
        found = self._written(flags)
        frame = found.over(self.frame)
        tables = self._collected([frame.filter(flag).select(ROW).sort(ROW) for flag in found.asked])
        return [table[ROW].to_list() for table in tables]

    def _valued(self, value: Expr) -> pl.LazyFrame:
        """The rows that have a value, and the value: "v"."""
        found = self._written([value])
        return found.over(self.frame).with_columns(found.asked[0].alias("v")).filter(pl.col("v").is_not_null())

    def _collected(self, queries: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
        """The answers of queries that share their frame, computed in one pass over it."""
        found: list[Any] = pl.collect_all(queries, engine="streaming") if queries else []
        return found

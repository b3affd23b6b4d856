"""What the databases differ in: the names of their integer types, and what they cannot divide."""

from __future__ import annotations

from functools import cache
from typing import Literal

from sqlglot import exp

from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.lowering.forms import LIMIT
from rubric_dsl.engines.lowering.reading import Reading
from rubric_dsl.text.record import dataclass

Type = Literal["yes/no", "text", "int", "long", "wide"]
INT, LONG = 2**31, 2**63


_TYPES: dict[Type, str] = {"yes/no": "BOOLEAN", "text": "TEXT", "int": "INT", "long": "BIGINT"}


@cache
def _built(name: str) -> exp.DataType:
    return exp.DataType.build(name)


@dataclass(frozen=True, slots=True)
class Dialect:
    """`wide`: a type with room for integers below `LIMIT` and their sums; all of them stop a query where they would
    overflow. `quotients`: integer quotients must stay below it. `fenced`: a query within a query would be written out
    as often as it is read, unless it has an offset. `tries`: it has a cast that gives nothing where it fails. `end`:
    of a text, in a pattern."""

    name: Literal["duckdb", "spark", "postgres"]
    wide: str
    quotients: int = LIMIT
    fenced: bool = False
    tries: bool = True
    end: str = "$"

    def type(self, kind: Type) -> exp.DataType:
        name = _TYPES[kind] if kind != "wide" else self.wide
        found: exp.DataType = _built(name).copy()
        return found

    def days_since_1970(self, value: exp.Expr) -> exp.Expr:
        """Of a date, a whole number; a date less a date is days in DuckDB and PostgreSQL and an interval in Spark."""
        if self.name == "spark":
            return exp.func("UNIX_DATE", value)
        epoch = exp.Cast(this=exp.Literal.string("1970-01-01"), to=exp.DataType.build("DATE"))
        days = exp.Sub(this=value, expression=epoch)
        return exp.Cast(this=exp.paren(days, copy=False), to=self.type("int"))

    def text(self, query: exp.Expr) -> str:
        """The tree written out; it is not to be used afterwards."""
        return query.sql(dialect=self.name, copy=False)


DUCKDB = Dialect("duckdb", "INT128")
SPARK = Dialect("spark", "DECIMAL(38, 0)", quotients=LONG, end="\\z")
POSTGRES = Dialect("postgres", "DECIMAL", fenced=True, tries=False)


def integer_type(low: int, high: int) -> Type:
    """The narrowest type with room for both ends."""
    most = max(abs(low), abs(high))
    return "int" if most < INT else "long" if most < LONG else "wide"


def type_of(column: Column) -> Type:
    return integer_type(column.low, column.high) if column.kind == "number" else column.kind


def type_of_reading(reading: Reading) -> Type:
    """How its cells stand in a query: with room for all that the raw column may hold."""
    value = reading.cell.value
    if value.kind != "number":
        return value.kind
    return integer_type(value.low, value.high)

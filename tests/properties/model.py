"""A rubric as plain data, apart from the project's own trees: what `write` spells out and `oracle` scores.

Numbers are fractions in base units (percent: 1/2 for 50%, durations: seconds). A value of a column is a Fraction, a
bool, a str (text, or the name of a member), a `date`, or minutes of the day (int); None is absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

Value = Fraction | bool | str | date | int | None

# ------------------------------------------------------------------ expressions


@dataclass(frozen=True)
class Num:
    value: Fraction
    unit: str = ""
    """"", "%" or "s"."""


@dataclass(frozen=True)
class Quoted:
    """A text, date or time as it stands in the rubric."""

    value: str | date | int


@dataclass(frozen=True)
class Ref:
    """A column, measure, band, parameter or indicator."""

    name: str


@dataclass(frozen=True)
class Not:
    inner: Expr


@dataclass(frozen=True)
class Joined:
    word: Literal["and", "or"]
    parts: tuple[Expr, ...]


@dataclass(frozen=True)
class Compare:
    """`a < b <= c`: one sign fewer than parts."""

    signs: tuple[str, ...]
    parts: tuple[Expr, ...]


@dataclass(frozen=True)
class Is:
    inner: Expr
    members: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class IsMissing:
    inner: Expr
    negated: bool = False


@dataclass(frozen=True)
class Arith:
    sign: Literal["+", "-", "*", "/", "^"]
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Negate:
    inner: Expr


@dataclass(frozen=True)
class If:
    condition: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True)
class Rounded:
    inner: Expr
    mode: str
    step: Num


@dataclass(frozen=True)
class Call:
    """A function of values."""

    name: str
    arguments: tuple[Expr, ...]


@dataclass(frozen=True)
class Aggregate:
    """Over a subject's rows of `table`; `argument` None counts rows."""

    name: str
    table: str
    argument: Expr | None
    where: Expr | None = None
    percent: Num | None = None


@dataclass(frozen=True)
class Across:
    """Over the subjects."""

    name: str
    argument: Expr
    within: str | None = None
    percent: Num | None = None


Expr = (
    Num
    | Quoted
    | Ref
    | Not
    | Joined
    | Compare
    | Is
    | IsMissing
    | Arith
    | Negate
    | If
    | Rounded
    | Call
    | Aggregate
    | Across
)

# ------------------------------------------------------------------ tables


@dataclass(frozen=True)
class Between:
    """An interval; None is no end. An end may be a parameter's name."""

    low: Num | Quoted | Ref | None
    high: Num | Quoted | Ref | None
    low_closed: bool = True
    high_closed: bool = True


@dataclass(frozen=True)
class Exactly:
    """A number, yes or no, a member's name, or a quoted value."""

    value: Num | Quoted | bool | str


@dataclass(frozen=True)
class Word:
    """`-` and `missing`."""

    word: Literal["-", "missing"]


Pattern = Between | Exactly | Word


@dataclass(frozen=True)
class Linear:
    """From `first` at the low end to `last` at the high end of the row's only interval input, at place `on`."""

    first: Num
    last: Num
    on: int


@dataclass(frozen=True)
class ClassName:
    name: str


NOT_APPLICABLE: Literal["not applicable"] = "not applicable"
Outcome = Num | Ref | Linear | ClassName | Literal["not applicable"]


@dataclass(frozen=True)
class Row:
    """`patterns` of alternatives by input; or the lone words of the table's last rows."""

    patterns: tuple[tuple[Pattern, ...], ...] | Literal["missing", "otherwise"]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Table:
    inputs: tuple[Expr, ...]
    rows: tuple[Row, ...]
    first_match: bool = False


# ------------------------------------------------------------------ observations


@dataclass(frozen=True)
class Column:
    name: str
    kind: Literal["text", "yes/no", "choice", "whole", "number", "percent", "seconds", "date", "time"]
    members: tuple[str, ...] = ()
    low: Fraction | None = None
    high: Fraction | None = None
    decimals: int | None = None
    when: Expr | None = None
    optional: bool = False
    written: tuple[str, ...] = ()
    """The cells that mean absent; "" is a blank."""
    key: bool = False
    private: bool = False
    label: str | None = None
    member_labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def may_be_absent(self) -> bool:
        return self.optional or self.when is not None


@dataclass(frozen=True)
class Observed:
    """A table of observations. `folding`: averaged, totalled or facts."""

    name: str
    folding: Literal["averaged", "totalled", "facts"]
    columns: tuple[Column, ...]
    stratum: str | None = None
    one_row_each: bool = False
    weights: str | None = None
    missing: Literal["0", "not applicable"] | None = None
    musts: tuple[tuple[Expr, str], ...] = ()

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def strata(self) -> tuple[str, ...]:
        return self.column(self.stratum).members if self.stratum else ()


# ------------------------------------------------------------------ definitions


@dataclass(frozen=True)
class Parameter:
    name: str
    value: Num
    low: Num
    high: Num


@dataclass(frozen=True)
class Measure:
    """Several names: a table with as many outcomes. `table` names the table of a measure of rows."""

    names: tuple[str, ...]
    rule: Expr | Table
    optional: bool = False
    when: Expr | None = None
    low: Num | None = None
    high: Num | None = None
    table: str | None = None


@dataclass(frozen=True)
class Formula:
    name: str
    arguments: tuple[str, ...]
    rule: Expr


@dataclass(frozen=True)
class Bands:
    name: str
    rule: Table
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Weights:
    """`rows`: expert and cells, in the order of `items`; `unit`: "%", "points" or "" (ratings)."""

    name: str
    method: Literal["mean", "median", "trimmed mean"]
    items: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Fraction, ...]], ...]
    unit: str
    step: Fraction | None = None


# ------------------------------------------------------------------ scores

Given = Fraction | Literal["not applicable"]
"""What a condition or a missing line says."""


@dataclass(frozen=True)
class Condition:
    """`unless C: V`, `if C: V`, and `when C` (V is not applicable)."""

    word: Literal["unless", "if", "when"]
    condition: Expr
    value: Given
    per_row: bool = False


@dataclass(frozen=True)
class Bound:
    word: Literal["at least", "at most"]
    value: Fraction
    when: Expr | None = None


@dataclass(frozen=True)
class Per:
    word: Literal["minus", "plus"]
    each: Fraction
    count: Expr


Rule = Expr | Table | Per


@dataclass(frozen=True)
class Rounding:
    mode: str
    step: Fraction
    unit: str = ""


@dataclass(frozen=True)
class Touchpoint:
    """`rule_is`: a condition that gives all or nothing, a table, a count, or a value."""

    name: str
    kind: Literal["worth", "penalty", "bonus"]
    stake: Fraction
    rule_is: Literal["when", "by", "per", "="]
    rule: Rule
    strata: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    missing: Given | None = None
    rounding: Rounding | None = None


@dataclass(frozen=True)
class Indicator:
    """`table`: its touchpoints are scored on the rows of that table."""

    name: str
    worth: Fraction
    children: tuple[Indicator | Touchpoint, ...] = ()
    value: Expr | None = None
    table: str | None = None
    conditions: tuple[Condition, ...] = ()
    missing: Given | None = None
    bounds: tuple[Bound, ...] = ()
    rounding: Rounding | None = None
    weights: str | None = None
    combined: Literal["mean", "lowest", "highest"] | None = None


@dataclass(frozen=True)
class Ranking:
    name: str
    by: str
    within: str | None = None
    lowest_first: bool = False
    rounding: Rounding | None = None
    ties: Literal["share", "dense", "by"] = "share"
    keys: tuple[tuple[str, bool], ...] = ()
    caps: tuple[tuple[int, Expr], ...] = ()
    excludes: tuple[Expr, ...] = ()


@dataclass(frozen=True)
class Rubric:
    title: str
    tables: tuple[Observed, ...]
    parameters: tuple[Parameter, ...] = ()
    formulas: tuple[Formula, ...] = ()
    measures: tuple[Measure, ...] = ()
    bands: tuple[Bands, ...] = ()
    weights: tuple[Weights, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    rankings: tuple[Ranking, ...] = ()

    def table(self, name: str) -> Observed:
        return next(table for table in self.tables if table.name == name)


Cells = Mapping[str, Value]
Observations = Mapping[str, tuple[Cells, ...]]
"""Rows by table, in the order of the file."""

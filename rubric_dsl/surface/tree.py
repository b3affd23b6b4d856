"""A rubric as written: one class a construct, each with its span. Nothing is bound, typed or evaluated here.

Expressions are at most 64 levels deep (`from_text` refuses more), sums, products, `and` and `or` are flat, so later
stages may walk an expression recursively.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span


@dataclass(frozen=True, slots=True)
class Word:
    """A name as written (NFC)."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text in quotes, without them and with `\\"` undone."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Named:
    """A declared name with its labels (the first is shown; a choice member may have several)."""

    word: Word
    labels: tuple[Quoted, ...]

    @property
    def name(self) -> str:
        return self.word.text

    @property
    def label(self) -> str | None:
        return self.labels[0].text if self.labels else None


# ---------------------------------------------------------------- expressions

Unit = Literal["", "%", "s", "min", "h", "day", "points"]


@dataclass(frozen=True, slots=True)
class Number:
    """A literal: its value in its own unit (`95%` is 95 with unit "%"); `text` is the digits as written."""

    value: Fraction
    unit: Unit
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class YesNo:
    value: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Group:
    """Brackets, kept for the printer."""

    inner: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Negate:
    operand: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Sum:
    """`a + b - c`, read from the left; `minus[i]` tells whether terms[i] is taken off (minus[0] is False)."""

    terms: tuple[Expr, ...]
    minus: tuple[bool, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Product:
    """`a * b / c`, read from the left; `divided[i]` tells whether factors[i] divides (divided[0] is False)."""

    factors: tuple[Expr, ...]
    divided: tuple[bool, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Power:
    base: Expr
    exponent: Expr
    span: Span


RoundingMode = Literal["half up", "half even", "up", "down"]


@dataclass(frozen=True, slots=True)
class Rounding:
    mode: RoundingMode
    step: Number
    span: Span


@dataclass(frozen=True, slots=True)
class Rounded:
    operand: Expr
    rounding: Rounding
    span: Span


Relation = Literal["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Compare:
    """`a < b <= c`: one relation between each two neighbours."""

    operands: tuple[Expr, ...]
    relations: tuple[Relation, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Is:
    """`x is a | b`, `x is not a`; members are names or texts."""

    operand: Expr
    members: tuple[Word | Quoted, ...]
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class IsMissing:
    operand: Expr
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class And:
    operands: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Or:
    operands: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    condition: Expr
    then: Expr
    otherwise: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """`mean(wait where connected across city within region)`; `function` is the word as written, either language."""

    function: Word
    arguments: tuple[Expr, ...]
    where: Expr | None
    across: Word | None
    within: Word | None
    span: Span


Expr = (
    Number | Text | YesNo | Name | Group | Negate | Sum | Product | Power | Rounded
    | Compare | Is | IsMissing | Not | And | Or | If | Call
)

# ---------------------------------------------------------------- tables

PatternValue = Number | Negate | Name | Text
"""An end of a range: a literal (perhaps negative), a parameter, or a date or time in quotes."""


@dataclass(frozen=True, slots=True)
class Range:
    """`from A`, `over A`, `up to B`, `under B`, `A to B`, …; an end that is None is open to infinity."""

    low: PatternValue | None
    low_closed: bool
    high: PatternValue | None
    high_closed: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Exactly:
    """`15 s`, `hot`, `yes`, `"A11"`."""

    value: Number | Negate | Name | Text | YesNo
    span: Span


@dataclass(frozen=True, slots=True)
class Anything:
    """`-`: anything, absence included."""

    span: Span


@dataclass(frozen=True, slots=True)
class MissingValue:
    span: Span


@dataclass(frozen=True, slots=True)
class Otherwise:
    span: Span


Pattern = Range | Exactly | Anything | MissingValue | Otherwise


@dataclass(frozen=True, slots=True)
class ValueOutcome:
    """An expression; a bare name may turn out to be a class (in `bands`) or a member."""

    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class LinearOutcome:
    """`A falling to B`, `A rising to B`."""

    start: Expr
    end: Expr
    falling: bool
    span: Span


@dataclass(frozen=True, slots=True)
class ClassOutcome:
    """`hot "热线"`: a class with its label."""

    named: Named
    span: Span


@dataclass(frozen=True, slots=True)
class NotApplicableOutcome:
    span: Span


Outcome = ValueOutcome | LinearOutcome | ClassOutcome | NotApplicableOutcome


@dataclass(frozen=True, slots=True)
class Row:
    """`alternatives, alternatives: outcome, outcome`; patterns[i] are the alternatives for input i.

    `otherwise` or `missing` alone stands for the whole row in a table of several inputs.
    """

    patterns: tuple[tuple[Pattern, ...], ...]
    outcomes: tuple[Outcome, ...]
    span: Span
    pattern_span: Span


@dataclass(frozen=True, slots=True)
class Table:
    """`by inputs` and its rows."""

    inputs: tuple[Expr, ...]
    first_match: Span | None
    rows: tuple[Row, ...]
    span: Span
    """Of the inputs, where a finding about the whole table points."""


# ---------------------------------------------------------------- grids


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a grid: a name, a text, a number (with unit; `ratio` for `1/3`), yes/no, or `-` (blank)."""

    kind: Literal["name", "text", "number", "ratio", "yes/no", "blank"]
    text: str
    """The name, the text without quotes, the number as written, "yes" or "no", or ""."""
    number: Fraction | None
    """The value in its own unit (95 for `95%`; 1/3 for `1/3`; with its sign)."""
    unit: Unit
    span: Span


@dataclass(frozen=True, slots=True)
class GridRow:
    cells: tuple[Cell, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Grid:
    rows: tuple[GridRow, ...]
    span: Span


# ---------------------------------------------------------------- header


@dataclass(frozen=True, slots=True)
class HeaderLine:
    kind: Literal["edition", "source", "note", "amends"]
    text: Quoted
    span: Span


@dataclass(frozen=True, slots=True)
class Header:
    title: Quoted
    lines: tuple[HeaderLine, ...]
    span: Span


# ---------------------------------------------------------------- observe

ColumnKind = Literal["text", "yes/no", "choice", "whole number", "number", "percent", "seconds", "date", "time"]


@dataclass(frozen=True, slots=True)
class Limits:
    """`0 to 1800`, `from 0`, `up to 5`: both ends belong to it."""

    low: PatternValue | None
    high: PatternValue | None
    span: Span


@dataclass(frozen=True, slots=True)
class ColumnType:
    kind: ColumnKind
    members: tuple[Named, ...]
    """Of a choice; empty: they come from `COLUMN.csv` beside the rubric."""
    limits: Limits | None
    written: Number | Quoted | None
    """`percent written 87.5`: an example that says how a percent cell is written; `seconds written "m:ss"`: what `1:05`
    means."""
    span: Span


@dataclass(frozen=True, slots=True)
class PresentWhen:
    condition: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Optional:
    written: tuple[Quoted, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ColumnLine:
    names: tuple[Named, ...]
    type: ColumnType
    decimals: Number | None
    presence: PresentWhen | Optional | None
    key: Span | None
    private: Span | None
    span: Span


@dataclass(frozen=True, slots=True)
class Must:
    condition: Expr
    message: Quoted
    span: Span


@dataclass(frozen=True, slots=True)
class MissingLine:
    """`missing: V`, at the end of an observe block, in an indicator or under a touchpoint."""

    outcome: Outcome
    span: Span


@dataclass(frozen=True, slots=True)
class Folding:
    kind: Literal["averaged", "totalled", "one row each"]
    by: Word | None
    one_row_each: bool
    """With `averaged by S`: exactly one row a subject and scenario."""
    weighted_by: Word | None
    span: Span


@dataclass(frozen=True, slots=True)
class Observe:
    named: Named
    subject: Word
    period: Word | None
    """The column of `each`."""
    folding: Folding
    columns: tuple[ColumnLine, ...]
    musts: tuple[Must, ...]
    missing: MissingLine | None
    span: Span


# ---------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class Parameter:
    named: Named
    limits: Limits | None
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Measure:
    """`measure a, b from 0 to 1 optional = EXPR when COND`, or by a table with one outcome a name."""

    names: tuple[Named, ...]
    limits: Limits | None
    optional: bool
    body: Expr | Table
    when: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class Formula:
    word: Word
    arguments: tuple[Word, ...]
    body: Expr | Table
    span: Span


@dataclass(frozen=True, slots=True)
class Bands:
    named: Named
    table: Table
    when: Expr | None
    span: Span


WeightMethod = Literal["mean", "trimmed mean", "median", "geometric mean", "ahp eigenvector", "ahp geometric mean"]


@dataclass(frozen=True, slots=True)
class Weights:
    named: Named
    method: WeightMethod
    method_span: Span
    meet: Literal["judgements", "weights"] | None
    consistency: Number | None
    steps: Number | None
    grid: Grid | None
    """None: the panel is read from `NAME.csv` beside the rubric."""
    span: Span


# ---------------------------------------------------------------- scoring


@dataclass(frozen=True, slots=True)
class Guard:
    """`unless COND: V` or `if COND: V`."""

    kind: Literal["unless", "if"]
    condition: Expr
    outcome: Outcome
    span: Span


@dataclass(frozen=True, slots=True)
class Applies:
    """`when COND` on an indicator: else not applicable."""

    condition: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Bound:
    """`at least V`, `at most V`, each perhaps `when COND`."""

    kind: Literal["at least", "at most"]
    value: Expr
    when: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class RoundedLine:
    rounding: Rounding
    span: Span


@dataclass(frozen=True, slots=True)
class Note:
    text: Quoted
    span: Span


@dataclass(frozen=True, slots=True)
class WeightsFrom:
    word: Word
    span: Span


@dataclass(frozen=True, slots=True)
class CombinedBy:
    method: Literal["mean", "geometric mean", "lowest", "highest"]
    span: Span


@dataclass(frozen=True, slots=True)
class Equals:
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Stake:
    kind: Literal["worth", "penalty", "bonus"]
    amount: Number
    span: Span


@dataclass(frozen=True, slots=True)
class WhenRule:
    condition: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class TableRule:
    table: Table
    span: Span


@dataclass(frozen=True, slots=True)
class PerRule:
    """`minus 0.5 per leaves`, `plus 2 per award`."""

    kind: Literal["minus", "plus"]
    amount: Number
    per: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class ValueRule:
    value: Expr
    span: Span


Rule = WhenRule | TableRule | PerRule | ValueRule
TouchpointLine = Guard | MissingLine | RoundedLine | Note
IndicatorLine = (
    Guard | Applies | MissingLine | Bound | RoundedLine | Note | WeightsFrom | CombinedBy | Equals
)


@dataclass(frozen=True, slots=True)
class Touchpoint:
    named: Named
    stake: Stake | None
    strata: tuple[Word, ...]
    """`in tax | housing_fund`; empty: in all."""
    rule: Rule
    lines: tuple[TouchpointLine, ...]
    """In written order; a `missing:` row of a `by` table is a row of the table, not a line here."""
    span: Span


@dataclass(frozen=True, slots=True)
class Indicator:
    named: Named
    worth: Number | None
    lines: tuple[IndicatorLine, ...]
    children: tuple[Indicator | Touchpoint, ...]
    span: Span


# ---------------------------------------------------------------- ranking


@dataclass(frozen=True, slots=True)
class Precision:
    """`exact` (rounding None) or a rounding."""

    rounding: Rounding | None
    span: Span


@dataclass(frozen=True, slots=True)
class TieKey:
    word: Word
    lowest_first: bool


@dataclass(frozen=True, slots=True)
class Ties:
    kind: Literal["share", "dense", "by"]
    keys: tuple[TieKey, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Cap:
    """`no better than 3 when COND`."""

    rank: Number
    condition: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Exclude:
    condition: Expr
    span: Span


RankingLine = Precision | Ties | Cap | Exclude


@dataclass(frozen=True, slots=True)
class Ranking:
    named: Named | None
    by: tuple[Word, ...]
    within: Word | None
    lowest_first: bool
    lines: tuple[RankingLine, ...]
    span: Span


# ---------------------------------------------------------------- tests, files


@dataclass(frozen=True, slots=True)
class Example:
    word: Word
    table: Word
    grid: Grid
    span: Span


@dataclass(frozen=True, slots=True)
class Given:
    one: bool
    table: Word
    like: Word | None
    grid: Grid
    span: Span


@dataclass(frozen=True, slots=True)
class Expect:
    """A grid, or `expect refused COLUMN`."""

    grid: Grid | None
    refused: Word | None
    span: Span


@dataclass(frozen=True, slots=True)
class Test:
    title: Quoted
    givens: tuple[Given, ...]
    expect: Expect
    span: Span


@dataclass(frozen=True, slots=True)
class Promise:
    title: Quoted
    claim: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Use:
    path: Quoted
    span: Span


@dataclass(frozen=True, slots=True)
class Drop:
    words: tuple[Word, ...]
    span: Span


Item = (
    Observe | Parameter | Measure | Formula | Bands | Weights | Indicator | Touchpoint | Ranking
    | Example | Test | Promise | Use | Drop
)


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its header (None in a file that is only used) and its items in written order.

    A touchpoint at the top level occurs in an edition that amends another.
    """

    file: str
    header: Header | None
    items: tuple[Item, ...]

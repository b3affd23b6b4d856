"""Raw columns of a table in a database as typed cells, and where they are not surely what they seem."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from rubric_dsl.engines.lowering.reading import (
    DAYS_BEFORE_1970,
    AsItIs,
    Clock,
    Days,
    Digits,
    Members,
    Minutes,
    Plain,
    Reading,
    Unscaled,
    Words,
)
from rubric_dsl.engines.sql.dialects import Dialect, Type, type_of_reading
from rubric_dsl.engines.sql.written import Sql
from rubric_dsl.text.record import dataclass

_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True, slots=True)
class Typed:
    """`unsure`: never null; None: every cell is sure."""

    value: Sql
    type: Type
    unsure: Sql | None


def typed(reading: Reading, raw: exp.Column, dialect: Dialect) -> Typed:
    """The cells of a raw column."""
    writing = _Writing(raw, dialect, type_of_reading(reading))
    value, sure = writing.read(reading)
    if reading.divisor > 1:
        rest = exp.EQ(
            this=exp.Mod(this=exp.paren(value.copy()), expression=exp.Literal.number(reading.divisor)),
            expression=exp.Literal.number(0))
        sure = rest if sure is None else exp.And(this=sure, expression=rest)
    unsure = None if sure is None else _given_but_not(raw, sure)
    return Typed(value, writing.type, unsure)


def _given_but_not(raw: exp.Column, sure: Sql) -> Sql:
    """Whether there is a cell that is not sure."""
    no = exp.Not(this=exp.Coalesce(this=exp.paren(sure), expressions=[exp.false()]))
    return exp.And(this=exp.Not(this=exp.Is(this=raw.copy(), expression=exp.null())), expression=no)


def matches(raw: Sql, pattern: str, dialect: Dialect) -> Sql:
    """Whether a text is all of this pattern."""
    return exp.RegexpLike(this=raw, expression=exp.Literal.string(f"^({pattern}){dialect.end}"))


def is_one_of(raw: Sql, texts: Sequence[str]) -> Sql:
    literals: list[Sql] = [exp.Literal.string(text) for text in texts]
    if len(literals) == 1:
        return exp.EQ(this=raw, expression=literals[0])
    return exp.In(this=raw, expressions=literals)


class _Writing:
    def __init__(self, raw: exp.Column, dialect: Dialect, type: Type) -> None:
        self._raw = raw
        self.dialect = dialect
        self.type = type

    @property
    def raw(self) -> exp.Column:
        found: exp.Column = self._raw.copy()
        return found

    def read(self, reading: Reading) -> tuple[Sql, Sql | None]:
        """The value, and where it is sure (None: everywhere)."""
        match reading.way:
            case AsItIs():
                return (self._cast(self.raw) if self.type not in ("yes/no", "text") else self.raw), None
            case Days(written=False):
                if self.dialect.name == "spark":
                    return self._days(self.raw), None
                finite = exp.func("ISFINITE", self.raw)
                return exp.Case(ifs=[exp.If(this=finite, true=self._days(self.raw))]), finite.copy()
            case Days():
                sure = matches(self.raw, _DATE, self.dialect)
                value = self._safely(sure, self.raw, exp.DataType.build("DATE"))
                there = exp.Not(this=exp.Is(this=value.copy(), expression=exp.null()))
                return self._days(value), exp.And(this=sure, expression=there)
            case Words(yes=yes, known=known):
                return is_one_of(self.raw, yes), is_one_of(self.raw, known)
            case Members(places=places):
                value = exp.Case(this=self.raw, ifs=[
                    exp.If(this=exp.Literal.string(text), true=exp.Literal.number(place))
                    for text, place in places.items()
                ])
                return value, exp.Not(this=exp.Is(this=exp.paren(value.copy()), expression=exp.null()))
            case Plain(pattern=pattern, longest=longest):
                short = exp.LTE(this=exp.Length(this=self.raw), expression=exp.Literal.number(longest))
                return self.raw, exp.And(this=short, expression=matches(self.raw, pattern, self.dialect))
            case Minutes(pattern=pattern):
                sure = matches(self.raw, pattern, self.dialect)
                return self._minutes(sure), sure
            case Clock():
                hours, minutes = (self._part_of_time(part) for part in ("HOUR", "MINUTE"))
                whole = exp.EQ(this=self._part_of_time("MICROSECONDS"), expression=exp.Literal.number(0))
                hours = exp.Mul(this=hours, expression=exp.Literal.number(60))
                return self._cast(exp.Add(this=hours, expression=minutes)), whole
            case Digits(pattern=pattern, places=places, sign=sign):
                sure = matches(self.raw, pattern, self.dialect)
                return self._digits(sure, places, sign), sure
            case Unscaled(places=places):
                return self._moved(self.raw, places), None

    def _cast(self, value: Sql) -> Sql:
        return exp.Cast(this=value, to=self.dialect.type(self.type))

    def _safely(self, sure: Sql, value: Sql, to: exp.DataType) -> Sql:
        """A text as another type where it is sure; elsewhere anything, without stopping."""
        if self.dialect.tries:
            return exp.TryCast(this=value, to=to)
        return exp.Case(ifs=[exp.If(this=sure.copy(), true=exp.Cast(this=value, to=to))])

    def _days(self, value: Sql) -> Sql:
        return exp.Add(
            this=self.dialect.days_since_1970(value), expression=exp.Literal.number(DAYS_BEFORE_1970))

    def _minutes(self, sure: Sql) -> Sql:
        parts = [
            self._safely(sure, exp.Substring(
                this=self.raw, start=exp.Literal.number(start), length=exp.Literal.number(2)
            ), self.dialect.type("int"))
            for start in (1, 4)
        ]
        hours = exp.Mul(this=parts[0], expression=exp.Literal.number(60))
        return exp.Add(this=hours, expression=parts[1])

    def _part_of_time(self, part: str) -> Sql:
        return exp.Extract(this=exp.Var(this=part), expression=self.raw)

    def _digits(self, sure: Sql, places: int, sign: str) -> Sql:
        text: Sql = self.raw
        if sign:
            text = exp.func("REPLACE", text, exp.Literal.string(sign), exp.Literal.string(""))
        if not places:
            return self._safely(sure, text, self.dialect.type(self.type))
        return self._moved(self._safely(sure, text, exp.DataType.build(f"DECIMAL(27, {places})")), places)

    def _moved(self, value: Sql, places: int) -> Sql:
        """A decimal without its point: a whole number, so that nothing is rounded."""
        if places:
            power = exp.Cast(this=exp.Literal.number(10**places), to=exp.DataType.build("DECIMAL(11, 0)"))
            value = exp.Mul(this=value, expression=power)
        return self._cast(value)

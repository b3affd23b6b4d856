"""Expressions, tables and grids built from their parts, with the limits on depth and length that later stages rely on.

A fault that the grammar cannot see (a unit where a bare number belongs, nesting beyond the limit) is raised as
`LineFault`.
"""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import Any, TypeVar, cast

from rubric_dsl.numbers.decimals import read_decimal
from rubric_dsl.surface import faults, tree
from rubric_dsl.surface.faults import LineFault
from rubric_dsl.surface.tokens import Tokens
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span

MAX_DEPTH = 64
MAX_TERMS = 10_000

Children = list[Any]
Node = TypeVar("Node")


@dataclass(frozen=True, slots=True)
class FirstMatch:
    """The line `first match`, as written."""

    span: Span
    words: str


@functools.lru_cache(4096)
def decimal_value(digits: str) -> Fraction:
    """The exact value of digits that the tokens let through; the same few occur on many lines."""
    return read_decimal(digits)


class PartBuilder:
    """Tokens, expressions, tables and grids: what sentences are made of."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.span = tokens.span
        self.depths: dict[int, int] = {}
        self.terms = 0

    def token(self, index: int) -> Any:
        """What a token hands to the rule that keeps it."""
        tokens = self.tokens
        kind = tokens.kinds[index]
        if kind == "NAME":
            return tree.Word(tokens.texts[index], tokens.span(index, index))
        if kind == "AMOUNT":
            digits = tokens.texts[index]
            unit = cast(tree.Unit, tokens.units.get(index, ""))
            return tree.Number(decimal_value(digits), unit, digits, tokens.span(index, index))
        if kind == "QUOTED":
            return tree.Quoted(tokens.texts[index], tokens.span(index, index))
        return tokens.texts[index]

    def nested(self, node: Node, span: Span, *parts: Any) -> Node:
        """The node, one level deeper than its deepest part; deeper than the limit is a fault."""
        depths = self.depths
        depth = 1 + max(depths.get(id(part), 0) for part in parts)
        if depth > MAX_DEPTH:
            raise LineFault(faults.too_deep(span))
        depths[id(node)] = depth
        return node

    def flag(self, c: Children, i: int, j: int) -> Span:
        """A word that is there or not: its place."""
        return self.span(i, j)

    one_row_each = key = private = optional_mark = lowest_first = dense = one = flag

    def bare(self, number: tree.Number) -> tree.Number:
        """The number, which must be whole and without a unit."""
        if number.unit or number.value.denominator != 1:
            raise LineFault(faults.bare_number_expected(number))
        return number

    # ------------------------------------------------------------ expressions

    def _term(self, node: Node, span: Span) -> Node:
        self.terms += 1
        if self.terms > MAX_TERMS:
            raise LineFault(faults.too_many_terms(span))
        return node

    def number(self, c: Children, i: int, j: int) -> tree.Number:
        return self._term(cast(tree.Number, c[0]), c[0].span)

    def ref(self, c: Children, i: int, j: int) -> tree.Name:
        word = c[0]
        return self._term(tree.Name(word.text, word.span), word.span)

    def text(self, c: Children, i: int, j: int) -> tree.Text:
        quoted = c[0]
        return self._term(tree.Text(quoted.text, quoted.span), quoted.span)

    def negative(self, c: Children, i: int, j: int) -> tree.Negate:
        return tree.Negate(c[0], self.span(i, j))

    def yes(self, c: Children, i: int, j: int) -> tree.YesNo:
        return tree.YesNo(True, self.span(i, j))

    def no(self, c: Children, i: int, j: int) -> tree.YesNo:
        return tree.YesNo(False, self.span(i, j))

    def if_else(self, c: Children, i: int, j: int) -> tree.If:
        span = self.span(i, j)
        return self.nested(tree.If(c[0], c[1], c[2], span), span, *c)

    def disjunction(self, c: Children, i: int, j: int) -> tree.Or:
        span = self.span(i, j)
        return self.nested(tree.Or(tuple(c), span), span, *c)

    def conjunction(self, c: Children, i: int, j: int) -> tree.And:
        span = self.span(i, j)
        return self.nested(tree.And(tuple(c), span), span, *c)

    def not_(self, c: Children, i: int, j: int) -> tree.Not:
        span = self.span(i, j)
        return self.nested(tree.Not(c[0], span), span, *c)

    def comparison(self, c: Children, i: int, j: int) -> tuple[str, int]:
        return c[0], i

    def equal(self, c: Children, i: int, j: int) -> tuple[str, int]:
        return "=", i

    def compare(self, c: Children, i: int, j: int) -> tree.Compare:
        span = self.span(i, j)
        directions = {relation.strip("=") or "=" for relation, _ in c[1::2]}
        if len(c) > 3 and (len(directions) > 1 or "<>" in directions):
            raise LineFault(faults.mixed_directions(self.tokens, [index for _, index in c[1::2]]))
        relations = tuple(relation for relation, _ in c[1::2])
        return self.nested(tree.Compare(tuple(c[::2]), relations, span), span, *c[::2])

    def is_members(self, c: Children, i: int, j: int) -> tuple[tree.Word | tree.Quoted, ...]:
        return tuple(c)

    def is_(self, c: Children, i: int, j: int) -> tree.Is:
        span = self.span(i, j)
        return self.nested(tree.Is(c[0], c[1], False, span), span, c[0])

    def is_not(self, c: Children, i: int, j: int) -> tree.Is:
        span = self.span(i, j)
        return self.nested(tree.Is(c[0], c[1], True, span), span, c[0])

    def is_yesno(self, c: Children, i: int, j: int) -> tree.Compare:
        """`connected is yes` says `connected = yes`."""
        span = self.span(i, j)
        return self.nested(tree.Compare((c[0], c[1]), ("=",), span), span, c[0])

    def is_not_yesno(self, c: Children, i: int, j: int) -> tree.Compare:
        span = self.span(i, j)
        return self.nested(tree.Compare((c[0], c[1]), ("<>",), span), span, c[0])

    def is_missing(self, c: Children, i: int, j: int) -> tree.IsMissing:
        span = self.span(i, j)
        return self.nested(tree.IsMissing(c[0], False, span), span, c[0])

    def is_present(self, c: Children, i: int, j: int) -> tree.IsMissing:
        span = self.span(i, j)
        return self.nested(tree.IsMissing(c[0], True, span), span, c[0])

    def rounded(self, c: Children, i: int, j: int) -> tree.Rounded:
        span = self.span(i, j)
        return self.nested(tree.Rounded(c[0], c[1], span), span, c[0])

    def half_up(self, c: Children, i: int, j: int) -> tree.Rounding:
        return tree.Rounding("half up", c[0], self.span(i, j))

    def half_even(self, c: Children, i: int, j: int) -> tree.Rounding:
        return tree.Rounding("half even", c[0], self.span(i, j))

    def round_up(self, c: Children, i: int, j: int) -> tree.Rounding:
        return tree.Rounding("up", c[0], self.span(i, j))

    def round_down(self, c: Children, i: int, j: int) -> tree.Rounding:
        return tree.Rounding("down", c[0], self.span(i, j))

    def plus(self, c: Children, i: int, j: int) -> bool:
        return False

    times = plus

    def minus(self, c: Children, i: int, j: int) -> bool:
        return True

    divide = minus

    def sum(self, c: Children, i: int, j: int) -> tree.Sum:
        span = self.span(i, j)
        return self.nested(tree.Sum(tuple(c[::2]), (False, *c[1::2]), span), span, *c[::2])

    def product(self, c: Children, i: int, j: int) -> tree.Product:
        span = self.span(i, j)
        return self.nested(tree.Product(tuple(c[::2]), (False, *c[1::2]), span), span, *c[::2])

    def negate(self, c: Children, i: int, j: int) -> tree.Negate:
        span = self.span(i, j)
        return self.nested(tree.Negate(c[0], span), span, c[0])

    def power(self, c: Children, i: int, j: int) -> tree.Power:
        span = self.span(i, j)
        return self.nested(tree.Power(c[0], c[1], span), span, *c)

    def group(self, c: Children, i: int, j: int) -> tree.Group:
        span = self.span(i, j)
        return self.nested(tree.Group(c[0], span), span, c[0])

    def arguments(self, c: Children, i: int, j: int) -> Children:
        return list(c)

    def call(self, c: Children, i: int, j: int) -> tree.Call:
        span = self.span(i, j)
        *values, where, across, within = c[1]
        node = tree.Call(c[0], tuple(values), where, across, within, span)
        return self.nested(node, span, *values, where)

    # ------------------------------------------------------------ tables

    def inputs(self, c: Children, i: int, j: int) -> tree.Table:
        """`by X, Y`: a table that still waits for its rows; its span is that of the inputs."""
        return tree.Table(tuple(c), None, (), self.span(i + 1, j))

    def first_match(self, c: Children, i: int, j: int) -> FirstMatch:
        return FirstMatch(self.span(i, j), self.tokens.written(i))

    def row(self, c: Children, i: int, j: int) -> tree.Row:
        patterns, pattern_span = c[0]
        return tree.Row(patterns, tuple(c[1:]), self.span(i, j), pattern_span)

    def patterns(self, c: Children, i: int, j: int) -> tuple[tuple[tuple[tree.Pattern, ...], ...], Span]:
        return tuple(c), self.span(i, j)

    def alternatives(self, c: Children, i: int, j: int) -> tuple[tree.Pattern, ...]:
        return tuple(c)

    def _range(self, i: int, j: int, low: Any, low_closed: bool, high: Any, high_closed: bool) -> tree.Range:
        return tree.Range(low, low_closed, high, high_closed, self.span(i, j))

    def from_pattern(self, c: Children, i: int, j: int) -> tree.Range:
        return self._range(i, j, c[0], True, None, False)

    def over_pattern(self, c: Children, i: int, j: int) -> tree.Range:
        return self._range(i, j, c[0], False, None, False)

    def up_to_pattern(self, c: Children, i: int, j: int) -> tree.Range:
        return self._range(i, j, None, False, c[0], True)

    def under_pattern(self, c: Children, i: int, j: int) -> tree.Range:
        return self._range(i, j, None, False, c[0], False)

    def between(self, c: Children, i: int, j: int) -> tree.Range:
        return self._range(i, j, c[0], True, c[1], True)

    def to_under(self, c: Children, i: int, j: int) -> tree.Range:
        return self._range(i, j, c[0], True, c[1], False)

    def over_to(self, c: Children, i: int, j: int) -> tree.Range:
        return self._range(i, j, c[0], False, c[1], True)

    def over_to_under(self, c: Children, i: int, j: int) -> tree.Range:
        return self._range(i, j, c[0], False, c[1], False)

    def compared_pattern(self, c: Children, i: int, j: int) -> tree.Range:
        relation, value = c
        if relation == "<>":
            raise LineFault(faults.no_pattern(self.span(i, j), self.tokens.shown(i, j)))
        closed = relation in ("<=", ">=")
        if relation[0] == ">":
            return self._range(i, j, value, closed, None, False)
        return self._range(i, j, None, False, value, closed)

    def exactly(self, c: Children, i: int, j: int) -> tree.Exactly:
        return tree.Exactly(c[0], c[0].span)

    def anything(self, c: Children, i: int, j: int) -> tree.Anything:
        return tree.Anything(self.span(i, j))

    def missing_pattern(self, c: Children, i: int, j: int) -> tree.MissingValue:
        return tree.MissingValue(self.span(i, j))

    def otherwise(self, c: Children, i: int, j: int) -> tree.Otherwise:
        return tree.Otherwise(self.span(i, j))

    def value_outcome(self, c: Children, i: int, j: int) -> tree.ValueOutcome:
        return tree.ValueOutcome(c[0], self.span(i, j))

    def falling(self, c: Children, i: int, j: int) -> tree.LinearOutcome:
        return tree.LinearOutcome(c[0], c[1], True, self.span(i, j))

    def rising(self, c: Children, i: int, j: int) -> tree.LinearOutcome:
        return tree.LinearOutcome(c[0], c[1], False, self.span(i, j))

    def class_outcome(self, c: Children, i: int, j: int) -> tree.ClassOutcome:
        return tree.ClassOutcome(tree.Named(c[0], (c[1],)), self.span(i, j))

    def not_applicable(self, c: Children, i: int, j: int) -> tree.NotApplicableOutcome:
        return tree.NotApplicableOutcome(self.span(i, j))

    # ------------------------------------------------------------ grids

    def grid_row(self, c: Children, i: int, j: int) -> tree.GridRow:
        return tree.GridRow(tuple(c), self.span(i, j))

    def name_cell(self, c: Children, i: int, j: int) -> tree.Cell:
        return tree.Cell("name", c[0].text, None, "", c[0].span)

    def text_cell(self, c: Children, i: int, j: int) -> tree.Cell:
        return tree.Cell("text", c[0].text, None, "", c[0].span)

    def number_cell(self, c: Children, i: int, j: int) -> tree.Cell:
        number = c[0]
        return tree.Cell("number", number.text, number.value, number.unit, number.span)

    def negative_cell(self, c: Children, i: int, j: int) -> tree.Cell:
        number = c[0]
        return tree.Cell("number", "-" + number.text, -number.value, number.unit, self.span(i, j))

    def ratio_cell(self, c: Children, i: int, j: int) -> tree.Cell:
        above, below = c
        for part in (above, below):
            if part.unit or (part is below and not part.value):
                raise LineFault(faults.no_ratio(self.span(i, j), self.tokens.shown(i, j)))
        value = above.value / below.value
        return tree.Cell("ratio", f"{above.text}/{below.text}", value, "", self.span(i, j))

    def negative_ratio_cell(self, c: Children, i: int, j: int) -> tree.Cell:
        cell = self.ratio_cell(c, i, j)
        assert cell.number is not None
        return tree.Cell("ratio", "-" + cell.text, -cell.number, "", cell.span)

    def yesno_cell(self, c: Children, i: int, j: int) -> tree.Cell:
        return tree.Cell("yes/no", "yes" if c[0].value else "no", None, "", c[0].span)

    def blank_cell(self, c: Children, i: int, j: int) -> tree.Cell:
        return tree.Cell("blank", "", None, "", self.span(i, j))

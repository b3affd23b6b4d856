"""From typed rows to the pieces of the coverage check and back to text."""

from __future__ import annotations

from fractions import Fraction

from rubric_dsl.checks import coverage as cov
from rubric_dsl.numbers.show import rounded_digits, shown
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved import types as ty
from rubric_dsl.resolved.expressions import Expressions
from rubric_dsl.resolved.literals import moment_text
from rubric_dsl.resolved.tables import value_of
from rubric_dsl.text.record import dataclass


def piece_of(use: Expressions, pattern: op.Pattern) -> cov.Piece:
    """The piece of a typed pattern; parameters count with their value."""
    if isinstance(pattern, op.Anything):
        return cov.ANYTHING
    if isinstance(pattern, op.Missing):
        return cov.MISSING
    if isinstance(pattern, op.Equal):
        value = value_of(use, pattern.value)
        if value is not None:
            return cov.Between(value, True, value, True)
        constant = use.graph[pattern.value].operation
        assert isinstance(constant, op.Constant)
        return cov.OneOf(frozenset({constant.value}))
    low = value_of(use, pattern.low) if pattern.low is not None else None
    high = value_of(use, pattern.high) if pattern.high is not None else None
    return cov.Between(low, pattern.low_closed, high, pattern.high_closed)


def row_of(use: Expressions, row: op.Row) -> cov.TableRow:
    cells = tuple(tuple(piece_of(use, pattern) for pattern in alternatives) for alternatives in row.patterns)
    return cov.TableRow(row.when, cells)


def value_text(value: Fraction, kind: ty.ValueType, lang: str = "en") -> str:
    """A value as a rubric writes it: `95%`, `15 s`, `"2020-10-28"`."""
    if kind in (ty.DATE, ty.TIME):
        return f'"{moment_text(int(value), kind.kind)}"'
    return shown(value, kind.kind, lang)  # type: ignore[arg-type]  # a numeric kind


_WORDS = {
    "en": {
        "to": "{0} to {1}",
        "to under": "{0} to under {1}",
        "over to": "over {0} to {1}",
        "over to under": "over {0} to under {1}",
        "from": "from {0}",
        "over": "over {0}",
        "up to": "up to {0}",
        "under": "under {0}",
    },
    "zh": {
        "to": "{0}至{1}",
        "to under": "{0}至不足{1}",
        "over to": "超过{0}至{1}",
        "over to under": "超过{0}至不足{1}",
        "from": "不低于{0}",
        "over": "超过{0}",
        "up to": "不超过{0}",
        "under": "不足{0}",
    },
}


def pattern_text(piece: cov.Piece, kind: ty.ValueType, lang: str) -> str:
    """The piece as a pattern that can be pasted into a table."""
    if isinstance(piece, cov.Between):
        return _range_text(piece, kind, _WORDS["zh" if lang == "zh" else "en"], lang)
    if isinstance(piece, cov.OneOf):
        names = [*(name for name in kind.members if name in piece.names), *sorted(piece.names - set(kind.members))]
        quoted = [f'"{name}"' if kind == ty.TEXT else _yes_no(name, lang) for name in names]
        return " | ".join(quoted)
    if piece is cov.MISSING:
        return "缺失" if lang == "zh" else "missing"
    return "-"


def _yes_no(name: str, lang: str) -> str:
    return {"yes": "是", "no": "否"}.get(name, name) if lang == "zh" else name


def _range_text(piece: cov.Between, kind: ty.ValueType, words: dict[str, str], lang: str) -> str:
    low = value_text(piece.low, kind, lang) if piece.low is not None else None
    high = value_text(piece.high, kind, lang) if piece.high is not None else None
    if low is not None and high is not None:
        if piece.low == piece.high:
            return low
        key = {(True, True): "to", (True, False): "to under", (False, True): "over to", (False, False): "over to under"}
        return words[key[piece.low_closed, piece.high_closed]].format(low, high)
    if low is not None:
        return words["from" if piece.low_closed else "over"].format(low)
    if high is not None:
        return words["up to" if piece.high_closed else "under"].format(high)
    return "-"


@dataclass(frozen=True, slots=True)
class Where:
    """Part of an input's values in words: `wait from 16 s to 30 s`, `connect_rate between 94% and 95%`."""

    inputs: tuple[str, ...]
    box: tuple[cov.Piece, ...]
    types: tuple[ty.ValueType, ...]

    def shown(self, lang: str) -> str:
        parts = [
            _phrase(name, piece, kind, lang)
            for name, piece, kind in zip(self.inputs, self.box, self.types, strict=True)
            if piece is not cov.ANYTHING and piece is not cov.PRESENT
        ]
        if not parts:
            return "any value" if lang != "zh" else "任何值"
        return ("、" if lang == "zh" else ", ").join(parts)


def _phrase(name: str, piece: cov.Piece, kind: ty.ValueType, lang: str) -> str:
    zh = lang == "zh"
    if piece is cov.MISSING:
        return f"{name} 缺失" if zh else f"{name} missing"
    if isinstance(piece, cov.AllBut):
        others = ", ".join(f'"{text}"' for text in sorted(piece.names))
        return f"{name} 不是 {others}" if zh else f"{name} other than {others}"
    if isinstance(piece, cov.OneOf):
        return f"{name} {pattern_text(piece, kind, lang)}"
    if isinstance(piece, cov.Between) and piece.low is not None and piece.high is not None:
        low, high = value_text(piece.low, kind, lang), value_text(piece.high, kind, lang)
        if piece.low == piece.high:
            return f"{name} {low}"
        if not piece.low_closed and not piece.high_closed:
            return f"{name} 在 {low} 与 {high} 之间" if zh else f"{name} between {low} and {high}"
    return f"{name} {pattern_text(piece, kind, lang)}"


@dataclass(frozen=True, slots=True)
class Example:
    """One concrete combination in words: `wait 16 s, period peak`; or `16 of 17 calls, 94.1%,` before more text."""

    inputs: tuple[str, ...]
    values: tuple[cov.Value, ...]
    types: tuple[ty.ValueType, ...]
    counted: tuple[str | None, ...]
    """The table whose rows an input is a share of."""

    def shown(self, lang: str) -> str:
        parts = []
        comma = "," if len(self.values) == 1 else ""
        for name, value, kind, table in zip(self.inputs, self.values, self.types, self.counted, strict=True):
            text = one_value(value, kind, lang)
            if table is not None and isinstance(value, Fraction):
                text = _told_apart(value, text)
            if table is not None and isinstance(value, Fraction):
                counts = f"{value.numerator} of {value.denominator} {table}, {text}{comma}"
                text = f"{value.denominator} 条 {table} 中 {value.numerator} 条，即 {text}" if lang == "zh" else counts
            parts.append(text if len(self.values) == 1 else f"{name} {text}")
        return ("、" if lang == "zh" else ", ").join(parts)


def _told_apart(value: Fraction, text: str) -> str:
    """A percentage with so many digits that it does not look like the whole one beside it: 1 of 101 is 0.99%."""
    for places in (2, 3, 4):
        if not text.endswith(".0%"):
            return text
        text = rounded_digits(value * 100, places) + "%"
        if any(digit not in "0" for digit in text.rsplit(".", 1)[1][:-1]):
            return text
    return text


def one_value(value: cov.Value, kind: ty.ValueType, lang: str) -> str:
    if value is None:
        return "缺失" if lang == "zh" else "missing"
    if isinstance(value, str):
        return f'"{value}"' if kind == ty.TEXT else _yes_no(value, lang)
    return value_text(value, kind, lang).strip('"')

"""Words, expressions, table rows and grid rows as text in either language; what fixes in diagnostics are made of."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import assert_never

from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import Language, function_id, keywords

# How tightly each kind of expression holds together; a part that holds less tightly than asked for gets brackets.
IF, OR, AND, NOT, RELATION, ROUNDED, SUM, PRODUCT, UNARY, POWER, OPERAND = range(11)

ROUNDINGS = {"half up": "HALF_UP", "half even": "HALF_EVEN", "up": "ROUND_UP", "down": "ROUND_DOWN"}
PLURAL = {"day": ("day", "days"), "points": ("point", "points")}


@functools.cache
def word(token: str, lang: Language) -> str:
    """A keyword as it is printed."""
    return keywords().tokens[token].shown(lang)


def quoted(text: str, lang: Language) -> str:
    """A text in the quotes of the language."""
    escaped = text.replace("\\", "\\\\")
    if lang == "zh":
        return "“" + escaped.replace("”", "\\”") + "”"
    return '"' + escaped.replace('"', '\\"') + '"'


def comma(lang: Language) -> str:
    return "，" if lang == "zh" else ", "


def colon(lang: Language) -> str:
    return "：" if lang == "zh" else ": "


def print_number(number: tree.Number, lang: Language) -> str:
    """The digits as written and the unit in the language (`15 s`, `15秒`)."""
    return number.text + print_unit(number.unit, number.value == 1, lang)


def print_unit(unit: tree.Unit, one: bool, lang: Language) -> str:
    if unit in ("", "%"):
        return unit
    if lang == "zh":
        return keywords().units[unit].zh[0]
    return " " + (PLURAL[unit][0 if one else 1] if unit in PLURAL else unit)


def print_rounding(rounding: tree.Rounding, lang: Language) -> str:
    return f"{word(ROUNDINGS[rounding.mode], lang)} {print_number(rounding.step, lang)}"


def print_named(named: tree.Named, lang: Language) -> str:
    return " ".join([named.name, *(quoted(label.text, lang) for label in named.labels)])


# ---------------------------------------------------------------- expressions


def not_missing(name: str, lang: Language) -> str:
    """`name is not missing`."""
    return f"{name} {word('IS', lang)} {word('NOT', lang)} {word('MISSING', lang)}"


def print_expr(expr: tree.Expr, lang: Language = "en", holds: int = IF) -> str:
    """The expression on one line; in brackets where it would fall apart in a place that asks it to hold so tightly."""
    level, text = _expr(expr, lang)
    return text if level >= holds else f"({text})"


def _expr(expr: tree.Expr, lang: Language) -> tuple[int, str]:
    """How tightly the expression holds, and its text."""
    match expr:
        case tree.Number():
            return OPERAND, print_number(expr, lang)
        case tree.Text():
            return OPERAND, quoted(expr.value, lang)
        case tree.YesNo():
            return OPERAND, word("YES" if expr.value else "NO", lang)
        case tree.Name():
            return OPERAND, expr.name
        case tree.Group():
            return OPERAND, f"({print_expr(expr.inner, lang)})"
        case tree.Call():
            return OPERAND, _call(expr, lang)
        case tree.Power():
            return POWER, f"{print_expr(expr.base, lang, OPERAND)} ^ {print_expr(expr.exponent, lang, UNARY)}"
        case tree.Negate():
            return UNARY, "-" + print_expr(expr.operand, lang, UNARY)
        case tree.Product():
            return PRODUCT, _flat(expr.factors, expr.divided, ("*", "/"), UNARY, lang)
        case tree.Sum():
            return SUM, _flat(expr.terms, expr.minus, ("+", "-"), PRODUCT, lang)
        case tree.Rounded():
            return ROUNDED, f"{print_expr(expr.operand, lang, ROUNDED)} {print_rounding(expr.rounding, lang)}"
        case tree.Compare() | tree.Is() | tree.IsMissing():
            return RELATION, _relation(expr, lang)
        case tree.Not():
            operand = print_expr(expr.operand, lang, NOT)
            if f"{word('NOT', lang)} {operand}".startswith(word("NOT_APPLICABLE", lang)):
                operand = f"({operand})"
            return NOT, f"{word('NOT', lang)} {operand}"
        case tree.And():
            return AND, f" {word('AND', lang)} ".join(print_expr(part, lang, NOT) for part in expr.operands)
        case tree.Or():
            return OR, f" {word('OR', lang)} ".join(print_expr(part, lang, AND) for part in expr.operands)
        case tree.If():
            words = (word("IF", lang), word("THEN", lang), word("ELSE", lang))
            parts = zip(words, (expr.condition, expr.then, expr.otherwise), strict=True)
            return IF, " ".join(f"{keyword} {print_expr(part, lang)}" for keyword, part in parts)
        case _:
            assert_never(expr)


def _flat(
    parts: tuple[tree.Expr, ...], second: tuple[bool, ...], signs: tuple[str, str], holds: int, lang: Language
) -> str:
    """`a + b - c`: each part with the sign before it, the second of the two where `second` says so."""
    text = print_expr(parts[0], lang, holds)
    for part, other in zip(parts[1:], second[1:], strict=True):
        text += f" {signs[other]} {print_expr(part, lang, holds)}"
    return text


def _relation(expr: tree.Compare | tree.Is | tree.IsMissing, lang: Language) -> str:
    if isinstance(expr, tree.Compare):
        text = print_expr(expr.operands[0], lang, ROUNDED)
        answer = expr.operands[-1]
        first, *more = expr.relations
        if first in ("=", "<>") and not more and isinstance(answer, tree.YesNo):
            negated = [word("NOT", lang)] if first == "<>" else []
            return " ".join([text, word("IS", lang), *negated, print_expr(answer, lang)])
        for relation, right in zip(expr.relations, expr.operands[1:], strict=True):
            text += f" {relation} {print_expr(right, lang, ROUNDED)}"
        return text
    is_ = word("IS", lang) + (f" {word('NOT', lang)}" if expr.negated else "")
    operand = print_expr(expr.operand, lang, ROUNDED)
    if isinstance(expr, tree.IsMissing):
        return f"{operand} {is_} {word('MISSING', lang)}"
    members = (member.text if isinstance(member, tree.Word) else quoted(member.text, lang) for member in expr.members)
    return f"{operand} {is_} {' | '.join(members)}"


def _call(call: tree.Call, lang: Language) -> str:
    known = function_id(call.function.text)
    name = keywords().functions[known].shown(lang) if known else call.function.text
    text = comma(lang).join(print_expr(argument, lang) for argument in call.arguments)
    if call.where is not None:
        text += f" {word('WHERE', lang)} {print_expr(call.where, lang)}"
    if call.across is not None:
        text += f" {word('ACROSS', lang)} {call.across.text}"
    if call.within is not None:
        text += f" {word('WITHIN', lang)} {call.within.text}"
    return f"{name}({text})"


# ---------------------------------------------------------------- tables


def print_row(row: tree.Row, lang: Language = "en") -> str:
    """A row of a table: `over 15 s to 60 s, tax | housing_fund: 20 falling to 10`."""
    return "".join(row_cells(row, lang)).rstrip()


def row_cells(row: tree.Row, lang: Language) -> tuple[str, ...]:
    """The inputs' patterns and the outcomes, each with the sign behind it; a class is a cell and its label one."""
    between = comma(lang)
    patterns = [
        " | ".join(print_pattern(pattern, lang) for pattern in alternatives) + between for alternatives in row.patterns
    ]
    patterns[-1] = patterns[-1].removesuffix(between) + colon(lang)
    if len(row.outcomes) == 1 and isinstance(row.outcomes[0], tree.ClassOutcome):
        named = row.outcomes[0].named
        return *patterns, named.name + " ", " ".join(quoted(label.text, lang) for label in named.labels)
    outcomes = [print_outcome(outcome, lang) + between for outcome in row.outcomes]
    return *patterns, *outcomes[:-1], outcomes[-1].removesuffix(between)


def print_pattern(pattern: tree.Pattern, lang: Language = "en") -> str:
    match pattern:
        case tree.Range():
            return _range(pattern, lang)
        case tree.Exactly():
            return print_expr(pattern.value, lang)
        case tree.Anything():
            return "-"
        case tree.MissingValue():
            return word("MISSING", lang)
        case tree.Otherwise():
            return word("OTHERWISE", lang)
        case _:
            assert_never(pattern)


def _range(pattern: tree.Range, lang: Language) -> str:
    low = None if pattern.low is None else print_expr(pattern.low, lang)
    high = None if pattern.high is None else print_expr(pattern.high, lang)
    if low is None:
        assert high is not None
        return _glued(word("UP_TO" if pattern.high_closed else "UNDER", lang), high)
    text = low if pattern.low_closed and high is not None else _glued(
        word("FROM" if pattern.low_closed else "OVER", lang), low
    )
    if high is None:
        return text
    return _glued(text, _glued(word("TO" if pattern.high_closed else "TO_UNDER", lang), high))


def _glued(left: str, right: str) -> str:
    """Two words of a pattern side by side: a Chinese keyword stands right beside a number (`不低于95%`)."""
    keyword_first = left[-1] > "\u3000" and (right[0].isdigit() or right[0] == "-")
    keyword_second = right[0] > "\u3000" and number_at_end().search(left)
    return f"{left}{right}" if keyword_first or keyword_second else f"{left} {right}"


@functools.cache
def number_at_end() -> re.Pattern[str]:
    """A number with its Chinese unit, and not the digit or the last character of a name."""
    units = "|".join(spellings.zh[0] for spellings in keywords().units.values())
    return re.compile(rf"(?:^|[^A-Za-z0-9_.])[0-9.]+(?:%|{units})?$")


def print_limits(limits: tree.Limits, lang: Language) -> str:
    """`from 0`, `0 to 1800`, `up to 5`."""
    if limits.low is None:
        assert limits.high is not None
        return f"{word('UP_TO', lang)} {print_expr(limits.high, lang)}"
    low = print_expr(limits.low, lang)
    if limits.high is None:
        return f"{word('FROM', lang)} {low}"
    return f"{low} {word('TO', lang)} {print_expr(limits.high, lang)}"


def print_outcome(outcome: tree.Outcome, lang: Language = "en") -> str:
    match outcome:
        case tree.ValueOutcome():
            return print_expr(outcome.value, lang)
        case tree.LinearOutcome():
            way = word("FALLING" if outcome.falling else "RISING", lang)
            return f"{print_expr(outcome.start, lang)} {way} {print_expr(outcome.end, lang)}"
        case tree.ClassOutcome():
            return print_named(outcome.named, lang)
        case tree.NotApplicableOutcome():
            return word("NOT_APPLICABLE", lang)
        case _:
            assert_never(outcome)


# ---------------------------------------------------------------- grids


def print_cell(cell: tree.Cell, lang: Language = "en") -> str:
    match cell.kind:
        case "name" | "ratio":
            return cell.text
        case "text":
            return quoted(cell.text, lang)
        case "number":
            return cell.text + print_unit(cell.unit, cell.number == 1, lang)
        case "yes/no":
            return word(cell.text.upper(), lang)
        case "blank":
            return "-"


def print_grid(grid: tree.Grid, lang: Language) -> list[str]:
    """The rows of a grid with their bars in line."""
    texts = [[print_cell(cell, lang) for cell in row.cells] for row in grid.rows]
    columns = range(max(map(len, texts), default=0))
    widths = [max(width(row[column]) for row in texts if column < len(row)) for column in columns]
    return [
        " | ".join(text + " " * (widths[column] - width(text)) for column, text in enumerate(row)).rstrip()
        for row in texts
    ]


def width(text: str) -> int:
    """How many columns a text takes on a terminal: East Asian wide characters take two."""
    return len(text) if text.isascii() else sum(map(WIDTHS.__getitem__, text))


class Widths(dict[str, int]):
    """Columns by character, each looked up once."""

    def __missing__(self, character: str) -> int:
        found = self[character] = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        return found


WIDTHS = Widths()

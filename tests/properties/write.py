"""A rubric as text, and observations as CSV; a style varies all that has no meaning."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import TypeVar

from tests.properties import model as m

T = TypeVar("T")

MODES = {
    "half up": "rounded half up to",
    "half even": "rounded half even to",
    "up": "rounded up to",
    "down": "rounded down to",
}
KINDS = {"whole": "whole number"}
TIGHTNESS = {"or": 1, "and": 2, "+": 6, "-": 6, "*": 7, "/": 7, "^": 9}


def decimal(value: Fraction) -> str:
    """The decimal that is exactly `value`."""
    digits, scaled = 0, abs(value)
    while scaled.denominator != 1:
        digits, scaled = digits + 1, scaled * 10
        assert digits < 60, f"{value} is no decimal"
    text = str(scaled.numerator).rjust(digits + 1, "0")
    whole, part = (text[:-digits], text[-digits:]) if digits else (text, "")
    return ("-" if value < 0 else "") + whole + ("." + part if part else "")


def moment(value: date | int) -> str:
    return value.isoformat() if isinstance(value, date) else f"{value // 60:02}:{value % 60:02}"


class Style:
    """How what means the same may be written. The plain style makes no use of that."""

    def __init__(self, seed: int | None = None) -> None:
        self.random = None if seed is None else random.Random(seed)

    def chance(self, percent: int) -> bool:
        return self.random is not None and self.random.randrange(100) < percent

    def any_order(self, things: Iterable[T]) -> list[T]:
        listed = list(things)
        if self.random is not None:
            self.random.shuffle(listed)
        return listed

    def number(self, value: Fraction, unit: str = "") -> str:
        shown = value * 100 if unit == "%" else value
        if unit == "s" and value.denominator == 1 and value % 60 == 0 and value and self.chance(50):
            shown, unit = value / 60, "min"
        text = decimal(shown)
        if self.chance(20):
            text += "0" if "." in text else ".0"
        return text + (" " if unit not in ("", "%") and not self.chance(30) else "") + unit

    def num(self, value: m.Num) -> str:
        return self.number(value.value, value.unit)

    def comment(self) -> str:
        return "  # said aside" if self.chance(15) else ""


class Writer:
    def __init__(self, style: Style | None = None) -> None:
        self.style = style or Style()

    # ---------------------------------------------------------------- expressions

    def expr(self, expr: m.Expr, around: int = 0) -> str:
        """`around`: how tightly the surrounding operator binds; brackets stand where they must."""
        text, tightness = self._expr(expr)
        needed = tightness < around
        return f"({text})" if needed or (tightness < 10 and self.style.chance(10)) else text

    def _expr(self, expr: m.Expr) -> tuple[str, int]:
        match expr:
            case m.Num():
                return self.style.num(expr), 10 if expr.value >= 0 else 8
            case m.Quoted():
                value = expr.value
                return f'"{value if isinstance(value, str) else moment(value)}"', 10
            case m.Ref():
                return expr.name, 10
            case m.Not():
                return f"not {self.expr(expr.inner, 3)}", 3
            case m.Joined():
                tightness = TIGHTNESS[expr.word]
                return f" {expr.word} ".join(self.expr(part, tightness + 1) for part in expr.parts), tightness
            case m.Compare():
                parts = [self.expr(part, 5) for part in expr.parts]
                return parts[0] + "".join(f" {s} {p}" for s, p in zip(expr.signs, parts[1:], strict=True)), 4
            case m.Is():
                members = " | ".join(expr.members)
                return f"{self.expr(expr.inner, 5)} is {'not ' if expr.negated else ''}{members}", 4
            case m.IsMissing():
                return f"{self.expr(expr.inner, 5)} is {'not ' if expr.negated else ''}missing", 4
            case m.If():
                parts = [self.expr(part, 1) for part in (expr.condition, expr.then, expr.otherwise)]
                return f"if {parts[0]} then {parts[1]} else {parts[2]}", 0
            case m.Rounded():
                return f"{self.expr(expr.inner, 6)} {MODES[expr.mode]} {self.style.num(expr.step)}", 5
            case m.Negate():
                return f"-{self.expr(expr.inner, 9)}", 8
            case m.Arith():
                return self._arithmetic(expr)
            case m.Call():
                return f"{expr.name}({', '.join(map(self.expr, expr.arguments))})", 10
            case m.Aggregate():
                return f"{expr.name}({self._aggregated(expr)})", 10
            case m.Across():
                percent = f"{self.style.num(expr.percent)}, " if expr.percent else ""
                within = f" within {expr.within}" if expr.within else ""
                return f"{expr.name}({percent}{self.expr(expr.argument, 1)} across city{within})", 10

    def _arithmetic(self, expr: m.Arith) -> tuple[str, int]:
        tightness = TIGHTNESS[expr.sign]
        left, right = (10, 8) if expr.sign == "^" else (tightness, tightness + 1)
        return f"{self.expr(expr.left, left)} {expr.sign} {self.expr(expr.right, right)}", tightness

    def _aggregated(self, expr: m.Aggregate) -> str:
        percent = f"{self.style.num(expr.percent)}, " if expr.percent else ""
        argument = expr.table if expr.argument is None else self.expr(expr.argument, 1)
        where = f" where {self.expr(expr.where, 1)}" if expr.where else ""
        return f"{percent}{argument}{where}"

    # ---------------------------------------------------------------- tables

    def end(self, value: m.Num | m.Quoted | m.Ref) -> str:
        return self._expr(value)[0]

    def pattern(self, pattern: m.Pattern) -> str:
        match pattern:
            case m.Word():
                return pattern.word
            case m.Exactly():
                return self._exact(pattern.value)
            case m.Between(low, None) if low is not None:
                words = ("from", ">=", "≥") if pattern.low_closed else ("over", ">", ">")
                return f"{self._one_of(words)} {self.end(low)}"
            case m.Between(None, high) if high is not None:
                words = ("up to", "<=", "≤") if pattern.high_closed else ("under", "<", "<")
                return f"{self._one_of(words)} {self.end(high)}"
            case m.Between(low, high) if low is not None and high is not None:
                first = ("from " if self.style.chance(30) else "") if pattern.low_closed else "over "
                return f"{first}{self.end(low)} {'to' if pattern.high_closed else 'to under'} {self.end(high)}"
        raise AssertionError(pattern)

    def _one_of(self, words: Sequence[str]) -> str:
        return words[0] if self.style.random is None else self.style.random.choice(words)

    def _exact(self, value: m.Num | m.Quoted | bool | str) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        return value if isinstance(value, str) else self.end(value)

    def outcome(self, outcome: m.Outcome) -> str:
        match outcome:
            case m.Num() | m.Ref():
                return self.end(outcome)
            case m.Linear():
                word = "falling to" if outcome.last.value < outcome.first.value else "rising to"
                return f"{self.style.num(outcome.first)} {word} {self.style.num(outcome.last)}"
            case m.ClassName():
                return outcome.name
            case _:
                return outcome

    def table(self, table: m.Table, indent: str) -> list[str]:
        rows = list(table.rows)
        if not table.first_match:
            words = [row for row in rows if isinstance(row.patterns, str)]
            rows = self.style.any_order(row for row in rows if not isinstance(row.patterns, str)) + words
        lines = [f"{indent}first match"] if table.first_match else []
        for row in rows:
            if isinstance(row.patterns, str):
                left: str = row.patterns
            else:
                left = ", ".join(
                    " | ".join(map(self.pattern, self.style.any_order(alternatives))) for alternatives in row.patterns
                )
            lines.append(f"{indent}{left}: {', '.join(map(self.outcome, row.outcomes))}{self.style.comment()}")
        return lines

    def by(self, table: m.Table) -> str:
        return "by " + ", ".join(self.expr(value, 1) for value in table.inputs)

    # ---------------------------------------------------------------- observations

    def limits(self, column: m.Column) -> str:
        low, high = (self._limit(column, end) for end in (column.low, column.high))
        if low and high:
            return f" {low} to {high}"
        return f" from {low}" if low else f" up to {high}" if high else ""

    def _limit(self, column: m.Column, end: Fraction | None) -> str:
        if end is None:
            return ""
        if column.kind == "date":
            return f'"{moment(date.fromordinal(int(end)))}"'
        if column.kind == "time":
            return f'"{moment(int(end))}"'
        return self.style.number(end, "%" if column.kind == "percent" else "")

    def column(self, column: m.Column) -> str:
        label = f' "{column.label}"' if column.label else ""
        text = f"  {column.name}{label} {KINDS.get(column.kind, column.kind)}"
        if column.members:
            labels = {name: f' "{label}"' for name, label in column.member_labels.items()}
            text += " " + " | ".join(name + labels.get(name, "") for name in column.members)
        text += self.limits(column)
        if column.decimals is not None:
            text += f", {column.decimals} decimals"
        if column.when is not None:
            text += f" when {self.expr(column.when)}"
        elif column.optional:
            written = " | ".join(f'"{cell}"' for cell in column.written)
            text += " optional" + (f" written {written}" if column.written else "")
        return text + (" key" if column.key else "") + (" private" if column.private else "") + self.style.comment()

    def observed(self, table: m.Observed) -> list[str]:
        folding: str = "one row each" if table.folding == "facts" else table.folding
        if table.stratum:
            folding += f" by {table.stratum}" + (", one row each" if table.one_row_each else "")
            folding += f", weighted by {table.weights}" if table.weights else ""
        lines = [f"observe {table.name} of city, {folding}"]
        lines += map(self.column, table.columns)
        lines += (f'  must {self.expr(condition)} "{message}"' for condition, message in table.musts)
        return lines + ([f"  missing: {table.missing}"] if table.missing else [])

    # ---------------------------------------------------------------- definitions

    def parameter(self, parameter: m.Parameter) -> list[str]:
        low, high, value = map(self.style.num, (parameter.low, parameter.high, parameter.value))
        return [f"parameter {parameter.name} from {low} to {high} = {value}"]

    def formula(self, formula: m.Formula) -> list[str]:
        return [f"formula {formula.name}({', '.join(formula.arguments)}) = {self.expr(formula.rule)}"]

    def measure(self, measure: m.Measure) -> list[str]:
        head = f"measure {', '.join(measure.names)}"
        if measure.low and measure.high:
            head += f" from {self.style.num(measure.low)} to {self.style.num(measure.high)}"
        head += " optional" if measure.optional else ""
        when = f" when {self.expr(measure.when, 1)}" if measure.when else ""
        if isinstance(measure.rule, m.Table):
            return [f"{head} {self.by(measure.rule)}{when}", *self.table(measure.rule, "  ")]
        return [f"{head} = {self.expr(measure.rule)}{when}"]

    def bands(self, bands: m.Bands) -> list[str]:
        return [f"bands {bands.name} {self.by(bands.rule)}", *self.table(bands.rule, "  ")]

    def weights(self, weights: m.Weights) -> list[str]:
        steps = f", in steps of {self.style.number(weights.step, '%')}" if weights.step else ""
        order = self.style.any_order(range(len(weights.items))) if not weights.step else range(len(weights.items))
        lines = [f"weights {weights.name} by {weights.method}{steps}"]
        lines.append("  expert | " + " | ".join(weights.items[place] for place in order))
        for expert, cells in self.style.any_order(weights.rows):
            shown = (self._weight(cells[place], weights.unit) for place in order)
            lines.append(f"  {expert} | " + " | ".join(shown))
        return lines

    def _weight(self, value: Fraction, unit: str) -> str:
        return self.style.number(value, "%" if unit == "%" else "") + (" points" if unit == "points" else "")

    # ---------------------------------------------------------------- scores

    def given(self, value: m.Given) -> str:
        return value if isinstance(value, str) else self.style.number(value)

    def condition(self, condition: m.Condition) -> str:
        if condition.word == "when":
            return f"when {self.expr(condition.condition)}"
        return f"{condition.word} {self.expr(condition.condition)}: {self.given(condition.value)}"

    def rounding(self, rounding: m.Rounding) -> str:
        return f"{MODES[rounding.mode]} {self.style.number(rounding.step, rounding.unit)}"

    def touchpoint(self, point: m.Touchpoint, indent: str) -> list[str]:
        head = f"{indent}touchpoint {point.name} {point.kind} {self.style.number(point.stake)}"
        head += f" in {' | '.join(self.style.any_order(point.strata))}" if point.strata else ""
        below = indent + "  "
        lines: list[str] = []
        match point.rule:
            case m.Table():
                head += f" {self.by(point.rule)}"
                lines += self.table(point.rule, below)
            case m.Per():
                each, count = self.style.number(point.rule.each), self.expr(point.rule.count, 10)
                head += f", {point.rule.word} {each} per {count}"
            case _:
                head += f" {point.rule_is} {self.expr(point.rule)}"
        lines += (below + self.condition(condition) for condition in point.conditions)
        if point.missing is not None:
            lines.append(f"{below}missing: {self.given(point.missing)}")
        if point.rounding:
            lines.append(below + self.rounding(point.rounding))
        return [head + self.style.comment(), *lines]

    def indicator(self, item: m.Indicator, indent: str = "") -> list[str]:
        below = indent + "  "
        lines = [below + self.condition(condition) for condition in item.conditions]
        if item.missing is not None:
            lines.append(f"{below}missing: {self.given(item.missing)}")
        for bound in item.bounds:
            when = f" when {self.expr(bound.when)}" if bound.when else ""
            lines.append(f"{below}{bound.word} {self.style.number(bound.value)}{when}")
        if item.rounding:
            lines.append(below + self.rounding(item.rounding))
        if item.weights:
            lines.append(f"{below}weights from {item.weights}")
        if item.combined:
            lines.append(f"{below}combined by {item.combined}")
        if item.value is not None:
            lines.append(f"{below}= {self.expr(item.value)}")
        for child in self.style.any_order(item.children):
            lines += self.indicator(child, below) if isinstance(child, m.Indicator) else self.touchpoint(child, below)
        worth = f" worth {self.style.number(item.worth)}" if item.worth else ""
        return [f"{indent}indicator {item.name}{worth}{self.style.comment()}", *lines]

    def ranking(self, ranking: m.Ranking) -> list[str]:
        within = f" within {ranking.within}" if ranking.within else ""
        lowest = ", lowest first" if ranking.lowest_first else ""
        keys = ", ".join(name + (" lowest first" if lowest_first else "") for name, lowest_first in ranking.keys)
        ties = {"share": "ties share", "dense": "ties share dense", "by": f"ties by {keys}"}[ranking.ties]
        return [
            f"ranking {ranking.name} by {ranking.by}{within}{lowest}",
            "  " + (self.rounding(ranking.rounding) if ranking.rounding else "exact"),
            f"  {ties}",
            *(f"  no better than {place} when {self.expr(condition)}" for place, condition in ranking.caps),
            *(f"  exclude when {self.expr(condition)}" for condition in ranking.excludes),
        ]

    def rubric(self, rubric: m.Rubric) -> str:
        items = [
            *map(self.observed, rubric.tables),
            *map(self.parameter, rubric.parameters),
            *map(self.formula, rubric.formulas),
            *map(self.measure, rubric.measures),
            *map(self.bands, rubric.bands),
            *map(self.weights, rubric.weights),
            *map(self.indicator, rubric.indicators),
            *map(self.ranking, rubric.rankings),
        ]
        lines = [f'rubric "{rubric.title}"']
        for item in self.style.any_order(items):
            lines += ["", *item]
            if self.style.chance(20):
                lines.append("# a line apart")
        text = "\n".join(lines) + "\n"
        return _indented_by_four(text) if self.style.chance(30) else text


def rubric_text(rubric: m.Rubric, style: Style | None = None) -> str:
    return Writer(style).rubric(rubric)


# ------------------------------------------------------------------ observations


def cell_text(column: m.Column, value: m.Value) -> str:
    if value is None:
        return column.written[0] if column.written else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, Fraction):
        return decimal(value * 100) + "%" if column.kind == "percent" else decimal(value)
    return moment(value)


def csv_text(table: m.Observed, rows: Iterable[m.Cells]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows([cell_text(column, row[column.name]) for column in table.columns] for row in rows)
    return out.getvalue()


def _indented_by_four(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(" " * (len(line) - len(line.lstrip(" "))) + line for line in lines)

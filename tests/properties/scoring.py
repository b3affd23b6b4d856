"""Indicators whose parts add up, touchpoints of every rule, and rankings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from tests.properties import model as m
from tests.properties.choices import Choices
from tests.properties.defining import Defining, anchored_condition, reads_any, stated
from tests.properties.expressions import MODES, Expressions
from tests.properties.things import UNITS, Piece, Thing, established, first_match, table, together

STAKES = ("1", "2", "3", "4", "5", "6", "7", "10", "5/2", "1/2")
STEPS = ("1/10", "1/2", "1/100")
ZERO = Fraction(0)


@dataclass(frozen=True)
class Built:
    """An indicator, and whether it has a value for every subject."""

    item: m.Indicator
    sure: bool


class Scoring:
    def __init__(self, choices: Choices, defining: Defining, tables: Sequence[m.Observed]) -> None:
        self.choices, self.defining, self.tables = choices, defining, tables
        self.weights: list[m.Weights] = []
        self.numbers = {"point": 0, "item": 0}

    def name(self, word: str) -> str:
        self.numbers[word] += 1
        return f"{word}_{self.numbers[word]}"

    # ---------------------------------------------------------------- touchpoints

    def points(self, things: Sequence[Thing], stake: Fraction, per_row: bool) -> tuple[str, m.Rule, bool, list[Thing]]:
        """A rule worth `stake`: its word, itself, whether it may meet something absent, and what it reads."""
        choices = self.choices
        expressions = self._expressions(things, per_row)
        match choices.below(6):
            case 0:
                thing = choices.pick([one for one in things if one.kind == "yes/no"] or [_testable(things)])
                return "when", expressions.test_of(thing), thing.may_be_absent, [thing]
            case 1 | 2:
                return self._by(things, stake)
            case 3:
                counts = [one for one in things if one.step == 1 and one.low == 0 and one.kind == "number"]
                if counts:
                    thing = choices.pick(counts)
                    per = m.Per(choices.pick(("minus", "plus")), choices.fraction("1/2", "1", "3/2"), thing.ref)
                    return "per", per, thing.may_be_absent, [thing]
            case 4:
                thing = choices.pick(stated(things) or list(things))
                if thing.high is not None and thing.low == 0 and thing.kind in ("number", "percent", "seconds"):
                    high = m.Num(thing.high, thing.unit)
                    rule = m.Arith("/", m.Arith("*", m.Num(stake), thing.ref), high)
                    return "=", rule, thing.may_be_absent, [thing]
            case _:
                pass
        inner = expressions.number("number", 2)
        if per_row and not reads_any(inner, things):
            inner = m.Arith("-", inner, m.If(expressions.test_of(_testable(things)), m.Num(ZERO), m.Num(Fraction(1))))
        return "=", m.Call("clamp", (inner, m.Num(ZERO), m.Num(stake))), False, list(things)

    def _expressions(self, things: Sequence[Thing], per_row: bool) -> Expressions:
        if per_row:
            return Expressions(self.choices, things, self.defining.found.formulas)
        return self.defining.expressions(things)

    def _by(self, things: Sequence[Thing], stake: Fraction) -> tuple[str, m.Rule, bool, list[Thing]]:
        usable = stated(things)
        inputs = together(self.choices.shuffled(usable)[: self.choices.pick((1, 1, 2, 3))])
        if not inputs:
            thing = _testable(things)
            return "when", self._expressions(things, True).test_of(thing), thing.may_be_absent, [thing]
        top: list[tuple[Piece, ...]] = []

        def outcomes(row: tuple[Piece, ...], reached: bool) -> tuple[m.Outcome, ...]:
            if reached and (not top or self.choices.chance(25)):
                top.append(row)
                return (m.Num(stake),)
            return (self._points_of(row, stake),)

        absent = any(one.may_be_absent for one in inputs)
        elsewhere = absent and self.choices.chance(35)
        if len(inputs) == 1 and inputs[0].pool and not absent and self.choices.chance(25):
            return "by", first_match(self.choices, inputs[0], outcomes), False, inputs
        rule = table(self.choices, inputs, outcomes, "elsewhere" if elsewhere else "row")
        return "by", rule, elsewhere, inputs

    def _points_of(self, row: tuple[Piece, ...], stake: Fraction) -> m.Outcome:
        choices = self.choices
        if choices.chance(12):
            return m.NOT_APPLICABLE
        spans = [
            place for place, piece in enumerate(row)
            if len(piece) == 1 and isinstance(piece[0], m.Between)
            and isinstance(piece[0].low, m.Num) and isinstance(piece[0].high, m.Num)
        ]
        intervals = sum(any(isinstance(one, m.Between) for one in piece) for piece in row)
        if len(spans) == intervals == 1 and choices.chance(60):
            ends = choices.shuffled([stake, stake * choices.fraction("0", "1/2", "1/5")])
            return m.Linear(m.Num(ends[0]), m.Num(ends[1]), spans[0])
        return m.Num(stake * choices.fraction("0", "0", "1/2", "1/4", "4/5"))

    def touchpoint(
        self, things: Sequence[Thing], stake: Fraction, kind: Literal["worth", "penalty", "bonus"], inherited: bool,
        *, per_row: bool,
    ) -> m.Touchpoint:
        """`inherited`: a `missing:` line around says what an absent value counts."""
        choices = self.choices
        conditions: list[m.Condition] = []
        if choices.chance(25):
            word: Literal["unless", "if"] = choices.pick(("unless", "if"))
            test, things = self._guard(things, word, per_row)
            if test is not None:
                conditions.append(m.Condition(word, test, self._given(stake, kind)))
        rule_is, rule, absent, _ = self.points(things, stake, per_row)
        if isinstance(rule, m.Per):
            rule = replace(rule, word={"worth": rule.word, "penalty": "minus", "bonus": "plus"}[kind])
        missing = self._given(stake, kind) if absent and not (inherited and choices.chance(60)) else None
        if isinstance(rule, m.Table) and missing is not None:
            rule, missing = _with_missing_row(rule, missing), None
        rounding = m.Rounding(choices.pick(MODES), choices.fraction(*STEPS)) if choices.chance(20) else None
        if rounding and (stake % rounding.step or rule_is == "when"):
            rounding = None
        return m.Touchpoint(
            self.name("point"), kind, stake, rule_is, rule, (), tuple(conditions), missing, rounding  # type: ignore[arg-type]
        )

    def _given(self, stake: Fraction, kind: str) -> m.Given:
        if kind != "worth":
            return ZERO
        return self.choices.pick((ZERO, m.NOT_APPLICABLE, stake))

    # ---------------------------------------------------------------- leaves

    def leaf(
        self, observed: m.Observed | None, things: Sequence[Thing], *, missing: bool, equal: Fraction | None
    ) -> Built:
        """An indicator of touchpoints; on the rows of a table, or of one value a subject. `equal`: its worth."""
        choices = self.choices
        name = self.name("item")
        per_row = observed is not None
        conditions, things = self._conditions(things, per_row=per_row)
        own_missing: m.Given | None = choices.pick((ZERO, m.NOT_APPLICABLE)) if choices.chance(25) else None
        inherited = missing or own_missing is not None
        points = self._parts(observed, things, inherited, per_row)
        worths = [point for point in points if point.kind == "worth"]
        worth = sum((point.stake for point in worths), ZERO)
        if observed is not None and any(point.strata for point in worths):
            worth = _worth_of_a_scenario(worths, observed)
        combined, weights = self._combination(worths, observed)
        if combined in ("lowest", "highest"):
            worth = worths[0].stake * choices.pick((1, 2))
        elif combined or weights:
            worth = choices.fraction(*STAKES[:8])
        if equal is not None and worths:
            combined = combined or "mean"
            worth = equal
        extras, bounds = self._extras(things, worth, inherited, per_row)
        item = m.Indicator(
            name, worth, (*points, *extras), None, observed.name if observed else None, _within(conditions, worth),
            own_missing, bounds, self._rounding(), weights, combined,
        )
        return Built(item, False)

    def _parts(
        self, observed: m.Observed | None, things: Sequence[Thing], inherited: bool, per_row: bool
    ) -> list[m.Touchpoint]:
        choices = self.choices
        count = choices.between(1, 3)
        limited = observed is not None and bool(observed.strata) and choices.chance(30)
        if limited and observed is not None:
            things = [one for one in things if one.name != observed.stratum]
        stakes = [choices.fraction(*STAKES) for _ in range(count)]
        points = [self.touchpoint(things, stake, "worth", inherited, per_row=per_row) for stake in stakes]
        if observed is None or not limited:
            return points
        if choices.chance(40):
            strata = tuple(choices.some(observed.strata, 1))
            return [replace(point, strata=strata) for point in points]
        first, rest = observed.strata[:1], observed.strata[1:]
        stake = points[0].stake
        other = self.touchpoint(things, stake, "worth", inherited, per_row=per_row)
        return [replace(points[0], strata=first), replace(other, strata=rest), *points[1:]]

    def _combination(
        self, worths: Sequence[m.Touchpoint], observed: m.Observed | None
    ) -> tuple[Literal["mean", "lowest", "highest"] | None, str | None]:
        """How the parts of an indicator come together, apart from adding up."""
        if len(worths) < 2 or any(point.strata for point in worths):
            return None, None
        if self.choices.chance(25):
            return None, self.panel([point.name for point in worths])
        if len({point.stake for point in worths}) == 1 and self.choices.chance(40):
            return self.choices.pick(("lowest", "highest")), None
        return ("mean" if self.choices.chance(10) else None), None

    def _conditions(self, things: Sequence[Thing], *, per_row: bool) -> tuple[list[m.Condition], list[Thing]]:
        """Conditions of an indicator, and the things that are left to read below them."""
        choices = self.choices
        conditions: list[m.Condition] = []
        left = list(things)
        words: tuple[Literal["unless", "if", "when"], ...] = ("unless", "if", "when")
        for word in words:
            if not choices.chance(18):
                continue
            test, left = self._guard(left, word, per_row)
            if test is not None:
                values: tuple[m.Given, ...] = (ZERO, Fraction(1), m.NOT_APPLICABLE)
                value = choices.pick(values) if word != "when" else m.NOT_APPLICABLE
                conditions.append(m.Condition(word, test, value, per_row))
        return conditions, left

    def _guard(self, things: Sequence[Thing], word: str, per_row: bool) -> tuple[m.Expr | None, list[Thing]]:
        """A test of something that nothing below reads, and what is left to read where it lets the rule be read."""
        guards = [one for one in things if one.kind in ("yes/no", "choice") and not one.may_be_absent]
        if len(guards) < 2 and not (guards and len(things) > 4):
            return None, list(things)
        guard = self.choices.pick(guards)
        test = self._expressions(things, per_row).test_of(guard)
        left = established(things, guard.name, m.Not(test) if word == "if" else test)
        return (test, left) if len(left) > 1 else (None, list(things))

    def _extras(
        self, things: Sequence[Thing], worth: Fraction, inherited: bool, per_row: bool
    ) -> tuple[list[m.Touchpoint], tuple[m.Bound, ...]]:
        choices = self.choices
        extras: list[m.Touchpoint] = []
        bounds: list[m.Bound] = []
        if choices.chance(20):
            extras.append(self.touchpoint(things, choices.fraction(*STAKES), "penalty", inherited, per_row=per_row))
            bounds.append(m.Bound("at least", choices.fraction("0", "-2", "-1/2")))
        if choices.chance(15):
            extras.append(self.touchpoint(things, choices.fraction(*STAKES), "bonus", inherited, per_row=per_row))
            bounds.append(m.Bound("at most", worth + choices.fraction("0", "1", "5/2")))
        if worth > 1 and choices.chance(12):
            when = self._expressions(things, per_row).condition(1)
            when = anchored_condition(when, things) if per_row else when
            bounds.append(m.Bound("at most", worth / 2, when) if not extras else m.Bound("at most", worth, when))
        return extras, tuple(bounds)

    def _rounding(self) -> m.Rounding | None:
        if not self.choices.chance(15):
            return None
        return m.Rounding(self.choices.pick(MODES), self.choices.fraction(*STEPS))

    def totalled(self, observed: m.Observed, things: Sequence[Thing]) -> Built:
        """An indicator of penalties or bonuses alone, summed over the rows."""
        choices = self.choices
        kind: Literal["penalty", "bonus"] = choices.pick(("penalty", "bonus"))
        conditions, things = self._conditions(things, per_row=True)
        stakes = [choices.fraction(*STAKES) for _ in range(choices.between(1, 2))]
        points = [self.touchpoint(things, stake, kind, False, per_row=True) for stake in stakes]
        bound = m.Bound("at least", -stakes[0]) if kind == "penalty" else m.Bound("at most", stakes[0])
        item = m.Indicator(
            self.name("item"), ZERO, tuple(points), None, observed.name, _within(conditions, ZERO), None, (bound,),
            self._rounding(),
        )
        return Built(item, False)

    def computed(self, equal: Fraction | None) -> Built:
        """A leaf computed from measures."""
        worth = equal or self.choices.fraction(*STAKES)
        value = m.Call("clamp", (self.defining.expressions().number("number", 2), m.Num(ZERO), m.Num(worth)))
        item = m.Indicator(self.name("item"), worth, value=value, rounding=self._rounding())
        return Built(item, item.rounding is None)

    # ---------------------------------------------------------------- trees

    def any_leaf(self, own: Sequence[Thing], equal: Fraction | None = None) -> Built:
        """`own`: what an indicator of one value a subject may read."""
        found = self.defining.found
        averaged = [one for one in self.tables if one.folding == "averaged"]
        kind = self.choices.below(6)
        if averaged and kind < 4:
            observed = self.choices.pick(averaged)
            return self.leaf(observed, found.row_things[observed.name], missing=False, equal=equal)
        if len(own) > 1 and kind == 4:
            return self.leaf(None, own, missing=False, equal=equal)
        return self.computed(equal)

    def tree(self, depth: int, around: Sequence[Thing] | None = None) -> Built:
        """An indicator of indicators."""
        choices = self.choices
        things = self.defining.found.subject_things if around is None else around
        combined: Literal["lowest", "highest"] | None = None
        if choices.chance(15):
            combined = choices.pick(("lowest", "highest"))
        equal = choices.fraction(*STAKES) if combined else None
        name = self.name("item")
        deeper = depth > 1 and not combined and choices.chance(50)
        conditions, own = self._conditions(things, per_row=False)
        children = [self.any_leaf(own, equal) for _ in range(choices.between(1, 2 if deeper else 3))]
        if deeper:
            children.append(self.tree(depth - 1, own))
        totalled = [one for one in self.tables if one.folding == "totalled"]
        extra: list[m.Indicator | m.Touchpoint] = []
        bounds: list[m.Bound] = []
        items = [child.item for child in children]
        worth = sum((item.worth for item in items), ZERO)
        weights = None
        if equal is not None:
            worth = equal
        elif len(items) > 1 and choices.chance(30):
            weights = self.panel([item.name for item in items])
            worth = choices.pick((Fraction(100), Fraction(10)))
        if totalled and choices.chance(60):
            observed = choices.pick(totalled)
            extra.append(self.totalled(observed, self.defining.found.row_things[observed.name]).item)
            bounds += [m.Bound("at least", ZERO), m.Bound("at most", worth)]
        item = m.Indicator(
            name, worth, (*items, *extra), conditions=_within(conditions, worth), bounds=tuple(bounds),
            rounding=self._rounding(), weights=weights, combined=combined,
        )
        return Built(self._row_condition(item), False)

    def _row_condition(self, item: m.Indicator) -> m.Indicator:
        """Sometimes a condition of rows around indicators of one table, which means the same as in each of them."""
        tables = {child.table for child in item.children if isinstance(child, m.Indicator)}
        (name,) = tables if len(tables) == 1 else (None,)
        if name is None or not self.choices.chance(60):
            return item
        things = [one for one in self.defining.found.row_things[name] if one.name.endswith("_ok")]
        word: Literal["unless", "when"] = self.choices.pick(("unless", "when"))
        depends = [one.name for one in self.defining.found.row_things[name] if _mentions(one.when, things[0].name)]
        if any(_mentions(item.children, one) for one in (things[0].name, *depends)):
            return item
        value: m.Given = m.NOT_APPLICABLE if word == "when" else self.choices.pick((ZERO, m.NOT_APPLICABLE))
        condition = m.Condition(word, things[0].ref, value, per_row=True)
        return replace(item, conditions=(condition, *item.conditions))

    def panel(self, items: Sequence[str]) -> str:
        """Weights of these items by one expert or several."""
        choices = self.choices
        name = f"panel_{len(self.weights) + 1}"
        method: Literal["mean", "median", "trimmed mean"] = choices.pick(("mean", "mean", "median", "trimmed mean"))
        experts = choices.between(1, 3) + {"mean": 0, "median": 1, "trimmed mean": 2}[method]
        unit = choices.pick(("", "%"))
        rows = []
        for place in range(experts):
            cells = [Fraction(choices.between(1, 9)) for _ in items]
            if unit == "%":
                parts = [Fraction(choices.between(1, 100 // len(items) - 1)) for _ in items[1:]]
                cells = [Fraction(part, 100) for part in (100 - sum(parts), *parts)]
            rows.append((f"e_{'abcdef'[place]}", tuple(cells)))
        step = Fraction(1, 100) if choices.chance(25) else None
        self.weights.append(m.Weights(name, method, tuple(items), tuple(rows), unit, step))
        return name


def _worth_of_a_scenario(points: Sequence[m.Touchpoint], observed: m.Observed) -> Fraction:
    worths = {
        sum((point.stake for point in points if not point.strata or stratum in point.strata), ZERO)
        for stratum in observed.strata
    } - {ZERO}
    (worth,) = worths
    return worth


def _within(conditions: Sequence[m.Condition], worth: Fraction) -> tuple[m.Condition, ...]:
    """Conditions that give no more than there is to get."""
    return tuple(
        one if isinstance(one.value, str) else replace(one, value=min(one.value, worth)) for one in conditions
    )


def _with_missing_row(rule: m.Table, value: m.Given) -> m.Table:
    """In a table a `missing:` line is a row, before `otherwise`."""
    row = m.Row("missing", (value if isinstance(value, str) else m.Num(value),))
    last = [row for row in rule.rows if row.patterns == "otherwise"]
    return replace(rule, rows=(*(row for row in rule.rows if row not in last), row, *last))


def _testable(things: Sequence[Thing]) -> Thing:
    return next((one for one in things if "constant" not in one.reads and not one.may_be_absent), things[0])


def _mentions(part: object, name: str) -> bool:
    """Whether a rule or condition below reads the column, so that a condition around it might leave rows unreached."""
    return name in repr(part)


# ------------------------------------------------------------------ rankings


class Rankings:
    def __init__(self, choices: Choices, defining: Defining, items: Sequence[m.Indicator]) -> None:
        self.choices, self.defining, self.items = choices, defining, items

    def all(self) -> list[m.Ranking]:
        names = ("standing", "second_standing")[: self.choices.between(1, 2)]
        return [self.ranking(name) for name in names]

    def ranking(self, name: str) -> m.Ranking:
        choices = self.choices
        things = self.defining.found.subject_things
        numbers = [one for one in things if one.kind in UNITS and not {"constant", "cohort"} & one.reads]
        by, unit = self.items[0].name, ""
        excludes: list[m.Expr] = []
        if numbers and choices.chance(25):
            thing = choices.pick(numbers)
            by, unit = thing.name, thing.unit
            if thing.may_be_absent:
                excludes.append(m.IsMissing(thing.ref))
        sure = [one for one in numbers if not one.may_be_absent and one.name != by]
        expressions = self.defining.expressions()
        ties: Literal["share", "dense", "by"] = choices.pick(("share", "dense", "by")) if sure else "share"
        keys = tuple((one.name, choices.chance(40)) for one in choices.shuffled(sure)[:2]) if ties == "by" else ()
        if choices.chance(25):
            excludes.append(expressions.condition(1))
        caps = tuple(
            (choices.between(2, 4), expressions.condition(1)) for _ in range(choices.pick((0, 0, 0, 1, 2)))
        )
        within = choices.pick(self.defining.groups) if self.defining.groups and choices.chance(30) else None
        step = choices.fraction("1/10", "1/100") if unit == "%" else choices.fraction("1", "1/10", "5")
        rounding = m.Rounding(choices.pick(MODES), step, unit) if choices.chance(40) else None
        return m.Ranking(name, by, within, choices.chance(20), rounding, ties, keys, caps, tuple(excludes))

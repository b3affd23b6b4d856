"""Expressions over the things of one place, in which nothing absent flows on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from tests.properties import model as m
from tests.properties.choices import Choices
from tests.properties.things import Kind, Thing, literal

SIGNS = ("<", "<=", ">", ">=", "=", "<>")
MODES = ("half up", "half even", "up", "down")
LITERALS = {
    "number": ("0", "1", "2", "3", "1/2", "7", "5/2", "10", "3/4"),
    "percent": ("0", "1/2", "1/4", "9/10", "19/20", "1/3000", "1"),
    "seconds": ("0", "15", "30", "60", "180", "90"),
}
STEPS = {"number": ("1", "1/10", "1/2", "1/100"), "percent": ("1/100", "1/1000", "1/20"), "seconds": ("1", "5", "1/10")}

Special = Callable[[Choices, Kind], m.Expr | None]
"""What a place has besides its things: aggregates where there are subjects."""


def step_of(choices: Choices, kind: Kind) -> m.Num:
    return m.Num(choices.fraction(*STEPS[kind]), {"number": "", "percent": "%", "seconds": "s"}[kind])


class Expressions:
    def __init__(
        self,
        choices: Choices,
        things: Sequence[Thing],
        formulas: Sequence[m.Formula] = (),
        special: Special | None = None,
    ) -> None:
        self.choices = choices
        self.things = [one for one in things if not one.may_be_absent]
        self.absent = [one for one in things if one.may_be_absent]
        self.formulas = formulas
        self.special = special

    def literal(self, kind: Kind) -> m.Num:
        text = self.choices.pick([text for text in LITERALS[kind] if text != "1/3000"])
        value = literal(kind, Fraction(text))
        assert isinstance(value, m.Num)
        return value

    def positive(self) -> m.Num:
        return m.Num(self.choices.fraction("2", "3", "7", "1/2", "5"))

    def leaf(self, kind: Kind) -> m.Expr:
        own = [one for one in self.things if one.kind == kind]
        if self.special is not None and self.choices.chance(40):
            found = self.special(self.choices, kind)
            if found is not None:
                return found
        if own and self.choices.chance(80):
            return self.choices.pick(own).ref
        return self.literal(kind)

    def number(self, kind: Kind, depth: int = 2) -> m.Expr:
        """A value of the kind (number, percent, seconds) that is always there."""
        if depth == 0 or self.choices.chance(25):
            return self.leaf(kind)
        return self.choices.pick((self._sum, self._scaled, self._called, self._rounded, self._if, self._guarded))(
            kind, depth - 1
        )

    def _sum(self, kind: Kind, depth: int) -> m.Expr:
        parts = self.number(kind, depth), self.number(kind, depth)
        if self.choices.chance(20):
            return m.Arith("+", m.Negate(parts[0]), parts[1])
        return m.Arith(self.choices.pick(("+", "-")), *parts)

    def _scaled(self, kind: Kind, depth: int) -> m.Expr:
        inner = self.number(kind, depth)
        choice = self.choices.below(5)
        if kind == "number" and choice == 0:
            other = self.choices.pick(("percent", "seconds"))
            divisor = m.Num(Fraction(1, 2), "%") if other == "percent" else m.Num(Fraction(60), "s")
            return m.Arith("/", self.number(other, depth), divisor)  # type: ignore[arg-type]
        if kind == "number" and choice == 1:
            return m.Arith("^", inner, m.Num(Fraction(self.choices.pick((2, 3)))))
        if kind == "percent":
            return m.Arith("/", inner, self.positive())
        if choice == 2:
            return m.Arith("*", self.leaf("percent"), inner)
        return m.Arith(self.choices.pick(("*", "/")), inner, self.positive())

    def _called(self, kind: Kind, depth: int) -> m.Expr:
        if kind == "number" and self.formulas and self.choices.chance(40):
            formula = self.choices.pick(self.formulas)
            return m.Call(formula.name, tuple(self.number("number", min(depth, 1)) for _ in formula.arguments))
        dates = [one for one in self.things if one.kind == "date"]
        if dates and kind != "percent" and self.choices.chance(30):
            name = "days_between" if kind == "seconds" else "years_between"
            return m.Call(name, (literal("date", self.choices.pick(dates).pool[0]), self.choices.pick(dates).ref))
        whole = ("floor", "ceiling", "goalposts") if kind == "number" else ()
        name = self.choices.pick(("min", "max", "abs", "clamp", *whole))
        inner = self.number(kind, depth)
        if name == "goalposts":
            return m.Call(name, (inner, m.Num(Fraction(1)), m.Num(Fraction(4))))
        if name in ("abs", "floor", "ceiling"):
            return m.Call(name, (inner,))
        if name == "clamp":
            low, high = sorted(self.choices.some([Fraction(text) for text in LITERALS[kind][:4]], 2)[:2])
            ends = (literal(kind, low), literal(kind, high))
            assert isinstance(ends[0], m.Num) and isinstance(ends[1], m.Num)
            return m.Call("clamp", (inner, *ends))
        return m.Call(name, (inner, self.number(kind, depth)))

    def _rounded(self, kind: Kind, depth: int) -> m.Expr:
        inner = self.number(kind, depth)
        if isinstance(inner, m.Rounded):
            return inner
        return m.Rounded(inner, self.choices.pick(MODES), step_of(self.choices, kind))

    def _if(self, kind: Kind, depth: int) -> m.Expr:
        return m.If(self.condition(1), self.number(kind, depth), self.number(kind, depth))

    def _guarded(self, kind: Kind, depth: int) -> m.Expr:
        """An absent thing of the kind, read where it is known to be there."""
        own = [one for one in self.absent if one.kind == kind]
        if not own:
            return self.number(kind, depth)
        thing = self.choices.pick(own)
        other = self.number(kind, depth)
        if thing.when is not None and self.choices.chance(50):
            return m.If(thing.when, thing.ref, other)
        return m.If(m.IsMissing(thing.ref), other, thing.ref)

    # ---------------------------------------------------------------- conditions

    def condition(self, depth: int = 2) -> m.Expr:
        if depth == 0 or self.choices.chance(40):
            return self._test()
        match self.choices.below(4):
            case 0:
                return m.Not(self.condition(depth - 1))
            case 1:
                return self._under_guard(depth)
            case _:
                parts = (self.condition(depth - 1), self.condition(depth - 1))
                return m.Joined(self.choices.pick(("and", "or")), parts)

    def _under_guard(self, depth: int) -> m.Expr:
        if not self.absent:
            return self.condition(depth - 1)
        thing = self.choices.pick(self.absent)
        test = self.test_of(thing)
        if thing.when is not None and self.choices.chance(50):
            return m.Joined("and", (thing.when, test))
        guarded: tuple[m.Expr, ...] = (
            m.Joined("or", (m.IsMissing(thing.ref), test)),
            m.Joined("and", (m.IsMissing(thing.ref, negated=True), test)),
            m.IsMissing(thing.ref, negated=bool(self.choices.below(2))),
        )
        return self.choices.pick(guarded)

    def _test(self) -> m.Expr:
        things = [one for one in self.things if one.kind != "text"]
        if things and self.choices.chance(75):
            return self.test_of(self.choices.pick(things))
        kinds: tuple[Kind, ...] = ("number", "percent", "seconds")
        kind = self.choices.pick(kinds)
        return m.Compare((self.choices.pick(SIGNS),), (self.number(kind, 1), self.number(kind, 1)))

    def test_of(self, thing: Thing) -> m.Expr:
        """A condition on one thing that some of its values fulfil and some do not."""
        if thing.kind == "yes/no":
            return thing.ref
        if thing.kind == "choice":
            members = self.choices.some(thing.members, 1)[: len(thing.members) - 1]
            return m.Is(thing.ref, tuple(members), negated=self.choices.chance(30))
        if thing.kind == "text":
            return m.Compare(("<>",), (thing.ref, m.Quoted("甲")))
        if len(thing.pool) > 2 and self.choices.chance(20):
            low, high = literal(thing.kind, thing.pool[0]), literal(thing.kind, thing.pool[-2])
            signs = (self.choices.pick(("<", "<=")), self.choices.pick(("<", "<=")))
            return m.Compare(signs, (low, thing.ref, high))
        cut = literal(thing.kind, self.choices.pick(thing.pool[1:]))
        return m.Compare((self.choices.pick(("<", ">=")),), (thing.ref, cut))

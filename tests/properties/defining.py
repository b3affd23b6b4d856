"""Parameters, formulas, measures and bands, and what a subject's own rules may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from tests.properties import model as m
from tests.properties.choices import Choices
from tests.properties.expressions import Expressions, step_of
from tests.properties.observing import things_of
from tests.properties.things import Kind, Outcomes, Piece, Thing, first_match, literal, table, together

KINDS: tuple[Kind, ...] = ("number", "percent", "seconds")
STATISTICS = ("mean", "median", "lowest", "highest", "percentile", "sum", "trimmed_mean")
ACROSS = ("mean", "rank", "rank", "median", "highest", "percentile_rank", "minmax", "percentile")
OF_KIND: dict[str, tuple[str, ...]] = {
    "number": ("0", "1", "2", "5", "10"),
    "percent": ("0", "1/4", "1/2", "9/10", "1"),
    "seconds": ("0", "15", "60", "180", "600"),
}


@dataclass
class Definitions:
    parameters: list[m.Parameter] = field(default_factory=list)
    formulas: list[m.Formula] = field(default_factory=list)
    measures: list[m.Measure] = field(default_factory=list)
    bands: list[m.Bands] = field(default_factory=list)
    subject_things: list[Thing] = field(default_factory=list)
    row_things: dict[str, list[Thing]] = field(default_factory=dict)


class Defining:
    def __init__(self, choices: Choices, tables: Sequence[m.Observed]) -> None:
        self.choices, self.tables = choices, tables
        self.found = Definitions()
        self.groups = [one for table in tables if table.folding == "facts" for one in ["region"]]
        for observed in tables:
            own = things_of(observed)
            if observed.folding == "facts":
                self.found.subject_things += own
            else:
                self.found.row_things[observed.name] = own

    def all(self) -> Definitions:
        self._parameters()
        self._formulas()
        for observed in self.tables:
            if observed.folding != "facts" and self.choices.chance(30):
                self._row_measure(observed)
        for place in range(self.choices.between(1, 4)):
            make = self.choices.pick((self._aggregate, self._aggregate, self._computed, self._by_table, self._across))
            make(f"figure_{'abcde'[place]}")
        if self.choices.chance(60):
            self._bands("heat")
        return self.found

    # ---------------------------------------------------------------- constants and formulas

    def _parameters(self) -> None:
        if self.choices.chance(40):
            kind = self.choices.pick(KINDS)
            low, value, high = (literal(kind, Fraction(text)) for text in OF_KIND[kind][1:4])
            assert isinstance(low, m.Num) and isinstance(value, m.Num) and isinstance(high, m.Num)
            self.found.parameters.append(m.Parameter("target", value, low, high))
            thing = Thing("target", kind, pool=(low.value, value.value, high.value))
            for place in (self.found.subject_things, *self.found.row_things.values()):
                place.append(replace(thing, reads=frozenset({"constant"})))

    def _formulas(self) -> None:
        if self.choices.chance(30):
            x, a = m.Ref("x"), m.Ref("a")
            square = m.Arith("^", m.Arith("-", a, x), m.Num(Fraction(2)))
            rules: tuple[m.Expr, ...] = (
                m.Arith("-", m.Arith("*", a, x), m.Num(Fraction(1))),
                m.If(m.Compare((">=",), (x, a)), m.Num(Fraction(0)), square),
                m.Call("max", (x, m.Arith("/", a, m.Num(Fraction(3))))),
            )
            self.found.formulas.append(m.Formula("track", ("x", "a"), self.choices.pick(rules)))

    # ---------------------------------------------------------------- measures

    def _row_measure(self, observed: m.Observed) -> None:
        """A measure of each row, which aggregates and touchpoints read like a column."""
        things = self.found.row_things[observed.name]
        name = f"{observed.name}_per_row"
        kind = self.choices.pick(KINDS)
        own = [one for one in things if one.may_be_absent and one.kind == kind]
        optional = bool(own) and self.choices.chance(50)
        expressions = Expressions(self.choices, things, self.found.formulas)
        if optional:
            rule: m.Expr = m.Arith("+", self.choices.pick(own).ref, expressions.leaf(kind))
        else:
            rule = anchored(expressions.number(kind, 2), things, kind)
        self.found.measures.append(m.Measure((name,), rule, optional=optional, table=observed.name))
        things.append(Thing(name, kind, pool=_pool(kind), may_be_absent=optional, reads=frozenset({"computed"})))

    def _aggregate(self, name: str) -> None:
        kind = self.choices.pick(("share", "count", *KINDS))
        expr, optional, thing = self.aggregate(self.choices, kind)
        self._add(name, expr, replace(thing, name=name, may_be_absent=optional), optional)

    def aggregate(self, choices: Choices, kind: str) -> tuple[m.Expr, bool, Thing]:
        """An aggregate, whether it may be absent, and what is known of it."""
        observed = choices.pick([one for one in self.tables if one.folding != "facts"])
        things = self.found.row_things[observed.name]
        expressions = Expressions(choices, things, self.found.formulas)
        where = anchored_condition(expressions.condition(1), things) if choices.chance(35) else None
        optional = where is not None or observed.missing is not None
        if kind == "count":
            rows = choices.chance(30) and where is None
            argument = None if rows else anchored_condition(expressions.condition(1), things)
            expr = m.Aggregate("count", observed.name, argument, where)
            return expr, False, Thing("", "number", pool=_pool("number"), low=Fraction(0), step=Fraction(1))
        if kind == "share":
            argument = anchored_condition(expressions.condition(1), things)
            expr = m.Aggregate("share", observed.name, argument, where)
            pool = _pool("percent")
            if observed.one_row_each:
                pool = (pool[0], Fraction(1, 2), pool[-1])  # a share of few rows takes few values
            return expr, optional, Thing("", "percent", pool=pool, low=Fraction(0), high=Fraction(1))
        return self._statistic(choices, observed, kind, where, optional)  # type: ignore[arg-type]

    def _statistic(
        self, choices: Choices, observed: m.Observed, kind: Kind, where: m.Expr | None, optional: bool
    ) -> tuple[m.Expr, bool, Thing]:
        things = self.found.row_things[observed.name]
        absent = [one for one in things if one.may_be_absent and one.kind == kind]
        if absent and choices.chance(50):
            thing = choices.pick(absent)
            where, optional = thing.when or m.IsMissing(thing.ref, negated=True), True
            argument: m.Expr = thing.ref
        else:
            argument = anchored(Expressions(choices, things, self.found.formulas).number(kind, 1), things, kind)
        name = choices.pick(STATISTICS)
        if observed.folding == "averaged" and observed.missing is None and not observed.weights and choices.chance(20):
            name = "folded"
        percent = m.Num(choices.fraction("9/10", "1/4", "1/2"), "%") if name == "percentile" else None
        expr = m.Aggregate(name, observed.name, argument, where, percent)
        thing = Thing("", kind, pool=_pool(kind), reads=frozenset({"computed"}))
        return expr, (optional or name == "trimmed_mean") and name != "sum", thing

    def special(self, choices: Choices, kind: Kind) -> m.Expr | None:
        """An aggregate inside an expression of a subject, if it is always there."""
        which: str = {"percent": "share", "number": choices.pick(("count", "number")), "seconds": "seconds"}[kind]
        expr, optional, _ = self.aggregate(choices, which)
        return None if optional else expr

    def expressions(self, things: Sequence[Thing] | None = None) -> Expressions:
        things = self.found.subject_things if things is None else things
        return Expressions(self.choices, things, self.found.formulas, self.special)

    def _computed(self, name: str) -> None:
        kind = self.choices.pick(KINDS)
        things = self.found.subject_things
        absent = [one for one in things if one.may_be_absent and one.kind == kind]
        optional = bool(absent) and self.choices.chance(50)
        inner = self.expressions()
        rule = inner.number(kind, 2)
        if optional:
            rule = m.Arith("+", self.choices.pick(absent).ref, inner.leaf(kind))
        when = None
        if not optional and self.choices.chance(25):
            when = inner.condition(0)
        own = reads_any(rule, [one for one in things if "cohort" not in one.reads]) or "Aggregate(" in repr(rule)
        reads = frozenset({"computed"} if own else {"computed", "cohort"})
        thing = Thing(name, kind, (), _pool(kind), may_be_absent=optional or when is not None, when=when, reads=reads)
        self._add(name, rule, thing, optional, when)

    def _by_table(self, name: str) -> None:
        things = [one for one in self.found.subject_things if one.pool or one.members or one.kind == "yes/no"]
        things = [one for one in things if "constant" not in one.reads]
        if not things:
            return self._aggregate(name)
        kind = self.choices.pick(KINDS)
        inputs = together(self.choices.shuffled(things)[: self.choices.between(1, 2)])
        names = (name, f"{name}_two") if self.choices.chance(30) else (name,)

        def outcomes(_: tuple[Piece, ...], __: bool) -> tuple[m.Outcome, ...]:
            found = tuple(literal(kind, self.choices.fraction(*OF_KIND[kind])) for _ in names)
            return tuple(one for one in found if isinstance(one, m.Num))

        rule = self._table(inputs, outcomes)
        self.found.measures.append(m.Measure(names, rule))
        for one in names:
            cohort = all("cohort" in given.reads for given in inputs)
            reads = frozenset({"computed", "cohort"} if cohort else {"computed"})
            self.found.subject_things.append(Thing(one, kind, pool=_pool(kind), reads=reads))
        return None

    def _table(self, inputs: Sequence[Thing], outcomes: Outcomes) -> m.Table:
        single = inputs[0]
        ladder = len(inputs) == 1 and bool(stated([single])) and bool(single.pool) and not single.may_be_absent
        if ladder and self.choices.chance(30):
            return first_match(self.choices, single, outcomes)
        return table(self.choices, inputs, outcomes)

    def _across(self, name: str) -> None:
        own = [one for one in self.found.subject_things if one.kind in KINDS and "constant" not in one.reads]
        if not own:
            return self._aggregate(name)
        thing = self.choices.pick(own)
        statistic = self.choices.pick(ACROSS)
        of_itself = statistic in ("rank", "percentile_rank", "minmax")
        within = self.choices.pick(self.groups) if self.groups and self.choices.chance(40) else None
        percent = m.Num(Fraction(9, 10), "%") if statistic == "percentile" else None
        kind: Kind = "number" if of_itself else thing.kind
        optional = thing.may_be_absent
        reads = frozenset({"computed", *(() if of_itself or within else ("cohort",))})
        found = Thing(name, kind, pool=_pool(kind), may_be_absent=optional, reads=reads)
        self._add(name, m.Across(statistic, thing.ref, within, percent), found, optional)
        return None

    def _add(self, name: str, rule: m.Expr, thing: Thing, optional: bool, when: m.Expr | None = None) -> None:
        if self.choices.chance(20) and not optional and thing.kind != "seconds":
            rule = m.Rounded(rule, "half up", step_of(self.choices, thing.kind)) if not _is_rounded(rule) else rule
            thing = replace(thing, step=None)
        self.found.measures.append(m.Measure((name,), rule, optional, when))
        self.found.subject_things.append(thing)

    # ---------------------------------------------------------------- bands

    def _bands(self, name: str) -> None:
        numbers = [one for one in self.found.subject_things if one.pool and "constant" not in one.reads]
        if not numbers:
            return
        thing = self.choices.pick(numbers)
        classes: list[str] = []

        def outcomes(_: tuple[Piece, ...], __: bool) -> tuple[m.Outcome, ...]:
            classes.append(f"{name}_{'abcdefghij'[len(classes)]}")
            return (m.ClassName(classes[-1]),)

        rule = self._table([thing], outcomes)
        rule = replace(rule, rows=tuple(replace(row, outcomes=(m.ClassName(one),)) for row, one in
                                        zip(rule.rows, classes, strict=True)))
        self.found.bands.append(m.Bands(name, rule, tuple(classes)))
        if len(classes) > 1:
            self.found.subject_things.append(Thing(name, "choice", tuple(classes), reads=frozenset({"computed"})))


def _pool(kind: str) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, OF_KIND[kind]))


def _is_rounded(rule: m.Expr) -> bool:
    return isinstance(rule, m.Rounded)


def stated(things: Sequence[Thing]) -> list[Thing]:
    """Things whose range is stated, so that every piece of a table by them may be reached."""
    return [one for one in things if not one.reads and one.kind != "text"]


def reads_any(expr: object, things: Sequence[Thing]) -> bool:
    written = repr(expr)
    return any(f"Ref(name='{one.name}')" in written for one in things if "constant" not in one.reads)


def anchored(expr: m.Expr, things: Sequence[Thing], kind: Kind) -> m.Expr:
    """The expression with one of the things in it, so that it is a value of each row."""
    if reads_any(expr, things):
        return expr
    return m.If(_some_test(things), expr, literal(kind, Fraction(1)))


def anchored_condition(expr: m.Expr, things: Sequence[Thing]) -> m.Expr:
    return expr if reads_any(expr, things) else m.Joined("or", (_some_test(things), expr))


def _some_test(things: Sequence[Thing]) -> m.Expr:
    usable = [one for one in things if "constant" not in one.reads]
    yes_no = [one for one in usable if one.kind == "yes/no" and not one.may_be_absent]
    return yes_no[0].ref if yes_no else m.IsMissing(usable[0].ref, negated=True)

"""Plans and rows made at random to be awkward for columns: long decimals, thirds, blanks, negative numbers, faults.

They go where rubrics that are checked cannot: values outside their worth, absences nobody asked about, divisions by
zero, sums that leave 64 and 128 bits.
"""

from __future__ import annotations

import random
from fractions import Fraction

from rubric_dsl.observations.model import Observations
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import DURATION, NUMBER, TEXT, YES_NO, ValueType
from tests.engines.build import Given, Plan, choice, observed

CLASSES = choice("gentle", "flat", "rude")
COLUMNS: dict[str, ValueType] = {
    "scenario": choice("a", "b", "c"),
    "small": NUMBER, "cents": NUMBER, "thirds": NUMBER, "long": NUMBER, "huge": NUMBER,
    "yes_1": YES_NO, "yes_2": YES_NO, "tone": CLASSES, "said": TEXT, "day": ValueType("date"),
}
AGGREGATES: tuple[op.AggregateName, ...] = (
    "sum", "mean", "median", "percentile", "lowest", "highest", "trimmed_mean", "deviation", "count", "folded",
)
RELATIONS = ("=", "<>", "<", "<=", ">", ">=")
MODES: tuple[op.Mode, ...] = ("half up", "half even", "up", "down")


def rows(seed: int, most: int = 12) -> Observations:
    """Rows of three cities; each seed has its own share of blanks."""
    chance = random.Random(seed)
    blank = chance.choice((0, 0.1, 0.5))

    def cell(name: str) -> Given:
        if name != "scenario" and chance.random() < blank:
            return None
        match name:
            case "scenario":
                return chance.choice("abc")
            case "small":
                return chance.randint(-3, 6)
            case "cents":
                return Fraction(chance.randint(-300, 600), 100)
            case "thirds":
                return Fraction(chance.randint(-9, 9), chance.choice((1, 3, 7)))
            case "long":
                return Fraction(chance.randint(-(10**18), 10**18), chance.choice((1, 10**9, 10**18)))
            case "huge":
                return Fraction(chance.randint(-(10**38), 10**38))
            case "yes_1" | "yes_2":
                return chance.random() < 0.5
            case "tone":
                return chance.choice(CLASSES.members)
            case "said":
                return chance.choice(("", "忙音", "gentle", "é"))
            case _:
                return str(chance.randint(737_000, 738_000))

    made = [
        {"city": chance.choice("甲乙丙"), **{name: cell(name) for name in COLUMNS}}
        for _ in range(chance.randint(1, most))
    ]
    found = observed(calls=made)
    for row in found.tables["calls"].rows:
        day = row.values["day"]
        row.values["day"] = None if day is None else int(str(day))  # type: ignore[index]
    return found


class _Making:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.plan = Plan()
        self.plan.table("calls", COLUMNS, stratum=self.chance.choice((None, "scenario")))
        columns = {name: self.plan.column("calls", name) for name in COLUMNS}
        self.numbers = [columns[name] for name in ("small", "cents", "thirds", "long", "huge")]
        self.near = self.numbers[:3]
        self.answers = [columns["yes_1"], columns["yes_2"]]
        self.day, self.tone, self.said = columns["day"], columns["tone"], columns["said"]
        self.made = 0

    def constant(self) -> int:
        return self.plan.number(self.chance.choice(("0", "1", "2", "-1", "7/2", "1/3", "5", "1000000007/13")))

    def number(self) -> int:
        return self.chance.choice(self.numbers)

    def answer(self) -> int:
        return self.chance.choice(self.answers)

    def grow(self) -> None:
        """One more node of either kind."""
        if self.chance.random() < 0.6:
            self.numbers.append(self._number())
        else:
            self.answers.append(self._answer())

    def _number(self) -> int:
        add, pick, number = self.plan.add, self.chance.choice, self.number
        match self.chance.randrange(13):
            case 0:
                return add(op.Add((number(), pick((number, self.constant))()), (False, pick((True, False)))))
            case 1:
                return add(op.Multiply((pick(self.near), pick((number, self.constant))()), (False, False)))
            case 2:
                return add(op.Multiply((number(), pick((self.constant, number))()), (False, True)))
            case 3:
                return add(op.Negate(number()))
            case 4 | 5:
                return add(op.Round(number(), pick(MODES), pick(("1", "1/2", "1/100", "5", "3/7"))))
            case 6:
                name = pick(("abs", "floor", "ceiling"))
                return add(op.Function(name, (number(),)))
            case 7:
                return add(op.Function(pick(("min", "max")), (number(), number(), self.constant())))
            case 8:
                ends = (self.plan.number(-1), self.plan.number(pick(("2", "9/2"))))
                return add(op.Function(pick(("clamp", "goalposts")), (number(), *ends)))
            case 9:
                return add(op.Choose(self.answer(), number(), pick((number, self.constant))()))
            case 10:
                return add(op.Only(self.answer(), number()))
            case 11:
                return self._table()
            case _:
                return self._special()

    def _special(self) -> int:
        add, pick = self.plan.add, self.chance.choice
        match self.chance.randrange(4):
            case 0:
                return add(op.Function("sqrt", (pick(self.near),)))
            case 1:
                return add(op.Within(self.number(), self.plan.number(-2), pick((None, self.plan.number(3)))))
            case 2:
                start = self.plan.add(op.Constant("2020-02-29"), ValueType("date"))
                return add(op.Function(pick(("days_between", "years_between")), (start, self.day)), DURATION)
            case _:
                return add(op.Power(pick(self.near), self.plan.number(2)))

    def _table(self) -> int:
        """By a number in three bands, of which the middle runs from one value to another; perhaps with a gap."""
        plan, pick = self.plan, self.chance.choice
        low, high, gap = plan.number(pick((-1, 0))), plan.number(2), pick((True, False))
        def value() -> op.Outcome:
            return op.Value(pick((self.number, self.constant))())
        middle = op.Linear(0, low, high, self.constant(), self.constant())
        found = [
            op.Row("patterns", ((op.Between(None, False, low, False),),), value()),
            op.Row("patterns", ((op.Between(low, True, high, not gap),),), pick((middle, value(), op.NotApplicable()))),
            op.Row("patterns", ((op.Between(high, False, None, False),),), value()),
        ]
        if self.chance.random() < 0.3:
            found.append(op.Row("otherwise", (), value()))
        if self.chance.random() < 0.5:
            found.append(op.Row("missing", (), value()))
        return plan.add(op.Table((self.number(),), tuple(found), False))

    def _answer(self) -> int:
        add, pick, answer = self.plan.add, self.chance.choice, self.answer
        match self.chance.randrange(8):
            case 0 | 1:
                other = pick((self.number, self.constant))()
                return add(op.Compare(pick(RELATIONS), self.number(), other), YES_NO)
            case 2:
                return add(op.Not(answer()), YES_NO)
            case 3:
                return add(op.All((answer(), answer(), answer())), YES_NO)
            case 4:
                return add(op.Any((answer(), answer(), answer())), YES_NO)
            case 5:
                return add(op.Present(pick((self.number, self.answer))()), YES_NO)
            case 6:
                return add(op.Member(*pick(((self.tone, ("flat", "rude")), (self.said, ("", "忙音"))))), YES_NO)
            case _:
                return add(op.Compare(pick(("=", "<>")), self.tone, plan_name(self.plan, "gentle")), YES_NO)

    # ------------------------------------------------------------ what is added up

    def score(self) -> None:
        plan, pick = self.plan, self.chance.choice
        strata = pick(((), ("a", "b"))) if plan.tables[0].stratum is not None else ()
        parts = [self._touchpoint(pick((3, 5)), strata) for _ in range(self.chance.randint(1, 3))]
        extras = [self._touchpoint(2, (), pick(("penalty", "bonus"))) for _ in range(self.chance.randint(0, 1))]
        conditions = [plan.unless(self.answer(), pick((0, 2, "not applicable")))] if pick((True, False)) else []
        limits = [op.Limit(pick(("at least", "at most")), plan.number(1), pick((None, self.answer())))]
        self.made += 1
        plan.row_score(
            f"score_{self.made}", pick((10, 8)), parts, extras=extras, conditions=conditions,
            combination=pick(("sum", "mean", "lowest", "highest", "geometric mean")),
            limits=limits if pick((True, False)) else (), rounding=pick((None, op.Rounding(pick(MODES), "1/10"))),
        )

    def _touchpoint(self, worth: int, strata: tuple[str, ...], stake: str = "worth") -> int:
        plan, pick = self.plan, self.chance.choice
        held = plan.add(op.Function("clamp", (self.number(), plan.number(0), plan.number(worth))))
        self.made += 1
        return plan.touchpoint(
            f"t_{self.made}", worth, self.number() if pick((0, 0, 0, 1)) else held, strata=strata, stake=stake,  # type: ignore[arg-type]
            missing=pick((None, 1, "not applicable")),
            conditions=[pick((plan.when, lambda c: plan.if_(c, 1)))(self.answer())] if pick((True, False)) else (),
            rounding=pick((None, None, op.Rounding(pick(MODES), "1/2"))),
        )

    def aggregate(self) -> None:
        plan, pick = self.plan, self.chance.choice
        where, self.made = pick((None, self.answer())), self.made + 1
        if self.chance.random() < 0.2:
            node = plan.aggregate(pick(("share", "count")), "calls", self.answer(), where=where)
        else:
            name = pick(AGGREGATES)
            argument = "9/10" if name == "percentile" else None
            pooled = name != "folded" and pick((False, False, True))
            node = plan.aggregate(name, "calls", self.number(), where=where, argument=argument, pooled=pooled)
        plan.measure(f"m_{self.made}", node)


def plan_name(plan: Plan, name: str) -> int:
    return plan.add(op.Constant(name), CLASSES)


def made_plan(seed: int) -> ScoringPlan:
    making = _Making(seed)
    for _ in range(making.chance.randint(3, 14)):
        making.grow()
    for _ in range(2):
        making.score()
        making.aggregate()
        making.aggregate()
    return making.plan.done()

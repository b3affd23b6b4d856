"""Asking the z3 solver: a question as formulas over integers and rationals, nothing of them approximate.

Every node becomes what it is (a number, yes or no, a name by its place), whether it is absent, whether it is not
applicable and whether it is impossible. A difference that the solver names is evaluated exactly before it is believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from rubric_dsl.editions.inputs import OTHER_TEXT
from rubric_dsl.editions.proving import Answer, Difference, Proof, Undecided
from rubric_dsl.editions.question import Key, Question, Variable
from rubric_dsl.evaluation.values import Nothing, Undefined
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.observations.model import Cell
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import ValueType
from rubric_dsl.text.record import dataclass

STEPS = 20_000_000
"""Units of the solver's own count, at which it gives up; not seconds, so that every machine gives the same answer."""
DECIMALS = 4
"""Digits after the point that a cell of a witness may have where the column says nothing."""


class CannotSay(Exception):
    """An operation for which there is no formula."""


@dataclass(frozen=True, slots=True)
class Said:
    """A node as formulas. `value` is of no meaning where it is absent, not applicable or impossible."""

    value: Any
    absent: Any
    unfit: Any
    """Not applicable."""
    wrong: Any
    """Impossible."""


def by_solver(question: Question) -> Answer:
    try:
        import z3  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        return Undecided(solver_missing=True)
    saying = _Saying(question, z3)
    try:
        differs = saying.differs()
    except CannotSay:
        return Undecided()
    for decimals in (DECIMALS, None):
        solver = z3.SolverFor("QF_NIRA") if saying.products else z3.Solver()
        solver.set("rlimit", STEPS)
        solver.add(*saying.facts, differs)
        if decimals is not None:
            solver.add(*saying.short(decimals))
        found = solver.check()
        if found == z3.sat:
            inputs = saying.inputs(solver.model())
            return Difference(inputs) if question.differs(inputs) else Undecided()
        if found == z3.unknown:
            return Undecided()
    return Proof("solver")


class _Saying:
    def __init__(self, question: Question, z3: Any) -> None:
        self.question = question
        self.z3 = z3
        self.facts: list[Any] = []
        self.products = False
        self.names: dict[str, int] = {}
        self._yes, self._no = z3.BoolVal(True), z3.BoolVal(False)
        self._variables: dict[Key, Said] = {}
        self._known: list[dict[op.Node, Said]] = [{}, {}]
        self._loose: list[tuple[Any, Any]] = []
        """Variables on no grid."""
        for variable in question.variables:
            said = self._variables[variable.key] = self._variable(variable)
            for side in (0, 1):
                node = variable.nodes[side]
                if node is not None:
                    self._known[side][node] = said

    # ------------------------------------------------------------ question

    def differs(self) -> Any:
        z3 = self.z3
        for side in (0, 1):
            for node in self.question.program(side):
                if node not in self._known[side]:
                    self._known[side][node] = self._said(side, node)
        for rule in self.question.rules:
            said = self._known[rule.side][rule.node]
            yes = z3.And(self._holds(said), said.value)
            match rule.kind:
                case "presence":
                    self.facts.append(z3.Not(self._variables[rule.column or ""].absent) == yes)
                case "must":
                    self.facts.append(z3.And(z3.Not(said.wrong), z3.Or(said.absent, said.value)))
                case "read":
                    self.facts.append(yes)
                case "unread":
                    self.facts.append(z3.And(z3.Not(said.wrong), z3.Not(yes)))
        one, other = (self._known[side][self.question.roots[side]] for side in (0, 1))
        if self.question.grows is not None:
            return self._moves(one, other)
        states = z3.And(one.wrong == other.wrong, one.absent == other.absent, one.unfit == other.unfit)
        return z3.Not(z3.And(states, z3.Implies(self._holds(one), one.value == other.value)))

    def _moves(self, one: Said, other: Said) -> Any:
        """The second input is more than the first, and the second value on the wrong side of the first, or none."""
        z3 = self.z3
        assert self.question.grows is not None
        low, high = (self._variables[key] for key in self.question.grows)
        self.facts += [z3.Not(low.absent), z3.Not(high.absent), low.value < high.value]
        wrong = other.value > one.value if self.question.relation == "never rises" else other.value < one.value
        return z3.Or(z3.Not(self._holds(one)), z3.Not(self._holds(other)), wrong)

    def _holds(self, said: Said) -> Any:
        return self.z3.Not(self.z3.Or(said.absent, said.unfit, said.wrong))

    def short(self, decimals: int) -> list[Any]:
        """That the variables on no grid have few digits, so that they can be written as cells."""
        return [number * 10**decimals == self.z3.ToReal(whole) for number, whole in self._loose]

    # ------------------------------------------------------------ variables

    def _variable(self, variable: Variable) -> Said:
        z3, domain = self.z3, variable.domain
        absent = z3.Bool(f"absent {variable.key}") if domain.absent else self._no
        value: Any
        if domain.kind == "names" and domain.names == (False, True):
            value = z3.Bool(variable.key)
        elif domain.kind == "names":
            value = z3.Int(variable.key)
            self.facts.append(z3.Or([value == self._name(str(name)) for name in domain.names]))
        elif domain.kind == "text":
            value = z3.Int(variable.key)
            self.facts.append(value >= -1)
        else:
            value = self._number(variable)
        return Said(value, absent, self._no, self._no)

    def _number(self, variable: Variable) -> Any:
        z3, domain = self.z3, variable.domain
        if domain.step is not None:
            whole = z3.Int(variable.key)
            value = z3.ToReal(whole) * self._real(domain.step)
        else:
            value = z3.Real(variable.key)
            self._loose.append((value, z3.Int(f"digits {variable.key}")))
        if domain.low is not None:
            self.facts.append(value >= self._real(domain.low))
        if domain.high is not None:
            self.facts.append(value <= self._real(domain.high))
        return value

    def _name(self, name: str) -> int:
        return self.names.setdefault(name, len(self.names))

    def _real(self, value: Fraction) -> Any:
        return self.z3.RealVal(f"{value.numerator}/{value.denominator}")

    def inputs(self, model: Any) -> dict[str, Cell]:
        """The input that a model names."""
        names = {place: name for name, place in self.names.items()}
        found: dict[str, Cell] = {}
        for variable in self.question.variables:
            said, domain = self._variables[variable.key], variable.domain
            if self.z3.is_true(model.eval(said.absent, model_completion=True)):
                found[variable.key] = None
                continue
            value = model.eval(said.value, model_completion=True)
            if domain.kind == "names" and domain.names == (False, True):
                found[variable.key] = self.z3.is_true(value)
            elif domain.kind in ("names", "text"):
                found[variable.key] = names.get(value.as_long(), OTHER_TEXT)
            else:
                number = Fraction(value.numerator_as_long(), value.denominator_as_long())
                found[variable.key] = int(number) if domain.kind == "moment" else number
        return found

    # ------------------------------------------------------------ nodes

    def _constant(self, side: int, node: op.Node) -> Said:
        value = self.question.prepared[side].constants[node]
        no = self._no
        if isinstance(value, Undefined):
            return Said(self._yes, no, no, self._yes)
        if isinstance(value, Nothing):
            return Said(self._yes, self._yes, no, no)
        if isinstance(value, bool):
            return Said(self.z3.BoolVal(value), no, no, no)
        if isinstance(value, str):
            return Said(self.z3.IntVal(self._name(value)), no, no, no)
        if isinstance(value, int | Fraction):
            return Said(self._real(Fraction(value)), no, no, no)
        raise CannotSay

    def _of(self, side: int, node: op.Node) -> Said:
        """What a node says where it is read by an expression: not applicable counts as absent."""
        said = self._known[side].get(node)
        if said is None:
            said = self._known[side][node] = self._constant(side, node)
        return said

    def _read(self, said: Said) -> Said:
        return Said(said.value, self.z3.Or(said.absent, said.unfit), self._no, said.wrong)

    def _strict(self, parts: Sequence[Said], value: Any, wrong: Any = None) -> Said:
        """Impossible where a part is, else absent where a part is not there."""
        z3 = self.z3
        bad = z3.Or([part.wrong for part in parts])
        absent = z3.And(z3.Not(bad), z3.Or([z3.Or(part.absent, part.unfit) for part in parts]))
        if wrong is not None:
            bad = z3.Or(bad, z3.And(z3.Not(absent), wrong))
        return Said(value, absent, self._no, bad)

    def _said(self, side: int, node: op.Node) -> Said:
        edition = self.question.sides[side]
        if edition.plan.nodes[node].grain.kind == "constant":
            return self._constant(side, node)
        operation, type = edition.operation(node), edition.plan.nodes[node].type

        def of(one: op.Node) -> Said:
            return self._of(side, one)

        match operation:
            case op.Add(terms, minus):
                parts = [of(term) for term in terms]
                return self._strict(parts, self.z3.Sum([
                    -part.value if turned else part.value for part, turned in zip(parts, minus, strict=True)
                ]))
            case op.Negate(operand):
                part = of(operand)
                return self._strict([part], -part.value)
            case op.Multiply():
                return self._product(side, operation)
            case op.Compare(relation, left, right):
                ends = of(left), of(right)
                return self._strict(ends, _related(self.z3, relation, ends[0].value, ends[1].value))
            case op.Member(operand, values):
                return self._member(of(operand), values, edition.plan.nodes[operand].type)
            case op.Not(operand):
                part = of(operand)
                return self._strict([part], self.z3.Not(part.value))
            case op.All(operands):
                return self._joined([of(one) for one in operands], stops_at=False)
            case op.Any(operands):
                return self._joined([of(one) for one in operands], stops_at=True)
            case op.Present(operand):
                part = of(operand)
                return Said(self.z3.Not(self.z3.Or(part.absent, part.unfit)), self._no, self._no, part.wrong)
            case op.Choose(condition, then, otherwise):
                return self._chosen(of(condition), self._read(of(then)), self._read(of(otherwise)))
            case op.Only(condition, operand):
                nothing = Said(self._read(of(operand)).value, self._yes, self._no, self._no)
                return self._chosen(of(condition), self._read(of(operand)), nothing)
            case op.Round(operand, mode, step):
                part = of(operand)
                return self._strict([part], self._rounded(part.value, mode, from_exact(step)))
            case op.Function(name, operands):
                return self._function(name, [of(one) for one in operands])
            case op.Within(operand, low, high):
                return self._within(of(operand), *(None if end is None else of(end) for end in (low, high)))
            case op.Table():
                return self._table(side, operation, type)
            case op.Touchpoint():
                return self._touchpoint(side, operation, edition.plan.nodes[node].grain.table)
            case op.RowScore() | op.Indicator():
                return self._score(side, node, operation)
        raise CannotSay

    def _if(self, condition: Any, then: Said, otherwise: Said) -> Said:
        def pick(one: Any, other: Any) -> Any:
            return self.z3.If(condition, one, other)

        if then.value.sort() != otherwise.value.sort():
            # One of them has no value at all: whichever stands there is of no meaning.
            value = then.value if self.z3.is_true(self.z3.simplify(self._nothing(otherwise))) else otherwise.value
        else:
            value = pick(then.value, otherwise.value)
        return Said(value, pick(then.absent, otherwise.absent), pick(then.unfit, otherwise.unfit),
                    pick(then.wrong, otherwise.wrong))

    def _nothing(self, said: Said) -> Any:
        return self.z3.Or(said.absent, said.unfit, said.wrong)

    def _chosen(self, condition: Said, then: Said, otherwise: Said) -> Said:
        z3 = self.z3
        unknown = Said(then.value, z3.And(z3.Not(condition.wrong), z3.Or(condition.absent, condition.unfit)), self._no,
                       condition.wrong)
        return self._if(self._nothing(condition), unknown, self._if(condition.value, then, otherwise))

    def _joined(self, parts: Sequence[Said], stops_at: bool) -> Said:
        """`and` and `or`, from the left, stopping when decided."""
        z3 = self.z3
        found = Said(z3.BoolVal(not stops_at), self._no, self._no, self._no)
        for part in reversed(parts):
            stops = z3.Or(self._nothing(part), part.value if stops_at else z3.Not(part.value))
            found = self._if(stops, self._read(part), found)
        return found

    def _member(self, part: Said, values: Sequence[str], type: ValueType) -> Said:
        z3 = self.z3
        if type.kind == "yes/no":
            value = z3.Or(z3.And(part.value, z3.BoolVal("yes" in values)), z3.And(
                z3.Not(part.value), z3.BoolVal("no" in values)))
        else:
            value = z3.Or([part.value == self._name(name) for name in values])
        return self._strict([part], value)

    def _product(self, side: int, operation: op.Multiply) -> Said:
        parts = [self._of(side, factor) for factor in operation.factors]
        value: Any = self._real(Fraction(1))
        wrong = self._no
        numbers = sum(not self.z3.is_rational_value(self.z3.simplify(part.value)) for part in parts)
        self.products = self.products or numbers > 1 or any(operation.divided)
        for part, divided in zip(parts, operation.divided, strict=True):
            if divided:
                wrong = self.z3.Or(wrong, part.value == 0)
                value = value / part.value
            else:
                value = value * part.value
        return self._strict(parts, value, wrong)

    def _rounded(self, value: Any, mode: str, step: Fraction) -> Any:
        z3 = self.z3
        size = value / self._real(step)
        if mode == "down":
            return z3.ToReal(z3.ToInt(size)) * self._real(step)
        if mode == "up":
            return -z3.ToReal(z3.ToInt(-size)) * self._real(step)
        positive = z3.If(size >= 0, size, -size)
        whole = z3.ToInt(positive + self._real(Fraction(1, 2)))
        if mode == "half even":
            tie = z3.ToReal(whole) == positive + self._real(Fraction(1, 2))
            whole = z3.If(z3.And(tie, whole % 2 == 1), whole - 1, whole)
        rounded = z3.ToReal(whole) * self._real(step)
        return z3.If(size >= 0, rounded, -rounded)

    def _function(self, name: str, parts: Sequence[Said]) -> Said:
        z3 = self.z3
        values = [part.value for part in parts]
        match name:
            case "abs":
                return self._strict(parts, z3.If(values[0] >= 0, values[0], -values[0]))
            case "min" | "max":
                found = values[0]
                for value in values[1:]:
                    found = z3.If((value < found) if name == "min" else (value > found), value, found)
                return self._strict(parts, found)
            case "clamp":
                lower = z3.If(values[0] > values[1], values[0], values[1])
                return self._strict(parts, z3.If(lower < values[2], lower, values[2]))
            case "floor":
                return self._strict(parts, z3.ToReal(z3.ToInt(values[0])))
            case "ceiling":
                return self._strict(parts, -z3.ToReal(z3.ToInt(-values[0])))
            case "days_between":
                return self._strict(parts, (values[1] - values[0]) * 86400)
            case "goalposts":
                self.products = True
                span = values[2] - values[1]
                return self._strict(parts, (values[0] - values[1]) / span, span == 0)
        raise CannotSay

    def _within(self, part: Said, low: Said | None, high: Said | None) -> Said:
        z3 = self.z3
        outside = z3.Or(
            part.value < low.value if low is not None else self._no,
            part.value > high.value if high is not None else self._no,
        )
        return self._strict([part], part.value, outside)

    # ------------------------------------------------------------ tables and scores

    def _table(self, side: int, table: op.Table, type: ValueType) -> Said:
        """The outcome of the first row that matches; rows with patterns come before `missing` and `otherwise`."""
        z3 = self.z3
        inputs = [self._of(side, node) for node in table.inputs]
        gone = z3.Or([self._read(one).absent for one in inputs])
        bad = z3.Or([one.wrong for one in inputs])
        by_kind = {row.when: row for row in table.rows if row.when != "patterns"}
        number = self._blank(type)
        no_row = Said(number, self._yes, self._no, self._no), Said(number, self._no, self._no, self._yes)
        missing = self._outcome(side, by_kind["missing"].outcome, table, type) if "missing" in by_kind else no_row[0]
        rest = self._outcome(side, by_kind["otherwise"].outcome, table, type) if "otherwise" in by_kind else no_row[1]
        found = self._if(bad, no_row[1], self._if(gone, missing, rest))
        for row in reversed([row for row in table.rows if row.when == "patterns"]):
            pairs = list(zip(inputs, row.patterns, strict=True))
            matches = [self._alternatives(side, one, alternatives) for one, alternatives in pairs]
            asked = [
                one.wrong if not any(isinstance(pattern, op.Anything) for pattern in alternatives) else self._no
                for one, alternatives in pairs
            ]
            # A fault of an input counts where every other input matches.
            found = self._if(z3.And(matches), self._outcome(side, row.outcome, table, type), found)
            met = z3.And([z3.Or(one, wrong) for one, wrong in zip(matches, asked, strict=True)])
            found = self._if(z3.And(met, z3.Or(asked)), no_row[1], found)
        return found

    def _blank(self, type: ValueType) -> Any:
        if type.kind == "yes/no":
            return self._no
        return self.z3.IntVal(0) if type.kind in ("choice", "text") else self._real(Fraction(0))

    def _alternatives(self, side: int, one: Said, alternatives: Sequence[op.Pattern]) -> Any:
        z3, found = self.z3, []
        for pattern in alternatives:
            match pattern:
                case op.Anything():
                    return self._yes
                case op.Missing():
                    found.append(z3.And(z3.Not(one.wrong), z3.Or(one.absent, one.unfit)))
                case op.Equal(value):
                    found.append(z3.And(self._holds(one), one.value == self._of(side, value).value))
                case op.Between():
                    found.append(z3.And(self._holds(one), self._between(side, one.value, pattern)))
        return z3.Or(found)

    def _between(self, side: int, value: Any, pattern: op.Between) -> Any:
        found = []
        if pattern.low is not None:
            low = self._of(side, pattern.low).value
            found.append(value >= low if pattern.low_closed else value > low)
        if pattern.high is not None:
            high = self._of(side, pattern.high).value
            found.append(value <= high if pattern.high_closed else value < high)
        return self.z3.And(found)

    def _outcome(self, side: int, outcome: op.Outcome, table: op.Table | None, type: ValueType | None = None) -> Said:
        match outcome:
            case op.Value(node):
                return self._of(side, node)
            case op.Linear() if table is not None:
                parts = [self._of(side, node) for node in (
                    table.inputs[outcome.input], outcome.low, outcome.high, outcome.start, outcome.end)]
                x, low, high, start, end = (part.value for part in parts)
                self.products = self.products or not all(
                    self.z3.is_rational_value(self.z3.simplify(part.value)) for part in parts[1:]
                )
                return self._strict(parts, start + (x - low) / (high - low) * (end - start), high == low)
        blank = self._real(Fraction(0)) if type is None else self._blank(type)
        return Said(blank, self._no, self._yes, self._no)

    def _conditions(self, side: int, conditions: Sequence[op.Condition], below: Said) -> Said:
        z3, found = self.z3, below
        for condition in reversed(conditions):
            said = self._of(side, condition.node)
            yes = z3.And(self._holds(said), said.value)
            decides = yes if condition.word == "if" else z3.Not(yes)
            given = self._outcome(side, condition.outcome, None)
            wrong = Said(given.value, self._no, self._no, self._yes)
            found = self._if(said.wrong, wrong, self._if(decides, given, found))
        return found

    def _inside(self, said: Said, worth: Fraction) -> Said:
        """Points outside 0 to the worth are impossible, and so is absence."""
        z3 = self.z3
        outside = z3.Or(said.value < 0, said.value > self._real(worth))
        wrong = z3.Or(said.wrong, said.absent, z3.And(self._holds(said), outside))
        return Said(said.value, self._no, z3.And(said.unfit, z3.Not(wrong)), wrong)

    def _touchpoint(self, side: int, touchpoint: op.Touchpoint, table: str | None) -> Said:
        z3, worth = self.z3, from_exact(touchpoint.amount)
        said = self._read(self._of(side, touchpoint.rule))
        own = self._of(side, touchpoint.rule)
        said = Said(said.value, own.absent, own.unfit, own.wrong)
        if touchpoint.missing is not None:
            said = self._if(said.absent, self._outcome(side, touchpoint.missing, None), said)
        said = self._inside(self._conditions(side, touchpoint.conditions, said), worth)
        if touchpoint.rounding is not None:
            value = self._rounded(said.value, touchpoint.rounding.mode, from_exact(touchpoint.rounding.step))
            said = self._inside(Said(value, said.absent, said.unfit, said.wrong), worth)
        if not touchpoint.strata or table is None:
            return said
        schema = next(one for one in self.question.sides[side].plan.tables if one.name == table)
        stratum = self._variables.get(schema.stratum or "")
        if stratum is None:
            raise CannotSay
        belongs = z3.Or([stratum.value == self._name(name) for name in touchpoint.strata])
        return self._if(belongs, said, Said(said.value, self._no, self._yes, self._no))

    def _score(self, side: int, node: op.Node, operation: op.RowScore | op.Indicator) -> Said:
        from_step: Any = self.question.prepared[side].steps[node]
        combination = from_step.combination
        if isinstance(operation, op.Indicator) and operation.row_score is not None:
            said = self._of(side, operation.row_score)
        elif isinstance(operation, op.Indicator) and operation.value is not None:
            said = self._of(side, operation.value)
            if operation.missing is not None:
                said = self._if(self._read(said).absent, self._outcome(side, operation.missing, None), said)
            said = Said(said.value, self._no, said.unfit, self.z3.Or(said.wrong, said.absent))
        elif combination.parts:
            said = self._combined(side, combination)
        else:
            said = self._extras_alone(side, from_step.extras)
        for extra in from_step.extras:
            amount = self._of(side, extra.node)
            there = self._holds(amount)
            value = self.z3.If(there, said.value + amount.value * extra.sign, said.value)
            said = Said(value, said.absent, said.unfit, self.z3.Or(
                said.wrong, self.z3.And(self._holds(said), amount.wrong)))
        for limit in operation.limits:
            said = self._limited(side, said, limit)
        if operation.rounding is not None:
            rounded = self._rounded(said.value, operation.rounding.mode, from_exact(operation.rounding.step))
            said = Said(rounded, said.absent, said.unfit, said.wrong)
        worth = from_exact(operation.worth)
        if isinstance(operation, op.Indicator) and operation.value is not None and not from_step.extras:
            said = self._inside(said, worth)
        if not operation.conditions:
            return said
        free = self._conditions(side, operation.conditions, Said(said.value, self._no, self._yes, self._no))
        decided = self._conditions(side, operation.conditions, said)
        held = self._inside(free, worth)
        read = self.z3.And([self._passed(side, condition) for condition in operation.conditions])
        return self._if(read, decided, held)

    def _passed(self, side: int, condition: op.Condition) -> Any:
        """That the condition does not decide."""
        z3, said = self.z3, self._of(side, condition.node)
        yes = z3.And(self._holds(said), said.value)
        return z3.And(z3.Not(said.wrong), z3.Not(yes) if condition.word == "if" else yes)

    def _combined(self, side: int, combination: Any) -> Said:
        z3 = self.z3
        parts = [(part, self._of(side, part.node)) for part in combination.parts]
        if not all(isinstance(part.weight, Fraction) for part, _ in parts):
            raise CannotSay
        there = [self._holds(said) for _, said in parts]
        wrong = z3.Or([said.wrong for _, said in parts])
        none = z3.And(z3.Not(wrong), z3.Not(z3.Or(there)))
        if combination.kind in ("lowest", "highest"):
            value = self._extreme(combination, parts, there)
        elif combination.kind == "geometric mean":
            raise CannotSay
        else:
            always = [z3.is_true(z3.simplify(one)) for one in there]
            gained = z3.Sum([
                z3.If(one, said.value * self._real(Fraction(part.rate)), self._real(Fraction(0)))
                for (part, said), one in zip(parts, there, strict=True)
            ])
            if all(always):
                whole = sum((part.weight for part, _ in parts), Fraction(0))
                value = gained * self._real(combination.worth / whole)
            else:
                self.products = True
                weight = z3.Sum([
                    z3.If(one, self._real(part.weight), self._real(Fraction(0)))
                    for (part, _), one in zip(parts, there, strict=True)
                ])
                value = gained * self._real(combination.worth) / weight
        return Said(value, self._no, none, wrong)

    def _extreme(self, combination: Any, parts: Sequence[tuple[Any, Said]], there: Sequence[Any]) -> Any:
        z3, found, known = self.z3, self._real(Fraction(0)), self._no
        for (part, said), one in zip(parts, there, strict=True):
            share = said.value / self._real(part.worth)
            better = (share < found) if combination.kind == "lowest" else (share > found)
            found = z3.If(z3.And(one, z3.Or(z3.Not(known), better)), share, found)
            known = z3.Or(known, one)
        return found * self._real(combination.worth)

    def _extras_alone(self, side: int, extras: Sequence[Any]) -> Said:
        z3 = self.z3
        said = [self._of(side, extra.node) for extra in extras]
        some = z3.Or([self._holds(one) for one in said])
        wrong = z3.And(z3.Not(some), z3.Or([one.wrong for one in said]))
        return Said(self._real(Fraction(0)), self._no, z3.And(z3.Not(some), z3.Not(wrong)), wrong)

    def _limited(self, side: int, said: Said, limit: op.Limit) -> Said:
        z3, end = self.z3, self._of(side, limit.value)
        holds, wrong = self._yes, self._no
        if limit.when is not None:
            condition = self._of(side, limit.when)
            holds, wrong = z3.And(self._holds(condition), condition.value), condition.wrong
        beyond = said.value < end.value if limit.word == "at least" else said.value > end.value
        value = z3.If(z3.And(holds, beyond), end.value, said.value)
        bad = z3.Or(said.wrong, z3.And(self._holds(said), z3.Or(wrong, z3.And(holds, self._nothing(end)))))
        return Said(value, said.absent, said.unfit, bad)


def _related(z3: Any, relation: str, left: Any, right: Any) -> Any:
    match relation:
        case "=":
            return left == right
        case "<>":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
    return left >= right

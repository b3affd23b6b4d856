"""Expressions of `lowering` as the text of Python expressions: null is None, and nothing that is written ever raises.

Of a condition three things can be asked: its value (True, False or None), whether it is yes, and whether it is no.
Both of the latter are right as the condition of an `if` and need no null in between, so that most of three-valued logic
comes down to `and`, `or` and a question whether a cell is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.text.record import dataclass

INLINE = 16
"""No text nests deeper than so many operations; what does gets a name."""


class Handed:
    """Names for what the functions are handed as values: texts, and where names have their places."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def __call__(self, value: object) -> str:
        name = f"k{len(self.values)}"
        self.values[name] = value
        return name


@dataclass(frozen=True, slots=True)
class Variable:
    """A column as a function has it: `name` is None where there is no cell; `read` is what else it becomes."""

    name: str
    read: str


class Scope:
    """Writes these expressions over columns. `lines` give names to what is read twice or nests too deeply, and stand
    before what is written.

    `known`: columns that are not null here.
    """

    def __init__(
        self, asked: Sequence[Expr], variables: Mapping[str, Variable], known: Collection[str], handed: Handed
    ) -> None:
        self.lines: list[str] = []
        self._variables = variables
        self._known = known
        self._handed = handed
        self._stored: dict[Expr, str] = {}
        self._nullable: dict[Expr, bool] = {}
        self._depth: dict[Expr, int] = {}
        order = ex.in_order(asked)
        uses = Counter(operand for one in order for operand in one.operands)
        for one in order:
            self._nullable[one] = self._may_be_null(one)
            self._depth[one] = 1 + max((self._depth[operand] for operand in one.operands), default=0)
            if (uses[one] > 1 and not self._is_name(one)) or self._depth[one] > INLINE:
                self._name(one)

    def _may_be_null(self, one: Expr) -> bool:
        if not one.nullable:
            return False
        match one.operation:
            case "column":
                return str(one.value) not in self._known
            case "literal":
                return True
            case "when":
                return any(self._nullable[part] for part in one.operands[1:])
            case "or else":
                return all(self._nullable[part] for part in one.operands)
            case _:
                return any(self._nullable[part] for part in one.operands)

    # ------------------------------------------------------------ names

    def _variable(self, one: Expr) -> Variable:
        return self._variables[str(one.value)]

    def _is_name(self, one: Expr) -> bool:
        """Whether it may stand as it is wherever it is read."""
        if one.operation == "column":
            return self._variable(one).read.isidentifier()
        return one.operation == "literal"

    def _name(self, one: Expr) -> str:
        """A name for it, given before the line that is being written."""
        if one not in self._stored:
            text = self._text(one)
            self._stored[one] = f"v{len(self._stored)}"
            self.lines.append(f"{self._stored[one]} = {text}")
            self._depth[one] = 1
        return self._stored[one]

    def _atom(self, one: Expr) -> str:
        """Text that may stand twice."""
        return self._text(one) if self._is_name(one) else self._name(one)

    def _given(self, operands: Sequence[Expr]) -> list[str]:
        """Questions whether these are there."""
        return [f"{self._cell_or_atom(one)} is not None" for one in operands if self._nullable[one]]

    def _cell_or_atom(self, one: Expr) -> str:
        return self._variable(one).name if one.operation == "column" else self._atom(one)

    # ------------------------------------------------------------ values

    def value(self, one: Expr) -> str:
        return self._stored[one] if one in self._stored else self._text(one)

    def _text(self, one: Expr) -> str:
        match one.operation:
            case "column":
                cell = self._variable(one)
                return f"({cell.read} if {cell.name} is not None else None)" if self._nullable[one] and (
                    cell.read != cell.name) else cell.read
            case "literal":
                return self._handed(one.value) if isinstance(one.value, str) else repr(one.value)
            case "when":
                condition, then, otherwise = one.operands
                return f"({self.value(then)} if {self.true(condition)} else {self.value(otherwise)})"
            case "or else":
                first, second = one.operands
                if not self._nullable[first]:
                    return self.value(first)
                return f"({self.value(second)} if {self._cell_or_atom(first)} is None else {self._there(first)})"
            case "is null":
                (operand,) = one.operands
                return f"({self._cell_or_atom(operand)} is None)" if self._nullable[operand] else "False"
            case "and" | "or" if self._nullable[one]:
                for operand in one.operands:
                    self._atom(operand)
                return f"(True if {self.true(one)} else False if {self.false(one)} else None)"
            case _:
                given = self._given(one.operands)
                plain = self._plain(one)
                return f"({plain} if {' and '.join(given)} else None)" if given else plain

    def _plain(self, one: Expr) -> str:
        """The value where all operands are there."""
        operands = [self._there(part) for part in one.operands]
        match one.operation:
            case "not":
                return f"(not {operands[0]})"
            case "=":
                return f"({operands[0]} == {operands[1]})"
            case word:
                return f"({f' {word} '.join(operands)})"

    def _there(self, one: Expr) -> str:
        """The value of what is there."""
        if one in self._stored:
            return self._stored[one]
        if one.operation == "column":
            return self._variable(one).read
        return self._atom(one) if self._nullable[one] else self._text(one)

    # ------------------------------------------------------------ conditions

    def true(self, one: Expr) -> str:
        """True where it is yes, and something that counts as false elsewhere."""
        if one in self._stored or one.operation in ("column", "literal", "is null"):
            return self.value(one)
        match one.operation:
            case "and" | "or":
                return f"({f' {one.operation} '.join(map(self.true, one.operands))})"
            case "not":
                return self.false(one.operands[0])
            case "when":
                condition, then, otherwise = one.operands
                return f"({self.true(then)} if {self.true(condition)} else {self.true(otherwise)})"
            case "or else" if one.operands[1] is ex.NO:
                return self.true(one.operands[0])
            case "or else":
                return self._text(one)
            case _:
                return self._asked(one, self._plain(one))

    def false(self, one: Expr) -> str:
        """True where it is no, and something that counts as false elsewhere."""
        if one in self._stored or one.operation in ("column", "literal", "is null", "or else"):
            name = self._atom(one)
            return f"({name} is False)" if self._nullable[one] else f"(not {name})"
        match one.operation:
            case "and" | "or":
                word = "or" if one.operation == "and" else "and"
                return f"({f' {word} '.join(map(self.false, one.operands))})"
            case "not":
                return self.true(one.operands[0])
            case "when":
                condition, then, otherwise = one.operands
                return f"({self.false(then)} if {self.true(condition)} else {self.false(otherwise)})"
            case _:
                return self._asked(one, f"(not {self._plain(one)})")

    def _asked(self, one: Expr, plain: str) -> str:
        given = self._given(one.operands)
        return f"({' and '.join((*given, plain))})" if given else plain

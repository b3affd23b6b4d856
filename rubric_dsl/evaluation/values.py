"""What a node can be worth while a plan runs: a number, yes or no, a name, a moment, nothing, or a fault.

Not given (`ABSENT`), not applicable and zero are three values. `Undefined` is a fault that has not been reached yet: it
flows like absence through what reads it and becomes a run error where a score, a ranking, a condition or a reported
value depends on it.
"""

from __future__ import annotations

import datetime
import enum
from dataclasses import replace
from fractions import Fraction
from typing import Literal, TypeGuard

from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.numbers.reals import Exact, Real
from rubric_dsl.resolved.operations import Node
from rubric_dsl.resolved.types import ValueType
from rubric_dsl.text.record import dataclass


class Nothing(enum.Enum):
    """No value, for a stated reason."""

    ABSENT = "absent"
    NOT_APPLICABLE = "not applicable"


ABSENT = Nothing.ABSENT
NOT_APPLICABLE = Nothing.NOT_APPLICABLE

Reason = Literal[
    "division by zero",
    "outside domain",
    "undecided",
    "no row matches",
    "outside its range",
    "outside its worth",
    "absent",
    "too large",
]


@dataclass(frozen=True, slots=True)
class Undefined:
    """A fault of `node`, with the values that caused it by their nodes, and where it was met if that is known."""

    reason: Reason
    node: Node
    values: tuple[tuple[Node, Value], ...] = ()
    subject: str | None = None
    table: str | None = None
    row: int | None = None
    needed_by: Node | None = None
    """The score on that row which reached it."""

    def at(
        self, subject: str, table: str | None = None, row: int | None = None, needed_by: Node | None = None
    ) -> Undefined:
        """The same fault with its place, if it has none yet."""
        if self.subject is not None:
            return self
        return replace(self, subject=subject, table=table, row=row, needed_by=needed_by)


Given = Fraction | Real | bool | str | int
"""A value that is there."""

Value = Given | Nothing | Undefined


def is_given(value: Value) -> TypeGuard[Given]:
    return not isinstance(value, (Nothing, Undefined))


def is_number(value: Value) -> TypeGuard[Exact]:
    """A number, percent or duration; moments are numbers only for `as_number`."""
    kind = type(value)  # an abstract base class is slow to ask for what is no instance of it
    return kind is Fraction or kind is Real


def as_number(value: Given) -> Exact:
    """The value on the number line: moments by their day or minute."""
    if is_number(value):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    raise TypeError(f"{value!r} is not a number")


def constant_value(text: str, type: ValueType) -> Given:
    """The runtime value of a constant's exact text (`"19/2"`, `"yes"`, `2020-10-28`, `14:56`, a name)."""
    match type.kind:
        case "yes/no":
            return text == "yes"
        case "text" | "choice":
            return text
        case "date":
            return datetime.date.fromisoformat(text).toordinal()
        case "time":
            return int(text[:2]) * 60 + int(text[3:])
        case _:
            return from_exact(text)

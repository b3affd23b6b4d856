"""Types, grains and domains: what a value is, how many of it there are, and which values it may take."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from rubric_dsl.text.record import dataclass

TypeKind = Literal["number", "percent", "duration", "yes/no", "text", "choice", "date", "time"]


@dataclass(frozen=True, slots=True)
class ValueType:
    """The type of a value. Runtime form: number, percent (1/2 for 50%) and duration (seconds) are exact rationals;
    yes/no a bool; text and choice (the member's name) a str; date the proleptic ordinal and time the minutes since
    midnight, both int. `members` are a choice's names in declared order (the lowest class or first member first).
    """

    kind: TypeKind
    members: tuple[str, ...] = ()

    def __hash__(self) -> int:
        # Types are looked up with every node; of 20,000 classes the ends tell enough.
        return hash((self.kind, len(self.members), self.members[:1], self.members[-1:]))

    @property
    def numeric(self) -> bool:
        return self.kind in ("number", "percent", "duration")

    @property
    def ordered(self) -> bool:
        return self.kind in ("number", "percent", "duration", "date", "time")


NUMBER = ValueType("number")
PERCENT = ValueType("percent")
DURATION = ValueType("duration")
YES_NO = ValueType("yes/no")
TEXT = ValueType("text")
DATE = ValueType("date")
TIME = ValueType("time")

GrainKind = Literal["constant", "row", "subject", "cohort"]


@dataclass(frozen=True, slots=True)
class Grain:
    """How many values: one for all (constant), one a row of `table`, one a subject, one for all subjects (cohort; or
    one a group of subjects, which is carried at subject grain)."""

    kind: GrainKind
    table: str | None = None


CONSTANT = Grain("constant")
SUBJECT = Grain("subject")
COHORT = Grain("cohort")

# ---------------------------------------------------------------- domains


@dataclass(frozen=True, slots=True)
class Interval:
    """Rationals between two ends (None: no end), on the grid of multiples of `step` if there is one.

    Used for numbers, percents (95% is 95/100), durations (seconds), dates (ordinals, step 1), times (minutes, step 1).
    """

    low: Fraction | None = None
    high: Fraction | None = None
    low_closed: bool = True
    high_closed: bool = True
    step: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share: k of n, 0 <= k <= n, n >= 1; any n, or one of `sizes`."""

    sizes: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """A finite set of rationals, ascending (a computed input found by enumeration)."""

    values: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Members:
    """A finite set of names (choice members in declared order) or of `"yes"`, `"no"`."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnyText:
    """Every text."""


Domain = Interval | Ratio | Points | Members | AnyText
EVERYTHING = Interval()

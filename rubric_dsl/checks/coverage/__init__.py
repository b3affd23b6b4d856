"""Whether a decision table says something, and one thing only, about every combination of inputs that can occur.

A pure algorithm over domains and pieces: it knows no rubric, no lines and no words. Each axis is cut at all ends that
its pieces name into cells within which all rows agree; a table of one input is then a few operations on sets of cells
(`check.single`), one of several a memoised descent (`descent`). Conditions between inputs, of presence or `must`, are
decided exactly (`conditions`, `linear`).
"""

from rubric_dsl.checks.coverage.check import cover
from rubric_dsl.checks.coverage.model import (
    ANYTHING,
    MISSING,
    PRESENT,
    AllBut,
    AllOf,
    AnyOf,
    Axis,
    Between,
    Constraint,
    Coverage,
    Gap,
    Holds,
    IsMissing,
    Limits,
    Linear,
    Never,
    NotOf,
    OneOf,
    Overlap,
    Piece,
    PresentExactlyWhen,
    TableRow,
    Undecided,
    Value,
)

__all__ = [
    "ANYTHING",
    "MISSING",
    "PRESENT",
    "AllBut",
    "AllOf",
    "AnyOf",
    "Axis",
    "Between",
    "Constraint",
    "Coverage",
    "Gap",
    "Holds",
    "IsMissing",
    "Limits",
    "Linear",
    "Never",
    "NotOf",
    "OneOf",
    "Overlap",
    "Piece",
    "PresentExactlyWhen",
    "TableRow",
    "Undecided",
    "Value",
    "cover",
]

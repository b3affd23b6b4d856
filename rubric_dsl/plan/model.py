"""The scoring plan: everything an engine, an explanation or a diff needs, as typed data in canonical JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, TypeVar

from rubric_dsl.plan.json import from_json
from rubric_dsl.resolved.operations import Operation
from rubric_dsl.resolved.types import Grain, ValueType
from rubric_dsl.text.record import dataclass

FORMAT = "rubric-plan/1"

ValueKind = Literal["measure", "bands", "indicator", "touchpoint"]
Own = TypeVar("Own", bound="Strict")


class Strict:
    """A part of a plan. Plans are made from checked rubrics; what comes from JSON is read strictly (`plan.json`)."""

    __slots__ = ()

    def model_copy(self: Own, *, update: Mapping[str, Any]) -> Own:
        """The same with other values of these fields."""
        return replace(self, **update)  # type: ignore[type-var]

    @classmethod
    def model_validate_json(cls: type[Own], text: str | bytes) -> Own:
        """From JSON; raises ValueError where the text is anything else."""
        return from_json(cls, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines(Strict):
    """Where in a rubric: file and 1-based first and last line."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds(Strict):
    """Proved ends of a numeric value, exact text; None: not bounded on that side."""

    low: str | None
    high: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNode(Strict):
    """One node. `id` is its place in `ScoringPlan.nodes`; operands are smaller."""

    id: int
    operation: Operation
    type: ValueType
    grain: Grain
    may_be_absent: bool
    bounds: Bounds | None
    denominator: int | None
    """All values are multiples of 1/denominator, proved; None: not known."""
    irrational: bool
    """The value may be irrational (enclosed)."""
    lines: tuple[Lines, ...]
    """Where it came from. Of a table: its inputs, then each row. Of a score or touchpoint: its name, then each
    condition in order (and the `missing:` line of a touchpoint last)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSchema(Strict):
    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSchema(Strict):
    """What a cell must be. Range ends are exact texts in the runtime unit (seconds, 1/2 for 50%), dates and times as
    they are written."""

    name: str
    label: str | None
    type: Literal["text", "yes/no", "choice", "whole number", "number", "percent", "seconds", "date", "time"]
    members: tuple[MemberSchema, ...]
    low: str | None
    high: str | None
    decimals: int | None
    """Most digits after the point a cell may have, in the written unit; None: any."""
    percent_written: Literal["with sign", "87.5", "0.875"] | None
    duration_written: Literal["m:ss", "h:mm"] | None = None
    """What `1:05` means in a column of seconds; None: it is refused."""
    presence: Literal["always", "optional", "when"]
    present_when: int | None
    """Node of the condition, for "when"."""
    written_absent: tuple[str, ...]
    """Cells that mean absent (`optional written …`); then a blank is refused unless "" is listed."""
    key: bool
    private: bool
    lines: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class MustSchema(Strict):
    """A rule between the cells of a row: a row where the node is no is refused; where it is absent (it reads an absent
    cell unguarded) the rule says nothing."""

    node: int
    columns: tuple[str, ...]
    message: str
    lines: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSchema(Strict):
    name: str
    label: str | None
    subject: str
    folding: Literal["averaged", "totalled", "one row each"]
    stratum: str | None
    """The choice column of `averaged by`."""
    period: str | None = None
    """The column of `each`; None: the rows belong to every period."""
    one_row_each: bool
    """`averaged by S, one row each`."""
    stratum_weights: int | None
    """Weights node over the stratum's members."""
    missing: str | None
    """None, "not applicable", or the exact value (only "0") that a scenario without rows scores."""
    columns: tuple[ColumnSchema, ...]
    musts: tuple[MustSchema, ...]
    lines: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedValue(Strict):
    """Something a rubric names and a report shows: in written order, indicators before their parts."""

    name: str
    label: str | None
    kind: ValueKind
    node: int
    depth: int
    """Nesting of indicators and touchpoints; 0 for the rest."""
    class_labels: dict[str, str]
    """Of bands: class name to label."""
    lines: Lines
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSchema(Strict):
    name: str
    label: str | None
    type: ValueType
    default: str
    value: str
    """In this plan (differs from the default after `--set`)."""
    low: str | None
    high: str | None
    lines: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingSchema(Strict):
    name: str
    label: str | None
    by: str
    node: int
    lines: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseSchema(Strict):
    """A promise and what compiling could say of it."""

    title: str
    kind: Literal["always", "never_rises", "never_falls"]
    claim: int | None
    """Node of an `always` claim."""
    item: str | None
    column: str | None
    status: Literal["proved", "not proved yet"]
    cases: int | None
    """How many cases an enumeration covered."""
    lines: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Header(Strict):
    title: str
    edition: str | None
    source: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringPlan(Strict):
    format: Literal["rubric-plan/1"] = "rubric-plan/1"
    header: Header
    tables: tuple[TableSchema, ...]
    subjects: tuple[str, ...] | None
    """Declared subjects (members of the subject choice); None: from the register or from the data."""
    register_table: str | None
    """The `one row each` table whose rows are the subjects."""
    period: str | None = None
    """The column of `each` in the tables that have it; then subjects are scored and ranked period by period."""
    parameters: tuple[ParameterSchema, ...]
    nodes: tuple[PlanNode, ...]
    values: tuple[NamedValue, ...]
    rankings: tuple[RankingSchema, ...]
    promises: tuple[PromiseSchema, ...]

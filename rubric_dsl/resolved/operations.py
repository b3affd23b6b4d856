"""The operations of a scoring plan: one frozen class a kind, operands given by node number.

An operand is the number of an earlier node, so a list of operations in ascending order is evaluated from the front
to the back without recursion. Numbers stand as exact text (`"19/2"`), texts as they are, dates `2020-10-28`, times
`14:56`. Resolving builds them, the plan lists them, engines evaluate them. `language.md` section 7 is what they
mean.

Two values are not numbers: *absent* (an operand that is absent makes the result absent unless said otherwise
below) and *not applicable* (only scores; read by an expression it counts as absent). *Undefined* (division by
zero, a root outside its domain) is an error once it is used by something that is really reached: `Choose`, `All`,
`Any`, `Table` and guards stop when decided and an undefined value on the other side does no harm.
"""

from __future__ import annotations

from typing import Literal

from rubric_dsl.text.record import dataclass

Node = int
"""The number of a node in its plan."""

# ---------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal of the node's type: `"1/2"`, `"yes"`, `"no"`, a member's name, a text, `2020-10-28`, `14:56`."""

    value: str
    kind: Literal["constant"] = "constant"


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kind: Literal["parameter"] = "parameter"


@dataclass(frozen=True, slots=True)
class Column:
    """A cell of the row; a column of a `one row each` table read by a subject expression has subject grain (a fact)."""

    table: str
    column: str
    kind: Literal["column"] = "column"


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject's own name (subject grain): its text, or the member's name where subjects are a choice."""

    kind: Literal["subject"] = "subject"


@dataclass(frozen=True, slots=True)
class Period:
    """The period that the subject is scored in (subject grain), in a rubric with `each`."""

    kind: Literal["period"] = "period"


@dataclass(frozen=True, slots=True)
class Previous:
    """The operand's value of the same subject in the period before; absent where there is none (subject grain)."""

    operand: Node
    kind: Literal["previous"] = "previous"


@dataclass(frozen=True, slots=True)
class Present:
    """Yes where the operand is neither absent nor not applicable."""

    operand: Node
    kind: Literal["present"] = "present"


@dataclass(frozen=True, slots=True)
class Add:
    terms: tuple[Node, ...]
    minus: tuple[bool, ...]
    kind: Literal["add"] = "add"


@dataclass(frozen=True, slots=True)
class Multiply:
    factors: tuple[Node, ...]
    divided: tuple[bool, ...]
    kind: Literal["multiply"] = "multiply"


@dataclass(frozen=True, slots=True)
class Power:
    base: Node
    exponent: Node
    kind: Literal["power"] = "power"


@dataclass(frozen=True, slots=True)
class Negate:
    operand: Node
    kind: Literal["negate"] = "negate"


Mode = Literal["half up", "half even", "up", "down"]


@dataclass(frozen=True, slots=True)
class Round:
    """To a multiple of `step` (exact text, in the node's runtime unit: 1% is "1/100")."""

    operand: Node
    mode: Mode
    step: str
    kind: Literal["round"] = "round"


FunctionName = Literal[
    "abs",
    "min",
    "max",
    "clamp",
    "floor",
    "ceiling",
    "sqrt",
    "ln",
    "log",
    "exp",
    "days_between",
    "years_between",
    "goalposts",
]


@dataclass(frozen=True, slots=True)
class Function:
    """`days_between` gives seconds (a duration), `years_between` completed years."""

    name: FunctionName
    operands: tuple[Node, ...]
    kind: Literal["function"] = "function"


@dataclass(frozen=True, slots=True)
class Compare:
    relation: Literal["=", "<>", "<", "<=", ">", ">="]
    left: Node
    right: Node
    kind: Literal["compare"] = "compare"


@dataclass(frozen=True, slots=True)
class Member:
    """Yes where the operand is one of the values (member names or texts)."""

    operand: Node
    values: tuple[str, ...]
    kind: Literal["member"] = "member"


@dataclass(frozen=True, slots=True)
class Not:
    operand: Node
    kind: Literal["not"] = "not"


@dataclass(frozen=True, slots=True)
class All:
    """`and`, from the left, stopping at the first no."""

    operands: tuple[Node, ...]
    kind: Literal["all"] = "all"


@dataclass(frozen=True, slots=True)
class Any:
    """`or`, from the left, stopping at the first yes."""

    operands: tuple[Node, ...]
    kind: Literal["any"] = "any"


@dataclass(frozen=True, slots=True)
class Choose:
    condition: Node
    then: Node
    otherwise: Node
    kind: Literal["choose"] = "choose"


@dataclass(frozen=True, slots=True)
class Only:
    """The operand, present exactly where the condition is yes (`measure … when COND`); the operand is not read
    elsewhere."""

    condition: Node
    operand: Node
    kind: Literal["only"] = "only"


@dataclass(frozen=True, slots=True)
class Within:
    """The operand; the run fails where it is present and outside the ends (constants or parameters; None: no end)."""

    operand: Node
    low: Node | None
    high: Node | None
    kind: Literal["within"] = "within"


# ---------------------------------------------------------------- tables


@dataclass(frozen=True, slots=True)
class Between:
    """Ends are constant or parameter nodes; None is no end."""

    low: Node | None
    low_closed: bool
    high: Node | None
    high_closed: bool
    kind: Literal["between"] = "between"


@dataclass(frozen=True, slots=True)
class Equal:
    """A constant or parameter node."""

    value: Node
    kind: Literal["equal"] = "equal"


@dataclass(frozen=True, slots=True)
class Anything:
    """Everything, absence included."""

    kind: Literal["anything"] = "anything"


@dataclass(frozen=True, slots=True)
class Missing:
    """Absence."""

    kind: Literal["missing"] = "missing"


Pattern = Between | Equal | Anything | Missing


@dataclass(frozen=True, slots=True)
class Value:
    """The node's value."""

    node: Node
    kind: Literal["value"] = "value"


@dataclass(frozen=True, slots=True)
class Linear:
    """From the value `start` where input `input` equals the node `low` to the value `end` where it equals `high`."""

    input: int
    low: Node
    high: Node
    start: Node
    end: Node
    kind: Literal["linear"] = "linear"


@dataclass(frozen=True, slots=True)
class NotApplicable:
    kind: Literal["not applicable"] = "not applicable"


Outcome = Value | Linear | NotApplicable
"""A class of `bands` and a member of a choice are values: constants of a choice type."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table. `when`: "patterns" (patterns[i] are the alternatives for input i); "otherwise" (all inputs
    present and no row above matches); "missing" (some input absent and no row with patterns matches)."""

    when: Literal["patterns", "otherwise", "missing"]
    patterns: tuple[tuple[Pattern, ...], ...]
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Table:
    """The outcome of the matching row (the first, in `first_match`); no matching row is an impossible value."""

    inputs: tuple[Node, ...]
    rows: tuple[Row, ...]
    first_match: bool
    kind: Literal["table"] = "table"


# ---------------------------------------------------------------- over rows and subjects

AggregateName = Literal[
    "share", "count", "sum", "mean", "trimmed_mean", "median", "percentile", "lowest", "highest", "deviation", "folded"
]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One value from rows of `table`: of the subject, or with `pooled` of all subjects (cohort grain; `within`: of the
    subjects that share this subject's value of the node `within`, carried at subject grain).

    `where` selects rows first. `share` and `count` take a yes/no operand (`count` of a table: None); `percentile` takes
    `argument` (a constant node, 90% is "9/10"). Rows where the operand is absent must not occur (presence is checked).
    With `averaged by S, one row each`, the n of `share` is the number of rows.
    """

    name: AggregateName
    table: str
    operand: Node | None
    where: Node | None
    argument: Node | None
    pooled: bool
    within: Node | None
    kind: Literal["aggregate"] = "aggregate"


AcrossName = Literal[
    "share",
    "count",
    "sum",
    "mean",
    "trimmed_mean",
    "median",
    "percentile",
    "lowest",
    "highest",
    "deviation",
    "rank",
    "percentile_rank",
    "minmax",
    "zscore",
]


@dataclass(frozen=True, slots=True)
class Across:
    """One value from the subjects' values of `operand` (those that have it), or each subject's place among them.

    `rank`, `percentile_rank`, `minmax`, `zscore` have subject grain and are absent where the operand is; the
    others have cohort grain, or subject grain with `within` (the group: subjects with the same value of that
    node).
    """

    name: AcrossName
    operand: Node
    argument: Node | None
    within: Node | None
    where: Node | None = None
    kind: Literal["across"] = "across"


# ---------------------------------------------------------------- scores


@dataclass(frozen=True, slots=True)
class Condition:
    """`unless` gives the outcome where `node` is not yes, `if` where it is yes, `when` is not applicable where it
    is not yes."""

    word: Literal["unless", "if", "when"]
    node: Node
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Limit:
    """`at least` or `at most`; holds only where `when` (None: always) is yes."""

    word: Literal["at least", "at most"]
    value: Node
    when: Node | None


@dataclass(frozen=True, slots=True)
class Rounding:
    mode: Mode
    step: str


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """Points of a touchpoint at its own grain, or not applicable.

    In order: `conditions`; then `rule`, and `missing` where the rule is absent; then `rounding`. `amount` is the
    worth, or the most a penalty or bonus can be (penalties are positive here and taken off by the indicator).
    Points outside 0 to `amount` are an impossible value. `strata`: the scenarios it belongs to (empty: all).
    """

    name: str
    stake: Literal["worth", "penalty", "bonus"]
    amount: str
    strata: tuple[str, ...]
    conditions: tuple[Condition, ...]
    rule: Node
    missing: Outcome | None
    rounding: Rounding | None
    kind: Literal["touchpoint"] = "touchpoint"


Combination = Literal["sum", "mean", "geometric mean", "lowest", "highest"]
"""`sum` without `combined by`: worth × Σ wᵢfᵢ ÷ Σ wᵢ, the same as `mean` (kept apart for display only)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A worth-carrying part: a touchpoint or indicator node with the weight that takes the place of its worth
    (None: its worth)."""

    node: Node
    weight: str | None


@dataclass(frozen=True, slots=True)
class RowScore:
    """Score of an indicator on a row of `table` by steps (1) to (5), or not applicable (the row is left out).

    `conditions` are the row conditions, those of the indicators around it first. `parts` are its touchpoints with a
    worth, `extras` its penalties and bonuses. `panel` (a Weights node) gives the weights of the parts when set.
    """

    name: str
    table: str
    worth: str
    conditions: tuple[Condition, ...]
    parts: tuple[Part, ...]
    extras: tuple[Node, ...]
    panel: Node | None
    combination: Combination
    limits: tuple[Limit, ...]
    rounding: Rounding | None
    kind: Literal["row score"] = "row score"


@dataclass(frozen=True, slots=True)
class Indicator:
    """Score of an indicator for a subject, out of `worth`, or not applicable.

    Exactly one source: `row_score` (folded as its table says), `parts` (indicators, or touchpoints at subject
    grain), `value` (`= EXPR`), or none (extras alone). `conditions` are those of one value a subject: they are
    read first, and the first that decides replaces the score. Then the source, `missing` where `value` is absent,
    `extras`, `limits`, `rounding`.
    """

    name: str
    worth: str
    conditions: tuple[Condition, ...]
    row_score: Node | None
    parts: tuple[Part, ...]
    extras: tuple[Node, ...]
    value: Node | None
    missing: Outcome | None
    panel: Node | None
    combination: Combination
    limits: tuple[Limit, ...]
    rounding: Rounding | None
    kind: Literal["indicator"] = "indicator"


@dataclass(frozen=True, slots=True)
class Judge:
    """One expert: for ratings the cell of each item; for AHP the full reciprocal matrix, row by row, as exact texts."""

    expert: str
    cells: tuple[str, ...]


PanelMethod = Literal["mean", "trimmed mean", "median", "geometric mean", "ahp eigenvector", "ahp geometric mean"]


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of `items`, which add up to 1, from an expert panel (`numbers.panels` computes them)."""

    name: str
    items: tuple[str, ...]
    method: PanelMethod
    meet: Literal["judgements", "weights"] | None
    judges: tuple[Judge, ...]
    steps: str | None
    kind: Literal["weights"] = "weights"


@dataclass(frozen=True, slots=True)
class TieKey:
    node: Node
    lowest_first: bool


@dataclass(frozen=True, slots=True)
class RankCap:
    rank: int
    condition: Node


@dataclass(frozen=True, slots=True)
class Ranking:
    """Places of the subjects by `by` (section 8). `within`: a node whose value names the group."""

    name: str
    by: Node
    within: Node | None
    lowest_first: bool
    rounding: Rounding | None
    ties: Literal["share", "dense", "by"]
    keys: tuple[TieKey, ...]
    caps: tuple[RankCap, ...]
    excludes: tuple[Node, ...]
    kind: Literal["ranking"] = "ranking"


Operation = (
    Constant
    | Parameter
    | Column
    | Subject
    | Period
    | Previous
    | Present
    | Add
    | Multiply
    | Power
    | Negate
    | Round
    | Function
    | Compare
    | Member
    | Not
    | All
    | Any
    | Choose
    | Only
    | Within
    | Table
    | Aggregate
    | Across
    | Touchpoint
    | RowScore
    | Indicator
    | Weights
    | Ranking
)

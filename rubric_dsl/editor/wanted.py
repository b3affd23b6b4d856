"""Which names make sense at the cursor: by what stands before it on its line, and what the line stands under."""

from __future__ import annotations

from typing import Any

from rubric_dsl.editor.context import Cursor, Cut
from rubric_dsl.editor.project import Analysis
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import function_id
from rubric_dsl.surface.tokens import Tokens
from rubric_dsl.text.record import dataclass

AGGREGATES = frozenset((
    *("share", "count", "sum", "mean", "trimmed_mean", "median", "percentile", "lowest", "highest", "deviation"),
    "folded",
))
SCORED = frozenset({"indicator", "touchpoint", "measure"})
VALUES = frozenset({"column", "parameter", "measure", "bands", "formula", "indicator", "touchpoint"})
OF_SUBJECTS = VALUES - {"column"}
OF_ROWS = frozenset({"column", "parameter", "formula", "measure"})
# The word right before the cursor that says what kind of name comes.
AFTER = {
    "_WEIGHTS_FROM": frozenset({"weights"}),
    "_WEIGHTED_BY": frozenset({"weights"}),
    "_LIKE": frozenset({"example"}),
    "_REFUSED": frozenset({"column"}),
    "_ACROSS": frozenset({"column"}),
    "_WITHIN": frozenset({"column", "bands"}),
    "_EACH": frozenset({"column"}),
    "_TIES_BY": SCORED,
    "_DROP": OF_SUBJECTS | {"table", "weights", "ranking"},
}
# Words behind which a name is declared, which nobody can foresee.
DECLARING = frozenset(
    {"_OBSERVE", "_PARAMETER", "_MEASURE", "_FORMULA", "_BANDS", "_WEIGHTS", "_INDICATOR", "_TOUCHPOINT", "_EXAMPLE"}
)


@dataclass(frozen=True, slots=True)
class Wanted:
    kinds: frozenset[str] = frozenset()
    table: str | None = None
    """Columns of this table only."""
    members: tuple[tree.Named, ...] = ()
    yes_no: bool = False
    functions: bool = False
    facts: bool = False
    """Columns of a register too: facts about a subject."""
    not_these: frozenset[str] = frozenset()


NOTHING = Wanted()


def wanted(analysis: Analysis, cursor: Cursor, cut: Cut) -> Wanted:
    tokens = cut.tokens
    before = tokens.kinds[-1] if tokens.kinds else ""
    node = cursor.above[0].node if cursor.above else None
    if cursor.place == "grid_line":
        return _in_grid(analysis, node, cursor, tokens)
    asked_by = _operand_of_is(tokens)
    if asked_by is not None:
        choice = analysis.choices.get(asked_by)
        return Wanted(members=choice.members if choice else (), yes_no=choice is None)
    if not tokens.kinds and cursor.place == "statement":
        return NOTHING
    if before in DECLARING or (cursor.place == "observe_line" and _declares_column(tokens)):
        return NOTHING
    if before in AFTER:
        return Wanted(AFTER[before])
    head = tokens.kinds[0] if tokens.kinds else ""
    if head == "_TOUCHPOINT" and "_IN" in tokens.kinds and before in ("_IN", "|"):
        return Wanted(members=_strata(analysis))
    if head == "_RANKING" and before in ("_BY", ","):
        return Wanted(SCORED)
    if head == "_TIES_BY":
        return Wanted(SCORED)
    if head in ("_OBSERVE", "_EXAMPLE", "_GIVEN"):
        return Wanted(frozenset({"table"} if head != "_OBSERVE" else {"column"}))
    if cursor.place in ("table_line", "by_touchpoint_line") and ":" not in tokens.kinds and not head.startswith("_"):
        return _pattern(analysis, node, tokens)
    if cursor.place in ("table_line", "by_touchpoint_line") and ":" not in tokens.kinds and head in PATTERN_WORDS:
        return Wanted(frozenset({"parameter"}))
    if cursor.place == "table_line" and isinstance(node, tree.Bands):
        choice = analysis.choices.get(node.named.name)
        return Wanted(members=choice.members if choice else ())
    return _expression(cursor, node, tokens)


PATTERN_WORDS = frozenset({"_FROM", "_OVER", "_UP_TO", "_UNDER"})


def _expression(cursor: Cursor, node: Any, tokens: Tokens) -> Wanted:
    """By grain: cells in the rules of a table's own rows and inside aggregates, values of subjects outside."""
    own = frozenset(tokens.texts[1:2]) if tokens.kinds[:1] != ["NAME"] else frozenset()
    if cursor.place == "observe_line" and isinstance(node, tree.Observe):
        return Wanted(frozenset({"column", "parameter", "formula"}), node.named.name, functions=True)
    if _inside_aggregate(tokens):
        return Wanted(OF_ROWS | {"table"}, functions=True, not_these=own)
    if cursor.place == "statement" and tokens.kinds[0] != "_TOUCHPOINT":
        return Wanted(OF_SUBJECTS, functions=True, not_these=own, facts=True)
    return Wanted(VALUES, functions=True, not_these=own)


def _inside_aggregate(tokens: Tokens) -> bool:
    inside = [False]
    for index, kind in enumerate(tokens.kinds):
        if kind == "(":
            named = index > 0 and tokens.kinds[index - 1] == "NAME"
            inside.append(inside[-1] or (named and function_id(tokens.texts[index - 1]) in AGGREGATES))
        elif kind == ")" and len(inside) > 1:
            inside.pop()
    return inside[-1]


def _declares_column(tokens: Tokens) -> bool:
    """Whether the name at the cursor would be a column's."""
    return not tokens.kinds or (tokens.kinds[-1] == "," and set(tokens.kinds) <= {"NAME", "QUOTED", ","})


def _operand_of_is(tokens: Tokens) -> str | None:
    """The name that `is`, `is not` or a further `|` after them asks about; None: no such word stands right before."""
    index = len(tokens.kinds) - 1
    while index > 1 and tokens.kinds[index] == "|" and tokens.kinds[index - 1] in ("NAME", "QUOTED"):
        index -= 2
    if index > 0 and tokens.kinds[index] == "_NOT":
        index -= 1
    if index < 1 or tokens.kinds[index] != "_IS":
        return None
    return tokens.texts[index - 1] if tokens.kinds[index - 1] == "NAME" else ""


def _pattern(analysis: Analysis, node: Any, tokens: Tokens) -> Wanted:
    """The members of the choice, or yes and no, that the input at this place of the row takes."""
    table = table_of(node)
    place = tokens.kinds.count(",")
    if table is None or place >= len(table.inputs):
        return NOTHING
    asked = table.inputs[place]
    if not isinstance(asked, tree.Name):
        return Wanted(frozenset({"parameter"}))
    choice = analysis.choices.get(asked.name)
    if choice is not None:
        return Wanted(members=choice.members)
    return Wanted(frozenset({"parameter"}), yes_no=_is_yes_no(analysis, asked.name))


def _is_yes_no(analysis: Analysis, name: str) -> bool:
    binding = analysis.compiled.resolved.scope.names.get(name)
    if isinstance(binding, bind.Column):
        return binding.type.kind == "yes/no"
    if isinstance(binding, bind.Measure):
        return analysis.compiled.resolved.graph.type(binding.node).kind == "yes/no"
    return False


def table_of(node: Any) -> tree.Table | None:
    match node:
        case tree.Bands(table=table) | tree.Touchpoint(rule=tree.TableRule(table=table)):
            return table
        case tree.Measure(body=tree.Table() as table) | tree.Formula(body=tree.Table() as table):
            return table
        case _:
            return None


def _strata(analysis: Analysis) -> tuple[tree.Named, ...]:
    """The scenarios: members of the columns that tables are averaged by."""
    found: dict[str, tree.Named] = {}
    for item in analysis.items:
        if isinstance(item, tree.Observe) and item.folding.by is not None:
            choice = analysis.choices.get(item.folding.by.text)
            found |= {member.name: member for member in (choice.members if choice else ())}
    return tuple(found.values())


def _in_grid(analysis: Analysis, node: Any, cursor: Cursor, tokens: Tokens) -> Wanted:
    header = _header_above(analysis, cursor)
    if header is None:
        if isinstance(node, tree.Given | tree.Example):
            return Wanted(frozenset({"column"}), node.table.text)
        if isinstance(node, tree.Weights):
            return Wanted(frozenset({"indicator", "touchpoint"}))
        return Wanted(VALUES | {"ranking"})
    place = tokens.kinds.count("|")
    head = header.cells[place].text if place < len(header.cells) else ""
    choice = analysis.choices.get(head)
    if choice is not None:
        return Wanted(members=choice.members)
    return Wanted(yes_no=_is_yes_no(analysis, head))


def _header_above(analysis: Analysis, cursor: Cursor) -> tree.GridRow | None:
    """The first row of the grid that the cursor is in; None: the cursor is in it."""
    parent = cursor.above[0]
    parsed = analysis.parsed
    lines = [line for _, line in parsed.lines] if parsed is not None else []
    after = lines.index(parent) + 1 if parent in lines else len(lines)
    first = lines[after] if after < len(lines) else None
    number = cursor.line
    if first is None or first.origin.line >= number or not isinstance(first.node, tree.GridRow):
        return None
    return first.node

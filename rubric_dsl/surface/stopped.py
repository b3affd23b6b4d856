"""Why a line stopped making sense: what was expected there in the author's words, and an edit that mends it."""

from __future__ import annotations

from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.surface.faults import Shown
from rubric_dsl.surface.sentence import accepted, states_before
from rubric_dsl.surface.tokens import Tokens

PLACES = {
    "statement": Shown("a statement", "语句"),
    "header_line": Shown("a line of the header", "文件头的一行"),
    "observe_line": Shown("columns", "列"),
    "member_line": Shown("members of the choice", "选项成员"),
    "table_line": Shown("rows of the table", "分档各行"),
    "by_touchpoint_line": Shown("rows of the table", "分档各行"),
    "touchpoint_line": Shown("lines of a touchpoint", "触点的规则行"),
    "indicator_line": Shown("lines of an indicator", "指标的规则行"),
    "grid_line": Shown("rows of cells", "表格各行"),
    "ranking_line": Shown("lines of a ranking", "排名的规则行"),
    "test_line": Shown("`given` and `expect`", "“已知”与“应得”"),
}


def explain(tokens: Tokens, place: str, index: int) -> Diagnostic:
    states = states_before(tokens, place, index)
    expected = accepted(states, place)
    at = min(index, len(tokens.kinds) - 1)
    return Diagnostic("R020", tokens.span(at, at), {"expected": " ".join(sorted(expected)), "place": place})

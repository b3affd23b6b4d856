"""What may stand where, in the author's words: the places of the grammar and what a line there is called."""

from __future__ import annotations

from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """A fact that reads differently in each language."""

    en: str
    zh: str

    def shown(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


PLACES = {
    "statement": Shown("statements", "语句"),
    "header_line": Shown("lines of the header", "文件头的行"),
    "observe_line": Shown("columns, one a line", "各列（每列一行）"),
    "member_line": Shown("members of the choice, one a line", "选项的成员（每个一行）"),
    "table_line": Shown("rows such as `from 95%: hot`", "各档（如 `不低于95%：热线`）"),
    "by_touchpoint_line": Shown("rows such as `up to 15 s: 20`", "各档（如 `不超过15秒：20`）"),
    "touchpoint_line": Shown("lines of a touchpoint", "触点的规则行"),
    "indicator_line": Shown("lines of an indicator", "指标的规则行"),
    "grid_line": Shown("rows of cells with `|` between them", "用 `|` 分隔的各行单元格"),
    "ranking_line": Shown("lines of a ranking", "排名的规则行"),
    "test_line": Shown("`given` and `expect`", "“已知”与“应得”"),
}

# Where a line of each place stands.
UNDER = {
    "statement": Shown("at the margin", "行首顶格"),
    "header_line": Shown("under `rubric`", "“细则”之下"),
    "observe_line": Shown("under `observe`", "“观测”之下"),
    "table_line": Shown("in a table", "分档表中"),
    "by_touchpoint_line": Shown("under a touchpoint", "触点之下"),
    "touchpoint_line": Shown("under a touchpoint", "触点之下"),
    "indicator_line": Shown("under an indicator", "指标之下"),
    "ranking_line": Shown("under a ranking", "“排名”之下"),
    "test_line": Shown("under a test", "“用例”之下"),
}

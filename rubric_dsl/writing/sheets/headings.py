"""What the headings of a scoring sheet mean: the ones of the template and the usual ones of hand-made sheets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from rubric_dsl.text.record import dataclass
from rubric_dsl.writing.sheets.grid import Cell, Row
from rubric_dsl.writing.sheets.phrases import plain

Role = Literal[
    "level",
    "touchpoint",
    "worth",
    "reads",
    "threshold",
    "points",
    "standard",
    "scenario",
    "premise",
    "rules",
    "weight",
    "note",
    "ignored",
]

ROLES: Mapping[Role, tuple[str, ...]] = {
    "touchpoint": (
        "触点",
        "测评触点",
        "测评点",
        "评分项",
        "评分项目",
        "评价内容",
        "测评内容",
        "考核内容",
        "评分内容",
        "测评项目",
        "测评项",
        "touchpoint",
        "item",
        "criterion",
    ),
    "worth": (
        "满分",
        "分值",
        "标准分",
        "标准分值",
        "满分值",
        "指标满分",
        "指标分值",
        "fullmarks",
        "full",
        "marks",
        "worth",
        "max",
    ),
    "reads": ("判据", "观测项", "观测列", "数据项", "数据列", "观测内容", "reads", "observed", "column", "data"),
    "threshold": ("阈值", "档次", "区间", "条件", "取值", "分档", "等级", "threshold", "band", "range", "condition"),
    "points": ("得分", "分数", "赋分", "计分", "points", "score"),
    "standard": (
        "标准",
        "评分标准",
        "评分细则",
        "评分办法",
        "评分方法",
        "计分规则",
        "计分办法",
        "考核标准",
        "评价标准",
        "测评标准",
        "standard",
        "rule",
        "scoringrule",
        "howscored",
        "criteria",
    ),
    "scenario": ("场景", "适用场景", "测评场景", "scenario", "scenarios"),
    "premise": ("前提", "前提条件", "适用前提", "适用条件", "premise", "only if", "onlyif"),
    "rules": ("规定", "其他规定", "rules"),
    "weight": ("权重", "指标权重", "权重(%)", "weight", "weights"),
    "note": (
        "说明",
        "备注",
        "依据",
        "来源",
        "出处",
        "评分依据",
        "note",
        "notes",
        "source",
        "remark",
        "remarks",
        "basis",
    ),
    "ignored": ("序号", "编号", "no", "no.", "#", "number"),
}
_LEVELS = ("一", "二", "三", "四", "五", "六", "七", "八")
_LEVEL = re.compile(r"([一二三四五六七八1-8])级(?:指标|项目)?|(?:indicator|level)([1-8])")
_ANY_LEVEL = (
    "指标",
    "测评指标",
    "评价指标",
    "指标名称",
    "维度",
    "类别",
    "项目",
    "大类",
    "indicator",
    "indicators",
    "dimension",
)


@dataclass(frozen=True, slots=True)
class Column:
    role: Role
    level: int
    """Of a level its number from 1; of a column that belongs to one, that of its owner; 0: to touchpoints."""
    heading: Cell


def role_of(text: str) -> tuple[Role, int] | None:
    """The meaning of a heading; of a level also its number (0: the next)."""
    said = re.sub(r"\s+", "", plain(text)).lower()
    for form in (said, re.sub(r"\(.*?\)$", "", said)):
        if found := _LEVEL.fullmatch(form):
            digit = found[1] or found[2]
            return "level", _LEVELS.index(digit) + 1 if digit in _LEVELS else int(digit)
        if form in _ANY_LEVEL:
            return "level", 0
        for role, words in ROLES.items():
            if form in words:
                return role, 0
    return None


def header_columns(row: Row) -> dict[int, Column]:
    """The meaning of each column under the headings of a row; empty where it is no header of a scoring sheet."""
    found: dict[int, Column] = {}
    level = owner = 0
    for place, cell in sorted(row.cells.items()):
        read = role_of(cell.text)
        if read is None:
            continue
        role, number = read
        if role == "level":
            level = owner = number or level + 1
        elif role == "touchpoint":
            owner = 0
        found[place] = Column(role, owner, cell)
    roles = [column.role for column in found.values()]
    scored = {"worth", "standard", "threshold", "reads", "weight"} & set(roles)
    if not scored or not {"level", "touchpoint"} & set(roles):
        return {}
    return _with_touchpoints(found)


def _with_touchpoints(found: dict[int, Column]) -> dict[int, Column]:
    """Where no column has touchpoints, the deepest indicators are what is scored."""
    if any(column.role == "touchpoint" for column in found.values()):
        first = min(place for place, column in found.items() if column.role == "touchpoint")
        # What stands behind all levels and has no owner of its own belongs to touchpoints.
        return {
            place: column if place < first or column.role == "level" else Column(column.role, 0, column.heading)
            for place, column in found.items()
        }
    deepest = max(column.level for column in found.values() if column.role == "level")
    return {
        place: Column("touchpoint" if column.role == "level" else column.role, 0, column.heading)
        if column.level == deepest
        else column
        for place, column in found.items()
    }


# ---------------------------------------------------------------- what stands above the table

Key = Literal["title", "edition", "source", "note", "subject", "folding", "table", "scenarios", "total", "ranking"]

KEYS: Mapping[Key, tuple[str, ...]] = {
    "title": ("名称", "标题", "细则名称", "title", "name"),
    "edition": ("版本", "年份", "edition", "version"),
    "source": ("依据", "来源", "source"),
    "note": ("说明", "备注", "note", "notes"),
    "subject": ("对象", "测评对象", "评价对象", "被测对象", "ranked", "subject", "whoisranked"),
    "folding": ("合并方式", "平均方式", "汇总方式", "folding", "howrowsmeet"),
    "table": ("观测表", "记录表", "table"),
    "scenarios": ("场景", "测评场景", "scenarios", "scenario"),
    "total": ("总分", "满分", "total", "fullmarks"),
    "ranking": ("排名", "排名规则", "ranking"),
}


def key_of(text: str) -> Key | None:
    said = re.sub(r"\s+", "", plain(text)).lower().rstrip(":")
    return next((key for key, words in KEYS.items() if said in words), None)


def is_total(text: str) -> bool:
    return re.sub(r"\s+", "", plain(text)).lower().rstrip(":") in ("合计", "总计", "总分", "共计", "total", "sum")


def is_subtotal(text: str) -> bool:
    return re.sub(r"\s+", "", plain(text)).lower().rstrip(":") in ("小计", "subtotal")


def pairs_of(row: Row) -> Iterator[tuple[Key, Cell, Cell]]:
    """What a row above the table says: `测评对象 | 地市`, several side by side, or `测评对象：地市` in one."""
    cells = [cell for _, cell in sorted(row.cells.items()) if not cell.covered]
    at = 0
    while at < len(cells):
        key = key_of(cells[at].text)
        if key is not None and at + 1 < len(cells):
            yield key, cells[at], cells[at + 1]
            at += 2
            continue
        head, mark, rest = plain(cells[at].text).partition(":")
        joined = key_of(head) if mark else None
        if joined is not None and rest.strip():
            yield (
                joined,
                cells[at],
                Cell(cells[at].file, cells[at].sheet, cells[at].row, cells[at].column, rest.strip()),
            )
        at += 1

"""Small questions about the texts of cells: what they name, what kind of value a threshold is asked of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from rubric_dsl.numbers.decimals import decimal_places, decimal_text
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import Language
from rubric_dsl.surface.print_parts import print_expr, quoted
from rubric_dsl.writing.sheets.grid import Row, Sheet
from rubric_dsl.writing.sheets.outline import Node, Point
from rubric_dsl.writing.sheets.phrases import plain, row_of

NAMED = re.compile(r"(.*\S)\s*\{([^{}]+)\}", re.DOTALL)
"""`等待时长 {wait}`: the label and the name."""
ORDINAL = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十0-9]{1,3}[)）]|"
    r"[0-9]{1,2}(?:\.[0-9]{1,2})*[、．. ]+(?=\D))\s*"
)
IN_NAME = re.compile(r"(.*\S)\s*[（(\[]\s*([0-9]+(?:\.[0-9]+)?)\s*(?:分|points?)\s*[)）\]]", re.DOTALL)
"""`电话等待时长（20分）`."""
PREMISE = re.compile(
    r"^(?:未|没有|没|不)(?P<what>.+?)(?:的|时|者)?[,，]?(?:一律|均|则|全部|本项|该项|各项)*(?:不得分|得?0分|为0分|计0分)$"
)
RULE_STARTS = re.compile(r"(?:when|by|minus|plus)\b|=(?!=)|当|按|扣|加")
"""How a rule in the words of the language begins."""


def called(text: str) -> str:
    """What a text names, without its number in a list and the full marks behind it."""
    text = " ".join(ORDINAL.sub("", text).split()) or text
    found = IN_NAME.fullmatch(text)
    return found[1].strip() if found else text


def declared(name: str, label: str | None) -> str:
    """`name "label"`, as a declaration has them."""
    return name if label is None else f"{name} {quoted(label, 'en')}"


def one_line(text: str) -> str:
    return " ".join(text.split())


def say_open(lang: Language) -> str:
    """The name that stands where a rule is left open; nothing declares it, so that such a rubric cannot be scored."""
    return "待定" if lang == "zh" else "to_be_decided"


def after_by(text: str) -> str:
    return re.sub(r"^(?:by\b|按)\s*", "", one_line(text))


def digits_of(value: Fraction) -> str:
    """A decimal as it is written."""
    places = decimal_places(value)
    assert places is not None, "it was read from decimals"
    return decimal_text(value, places)


def ranking_words(text: str) -> str:
    said = plain(text)
    if said in ("同分并列", "并列", "分数相同并列", "ties share a rank", "share"):
        return "ties share"
    return text


def scenarios_in(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[、,，;；|\n]", text) if part.strip()]


def points_in(children: Iterable[Node | Point]) -> Iterable[Point]:
    for child in children:
        if isinstance(child, Point):
            yield child
        else:
            yield from points_in(child.children)


def under_header(sheet: Sheet, words: tuple[str, ...]) -> list[Row]:
    """The rows below the first that has one of these headings."""
    for at, row in enumerate(sheet.rows[:20]):
        if any(plain(cell.text).lower() in words for cell in row.cells.values()):
            return [row for row in sheet.rows[at + 1 :] if row.cells]
    return []


def is_number(text: str) -> bool:
    row = row_of(text)
    return row is not None and not all(
        isinstance(one, tree.Exactly) and isinstance(one.value, tree.Name | tree.Text) for one in row.patterns[0]
    )


def kind_of(rows: Iterable[tuple[str, str]]) -> str:
    """What a column is that these thresholds are asked of."""
    kinds: list[str] = []
    for pattern, _ in rows:
        row = row_of(pattern)
        for one in row.patterns[0] if row is not None else ():
            match one:
                case tree.Range(low=low, high=high):
                    kinds += [_kind_of_value(end) for end in (low, high) if end is not None]
                case tree.Exactly(value=value):
                    kinds.append(_kind_of_value(value))
    strongest = [kind for kind in ("choice", "seconds", "percent", "signed", "number", "yes/no") if kind in kinds]
    return strongest[0] if strongest else "yes/no"


def _kind_of_value(value: object) -> str:
    match value:
        case tree.Number(unit="%"):
            return "percent"
        case tree.Number(unit="" | "points"):
            return "number"
        case tree.Number():
            return "seconds"
        case tree.Negate():
            return "signed"
        case tree.YesNo():
            return "yes/no"
    return "choice"


def condition_of(pattern: str, name: str) -> str | None:
    """A threshold as a condition: `up to 15 s` of wait is `wait <= 15 s`."""
    row = row_of(pattern)
    if row is None or len(row.patterns) != 1 or len(row.patterns[0]) != 1:
        return None
    match row.patterns[0][0]:
        case tree.Range(low=low, high=high) as found:
            below = "" if low is None else f"{print_expr(low)} {'<=' if found.low_closed else '<'} "
            above = "" if high is None else f" {'<=' if found.high_closed else '<'} {print_expr(high)}"
            if not below:
                return f"{name}{above}"
            if not above:
                assert low is not None
                return f"{name} {'>=' if found.low_closed else '>'} {print_expr(low)}"
            return f"{below}{name}{above}"
        case tree.Exactly(value=tree.YesNo(value=said)):
            return name if said else f"not {name}"
        case tree.Exactly(value=tree.Name(name=member)):
            return f"{name} is {member}"
        case tree.Exactly(value=value):
            return f"{name} = {print_expr(value)}"
    return None


@dataclass(frozen=True)
class Kind:
    """A kind of column in the words of the reader."""

    kind: str

    def shown(self, lang: str) -> str:
        en, zh = {
            "yes/no": ("yes or no", "是/否"),
            "percent": ("a percentage", "百分数"),
            "seconds": ("a duration", "时长"),
            "number": ("a number", "数值"),
            "signed": ("a number", "数值"),
            "count": ("a count", "次数"),
            "choice": ("one of several words", "几个选项之一"),
        }[self.kind]
        return zh if lang == "zh" else en

"""Words of findings in the reader's language, and small repairs in the language of the rubric."""

from __future__ import annotations

from rubric_dsl.diagnostics.model import Edit, Fix
from rubric_dsl.resolved.types import ValueType
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import Language
from rubric_dsl.surface.print_parts import print_expr, print_limits, word
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span

_TYPES_EN = {
    "percent": "percentage",
    "yes/no": "yes-or-no value",
    "choice": "value of a choice",
    "time": "time of day",
    "seconds": "duration",
}
_TYPES_ZH = {
    "number": "数值",
    "whole number": "整数",
    "percent": "百分数",
    "duration": "时长",
    "seconds": "时长",
    "yes/no": "“是/否”值",
    "text": "文本",
    "choice": "选项",
    "date": "日期",
    "time": "时刻",
}


@dataclass(frozen=True, slots=True)
class TypeWord:
    """A type of value, or of a column, as a noun that takes the article `a`."""

    kind: str

    def shown(self, lang: str) -> str:
        return _TYPES_ZH.get(self.kind, self.kind) if lang == "zh" else _TYPES_EN.get(self.kind, self.kind)


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word of the language."""

    token: str

    def shown(self, lang: str) -> str:
        return word(self.token, "zh" if lang == "zh" else "en")


@dataclass(frozen=True, slots=True)
class Names:
    """Names in a row; a dash where there are none."""

    names: tuple[str, ...]

    def shown(self, lang: str) -> str:
        return ("、" if lang == "zh" else ", ").join(self.names) or ("无" if lang == "zh" else "none")


def line_below(opening: Span, text: str) -> Edit:
    """A new first line below the statement that starts with `opening`."""
    return Edit(opening.after(), f"\n{' ' * (opening.column + 2)}{text}")


def without_line(span: Span) -> Edit:
    """Takes out the lines that the piece stands on."""
    return Edit(Span(span.origin, span.line, 0, span.end_line + 1, 0), "")


def swapped(limits: tree.Limits, language: Language) -> list[Fix]:
    """The two ends of a range in their right order."""
    if limits.low is None or limits.high is None:
        return []
    low, high = print_expr(limits.low, language), print_expr(limits.high, language)
    edits = (Edit(limits.low.span, high), Edit(limits.high.span, low))
    turned = tree.Limits(limits.high, limits.low, limits.span)
    return [Fix("swap", edits, {"range": print_limits(turned, language)})]


_FORMS = {
    "number": ("12.5", "12.5"),
    "percent": ("95%", "95%"),
    "duration": ("60 s", "60秒"),
    "date": ('"2020-10-28"', "“2020-10-28”"),
    "time": ('"14:30"', "“14:30”"),
}


@dataclass(frozen=True, slots=True)
class _Form:
    """How a value of a type is written."""

    kind: str

    def shown(self, lang: str) -> str:
        return _FORMS[self.kind][1 if lang == "zh" else 0]


def written_as(kind: ValueType) -> Fix:
    """How a fixed value of an ordered type is written."""
    return Fix("form", (), {"form": _Form(kind.kind)})

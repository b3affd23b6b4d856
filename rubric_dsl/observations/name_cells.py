"""Texts, choices and yes/no as written in a cell."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from rubric_dsl.observations import codes
from rubric_dsl.observations.cell import MAX_TEXT, CellRefused, plain_width, refuse_invisible
from rubric_dsl.observations.facts import listing
from rubric_dsl.observations.near import nearest
from rubric_dsl.plan.model import ColumnSchema, MemberSchema

YES = ("是", "yes", "1", "√", "有")
NO = ("否", "no", "0", "×", "无")
YES_OR_NO = {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)}

_MEANT = {
    **dict.fromkeys(("y", "yes", "true", "t", "✓", "✔", "☑", "对", "on"), "yes"),
    **dict.fromkeys(("n", "no", "false", "f", "x", "✗", "✘", "错", "off", "没有"), "no"),
}


def named_member(member: MemberSchema) -> str:
    """A member as people know it: its name, and its first label where it has one."""
    return f"{member.name} {member.labels[0]}" if member.labels else member.name


class TextReader:
    """Reads any text up to the limit, in normal form C."""

    def __call__(self, text: str) -> str:
        refuse_invisible(text)
        if len(text) > MAX_TEXT:
            raise CellRefused(codes.TEXT_TOO_LONG, {"length": len(text), "limit": MAX_TEXT})
        return unicodedata.normalize("NFC", text)


class YesNoReader:
    def __call__(self, text: str) -> bool:
        value = YES_OR_NO.get(text)
        if value is not None:
            return value
        meant = _MEANT.get(plain_width(text).casefold())
        if meant is None and text.isdigit():
            meant = {"1": "yes", "0": "no"}.get(plain_width(text))
        raise CellRefused(codes.NOT_YES_OR_NO, {"help": "instead", "instead": meant} if meant else {"help": "any"})


def spellings(column: ColumnSchema) -> dict[str, str]:
    """The member that each name and label of a choice means; a name wins over another member's label."""
    found: dict[str, str] = {}
    for member in column.members:
        for label in member.labels:
            found.setdefault(unicodedata.normalize("NFC", label), member.name)
    return found | {member.name: member.name for member in column.members}


def spellings_of(column: ColumnSchema, values: Sequence[str]) -> list[str]:
    """The texts that are read as one of these values of a text or a choice."""
    written = [text for text, name in spellings(column).items() if name in values] if column.members else list(values)
    forms = ("NFC", "NFD")
    return list(dict.fromkeys(unicodedata.normalize(form, text) for text in written for form in forms))  # type: ignore[arg-type]


class ChoiceReader:
    """Reads a member by its name or one of its labels; the value is the name."""

    def __init__(self, column: ColumnSchema) -> None:
        self._names = spellings(column)
        self._members = listing(named_member(member) for member in column.members)

    def __call__(self, text: str) -> str:
        name = self._names.get(text)
        if name is None:
            name = self._names.get(unicodedata.normalize("NFC", text))
        if name is not None:
            return name
        refuse_invisible(text)
        near = nearest(text, self._names)
        if near is not None:
            raise CellRefused(codes.NOT_A_MEMBER, {"help": "near", "near": near})
        raise CellRefused(codes.NOT_A_MEMBER, {"help": "members", "members": self._members})

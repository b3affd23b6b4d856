"""What may stand at a place of a line, as the author would say it; made from the terminals that the parser accepts."""

from __future__ import annotations

from collections.abc import Collection

from rubric_dsl.surface.grammar import END
from rubric_dsl.surface.keywords import keywords
from rubric_dsl.surface.places import Shown

# What may go on after a complete value: said together, and only if nothing else may stand there.
OPERATORS = frozenset(
    {"+", "-", "*", "/", "^", "COMPARE", "_AND", "_OR", "_IS", "_HALF_UP", "_HALF_EVEN", "_ROUND_UP", "_ROUND_DOWN"}
)
VALUE = frozenset({"NAME", "AMOUNT", "(", "-"})
CONDITION = VALUE | {"_NOT"}

WORDS = {
    "NAME": Shown("a name", "一个名称"),
    "AMOUNT": Shown("a number", "一个数"),
    "QUOTED": Shown("a text in quotes", "一段带引号的文字"),
    "COMPARE": Shown("a comparison such as `<=`", "比较符（如 `<=`）"),
    ":": Shown("a colon `:`", "冒号 `：`"),
    ",": Shown("a comma", "逗号"),
    ")": Shown("a closing bracket `)`", "右括号 `)`"),
    END: Shown("the end of the line", "行尾"),
}
VALUE_WORDS = Shown("a value (a number, a name or a calculation)", "一个值（数、名称或算式）")
CONDITION_WORDS = Shown("a value or a condition", "一个值或条件")
PATTERN_WORDS = Shown("a value or a range such as `from 5` or `5 to 10`", "一个值或范围（如 `不低于5`、`5至10`）")
OPERATOR_WORDS = Shown("a sign such as `+` or `<=`", "运算符（如 `+`、`<=`）")
MOST = 6


def expected_words(kinds: Collection[str]) -> Shown:
    """The list of what is expected, joined by "or"; the end of the line last."""
    rest = set(kinds)
    said: list[Shown] = []
    if {"_OTHERWISE", "_FROM", "_UNDER"} <= rest:
        said.append(PATTERN_WORDS)
        rest -= VALUE | {"QUOTED", "COMPARE", "_FROM", "_OVER", "_UP_TO", "_UNDER", "_YES", "_NO"}
    elif rest >= CONDITION:
        said.append(CONDITION_WORDS)
        rest -= CONDITION | {"QUOTED", "_YES", "_NO", "_IF"}
    elif rest >= VALUE:
        said.append(VALUE_WORDS)
        rest -= VALUE | {"QUOTED", "_YES", "_NO", "_IF"}
    elif rest >= {"+", "*", "^"} or rest >= {"COMPARE", "_AND"}:
        equal = {"="} if "COMPARE" in rest else set()
        others = rest - OPERATORS - equal - {"("}
        if others - {END}:
            rest = others
        else:
            said.append(OPERATOR_WORDS)
            rest = others
    said += [word_of(kind) for kind in sorted(rest - {END}, key=_order)]
    said = said[:MOST]
    if END in rest:
        said.append(WORDS[END])
    return Shown(_joined([word.en for word in said], ", ", " or "), _joined([word.zh for word in said], "、", "或"))


def word_of(kind: str) -> Shown:
    """A terminal as a word: a keyword in its two languages, a sign as itself."""
    if kind in WORDS:
        return WORDS[kind]
    if kind[0] == "_":
        spellings = keywords().tokens[kind[1:]]
        return Shown(f"`{spellings.en[0]}`", f"`{spellings.zh[0]}`")
    return Shown(f"`{kind}`", f"`{kind}`")


def _order(kind: str) -> tuple[int, str]:
    """Names and numbers first, then signs, then words."""
    return (0 if kind in ("NAME", "AMOUNT", "QUOTED") else 2 if kind[0] == "_" else 1, kind)


def _joined(words: list[str], comma: str, last: str) -> str:
    return words[0] if len(words) == 1 else comma.join(words[:-1]) + last + words[-1] if words else ""

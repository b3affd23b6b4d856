"""The patterns of tables: each written in both languages by the program's own printer, with what its tree matches."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rubric_dsl.surface import tree
from rubric_dsl.surface.from_text import parse
from rubric_dsl.surface.grammar import grammar_source
from rubric_dsl.surface.print import print_pattern
from rubric_dsl.text.files import Source

SAMPLES = {
    "from_pattern": "from 7", "over_pattern": "over 7", "up_to_pattern": "up to 8", "under_pattern": "under 8",
    "between": "7 to 8", "to_under": "7 to under 8", "over_to": "over 7 to 8", "over_to_under": "over 7 to under 8",
    "compared_pattern": ">= 7", "exactly": "7", "anything": "-", "missing_pattern": "missing", "otherwise": "otherwise",
}  # fmt: skip
"""By the name of the alternative in the grammar."""

OTHERS = {
    "compared_pattern": "as in an expression: `>= A`, `> A`, `<= B`, `< B`, `≥ A`, `≤ B`, `= A` (`≠` is no pattern)",
    "exactly": "exactly that: a number, a member or class, `yes` or `no`, a text, date or time in quotes",
    "anything": "anything, also no value",
    "missing_pattern": "no value",
    "otherwise": "every combination of present values that no row above has; the last row",
}


def pattern_rows() -> Iterator[tuple[str, str, str]]:
    """English, Chinese, meaning. Every alternative of the grammar has a row."""
    rule = re.search(r"^pattern: (.*?)^value:", grammar_source(), re.MULTILINE | re.DOTALL)
    assert rule is not None
    names = set(re.findall(r"-> (\w+)", rule[1]))
    assert names == set(SAMPLES), names ^ set(SAMPLES)
    for name, sample in SAMPLES.items():
        pattern = _parsed(sample)
        if name == "compared_pattern":
            yield "`≥ A`", "`≥ A`", OTHERS[name]
            continue
        meaning = _interval(pattern) if isinstance(pattern, tree.Range) else OTHERS[name]
        yield f"`{_letters(print_pattern(pattern, 'en'))}`", f"`{_letters(print_pattern(pattern, 'zh'))}`", meaning
    yield "`p \\| q`".replace("\\", ""), "`p | q`", "what either matches; kinds may mix: `up to 3 | missing`"


def _parsed(sample: str) -> tree.Pattern:
    text = f"measure m by x\n  {sample}: 1\n"
    document = parse(Source("sample.rubric", text)).document
    measure = document.items[0]
    assert isinstance(measure, tree.Measure) and isinstance(measure.body, tree.Table)
    return measure.body.rows[0].patterns[0][0]


def _letters(text: str) -> str:
    return text.replace("7", "A").replace("8", "B")


def _interval(pattern: tree.Range) -> str:
    low = "−∞" if pattern.low is None else "A"
    high = "∞" if pattern.high is None else "B"
    opening = "[" if pattern.low is not None and pattern.low_closed else "("
    closing = "]" if pattern.high is not None and pattern.high_closed else ")"
    words = []
    if pattern.low is not None:
        words.append("A itself too" if pattern.low_closed else "A itself not")
    if pattern.high is not None:
        words.append("B itself too" if pattern.high_closed else "B itself not")
    return f"{opening}{low}, {high}{closing}: {', '.join(words)}"

"""The generated sections of the language reference, from the tables of words and the code's own constants.

What a construct means is said here, once for each name of the code, so that a new one without a sentence fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import get_args

from rubric_dsl.checks.coverage.model import DEFAULT_LIMITS
from rubric_dsl.numbers import limits as number_limits
from rubric_dsl.numbers.decimals import MAX_DIGITS
from rubric_dsl.observations.cell import MAX_TEXT
from rubric_dsl.observations.name_cells import YES_OR_NO
from rubric_dsl.observations.opening import MAX_BYTES as MAX_DATA_BYTES
from rubric_dsl.observations.raw import MOST_COLUMNS
from rubric_dsl.observations.xlsx_parts import MOST_PART_BYTES, MOST_RATIO
from rubric_dsl.plan.beside import MAX_CELLS, MAX_ROWS
from rubric_dsl.resolved.calls import AGGREGATES, PLACES, SHAPES
from rubric_dsl.resolved.expressions import MAX_DEPTH as MAX_FORMULA_DEPTH
from rubric_dsl.resolved.files import MAX_LEVELS, MAX_TOTAL_BYTES
from rubric_dsl.resolved.graph import MAX_NODES
from rubric_dsl.resolved.observing import MAX_DECIMALS
from rubric_dsl.resolved.panels import MAX_ITEMS
from rubric_dsl.surface import tree
from rubric_dsl.surface.build_parts import MAX_DEPTH, MAX_TERMS
from rubric_dsl.surface.from_text import MAX_LINES
from rubric_dsl.surface.keywords import Language, Spellings, keywords
from rubric_dsl.surface.outline import MAX_INDENTS
from rubric_dsl.surface.print import COLUMN_KINDS
from rubric_dsl.surface.tokens import MAX_BRACKETS, MAX_NAME
from rubric_dsl.text.files import MAX_BYTES
from tests.docs.grammar_section import grammar_section
from tests.docs.pattern_rows import pattern_rows
from tests.docs.words import COLUMN_TYPES, FUNCTIONS, KEYWORD_USES, METHODS


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in lines)


def _code(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


def _spelled(spellings: Spellings, lang: Language) -> str:
    """The printed spelling, and the others that are read."""
    first, *others = spellings.zh if lang == "zh" else spellings.en
    return f"`{first}`" + (f" (also {_code(others)})" if others else "")


def keyword_section() -> str:
    rows = [
        [_spelled(spellings, "en"), _spelled(spellings, "zh"), KEYWORD_USES[token]]
        for token, spellings in keywords().tokens.items()
    ]
    return table(["English", "中文", "used for"], rows)


def function_section() -> str:
    """Functions in groups by what they take."""
    found = []
    groups: dict[str, list[str]] = {
        "Of the values in their brackets": [name for name in SHAPES if name not in PLACES],
        "Of many rows of a subject, or of many subjects (with `across`)": [
            name for name in keywords().functions if name in AGGREGATES
        ],
        "A subject's place among all subjects (always with `across`)": [
            name for name in keywords().functions if name in PLACES
        ],
        "Of the period before": ["previous"],
        "Only in a `promise`": ["never_rises", "never_falls"],
    }
    known = {name for names in groups.values() for name in names}
    assert known == set(keywords().functions), known ^ set(keywords().functions)
    for head, names in groups.items():
        rows = [
            [f"`{FUNCTIONS[name][0]}`", _spelled(keywords().functions[name], "zh"), FUNCTIONS[name][1]]
            for name in names
        ]
        found.append(f"**{head}**\n\n" + table(["function", "中文", "gives"], rows))
    return "\n".join(found)


def unit_section() -> str:
    what = {
        "s": "a duration in seconds",
        "min": "60 s",
        "h": "3,600 s",
        "day": "86,400 s",
        "points": "nothing: `worth 10 points` is `worth 10`; a message offers `3分钟` where `3分` meets a duration",
    }
    rows = [["`%`", "`%`, `％`", "a hundredth; the number is a percentage"]]
    for unit, spellings in keywords().units.items():
        rows.append([_code(spellings.en), _code(spellings.zh), what[unit]])
    return table(["English", "中文", "means"], rows)


def column_section() -> str:
    kinds = set(get_args(tree.ColumnKind))
    assert kinds == set(COLUMN_TYPES), kinds ^ set(COLUMN_TYPES)
    tokens = keywords().tokens
    yes = _code(word for word, value in YES_OR_NO.items() if value)
    no = _code(word for word, value in YES_OR_NO.items() if not value)
    rows = []
    for kind, (cells, value) in COLUMN_TYPES.items():
        word = tokens[COLUMN_KINDS[kind]]
        rows.append([f"`{word.shown('en')}`", f"`{word.shown('zh')}`", cells.format(yes=yes, no=no), value])
    return table(["type", "中文", "a cell is", "its value in calculations"], rows)


def method_section() -> str:
    weights = [
        [f"`{name}`", _spelled(words, "zh"), METHODS["weights", name]]
        for name, words in keywords().weight_methods.items()
    ]
    combining = [
        [f"`{name}`", _spelled(words, "zh"), METHODS["combine", name]]
        for name, words in keywords().combine_methods.items()
    ]
    return (
        "**`weights W by …`**\n\n" + table(["method", "中文", "each item's weight is"], weights)
        + "\n**`combined by …`**\n\n" + table(["method", "中文", "the score is"], combining)
    )


def pattern_section() -> str:
    return table(["pattern", "中文", "matches"], pattern_rows())


def limit_section() -> str:
    def number(value: int) -> str:
        return f"{value:,}"

    def size(value: int) -> str:
        return f"{value >> 20} MiB"

    rows = [
        ["a rubric's file", size(MAX_BYTES), "R002"],
        ["a rubric with all files that it uses", size(MAX_TOTAL_BYTES), "R194"],
        ["files that use files that use files", f"{MAX_LEVELS} deep", "R196"],
        ["lines of a file that say something", number(MAX_LINES), "R019"],
        ["levels of indentation", number(MAX_INDENTS), "R017"],
        ["brackets inside brackets", number(MAX_BRACKETS), "R017"],
        ["parts of an expression inside one another", number(MAX_DEPTH), "R017"],
        ["values in one calculation", number(MAX_TERMS), "R018"],
        ["formulas inside formulas", number(MAX_FORMULA_DEPTH), "R139"],
        ["steps of calculation in a whole rubric", number(MAX_NODES), "R119"],
        ["digits of a number, in a rubric and in a cell", number(MAX_DIGITS), "R016, D009"],
        ["characters of a name", number(MAX_NAME), "R203"],
        ["digits after the point that a column may declare", number(MAX_DECIMALS), "R115"],
        ["items of a pairwise comparison (AHP)", number(MAX_ITEMS), "R053"],
        ["rows, and cells, of a CSV beside the rubric", f"{number(MAX_ROWS)}, {number(MAX_CELLS)}", "R192"],
        ["a file of observations", size(MAX_DATA_BYTES), "D032"],
        ["a part of a workbook, unpacked", size(MOST_PART_BYTES), "R335"],
        ["bytes unpacked for one packed, over 16 MiB", number(MOST_RATIO), "R335"],
        ["columns of a table of data", number(MOST_COLUMNS), "R339"],
        ["characters of a text in a cell", number(MAX_TEXT), "D017"],
        [
            "length of an exact number while scoring",
            f"about {number(number_limits.MAX_RATIONAL_BITS * 3 // 10)} digits", "X008",
        ],
        [
            "precision at which two irrational numbers are told apart",
            f"{number(number_limits.MAX_BITS)} binary digits", "X003",
        ],
        ["roots and logarithms inside one another", number(number_limits.MAX_DEPTH), "X008"],
        ["steps in checking one table", number(DEFAULT_LIMITS.steps), "R163"],
    ]  # fmt: skip
    return table(["limit", "is", "beyond it"], rows)


SECTIONS: dict[str, Callable[[], str]] = {
    "keywords": keyword_section,
    "functions": function_section,
    "patterns": pattern_section,
    "columns": column_section,
    "units": unit_section,
    "methods": method_section,
    "limits": limit_section,
    "grammar": grammar_section,
}

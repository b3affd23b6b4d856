"""The files by which editors colour, bracket and indent a rubric, from `grammar/keywords.toml`.

`./dev docs` writes them to `editors/vscode/`. A grammar of patterns sees one line at a time, as the language does: it
knows words, not what a name stands for; the editor service adds that (semantic tokens).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from rubric_dsl.surface.keywords import keywords

FOLDER = "editors/vscode"

# What keywords are to the eye; all others are `keyword.other`.
DECLARING = (
    *("OBSERVE", "PARAMETER", "MEASURE", "FORMULA", "BANDS", "WEIGHTS"),
    *("INDICATOR", "TOUCHPOINT", "RANKING", "EXAMPLE"),
)
STATEMENTS = (*DECLARING, "RUBRIC", "EDITION", "SOURCE", "NOTE", "AMENDS", "USE", "DROP", "TEST", "PROMISE")
TYPES = ("TEXT", "YESNO", "CHOICE", "WHOLE", "NUMBER", "PERCENT", "SECONDS", "DATE", "TIME")
CONSTANTS = ("YES", "NO", "MISSING", "NOT_APPLICABLE", "OTHERWISE")
OPERATORS = ("IF", "THEN", "ELSE", "AND", "OR", "NOT", "IS", "WHERE", "ACROSS")

# Lines that open a block by their first word, and those that do so where the input of a table follows.
OPENING = ("RUBRIC", "OBSERVE", "BANDS", "WEIGHTS", "INDICATOR", "RANKING", "EXAMPLE", "TEST", "GIVEN", "EXPECT")
OPENING_WITH_BY = ("TOUCHPOINT", "MEASURE", "FORMULA")


# As `surface/tokens.py` has them, in Oniguruma's own classes: blanks of any width, Han characters.
END = r"(?!\w)"
HAN_END = r"(?![A-Za-z_\p{Han}])"
NAME = r"(?:[A-Za-z_]*+\p{Han}[A-Za-z_\p{Han}]*+|[A-Za-z_][A-Za-z0-9_]*+)"
DIGITS = "[0-9０-９]++"


def editor_files() -> Iterator[tuple[str, str]]:
    """Each generated file by its path in the project."""
    for name, value in (("syntaxes/rubric.tmLanguage.json", grammar()), ("language-configuration.json", settings())):
        yield f"{FOLDER}/{name}", json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def grammar() -> dict[str, object]:
    """The TextMate grammar; of rules that match at the same place the first one counts."""
    every_keyword = _keywords(keywords().tokens)
    units = keywords().unit_words
    english = _any_of(word for word in units if word.isascii())
    # A Chinese unit may be glued to what follows (`15秒至`), but the start of a keyword is no unit (`10 分档`).
    chinese = f"(?!{every_keyword})(?:{_any_of(word for word in units if not word.isascii())})"
    unit = f"(?:{english}){END}|{chinese}|[%％]"
    rules = [
        _rule("comment.line.number-sign", "[#＃].*$"),
        _rule("string.quoted.double", r'"(?:[^"\\]|\\.)*+"', ESCAPES),
        _rule("string.quoted.double", r"“(?:[^”\\]|\\.)*+”", ESCAPES),
        _rule("string.quoted.double", "＂[^＂]*+＂"),
        _rule("invalid.illegal.unclosed", '["“＂].*$'),
        _parts(rf"({DIGITS}(?:[.．]{DIGITS})?)(?:\s*({unit}))?", "constant.numeric", "keyword.other.unit"),
        _parts(rf"({_keywords(DECLARING)})\s++(?!{every_keyword})({NAME})", "keyword.control", "entity.name"),
        _rule("storage.type", _keywords(TYPES)),
        _rule("constant.language", _keywords(CONSTANTS)),
        _rule("keyword.control", _keywords(STATEMENTS)),
        _rule("keyword.operator.word", _keywords(OPERATORS)),
        _rule("keyword.other", every_keyword),
        _rule("support.function", rf"(?:{_any_of(keywords().function_words)})(?=\s*[(（])"),
        _rule("variable.other", NAME),
        _rule("keyword.operator", "<=|>=|<>|[-+*/^=<>≤≥≠＋－＊／＾＝＜＞]"),
        _rule("punctuation.separator", "[,:|，：｜]"),
        _rule("punctuation.section", "[()（）]"),
    ]
    return {"name": "Rubric", "scopeName": "source.rubric", "fileTypes": ["rubric"], "patterns": rules}


def settings() -> dict[str, object]:
    """The language configuration: comments, brackets and quotes of both widths, words, indentation."""
    pairs = [["(", ")"], ["（", "）"]]
    quotes = [['"', '"'], ["“", "”"]]
    opening = rf"^\s*(?:{_plain(OPENING)})(?:[\s“\"].*)?$"
    with_by = rf"^\s*(?:{_plain(OPENING_WITH_BY)})\s.*\s(?:{_plain(['BY'])})\s[^=]*$"
    return {
        "comments": {"lineComment": "#"},
        "brackets": pairs,
        "autoClosingPairs": [
            {"open": left, "close": right, "notIn": ["string", "comment"]} for left, right in [*pairs, *quotes]
        ],
        "surroundingPairs": [*pairs, *quotes],
        "colorizedBracketPairs": pairs,
        "wordPattern": {"pattern": r"[A-Za-z_\p{Script=Han}][A-Za-z0-9_\p{Script=Han}]*", "flags": "u"},
        "indentationRules": {"increaseIndentPattern": f"{opening}|{with_by}", "decreaseIndentPattern": "^(?!)"},
        "folding": {"offSide": True},
    }


ESCAPES = {"patterns": [{"name": "constant.character.escape.rubric", "match": r"\\."}]}


def _rule(scope: str, pattern: str, inside: dict[str, object] | None = None) -> dict[str, object]:
    found: dict[str, object] = {"name": f"{scope}.rubric", "match": pattern}
    return found | {"captures": {"0": inside}} if inside else found


def _parts(pattern: str, *scopes: str) -> dict[str, object]:
    return {"match": pattern, "captures": {str(i): {"name": f"{scope}.rubric"} for i, scope in enumerate(scopes, 1)}}


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


def _plain(tokens: Iterable[str]) -> str:
    """Keywords as editors match whole lines: JavaScript's expressions, words as they are printed."""
    return "|".join(re.escape(word) for token in tokens for word in keywords().tokens[token].all())


def _keywords(tokens: Iterable[str]) -> str:
    """One of the phrases of these tokens, unless a longer keyword begins with it here."""
    phrases = sorted((phrase for token in tokens for phrase in keywords().tokens[token].all()), key=len, reverse=True)
    return "(?:" + "|".join(map(_phrase, phrases)) + ")"


def _phrase(phrase: str) -> str:
    longer = [other[len(phrase) :] for other in keywords().phrases if other != phrase and other.startswith(phrase)]
    rest = "|".join(_spelled(text) for text in sorted(longer) if not phrase.isascii() or text[0] == " ")
    gap, end = ("", END) if phrase.isascii() else (r"\s*+", HAN_END)
    return _spelled(phrase) + end + (f"(?!{gap}(?:{rest}){end})" if rest else "")


def _spelled(text: str) -> str:
    """The words of an English phrase stand apart; the characters of a Chinese one may."""
    if "/" in text:
        return text.replace("/", "[/／]")
    return text.replace(" ", r"\s++") if text.isascii() else r"\s*+".join(text)

"""The findings about words, numbers and signs of one line, and the exception that carries one out of a parse."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal

from rubric_dsl.diagnostics.model import Diagnostic, Edit, Fix, Label
from rubric_dsl.surface.keywords import keywords, near_words
from rubric_dsl.surface.places import Shown
from rubric_dsl.text.source import Span

if TYPE_CHECKING:
    from rubric_dsl.surface.tokens import Tokens
    from rubric_dsl.surface.tree import Number


class LineFault(Exception):
    """A line is broken, and this is why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.code)
        self.diagnostic = diagnostic


def write(span: Span, text: str) -> Fix:
    """Put the text in place of the span."""
    return Fix("write", (Edit(span, text),), {"text": text})


# ---------------------------------------------------------------- limits


def too_deep(span: Span) -> Diagnostic:
    return Diagnostic("R017", span, {"limit": 64})


def too_many_terms(span: Span) -> Diagnostic:
    return Diagnostic("R018", span, {"limit": 10_000})


def name_too_long(span: Span, word: str) -> Diagnostic:
    return Diagnostic("R203", span, {"start": word[:20], "length": len(word), "limit": 200})


def number_too_long(span: Span, digits: int) -> Diagnostic:
    return Diagnostic("R016", span, {"digits": digits, "limit": 60})


# ---------------------------------------------------------------- characters

# Signs from other notations, and what this language writes for them.
SIGN_TWINS = {
    "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "—": "-", "、": ",", "；": ",", ";": ",", "。": ".", "∶": ":",
    "¦": "|", "∣": "|", "～": "to", "~": "to", "‘": '"', "’": '"', "'": '"', "「": "“", "」": "”", "『": "“", "』": "”",
    "[": "(", "]": ")", "{": "(", "}": ")", "【": "(", "】": ")", "〔": "(", "〕": ")", "≧": ">=", "≦": "<=", "＂": '"',
    "＜": "<", "＞": ">", "&": "and", "!": "not",
}  # fmt: skip


def no_token(tokens: Tokens, kind: str, start: int, end: int, plain: str) -> Diagnostic:
    """What is wrong where no token starts: a quote that is never closed, or a character of no use here."""
    if kind == "OPENQUOTE":
        return unclosed_quote(tokens, start, plain[start])
    return stray(tokens, start, tokens.text[start:end])


def unclosed_quote(tokens: Tokens, start: int, quote: str) -> Diagnostic:
    """R011, closed where the line ends, or before the last sign of it that is no text."""
    line_end = tokens.text.find("\n", start)
    end = len(tokens.text.rstrip()) if line_end < 0 else line_end
    closing = "”" if quote == "“" else '"'
    body = re.match(r"[^:：|,，#]*", tokens.text[start + 1 : end])
    stop = start + 1 + len(body.group().rstrip()) if body else end
    edit = Edit(tokens.place(stop, stop), closing)
    return Diagnostic(
        "R011", tokens.place(start, start + 1), {"quote": closing}, fixes=(Fix("close", (edit,), {"quote": closing}),)
    )


def stray(tokens: Tokens, start: int, character: str) -> Diagnostic:
    """R014: a character that begins nothing, with what was probably meant."""
    span = tokens.place(start, start + len(character))
    facts = {"character": character, "point": f"U+{ord(character[0]):04X}"}
    twin = SIGN_TWINS.get(character) or latin_twin(character)
    if character == ".":
        first = tokens.starts[-1] if tokens.kinds[-1:] == ["AMOUNT"] and tokens.ends[-1] == start else start
        text = POINTED.match(tokens.text, first)
        if text is not None:
            return number_form(tokens.place(first, text.end()), text[0], _with_digits(text[0]))
    if twin is None:
        return Diagnostic("R014", span, facts, fixes=(Fix("remove", (Edit(span, ""),)),))
    if twin in ("to", "and", "not"):
        token = keywords().tokens[twin.upper()]
        twin = f" {token.zh[0] if tokens.chinese else token.en[0]} "
    return Diagnostic("R014", span, facts, fixes=(Fix("replace", (Edit(span, twin),), {"twin": twin.strip()}),))


POINTED = re.compile(r"[0-9]++[.．][0-9.．]*|[.．][0-9]++")


def _with_digits(number: str) -> str | None:
    """`.5` as `0.5`, `5.` as `5`; None where nobody knows what was meant (`1.2.3`)."""
    whole, _, part = number.replace("．", ".").partition(".")
    if "." in part:
        return None
    return f"{whole or '0'}.{part}" if part else whole


# Letters of other scripts that look like a Latin one.
LATIN_TWINS = dict(
    zip(
        "аеорсухіјѕԁһԛԝАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧαονιρ",
        "aeopcyxijsdhqwABEKMHOPCTYXIJSABEZHIKMNOPTYXaovip",
        strict=True,
    )
)


def latin_twin(character: str) -> str | None:
    """The Latin letter that a letter of another script or with an accent looks like."""
    twin = LATIN_TWINS.get(character)
    if twin is None:
        base = unicodedata.normalize("NFKD", character)[0]
        twin = base if base.isascii() and base.isalnum() else None
    return twin


# ---------------------------------------------------------------- numbers


def number_form(span: Span, number: str, instead: str | None) -> Diagnostic:
    """R015: a number in a form of another notation, with the digits to write."""
    fixes = () if instead is None else (Fix("write", (Edit(span, instead),), {"number": instead}),)
    return Diagnostic("R015", span, {"number": number}, fixes=fixes)


def thousands(tokens: Tokens, start: int, last: str) -> Diagnostic:
    """`1,000` when its last group has just been met."""
    first = tokens.starts[-2]
    end = start + len(last)
    text = tokens.text[first:end]
    return number_form(tokens.place(first, end), text, re.sub("[,，]", "", text))


# ---------------------------------------------------------------- sentences


def said_twice(span: Span, first: Span) -> Diagnostic:
    return Diagnostic("R154", span, labels=(Label(first, "first"),), fixes=(Fix("remove", (Edit(span, ""),)),))


def mixed_directions(tokens: Tokens, relations: list[int]) -> Diagnostic:
    first, last = relations[0], relations[-1]
    return Diagnostic("R158", tokens.span(last, last), {"one": tokens.texts[first], "other": tokens.texts[last]})


def no_pattern(span: Span, pattern: str) -> Diagnostic:
    return Diagnostic("R159", span, {"pattern": pattern})


def no_ratio(span: Span, ratio: str) -> Diagnostic:
    return Diagnostic("R178", span, {"ratio": ratio})


def bare_number_expected(number: Number) -> Diagnostic:
    whole = number.text.partition(".")[0]
    fix = Fix("write", (Edit(number.span, whole),), {"number": whole})
    return Diagnostic("R157", number.span, {"number": number.text + number.unit}, fixes=(fix,))


def unknown_method(phrase: str, span: Span, kind: Literal["weights", "combine"]) -> Diagnostic:
    """R153 with the methods there are, the nearest first."""
    table = keywords().weight_methods if kind == "weights" else keywords().combine_methods
    words = [word for spellings in table.values() for word in spellings.all()]
    near = near_words(phrase, words, 1)
    methods = Shown(
        ", ".join(f"`{s.en[0]}`" for s in table.values()), "、".join(f"`{s.zh[0]}`" for s in table.values())
    )
    fixes = (Fix("near", (Edit(span, near[0]),), {"near": near[0]}),) if near else ()
    return Diagnostic("R153", span, {"method": phrase[:60], "methods": methods}, fixes=fixes)

"""One logical line as tokens: names, keywords, amounts, quoted texts, signs, each with its place.

Full-width twins outside quotes are read as ASCII, `“”` quote, U+3000 is a blank. One left-to-right pass of a regular
expression without backtracking, then keyword phrases are joined, longest first and across blanks.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass, field

from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.numbers.decimals import MAX_DIGITS
from rubric_dsl.surface import faults
from rubric_dsl.surface.keywords import keywords
from rubric_dsl.text.source import Origin, Span

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
BLANK = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
MAX_NAME = 200
MAX_BRACKETS = 64
MAX_SHOWN = 60

# `＂` and `＼` keep their width: inside quotes they are text, and only `"` and `\` end or escape one.
TWINS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if code not in (0xFF02, 0xFF3C)}
# The three other spellings of a relation.
RELATIONS = {"≤": "<=", "≥": ">=", "≠": "<>"}


@dataclass(slots=True)
class Tokens:
    """The tokens of one logical line; `kinds[i]` is a terminal of the grammar, offsets count from the line's start."""

    origin: Origin
    text: str
    kinds: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    units: dict[int, str] = field(default_factory=dict)
    """Of amounts, by token number; one without a unit is not in it."""
    breaks: list[int] = field(default_factory=list)
    """Offsets behind each line break, for a sentence that brackets continue over several lines."""
    comments: list[str] = field(default_factory=list)
    english: int = 0
    chinese: int = 0
    fault: Diagnostic | None = None
    """The first thing that is no token; what follows it is not read."""

    def span(self, first: int, last: int) -> Span:
        """From the start of one token to the end of another (itself or a later one)."""
        return self.place(self.starts[first], self.ends[last])

    def place(self, start: int, end: int) -> Span:
        """The span of offsets."""
        if not self.breaks:
            return Span(self.origin, 0, start, 0, end)
        line, column = self._position(start)
        end_line, end_column = self._position(end)
        return Span(self.origin, line, column, end_line, end_column)

    def _position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.breaks, offset)
        return line, offset - (self.breaks[line - 1] if line else 0)

    def written(self, index: int) -> str:
        """A token as it stands in the text."""
        return self.text[self.starts[index] : self.ends[index]]

    def shown(self, first: int, last: int | None = None) -> str:
        """A token, or those up to another, for a message: cut where it is longer than anybody reads."""
        written = self.text[self.starts[first] : self.ends[first if last is None else last]]
        return written if len(written) <= MAX_SHOWN else written[:MAX_SHOWN] + "…"

    def is_joined(self, index: int) -> bool:
        """Whether this token is a keyword put together from words that stand apart."""
        return index < len(self.kinds) and self.kinds[index][0] == "_" and not self.texts[index]

    def touching(self, index: int) -> bool:
        """Whether this token starts where the one before it ends."""
        return index > 0 and self.starts[index] == self.ends[index - 1]


@functools.cache
def token_pattern() -> re.Pattern[str]:
    """The regular expression of one token with the blanks before it."""
    yesno = "|".join(keywords().tokens["YESNO"].all())
    return re.compile(
        rf"""[{BLANK}]*+(?:
          (?P<YESNO>(?:{yesno})(?![A-Za-z0-9_{HAN}]))
        | (?P<NAME>[A-Za-z_]*+[{HAN}][A-Za-z_{HAN}]*+|[A-Za-z_][A-Za-z0-9_]*+)
        | (?P<AMOUNT>[0-9]++(?:\.[0-9]++)?)
        | (?P<SIGN>[(),:|=+\-*/^%])
        | (?P<QUOTED>"(?:[^"\\\n]|\\.)*+"|“(?:[^”\\\n]|\\.)*+”|＂[^＂\n]*+＂)
        | (?P<COMPARE><=|>=|<>|[<>≤≥≠])
        | (?P<COMMENT>\#[^\n]*+)
        | (?P<BREAK>\n)
        | (?P<OPENQUOTE>["“＂])
        | (?P<STRAY>[^{BLANK}])
        )""",
        re.VERBOSE,
    )


def tokens_of(text: str, origin: Origin, apart: Collection[int] = ()) -> Tokens:
    """The tokens of a logical line, or those before its first fault; at the offsets `apart` no words are joined."""
    tokens = Tokens(origin, text)
    plain = text if text.isascii() else text.translate(TWINS)
    kinds, texts, starts, ends = tokens.kinds, tokens.texts, tokens.starts, tokens.ends
    depth = 0
    for match in token_pattern().finditer(plain):
        kind = match.lastgroup
        assert kind is not None
        start, end = match.span(kind)
        word = plain[start:end]
        if kind == "NAME":
            if len(word) > MAX_NAME:
                tokens.fault = faults.name_too_long(tokens.place(start, end), word)
                break
            if kinds and kinds[-1] == "AMOUNT":
                taken = _take_unit(tokens, word, start)
                if taken == len(word):
                    continue
                start += taken
                word = word[taken:]
        elif kind == "SIGN":
            if word == "%":
                if not _take_percent(tokens, start):
                    break
                continue
            kind = word
            if word == "(":
                depth += 1
                if depth > MAX_BRACKETS:
                    tokens.fault = faults.too_deep(tokens.place(start, end))
                    break
            elif word == ")":
                depth -= 1
        elif kind == "QUOTED":
            word = unquoted(text[start:end])
        elif kind == "COMPARE":
            word = RELATIONS.get(word, word)
        elif kind == "AMOUNT":
            if (digits := end - start - ("." in word)) > MAX_DIGITS:
                tokens.fault = faults.number_too_long(tokens.place(start, end), digits)
                break
            if word[0] == "0" and len(word) == 3 and word.isdigit() and _after_thousands(tokens, start):
                tokens.fault = faults.thousands(tokens, start, word)
                break
        elif kind == "YESNO":
            kind = "_YESNO"
        elif kind == "COMMENT":
            tokens.comments.append(text[start + 1 : end].strip())
            continue
        elif kind == "BREAK":
            tokens.breaks.append(end)
            continue
        else:
            tokens.fault = faults.no_token(tokens, kind, start, end, plain)
            break
        kinds.append(kind)
        texts.append(word)
        starts.append(start)
        ends.append(end)
    _join_keywords(tokens, apart)
    return tokens


def _after_thousands(tokens: Tokens, start: int) -> bool:
    """Whether `1,` stands right before: with `000` that is one number with a comma in it, not two."""
    kinds, ends = tokens.kinds, tokens.ends
    return kinds[-2:] == ["AMOUNT", ","] and ends[-1] == start and ends[-2] == start - 1


def unquoted(quoted: str) -> str:
    """The text between the quotes, with `\\"` and `\\\\` undone."""
    inner = quoted[1:-1]
    if "\\" not in inner or quoted[0] == "＂":
        return inner
    return re.sub(r'\\(["“”\\])', r"\1", inner)


def _take_unit(tokens: Tokens, word: str, start: int) -> int:
    """How many characters of the word right behind an amount are its unit."""
    table = keywords()
    index = len(tokens.kinds) - 1
    if index in tokens.units:
        return 0
    size = len(word)
    if word not in table.unit_words:
        if word in table.phrases:
            return 0
        size = next((n for n in (2, 1) if word[:n] in table.unit_words and word[0] > "\u3000" and len(word) > n), 0)
        if not size:
            return 0
    tokens.units[index] = table.unit_words[word[:size]]
    tokens.ends[index] = start + size
    return size


def _take_percent(tokens: Tokens, start: int) -> bool:
    index = len(tokens.kinds) - 1
    if index < 0 or tokens.kinds[index] != "AMOUNT" or index in tokens.units:
        tokens.fault = faults.stray(tokens, start, "%")
        return False
    tokens.units[index] = "%"
    tokens.ends[index] = start + 1
    return True


@functools.cache
def _openers() -> frozenset[str]:
    """Words that a longer phrase may start with: first words of English phrases, beginnings of Chinese ones."""
    found = set()
    for phrase, (_, language) in keywords().phrases.items():
        if language == "en":
            words = phrase.split(" ")
            found |= {" ".join(words[:n]) for n in range(1, len(words))}
        else:
            found |= {phrase[:n] for n in range(1, len(phrase))}
    return frozenset(found)


def _join_keywords(tokens: Tokens, apart: Collection[int]) -> None:
    """Turn names that are keyword phrases into keyword tokens, the longest phrase first."""
    table = keywords()
    phrases = table.phrases
    openers = _openers()
    kinds, texts, starts, ends = tokens.kinds, tokens.texts, tokens.starts, tokens.ends
    doomed: list[int] = []
    index, count = 0, len(kinds)
    while index < count:
        if kinds[index] != "NAME":
            index += 1
            continue
        word = texts[index]
        found = phrases.get(word)
        last = index
        if word in openers and index + 1 < count and kinds[index + 1] == "NAME" and starts[index] not in apart:
            glue = "" if word[0] > "\u3000" else " "
            reach = index
            joined = word
            while joined in openers and reach + 1 < count and kinds[reach + 1] == "NAME":
                reach += 1
                joined += glue + texts[reach]
                longer = phrases.get(joined)
                if longer is not None:
                    found, last = longer, reach
        if found is not None:
            token, language = found
            kinds[index] = "_" + token
            if language == "en":
                tokens.english += 1
            else:
                tokens.chinese += 1
            if last > index:
                ends[index] = ends[last]
                texts[index] = ""
                doomed.extend(range(index + 1, last + 1))
        index = last + 1
    if doomed:
        _remove(tokens, doomed)


def _remove(tokens: Tokens, doomed: list[int]) -> None:
    """Take out tokens that were joined to the one before them, and renumber the units."""
    gone = set(doomed)
    kept = [i for i in range(len(tokens.kinds)) if i not in gone]
    if tokens.units:
        tokens.units = {new: tokens.units[old] for new, old in enumerate(kept) if old in tokens.units}
    for column in (tokens.kinds, tokens.texts):
        column[:] = [column[i] for i in kept]
    for places in (tokens.starts, tokens.ends):
        places[:] = [places[i] for i in kept]

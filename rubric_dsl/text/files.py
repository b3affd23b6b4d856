"""From the bytes of a file to text that is safe to read: UTF-8, NFC, no hidden characters, one kind of line end."""

from __future__ import annotations

import re
import unicodedata

from rubric_dsl.diagnostics.model import Diagnostic, Edit, Fix
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Origin, Span

MAX_BYTES = 1 << 20
MAX_MARKS = 30
MAX_FINDINGS = 50

# Controls that turn the direction of the text they stand in.
BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# Other characters that nobody sees: controls, fillers, zero-width signs, variation selectors, tags.
INVISIBLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2028\u2029\u2060-\u2065"
    "\u206a-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
HIDDEN = re.compile(f"([{BIDI}])|[{INVISIBLE}]")
WIDE_INDENT = re.compile(r"^( *+)([^\S\n]++)(?=\S)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text as it is read: NFC, lines end in `\\n`, without a byte order mark. Columns count its characters."""

    name: str
    text: str

    def lines(self) -> list[str]:
        return self.text.split("\n")


@dataclass(frozen=True, slots=True)
class Blank:
    """A character that looks like blanks, by the name that people know it by."""

    character: str

    def shown(self, lang: str) -> str:
        names = {"\t": ("tabs", "制表符"), "\u3000": ("full-width blanks", "全角空格")}
        en, zh = names.get(self.character, (f"U+{ord(self.character):04X}",) * 2)
        return zh if lang == "zh" else en


def read_source(name: str, data: bytes) -> tuple[Source | None, list[Diagnostic]]:
    """The text of a file and what makes it unsafe; None when it cannot be read as text at all.

    At most 50 findings. Lines that hold a hidden character are reported here and left out by the parser.
    """
    if len(data) > MAX_BYTES:
        facts = {"bytes": len(data), "limit": MAX_BYTES}
        return None, [Diagnostic("R002", Span(Origin(name, 1), 0, 0, 0, 0), facts)]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [_not_utf8(name, data, error)]
    marks = _runs_of_marks(text)
    if marks:
        return None, [_at(name, text, "R003", start, end, {"limit": MAX_MARKS}) for start, end in marks[:MAX_FINDINGS]]
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return Source(name, text), [*_hidden(name, text), *_indents(name, text)][:MAX_FINDINGS]


def _not_utf8(name: str, data: bytes, error: UnicodeDecodeError) -> Diagnostic:
    before = data[: error.start].decode("utf-8-sig", "replace")
    line = before.count("\n")
    column = len(before) - (before.rfind("\n") + 1)
    span = Span(Origin(name, line + 1), 0, column, 0, column + 1)
    fixes = (Fix("save_utf8"),) if _is_gbk(data) else (Fix("save_other"),)
    return Diagnostic("R001", span, {"byte": f"0x{data[error.start]:02X}"}, fixes=fixes)


def _is_gbk(data: bytes) -> bool:
    """Whether the bytes read as GBK, the usual encoding of Chinese text files that are not UTF-8."""
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def _runs_of_marks(text: str) -> list[tuple[int, int]]:
    """Runs of more than 30 combining marks: normal form of a long run takes quadratic time, so this comes first."""
    if text.isascii():
        return []
    combining = unicodedata.combining
    runs = []
    start = -1
    for index, character in enumerate(text):
        if character > "\u02ff" and combining(character):
            if start < 0:
                start = index
        elif start >= 0:
            if index - start > MAX_MARKS:
                runs.append((start, index))
            start = -1
    if start >= 0 and len(text) - start > MAX_MARKS:
        runs.append((start, len(text)))
    return runs


def _hidden(name: str, text: str) -> list[Diagnostic]:
    found = []
    for match in HIDDEN.finditer(text):
        point = f"U+{ord(match[0]):04X}"
        facts: dict[str, object] = {"point": point, "name": unicodedata.name(match[0], "control character").lower()}
        code = "R004" if match[1] else "R005"
        found.append(_at(name, text, code, match.start(), match.end(), facts, ""))
        if len(found) == MAX_FINDINGS:
            break
    return found


def _indents(name: str, text: str) -> list[Diagnostic]:
    """Tabs and wide blanks where only blanks may stand; a tab or a U+3000 becomes two blanks."""
    found = []
    for match in WIDE_INDENT.finditer(text):
        if HIDDEN.search(match[2]):
            continue
        blanks = "".join("  " if character in "\t\u3000" else " " for character in match[2])
        facts: dict[str, object] = {"kind": Blank(match[2][0])}
        found.append(_at(name, text, "R006", match.start(2), match.end(2), facts, blanks))
        if len(found) == MAX_FINDINGS:
            break
    return found


def _at(
    name: str, text: str, code: str, start: int, end: int, facts: dict[str, object], instead: str | None = None
) -> Diagnostic:
    """A finding about characters, with the text to put instead (None: no edit)."""
    line_start = text.rfind("\n", 0, start) + 1
    line = text.count("\n", 0, start)
    span = Span(Origin(name, line + 1), 0, start - line_start, 0, end - line_start)
    fixes = () if instead is None else (Fix("replace", (Edit(span, instead),)),)
    return Diagnostic(code, span, facts, fixes=fixes)

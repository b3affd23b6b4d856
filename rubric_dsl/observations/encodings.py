"""Which characters the bytes of a text file stand for: said by a mark, or chosen by the words that become readable.

No statistics: a short GBK text passes for Big5 with any detector. What the rubric itself names (headers, members,
subjects) is either readable in an encoding or not, and where two encodings are equal in that, it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rubric_dsl.observations import codes
from rubric_dsl.observations.facts import listing
from rubric_dsl.observations.raw import FileRefused, Note
from rubric_dsl.observations.words import RubricWords
from rubric_dsl.text.record import dataclass

SAMPLE = 64 * 1024
"""Bytes by which an encoding is chosen; the whole file is decoded by it, and nothing is replaced."""

NAMES = {
    "utf-8": "UTF-8", "utf8": "UTF-8", "utf-16": "UTF-16", "utf16": "UTF-16", "gb18030": "GB18030", "gbk": "GB18030",
    "gb2312": "GB18030", "cp936": "GB18030", "big5": "Big5", "cp950": "Big5",
}
"""What an encoding may be called on the command line, and its name."""

_PYTHON = {"UTF-8": "utf-8-sig", "GB18030": "gb18030", "Big5": "cp950"}
_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_CELLS = re.compile(r'[,;\t\r\n"]+')


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, and a note where its encoding was chosen and not said."""

    text: str
    notes: tuple[Note, ...] = ()


def decoded(data: bytes, words: RubricWords, said: str = "") -> Decoded:
    """The text of a file without its byte order mark. `said`: the encoding named by the caller. Raises FileRefused."""
    if said:
        return Decoded(_in(data, said))
    for mark, name in _MARKS:
        if data.startswith(mark):
            return Decoded(_wide(data[2:], name))
    wide = _wide_without_mark(data[:SAMPLE], words) if b"\0" in data[:SAMPLE] else None
    if wide is not None:
        return Decoded(_wide(data, wide), (Note(codes.ENCODING_FOUND, "", "UTF-16"),))
    _refuse_nul(data)
    utf8 = _decode(data, "UTF-8")
    if utf8 is not None and utf8.isascii():
        return Decoded(utf8)
    counts = _others(data, words)
    if utf8 is not None and _count(data, "UTF-8", words) >= max(counts.values(), default=0):
        return Decoded(utf8)
    return _chosen(data, counts, words.private)


def _not_utf8(data: bytes) -> FileRefused:
    offset = _first_fault(data)
    line = data.count(b"\n", 0, offset) + 1
    return FileRefused(codes.NOT_UTF8, {"offset": offset, "line": line, "byte": f"{data[offset]:02X}"}, line=line)


def _chosen(data: bytes, counts: Mapping[str, int], private: bool) -> Decoded:
    """By the words that are readable; as many of them in two encodings that read differently is a question."""
    most = max(counts.values(), default=0)
    best = [name for name, count in counts.items() if count == most] if most else []
    readings = {name: text for name in best if (text := _decode(data, name)) is not None}
    if len(set(readings.values())) == 1:
        name = next(iter(readings))
        return Decoded(readings[name], (Note(codes.ENCODING_FOUND, "", name),))
    if not readings and not counts:
        raise _not_utf8(data)
    shown = readings or {name: text for name in counts if (text := _decode(data, name)) is not None}
    asked = listing(name if private else f"{name}: {_glimpse(text)}" for name, text in shown.items())
    example = next(iter(shown), "gb18030").lower()
    raise FileRefused(codes.ENCODING_UNDECIDED, {"readings": asked, "example": example})


def _others(data: bytes, words: RubricWords) -> dict[str, int]:
    """How many of the rubric's words each other encoding makes readable, of those that the bytes can be."""
    counts = {name: _count(data, name, words) for name in ("GB18030", "Big5")}
    return {name: count for name, count in counts.items() if count >= 0}


def _count(data: bytes, name: str, words: RubricWords) -> int:
    """The rubric's words in the sample, -1 where the bytes are not in the encoding."""
    sample = data[:SAMPLE]
    for cut in range(4):  # a character may be cut at the end of the sample
        text = _decode(sample[: len(sample) - cut], name)
        if text is not None:
            return words.readable(_CELLS.split(text))
        if len(data) <= SAMPLE:
            break
    return -1


def _decode(data: bytes, name: str) -> str | None:
    try:
        return data.decode(_PYTHON[name])
    except UnicodeDecodeError:
        return None


def _in(data: bytes, said: str) -> str:
    """The text in the encoding that was named."""
    name = NAMES[said.lower()]
    if name == "UTF-16":
        mark = next((python for mark, python in _MARKS if data.startswith(mark)), None)
        return _wide(data[2:] if mark else data, mark or "utf-16-le")
    _refuse_nul(data)
    text = _decode(data, name)
    if text is None:
        raise FileRefused(codes.NOT_IN_ENCODING, {"encoding": name})
    return text


def _wide(data: bytes, name: str) -> str:
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        raise FileRefused(codes.NOT_IN_ENCODING, {"encoding": "UTF-16"}) from None
    if "\0" in text:
        nul = text.index("\0")
        line = text.count("\n", 0, nul) + 1
        raise FileRefused(codes.NOT_A_TEXT_FILE, {"offset": 2 * nul, "line": line, "help": "nul"}, line=line)
    return text


def _wide_without_mark(sample: bytes, words: RubricWords) -> str | None:
    """UTF-16 in which a header of the table stands."""
    for _, name in _MARKS:
        cells = _CELLS.split(sample[: len(sample) // 2 * 2].decode(name, "replace"))
        if words.headers_in(cells):
            return name
    return None


def _refuse_nul(data: bytes) -> None:
    nul = data.find(b"\0")
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        raise FileRefused(codes.NOT_A_TEXT_FILE, {"offset": nul, "line": line, "help": "nul"}, line=line)


def _first_fault(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _glimpse(text: str) -> str:
    """The first line that has a character beyond ASCII, short enough to be compared at a glance."""
    lines: Iterable[str] = (line for line in text.splitlines() if not line.isascii())
    return next(iter(lines), "").strip()[:24]

"""Where a run prints: results to standard output, all else to standard error, whatever these can show.

A reader that closes early (`rubric score … | head -1`) is no fault: what it leaves unread is dropped, and the exit code
is the command's own.
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from typing import Any, Literal, TextIO

from rubric_dsl.cli.words import say
from rubric_dsl.render.pieces import Line, Look, Role, plain
from rubric_dsl.render.width import ambiguous_take, char_width, wrap

Place = Literal["out", "err"]

AMBIGUOUS = "RUBRIC_AMBIGUOUS_WIDTH"
EAST_ASIAN_SETS = ("gb", "hz", "cp936", "big5", "cp950", "euc", "shiftjis", "cp932", "cp949", "johab", "iso2022")

COLUMNS_OF_A_FILE = 100
SUBSTITUTES = {"•": "*", "·": ".", "…": "...", "–": "-", "—": "-", "−": "-", "×": "x", "≥": ">=", "≤": "<=", "≠": "<>"}
STYLES: Mapping[Role, str] = {
    "error": "bold red", "warning": "bold yellow", "hint": "bold cyan", "strong": "bold", "place": "cyan",
    "frame": "blue", "help": "bold green", "faint": "dim",
}


@dataclass(slots=True)
class Terminal:
    lang: str

    def out(self, text: str = "") -> None:
        self._write("out", text + "\n")

    def err(self, text: str = "") -> None:
        """Prose; on a terminal in lines that fit, but what is set in is to be copied and stays as it is."""
        look = self.look("err")
        if look.wrap:
            lines = text.split("\n")
            text = "\n".join(line if line.startswith(" ") else "\n".join(wrap(line, look.columns)) for line in lines)
        self._write("err", text + "\n")

    def text(self, text: str) -> None:
        """A text that another program may read: in UTF-8 whatever the console speaks, except on a terminal."""
        if sys.stdout.isatty():
            self._write("out", text)
            return
        try:
            sys.stdout.flush()
            sys.stdout.buffer.write(text.encode("utf-8"))
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            _silence(sys.stdout)

    def ask(self, question: str) -> str:
        """The line that is typed behind the question; the end of the input interrupts."""
        self._write("err", question)
        answer = sys.stdin.readline()
        if not answer:
            raise KeyboardInterrupt
        return answer.rstrip("\r\n")

    def say(self, key: str, **facts: object) -> str:
        return say(key, self.lang, **facts)

    def json(self, value: Any) -> None:
        """One JSON document, readable by people and right in every encoding of the output."""
        from rubric_dsl.results.late import json_text

        readable = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
        self._write("out", json_text(value, ascii=not readable) + "\n")

    def show(self, lines: Iterable[Line], place: Place = "out") -> None:
        if not self._colours(place):
            self._write(place, plain(lines))
            return
        self._write(place, "".join(_coloured(lines, _stream(place))))

    def look(self, place: Place = "out") -> Look:
        stream = _stream(place)
        on_terminal = stream.isatty()
        columns = COLUMNS_OF_A_FILE
        if on_terminal:
            import shutil

            columns = shutil.get_terminal_size((COLUMNS_OF_A_FILE, 24)).columns
        # Lines drawn with characters of two columns would be twice as long as the room for them.
        plain_signs = not _can_draw(stream) or char_width("─") == 2
        return Look(self.lang, max(columns, 40), wrap=on_terminal, ascii=plain_signs)

    def _colours(self, place: Place) -> bool:
        return _stream(place).isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def _write(self, place: Place, text: str) -> None:
        stream = _stream(place)
        try:
            stream.write(text)
            stream.flush()
        except BrokenPipeError:
            _silence(stream)


def prepare_streams() -> None:
    """Makes standard output and error show something for every character instead of failing."""
    codecs.register_error("rubric", _substitute)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="rubric")
    if _ambiguous_are_wide(os.environ.get(AMBIGUOUS, ""), sys.stdout.encoding):
        ambiguous_take(2)


def _ambiguous_are_wide(said: str, encoding: str | None) -> bool:
    """What the author said (1 or 2), else whether the console has an East Asian character set of before Unicode."""
    if said in ("1", "2"):
        return said == "2"
    plain_name = (encoding or "").lower().replace("-", "").replace("_", "")
    return plain_name.startswith(EAST_ASIAN_SETS)


def _substitute(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    part = error.object[error.start:error.end]
    return "".join(SUBSTITUTES.get(char, "?") for char in part), error.end


def _stream(place: Place) -> TextIO:
    return sys.stdout if place == "out" else sys.stderr


def _can_draw(stream: TextIO) -> bool:
    try:
        "┌│─…".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _coloured(lines: Iterable[Line], stream: TextIO) -> Iterable[str]:
    from rich.console import Console  # a terminal with colours is the only place that needs it
    from rich.text import Text

    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    for line in lines:
        text = Text()
        for piece in line:
            text.append(piece.text, STYLES.get(piece.role, ""))
        text.rstrip()
        with console.capture() as captured:
            console.print(text, soft_wrap=True)
        yield captured.get()


def _silence(stream: TextIO) -> None:
    """Lets everything that is still written to the stream vanish, also what Python flushes at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    finally:
        os.close(nowhere)

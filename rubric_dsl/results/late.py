"""JSON of very many subjects, written piece by piece: the text that `json.dumps` gives with two blanks of indent.

A result of 100,000 subjects has millions of small objects in JSON. Making them takes longer than scoring, and writing
them with the indent of the standard library longer still.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any, Protocol

from rubric_dsl.numbers.show import Kind
from rubric_dsl.plan.model import NamedValue
from rubric_dsl.results.columns import number_texts, outcomes
from rubric_dsl.results.model import Outcome, Placed, Result

STEP = "  "


class Late(Protocol):
    """A part of a document that is written when all around it is."""

    def pieces(self, indent: str, ascii: bool) -> Iterator[str]:
        """The text, of which all lines but the first stand at least at `indent`."""

    def lines(self) -> Iterator[str]:
        """What stands in it, each in one line as `json.dumps` writes it without an indent."""


def json_text(value: Any, ascii: bool = False) -> str:
    """As `json.dumps(value, ensure_ascii=ascii, indent=2)`, with parts that are `Late` anywhere in it."""
    late: list[Late] = []
    mark = os.urandom(16).hex()  # no text of a rubric or of observations has it; it is gone when all is written

    def stands_for(part: Any) -> str:
        if not hasattr(part, "pieces"):
            raise TypeError(f"{type(part).__name__} is no JSON")
        late.append(part)
        return mark

    whole = json.dumps(value, ensure_ascii=ascii, indent=2, default=stands_for)
    first, *rest = whole.split(f'"{mark}"')
    pieces = [first]
    for part, after in zip(late, rest, strict=True):
        line = pieces[-1][pieces[-1].rfind("\n") + 1:]
        pieces += part.pieces(line[: len(line) - len(line.lstrip(" "))], ascii)
        pieces.append(after)
    return "".join(pieces)


Quoted = Callable[[str], str]


def _quoted(ascii: bool) -> Quoted:
    return encode_basestring_ascii if ascii else encode_basestring


def _written(value: object, indent: str, quoted: Quoted) -> str:
    """An object of few levels as the standard library writes it, in an eighth of the time."""
    inner = indent + STEP
    match value:
        case str():
            return quoted(value)
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case int():
            return str(value)
        case {}:
            parts = [f"{inner}{quoted(name)}: {_written(part, inner, quoted)}" for name, part in value.items()]
            return "{\n" + ",\n".join(parts) + f"\n{indent}}}" if parts else "{}"
        case list():
            parts = [inner + _written(part, inner, quoted) for part in value]
            return "[\n" + ",\n".join(parts) + f"\n{indent}]" if parts else "[]"
        case _:
            raise TypeError(f"{type(value).__name__} is not written here")


class LateRows:
    """The rows of a ranking; `row` gives the object of one."""

    def __init__(self, rows: Sequence[Placed], row: Callable[[Placed], object]) -> None:
        self.rows = rows
        self.row = row

    def pieces(self, indent: str, ascii: bool) -> Iterator[str]:
        if not self.rows:
            yield "[]"
            return
        inner, quoted = indent + STEP, _quoted(ascii)
        start = f"[\n{inner}"
        for placed in self.rows:
            yield start
            yield _written(self.row(placed), inner, quoted)
            start = f",\n{inner}"
        yield f"\n{indent}]"

    def lines(self) -> Iterator[str]:
        return (_in_one_line(self.row(placed)) for placed in self.rows)


class LateSubjects:
    """The named values of each subject, each with its kind and what gives the object of one value."""

    def __init__(self, result: Result, named: Sequence[tuple[NamedValue, Kind, Callable[[Outcome], object]]]) -> None:
        self.result = result
        self.named = named
        self.places: dict[str, Sequence[tuple[int, int] | None]] = {}
        """By name the place of each subject's number, and how many stand there."""

    def pieces(self, indent: str, ascii: bool) -> Iterator[str]:
        quoted = _quoted(ascii)
        if not self.result.values:
            yield "{}"
            return
        one, two = indent + STEP, indent + 2 * STEP
        ends = f"{{\n{two + STEP}", f",\n{two + STEP}", f"\n{two}}}"
        places, rows = self._rows(ends, lambda value: _written(value, two, quoted))
        lines = [f'\n{two}{quoted(name).replace("%", "%%")}: {place}' for name, place in places]
        inside = f"{{{','.join(lines)}\n{one}}}" if lines else "{}"
        template = f"%s\n{one}%s: {inside}"
        start = "{"
        for subject, row in zip(self.result.values, rows, strict=False):
            yield template % (start, quoted(subject), *row)
            start = ","
        yield f"\n{indent}}}"

    def lines(self) -> Iterator[str]:
        """Each subject with what it has, as they stand in an object."""
        places, rows = self._rows(("{", ", ", "}"), _in_one_line)
        inside = ", ".join(f'{_in_one_line(name).replace("%", "%%")}: {place}' for name, place in places)
        template = f"%s: {{{inside}}}"
        for subject, row in zip(self.result.values, rows, strict=False):
            yield template % (_in_one_line(subject), *row)

    def _rows(
        self, ends: tuple[str, str, str], written: Callable[[object], str]
    ) -> tuple[list[tuple[str, str]], Iterable[Sequence[str]]]:
        """By name what stands for a value in a template, and by subject the texts that are put there. `ends`: what an
        object of a number starts with, has between its members and ends with."""
        places: list[tuple[str, str]] = []
        columns: list[Sequence[str]] = []
        for named, kind, object_of in self.named:
            place, own = self._column(named, kind, object_of, ends, written)
            places.append((named.name, place))
            columns += own
        return places, zip(*columns, strict=True) if columns else repeat(())

    def _column(
        self, named: NamedValue, kind: Kind, object_of: Callable[[Outcome], object], ends: tuple[str, str, str],
        written: Callable[[object], str],
    ) -> tuple[str, list[Sequence[str]]]:
        """What stands for a value in the template, and the texts that are put there subject by subject."""
        found, placed = number_texts(self.result, named, kind, "en"), self.places.get(named.name)
        if found is None:
            objects = list(map(object_of, outcomes(self.result, named.name)))
            return "%s", [list(map(written, objects if placed is None else map(_with_place, objects, placed)))]
        start, between, end = ends
        number = f'{start}"exact": "%s"{between}"shown": "%s"{"" if placed is None else "%s"}{end}'
        columns = [found.exact(), found.shown]
        if placed is not None:
            texts_of = {place: _place_text(place, between) for place in set(placed)}
            columns.append(list(map(texts_of.__getitem__, placed)))
        if not found.odd:
            return number, columns
        texts = [number % row for row in zip(*columns, strict=True)]
        for place, value in found.odd.items():
            own = object_of(value)
            texts[place] = written(own if placed is None else _with_place(own, placed[place]))
        return "%s", [texts]


def place_json(place: tuple[int, int]) -> dict[str, int]:
    """`place`: counted from the highest, and how many stand there."""
    at, together = place
    return {"place": at} if together == 1 else {"place": at, "tied": together}


def _with_place(value: object, place: tuple[int, int] | None) -> object:
    return value | place_json(place) if isinstance(value, dict) and place is not None else value


def _place_text(place: tuple[int, int] | None, between: str) -> str:
    return "" if place is None else "".join(f'{between}"{key}": {own}' for key, own in place_json(place).items())


def _in_one_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

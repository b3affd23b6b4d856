"""A result as a file: laid out so that what concerns one subject is found without reading all of it.

Each subject, with its place in each item, and each row of a ranking has a line of its own; `standings` has of each item
what concerns all. A text of JSON has no raw line break, so a line that starts so is what it looks like. A file
laid out in another way is read as a whole.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.results.columns import reported_in
from rubric_dsl.results.json import FORMAT, number_json
from rubric_dsl.results.late import LateRows, LateSubjects, place_json
from rubric_dsl.results.model import Result
from rubric_dsl.results.standings import NotRational, standings
from rubric_dsl.text.record import dataclass

Json = dict[str, Any]

LONG = ("rankings", "subjects")
PLACE = ("place", "tied")


class NotSaved(Exception):
    """The file is no saved result."""


# ---------------------------------------------------------------- writing


def result_text(found: Json, canonical: bool = False) -> str:
    """The file, what is long in it last. `canonical`: keys in order and no blanks, as in a bundle."""
    keys = sorted(found, key=lambda key: (key in LONG, key if canonical or key in LONG else ""))
    parts = [f"{_text(key, canonical)}:{'' if canonical else ' '}{_member(key, found[key], canonical)}" for key in keys]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _member(key: str, value: Any, canonical: bool) -> str:
    if key == "subjects" and value:
        return "{\n" + ",\n".join(f" {line}" for line in _lines(value, canonical)) + "\n}"
    if key == "rankings" and value:
        return "[\n" + ",\n".join(_ranking(one, canonical) for one in value) + "\n]"
    if canonical or key == "standings":
        return _text(value, canonical)
    return json.dumps(value, ensure_ascii=False, indent=1)


def _ranking(ranking: Json, canonical: bool) -> str:
    head = _text({key: value for key, value in ranking.items() if key != "rows"}, canonical)[:-1]
    rows = ",\n".join(f"  {line}" for line in _lines(ranking["rows"], canonical))
    return f' {head},{"" if canonical else " "}"rows":{"" if canonical else " "}[\n{rows}\n ]}}'


def _lines(value: Any, canonical: bool) -> Iterator[str]:
    """What stands in an array or an object, each in one line."""
    if isinstance(value, (LateRows, LateSubjects)):
        return value.lines()
    if isinstance(value, list):
        return (_text(one, canonical) for one in value)
    blank = "" if canonical else " "
    return (f"{_text(name, canonical)}:{blank}{_text(own, canonical)}" for name, own in value.items())


def _text(value: object, canonical: bool) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=canonical, separators=(",", ":") if canonical else None)


def add_standings(found: Json, plan: ScoringPlan, result: Result) -> None:
    """Says in the JSON of a result where everybody stands in each item, as far as `explain --result` needs it.

    Each number of a subject gets its `place`, counted from the highest, and how many are `tied` there if not one alone;
    `standings` has of each item how many have it, mean, highest and lowest, and of each ranking how many it ranks. An
    item with a number that is not rational has null and no places.
    """
    subjects = found["subjects"]
    items: Json = {}
    for named in reported_in(plan, result):
        try:
            own = standings(result, named)
        except NotRational:
            items[named.name] = None
            continue
        if own is None:
            continue
        type = plan.nodes[named.node].type
        known = {"mean": own.mean, "highest": own.highest, "lowest": own.lowest}
        items[named.name] = {"of": own.of} | {key: number_json(value, type) for key, value in known.items()}
        if isinstance(subjects, LateSubjects):
            subjects.places[named.name] = own.places
        else:
            for values, place in zip(subjects.values(), own.places, strict=True):
                if place is not None:
                    values[named.name] |= place_json(place)
    ranked = {
        ranking.name: [[group, count] for group, count in Counter(
            row.group for row in ranking.rows if row.rank is not None).items()]
        for ranking in result.rankings
    }
    found["standings"] = {"items": items, "ranked": ranked}


def without_place(value: Any) -> Any:
    """What a subject has in an item, as a result says it that has no standings."""
    return {key: own for key, own in value.items() if key not in PLACE} if isinstance(value, dict) else value


# ---------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Spread:
    """The numbers of one item over all subjects."""

    of: int
    mean: Fraction
    highest: Fraction
    lowest: Fraction


class Saved:
    """A saved result, read as far as it is asked for. Raises NotSaved where it is not what it should be."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._whole: Json | None = None
        self._subjects: dict[str, Json | None] = {}
        self._sections = dict(self._found())
        head = self._one("format")
        if head != FORMAT:
            raise NotSaved
        rubric, ledger = self._one("rubric"), self._one("ledger")
        try:
            self.plan: str = rubric["plan"]
            self.ledger: Mapping[str, Json] = ledger
            self.sha256 = {table: str(own["sha256"]) for table, own in ledger.items()}
        except (KeyError, TypeError, AttributeError):
            raise NotSaved from None
        corrections = self._one("corrections")
        self.corrections: str | None = corrections.get("sha256") if isinstance(corrections, dict) else None
        self.has_periods = self._one("periods") is not None

    def subject(self, name: str) -> Json | None:
        """What the subject has, by item."""
        if name not in self._subjects:
            self._subjects[name] = self._subject(name)
        return self._subjects[name]

    def place(self, subject: str, item: str, lowest_first: bool) -> int:
        """The subject's place among all in an item of which it has a number."""
        try:
            own = (self.subject(subject) or {})[item]
            place, tied, of = own["place"], own.get("tied", 1), self._standings["items"][item]["of"]
            fits = all(type(n) is int for n in (place, tied, of)) and place >= 1 and 1 <= tied <= of - place + 1
        except (KeyError, TypeError, AttributeError):
            raise NotSaved from None
        if not fits:
            raise NotSaved
        return of - place - tied + 2 if lowest_first else place  # type: ignore[no-any-return]

    def placed(self, ranking: str, subject: str) -> Json | None:
        """The subject's row of a ranking."""
        if self._whole is None:
            start, end = self._section("rankings")
            colon = b": " if self._data.find(b'"name": ', start, end) >= 0 else b":"
            wanted, titled = (
                b'"' + key + b'"' + colon + json.dumps(text, ensure_ascii=False).encode()
                for key, text in ((b"subject", subject), (b"name", ranking))
            )
            at = self._data.find(wanted, start, end)
            while at >= 0:
                head = self._data.rfind(b"\n {", start, at)
                if titled in self._data[head:self._data.find(b"\n", head + 1)]:
                    begin = self._data.rfind(b"\n", start, at)
                    row = _object(self._data[begin:self._data.find(b"\n", at)].strip().rstrip(b","))
                    if row.get("subject") == subject:
                        return row
                at = self._data.find(wanted, at + 1, end)
            return None
        for one in self._whole.get("rankings", ()):
            for row in one["rows"]:
                if one["name"] == ranking and row["subject"] == subject:
                    return row  # type: ignore[no-any-return]
        return None

    def spreads(self) -> Mapping[str, Spread] | None:
        """By item; None where the result does not say, or where an item's numbers are not all rational."""
        standings = self._standings
        try:
            items = standings["items"]
            if any(own is None for own in items.values()):
                return None
            return {
                name: Spread(
                    int(own["of"]), *(from_exact(own[key]["exact"]) for key in ("mean", "highest", "lowest")),
                ) for name, own in items.items()
            }
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def ranked(self, ranking: str, group: str | None) -> int:
        """How many have a rank, in the group."""
        try:
            counts: Sequence[Any] = self._standings["ranked"][ranking]
            return sum(int(count) for own, count in counts if own == group)
        except (KeyError, TypeError, ValueError):
            raise NotSaved from None

    # ------------------------------------------------------------ inside

    def _subject(self, name: str) -> Json | None:
        if self._whole is not None:
            return self._whole.get("subjects", {}).get(name)  # type: ignore[no-any-return]
        line = self._line(self._section("subjects"), b"\n " + _key(name))
        return None if line is None else _object(b"{" + line + b"}")[name]

    @cached_property
    def _standings(self) -> Any:
        return self._one("standings")

    def _one(self, key: str) -> Any:
        """The value of a key at the top, None where there is none."""
        if self._whole is None:
            section = self._section(key)
            if section[0] >= 0:
                return _object(b"{" + self._data[section[0]:section[1]].strip().rstrip(b",") + b"}")[key]
            if key == "format":  # laid out in another way
                self._whole = _object(self._data)
            else:
                return None
        return self._whole.get(key)

    def _section(self, key: str) -> tuple[int, int]:
        """From where to where a key of the top stands with its value; (-1, -1) where there is none."""
        return self._sections.get(key, (-1, -1))

    def _found(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """Every key at the top with its place: only there a line begins with a quote."""
        start = self._data.find(b'\n"')
        while start >= 0:
            if self._data.startswith(b'\n"rankings":', start):
                end = self._data.find(b'\n"subjects":', start)
                if end >= 0:  # and nothing after it
                    yield "rankings", (start, end)
                    yield "subjects", (end, self._data.rfind(b"}"))
                    return
            end = self._data.find(b'\n"', start + 1)
            key = self._data[start + 2:self._data.find(b'"', start + 2)]
            yield key.decode("utf-8", "replace"), (start, end if end >= 0 else self._data.rfind(b"}"))
            start = end

    def _line(self, section: tuple[int, int], mark: bytes) -> bytes | None:
        if section[0] < 0:
            return None
        at = self._data.find(mark, *section)
        return None if at < 0 else self._data[at:self._data.find(b"\n", at + 1)].strip().rstrip(b",")


def _key(name: str) -> bytes:
    return json.dumps(name, ensure_ascii=False).encode() + b":"


def _object(data: bytes) -> Json:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise NotSaved from None
    if not isinstance(found, dict):
        raise NotSaved
    return found

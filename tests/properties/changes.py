"""Single changes of a rubric's meaning: every number, word and mark of its data, one at a time."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.properties import model as m
from tests.properties.write import rubric_text

WORDS: dict[str, tuple[str, ...]] = {
    "Observed.missing": ("0", "not applicable"),
    "Weights.method": ("mean", "median"),
    "Rounded.mode": ("half up", "half even", "up", "down"),
    "Rounding.mode": ("half up", "half even", "up", "down"),
    "Indicator.combined": ("lowest", "highest"),
    "Ranking.ties": ("share", "dense"),
    "Condition.word": ("unless", "if"),
    "Bound.word": ("at least", "at most"),
    "Joined.word": ("and", "or"),
    "Per.word": ("minus", "plus"),
    "Aggregate.name": ("mean", "median", "lowest", "highest", "sum"),
    "Across.name": ("mean", "median", "highest"),
    "Call.name": ("min", "max"),
    "Arith.sign": ("+", "-"),
    "Num.unit": (),
    "Column.label": ("别名",),
}
MARKS = (
    "Between.low_closed", "Between.high_closed", "Is.negated", "IsMissing.negated", "Column.optional", "Column.key",
    "Column.private", "Observed.one_row_each", "Table.first_match", "Ranking.lowest_first",
)  # fmt: skip

Change = tuple[str, Any]
"""Which field was changed, and the whole afterwards."""


def changes(part: Any, around: str = "") -> Iterator[Change]:
    """Every way to change one thing in this part of a rubric. Names stay."""
    if is_dataclass(part):
        kind = type(part).__name__
        for field in fields(part):
            value = getattr(part, field.name)
            if isinstance(part, m.Column) and field.name == "member_labels" and not part.members:
                continue
            if value and f"{kind}.{field.name}" in ("Ranking.excludes", "Ranking.caps", "Observed.musts"):
                yield f"{kind}.{field.name}", replace(part, **{field.name: ()})  # type: ignore[type-var]
            for name, changed in _changed(value, f"{kind}.{field.name}"):
                yield name, replace(part, **{field.name: changed})  # type: ignore[type-var]
    elif isinstance(part, tuple):
        for place, inner in enumerate(part):
            for name, changed in _changed(inner, around):
                yield name, (*part[:place], changed, *part[place + 1 :])


def _changed(value: Any, where: str) -> Iterator[Change]:
    if isinstance(value, bool):
        if where in MARKS or where == "Ranking.keys":
            yield where, not value
    elif isinstance(value, Fraction):
        yield where, value + Fraction(1, 2 if where not in ("Column.low", "Column.high") else 1)
        yield where, value / 2
    elif isinstance(value, int):
        yield where, value + 1
    elif isinstance(value, date):
        yield where, value + timedelta(days=1)
    elif isinstance(value, str):
        yield from ((where, other) for other in WORDS.get(where, ()) if other != value and value in WORDS[where])
        if where == "Condition.value":
            yield where, Fraction(0)
    elif value is None:
        if where == "Column.label":
            yield where, "别名"
        elif where == "Observed.missing":
            yield where, "0"
    elif where == "Column.member_labels" and isinstance(value, dict):
        yield where, {} if value else {"": "别名"}
    else:
        yield from changes(value, where)


def without_unused(rubric: m.Rubric) -> m.Rubric:
    """The same without a formula that nothing uses, which has no meaning."""
    alone = replace(rubric, formulas=())
    return rubric if "track(" in rubric_text(alone) else alone


def of_rubric(rubric: m.Rubric, choose: random.Random) -> list[tuple[str, m.Rubric]]:
    """The changes in an order in which each kind comes before any comes again."""
    found = list(changes(rubric))
    choose.shuffle(found)
    times: Counter[str] = Counter()
    turns: list[tuple[int, int, str, m.Rubric]] = []
    for where, changed in found:
        times[where] += 1
        turns.append((times[where], len(turns), where, changed))
    return [(where, _labelled(changed)) for _, _, where, changed in sorted(turns, key=lambda turn: turn[:2])]


def _labelled(rubric: m.Rubric) -> m.Rubric:
    """A label for nobody in particular becomes that of the first member."""

    def column(one: m.Column) -> m.Column:
        if "" not in one.member_labels:
            return one
        return replace(one, member_labels={one.members[0]: "别名"} if one.members else {})

    return replace(rubric, tables=tuple(replace(t, columns=tuple(map(column, t.columns))) for t in rubric.tables))

"""Tables of observations of every folding, and rows that they accept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from tests.properties import model as m
from tests.properties.choices import Choices
from tests.properties.oracle_values import Reader
from tests.properties.things import Thing

SUBJECTS = ("甲", "乙", "丙", "丁", "戊", "己")
SCENARIOS = ("social", "housing", "tax", "police")
DAY = date(2024, 2, 27).toordinal()

POOLS: dict[str, tuple[str, ...]] = {
    "whole": ("0", "1", "2", "3", "5", "8"),
    "number": ("0", "1/2", "1", "5/2", "17/4", "10"),
    "percent": ("0", "1/4", "1/2", "173/200", "1"),
    "seconds": ("0", "15", "16", "60", "180", "600"),
    "date": tuple(str(DAY + days) for days in (0, 2, 3, 30, 368)),
    "time": ("0", "510", "720", "1080", "1439"),
}
LEVELS = (("high", "mid", "low"), ("good", "bad"), ("grand", "plain", "poor", "void"))
WORDS: dict[str, tuple[str, ...]] = {
    "yes/no": ("ok", "greeted", "clear"),
    "choice": ("level", "tone"),
    "whole": ("hits", "asked"),
    "number": ("mark", "cost"),
    "percent": ("ratio",),
    "seconds": ("wait", "hold"),
    "date": ("opened", "closed"),
    "time": ("started",),
    "text": ("remark",),
}
NO_POOL: tuple[Fraction, ...] = ()


def _pool(kind: str) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, POOLS.get(kind, ())))


@dataclass(frozen=True)
class Observing:
    tables: tuple[m.Observed, ...]
    weights: tuple[m.Weights, ...]


def things_of(table: m.Observed) -> list[Thing]:
    """The columns that rules may read: not the subject and not keys."""
    return [_thing(column) for column in table.columns if column.name != "city" and not column.key]


def _thing(column: m.Column) -> Thing:
    kind = "number" if column.kind == "whole" else column.kind
    step = {"whole": Fraction(1), "seconds": Fraction(1)}.get(column.kind)
    return Thing(
        column.name, kind, column.members, _pool(column.kind), column.low, column.high, step,
        column.may_be_absent, column.when,
    )


# ------------------------------------------------------------------ tables


def observing(choices: Choices) -> Observing:
    """Up to four tables: a register, and one or more that are averaged or totalled."""
    how = choices.pick(("register", "names", "members"))
    city = m.Column("city", "choice", SUBJECTS[:4]) if how == "members" else m.Column("city", "text")
    tables: list[m.Observed] = []
    weights: list[m.Weights] = []
    if how == "register":
        tables.append(_facts(choices, city))
    kinds = choices.some(("calls", "visits", "awards"), 1)
    for name in kinds:
        tables.append(_observed(choices, name, city, weights))
    return Observing(tuple(tables), tuple(weights))


def _facts(choices: Choices, city: m.Column) -> m.Observed:
    region = m.Column("region", "choice", ("east", "west"))
    return m.Observed("cities", "facts", (city, region, *_columns(choices, "city")))


def _observed(choices: Choices, name: str, city: m.Column, weights: list[m.Weights]) -> m.Observed:
    columns = [city]
    if choices.chance(30):
        columns.append(m.Column(f"{name}_id", "text", key=True))
    table = m.Observed(name, "totalled" if name == "awards" else "averaged", ())
    if name == "calls" or (name == "visits" and choices.chance(30)):
        scenarios = tuple(f"{name}_{word}" for word in SCENARIOS[: choices.between(2, 4)])
        labels = {scenario: f"场景{scenario[-3:]}" for scenario in scenarios} if choices.chance(30) else {}
        columns.append(m.Column(f"{name}_scenario", "choice", scenarios, member_labels=labels))
        table = replace(table, stratum=f"{name}_scenario", one_row_each=choices.chance(25))
        if choices.chance(30):
            weights.append(_weights_over(choices, name, scenarios))
            table = replace(table, weights=weights[-1].name)
    columns += _columns(choices, name[:-1])
    missing: Literal["0", "not applicable"] | None = None
    if name == "awards" or choices.chance(40):
        missing = choices.pick(("0", "not applicable"))
    return replace(table, columns=tuple(columns), missing=missing, musts=_musts(choices, columns))


def _weights_over(choices: Choices, name: str, items: tuple[str, ...]) -> m.Weights:
    ratings = tuple(Fraction(choices.between(1, 7)) for _ in items)
    return m.Weights(f"{name}_weights", "mean", items, (("e_one", ratings),), "")


def _columns(choices: Choices, prefix: str) -> list[m.Column]:
    """Always one yes/no and one number that are always there, and some others."""
    columns = [m.Column(f"{prefix}_ok", "yes/no"), _column(choices, prefix, "whole", "hits")]
    if choices.chance(40):
        columns.append(replace(columns[1], name=f"{prefix}_asked"))
    for kind, words in WORDS.items():
        for word in words:
            if word not in ("ok", "hits", "asked") and choices.chance(35):
                column = _column(choices, prefix, kind, word)
                columns.append(_with_presence(choices, column, columns))
    return columns


def _column(choices: Choices, prefix: str, kind: str, word: str) -> m.Column:
    column = m.Column(f"{prefix}_{word}", kind, label=f"{word}栏" if choices.chance(20) else None)  # type: ignore[arg-type]
    if kind == "choice":
        members = choices.pick(LEVELS)
        return replace(column, members=tuple(f"{prefix}_{member}" for member in members))
    pool = _pool(kind)
    if kind in POOLS and choices.chance(70):
        column = replace(column, low=pool[0], high=pool[-1] if kind in ("date", "time") or choices.chance(70) else None)
    if kind == "number" and choices.chance(40):
        column = replace(column, decimals=2)
    if kind == "text":
        column = replace(column, private=choices.chance(50))
    return column


def _with_presence(choices: Choices, column: m.Column, before: Sequence[m.Column]) -> m.Column:
    always = [one for one in before if not one.may_be_absent and one.kind in ("yes/no", "choice")]
    match choices.below(4):
        case 1:
            other = choices.pick(always)
            if other.kind == "choice":
                return replace(column, when=m.Is(m.Ref(other.name), (other.members[0],)))
            ref = m.Ref(other.name)
            return replace(column, when=ref if choices.chance(70) else m.Not(ref))
        case 2:
            written = choices.pick(((), ("/",), ("不适用", "/"), ("/", "")))
            return replace(column, optional=True, written=written)
        case _:
            return column


def _musts(choices: Choices, columns: Sequence[m.Column]) -> tuple[tuple[m.Expr, str], ...]:
    """A relation between two columns of one domain, if there are such."""
    names = [one.name for one in columns]
    hits = next(name for name in names if name.endswith("_hits"))
    asked = next((name for name in names if name.endswith("_asked")), None)
    if asked is None or choices.chance(30):
        return ()
    return ((m.Compare(("<=",), (m.Ref(hits), m.Ref(asked))), "no more hits than asked"),)


# ------------------------------------------------------------------ rows


def observations(choices: Choices, tables: Sequence[m.Observed]) -> m.Observations:
    """Rows that every table accepts: whoever and whichever scenario must be there is there."""
    members = tables[0].column("city").members
    subjects = members or choices.shuffled(SUBJECTS)[: choices.between(2, 5)]
    found = {table.name: tuple(_rows(choices, table, subjects)) for table in tables}
    if not any(found.values()):
        # Somebody must be there to be scored.
        found[tables[0].name] = tuple(_rows(choices, replace(tables[0], missing=None), subjects))
    return found


def _rows(choices: Choices, table: m.Observed, subjects: Sequence[str]) -> list[m.Cells]:
    found: list[m.Cells] = []
    for subject in subjects:
        for stratum in table.strata or (None,):
            for _ in range(_count(choices, table)):
                found.append(_row(choices, table, subject, stratum, len(found)))
    return choices.shuffled(found) if choices.chance(50) else found


def _count(choices: Choices, table: m.Observed) -> int:
    if table.folding == "facts":
        return 1
    if table.missing is not None and choices.chance(25):
        return 0
    if table.one_row_each:
        return 1
    return choices.pick((1, 2, 3)) if table.stratum else choices.pick((1, 3, 7, 2, 5))


def _row(choices: Choices, table: m.Observed, subject: str, stratum: str | None, number: int) -> m.Cells:
    row: dict[str, m.Value] = {}
    reader = Reader(lambda name: row[name], lambda _: None, {})
    for column in table.columns:
        if column.name == "city":
            row["city"] = subject
        elif column.name == table.stratum:
            row[column.name] = stratum
        elif column.key:
            row[column.name] = f"N{number}"
        elif (column.when is not None and not reader.true(column.when)) or (column.optional and choices.chance(30)):
            row[column.name] = None
        else:
            row[column.name] = _value(choices, column)
    for condition, _ in table.musts:
        if not reader.true(condition):
            assert isinstance(condition, m.Compare)
            one, other = (part.name for part in condition.parts if isinstance(part, m.Ref))
            row[one], row[other] = row[other], row[one]
    return row


def _value(choices: Choices, column: m.Column) -> m.Value:
    match column.kind:
        case "yes/no":
            return choices.below(3) > 0
        case "choice":
            return choices.pick(column.members)
        case "text":
            return choices.pick(("甲", "x", "说明"))
        case "date":
            return date.fromordinal(int(choices.pick(_pool("date"))))
        case "time":
            return int(choices.pick(_pool("time")))
        case _:
            return choices.pick(_pool(column.kind))

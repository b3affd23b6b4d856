"""The rows of a table in a database: a source to which columns are joined, and what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from rubric_dsl.engines.grouped import ListedParts
from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.lowering.expr import Constant, Expr
from rubric_dsl.engines.lowering.queries import ROW, STRATUM, SUBJECT, Group, Summed
from rubric_dsl.engines.sql.database import Answer, Database
from rubric_dsl.engines.sql.dialects import LONG, Type, type_of
from rubric_dsl.engines.sql.written import (
    Read,
    Source,
    Sql,
    Written,
    aliased,
    divides,
    named,
    nested,
    written,
)

MAX_COLUMNS = 500
"""So many sums are asked for at once."""
_NOTHING: dict[str, Sql] = {"yes/no": exp.false(), "text": exp.Literal.string("")}


class SqlRows:
    """A source with the columns ROW, SUBJECT and perhaps STRATUM, and those that expressions read. `unplaced`: the same
    for what does not ask for ROW, where numbering the rows is dear."""

    def __init__(
        self, database: Database, source: Source, columns: Mapping[str, Read], unplaced: Source | None = None
    ) -> None:
        self.database = database
        self.source = source
        self.unplaced = unplaced or source
        self.columns = dict(columns)
        self.keys = [SUBJECT, STRATUM] if STRATUM in columns else [SUBJECT]
        self._joins = 0
        self._divides: dict[Expr, bool] = {}

    def takes(self, value: Expr) -> bool:
        """Whether the database computes this exactly; what it does not is evaluated by distinct inputs."""
        found = self._divides.get(value)
        if found is None:
            own = value.operation not in ("//", "%") or divides(value, self.database.dialect)
            found = self._divides[value] = own and all(self.takes(operand) for operand in value.operands)
        return found

    # ------------------------------------------------------------ distinct inputs

    def distinct(self, keys: Sequence[Expr]) -> Answer:
        found = self._written(keys, self.unplaced)
        names = [f"k{place}" for place in range(len(keys))]
        query = exp.select(*map(aliased, found.asked, names), copy=False).from_(found.source, copy=False)
        return self.database.answer(query.distinct(copy=False))

    def join(self, keys: Sequence[Expr], inputs: Sequence[tuple[Constant, ...]], columns: Sequence[Column]) -> None:
        self._joins += 1
        left = [f"l{self._joins}_{place}" for place in range(len(keys))]
        right = [f"r{self._joins}_{place}" for place in range(len(keys))]
        new = [f"j{self._joins}_{place}" for place in range(len(columns))]
        table = self.database.hold([
            *(Column(name, key.kind, [given[place] for given in inputs], key.low, key.high)
              for place, (name, key) in enumerate(zip(right, keys, strict=True))),
            *(Column(name, column.kind, column.values, column.low, column.high)
              for name, column in zip(new, columns, strict=True)),
        ])
        more = {column.name: Read(name, type_of(column)) for name, column in zip(new, columns, strict=True)}
        kept = [column.name for column in (self.columns | more).values()]

        def joined(source: Source) -> Source:
            found = self._written(keys, source)
            keyed = nested(found.source, list(map(aliased, found.asked, left)), self.database.dialect)
            query = exp.select(*map(named, kept), copy=False).from_(keyed, copy=False).join(
                table.copy(), on=_equal(keys, left, right), join_type="left", copy=False)
            return query.subquery("t", copy=False)

        same = self.unplaced is self.source
        self.source, before = joined(self.source), self.unplaced
        self.unplaced = self.source if same else joined(before)
        self.columns |= more

    # ------------------------------------------------------------ sums

    def summed(self, parts: Sequence[Expr], size: int) -> Summed:
        sums = ListedParts()
        order: dict[Group, int] = {}
        for start in range(0, max(len(parts), 1), MAX_COLUMNS):
            some = parts[start:start + MAX_COLUMNS]
            rows = self._sums(some, size)
            groups = [self._group(row, True) for row in rows]
            columns: list[Any] = list(zip(*rows, strict=True)) or [()] * (len(self.keys) + 1 + len(some))
            counts = columns[len(self.keys)]
            if not start:
                order = dict(zip(groups, counts, strict=True))
            elif groups != list(order):  # another query may come to them in another order
                at = {group: place for place, group in enumerate(groups)}
                columns = [[column[at[group]] for group in order] for column in columns]
            sums.update(zip(some, columns[len(self.keys) + 1:], strict=True))
        subjects, strata = [subject for subject, _ in order], [stratum for _, stratum in order]
        return Summed(subjects, strata, list(order.values()), sums)

    def _sums(self, parts: Sequence[Expr], size: int) -> Answer:
        loose = [ex.loosely(part) if part.kind == "yes/no" else part for part in parts]
        found = self._written(loose, self.unplaced)
        sums = [self._sum(part, value, size) for part, value in zip(parts, found.asked, strict=True)]
        wanted = [aliased(one, f"s{place}") for place, one in enumerate((exp.Count(this=exp.Star()), *sums))]
        keys = [self.columns[key].name for key in self.keys]
        query = exp.select(*map(named, keys), *wanted, copy=False).from_(found.source, copy=False)
        return self.database.answer(query.group_by(*map(named, keys), copy=False))

    def _sum(self, part: Expr, value: Sql, size: int) -> Sql:
        """In 64 bits where that is enough: longer integers are dear to hand over."""
        if part.kind == "yes/no":
            # In DuckDB a count of nulls alone is null, and any other is twice as long as it needs to be.
            whole = exp.Coalesce(this=exp.CountIf(this=value), expressions=[exp.Literal.number(0)])
            return exp.Cast(this=whole, to=self.database.dialect.type("long"))
        type: Type = "wide" if part.most * max(size, 1) >= LONG else "long"
        kind = self.database.dialect.type(type)
        added = exp.Cast(this=value, to=kind.copy()) if type == "wide" else value
        return exp.Cast(this=exp.Sum(this=added), to=kind)

    # ------------------------------------------------------------ values

    def by_value(self, values: Sequence[Expr], by_stratum: bool) -> list[list[tuple[Group, Constant, int]]]:
        keys = self.keys if by_stratum else [SUBJECT]
        return [self._by_value(value, [self.columns[key].name for key in keys]) for value in values]

    def _by_value(self, value: Expr, keys: Sequence[str]) -> list[tuple[Group, Constant, int]]:
        grouped = (*keys, "v")
        count, first = exp.Count(this=exp.Star()), exp.Min(this=named(self.columns[ROW].name))
        query = exp.select(
            *map(named, grouped), aliased(count, "n"), aliased(first, "first"), copy=False
        ).from_(self._valued(value), copy=False).where(_given("v"), copy=False)
        query = query.group_by(*map(named, grouped), copy=False)
        rows = sorted(self.database.answer(query), key=lambda row: _whole(row[-1]))
        return [(self._group(row, len(keys) > 1), row[-3], _whole(row[-2])) for row in rows]

    def in_order(self, values: Sequence[Expr]) -> list[list[tuple[object, Constant]]]:
        found: list[list[tuple[object, Constant]]] = []
        for value in values:
            query = exp.select(*self._places_and("v", SUBJECT), copy=False).from_(
                self._valued(value), copy=False).where(_given("v"), copy=False)
            found.append([(row[1], row[2]) for row in sorted(self.database.answer(query), key=_place)])
        return found

    def places(self, flags: Sequence[Expr]) -> list[list[int]]:
        found = []
        for flag in flags:
            query = exp.select(named(self.columns[ROW].name), copy=False).from_(
                self._valued(flag), copy=False).where(named("v"), copy=False)
            found.append(sorted(map(_place, self.database.answer(query))))
        return found

    # ------------------------------------------------------------ helpers

    def _written(self, asked: Sequence[Expr], source: Source) -> Written:
        return written(asked, source.copy(), self.columns, self.database.dialect)

    def _valued(self, value: Expr) -> exp.Subquery:
        """The rows with the value: "v"."""
        found = self._written([value], self.source)
        return nested(found.source, [aliased(found.asked[0], "v")], self.database.dialect)

    def _places_and(self, value: str, key: str) -> list[Sql]:
        return [named(self.columns[ROW].name), named(self.columns[key].name), named(value)]

    def _group(self, row: Sequence[Constant], by_stratum: bool) -> Group:
        return (row[0], row[1] if by_stratum and len(self.keys) > 1 else None)


def _given(name: str) -> Sql:
    return exp.Not(this=exp.Is(this=named(name), expression=exp.null()))


def _equal(keys: Sequence[Expr], left: Sequence[str], right: Sequence[str]) -> Sql:
    """Nulls are values like any other; databases join by hashes only where it is said with equality."""
    found: list[Sql] = []
    for key, one, other in zip(keys, left, right, strict=True):
        a, b = named(one), named(other)
        if not key.nullable:
            found.append(exp.EQ(this=a, expression=b))
            continue
        nothing = _NOTHING.get(key.kind, exp.Literal.number(0))
        found.append(exp.EQ(
            this=exp.Coalesce(this=a, expressions=[nothing.copy()]),
            expression=exp.Coalesce(this=b, expressions=[nothing.copy()]),
        ))
        found.append(exp.EQ(
            this=exp.paren(exp.Is(this=a.copy(), expression=exp.null())),
            expression=exp.paren(exp.Is(this=b.copy(), expression=exp.null())),
        ))
    return exp.and_(*found, copy=False)


def _whole(cell: Constant) -> int:
    assert isinstance(cell, int)
    return cell


def _place(row: Sequence[Constant]) -> int:
    return _whole(row[0])

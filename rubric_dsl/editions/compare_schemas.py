"""Comparing what is observed: tables, columns, rules between cells, and how rows become one value of a subject."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from rubric_dsl.editions.changes import Kind, Part
from rubric_dsl.editions.compare import Comparing
from rubric_dsl.editions.recipes import Copy, Pick, Recipe, Side
from rubric_dsl.plan import model
from rubric_dsl.plan.model import ColumnSchema, Lines, TableSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.walking import operands, reach

FOLDING_FIELDS: Mapping[Kind, tuple[str, ...]] = {
    "folding": ("folding", "stratum", "one_row_each"), "missing rule": ("missing",),
    "scenario weights": ("stratum_weights",),
}  # fmt: skip


class Schemas:
    """`read`: differences of what is read, which are made together; `folded`: by table those of its folding."""

    def __init__(self, comparing: Comparing) -> None:
        self.comparing = comparing
        self.read: list[int] = []
        self.folded: dict[str, dict[str, int]] = {}
        self.weights: dict[str, Recipe] = {}

    def compare(self) -> None:
        old, new = ({table.name: table for table in side.plan.tables} for side in self.comparing.sides)
        for name in dict.fromkeys([*new, *old]):
            before, after = old.get(name), new.get(name)
            if before is None or after is None:
                self._read(("table", name), "table", name, _name(before), _name(after), _lines(before), _lines(after))
                self._one_sided(before or after)
            else:
                self._table(before, after)
        self._subjects()
        self.comparing.found.link(self.read)

    def _one_sided(self, table: TableSchema | None) -> None:
        if table is not None and table.stratum_weights is not None:
            side: Side = 1 if any(one is table for one in self.comparing.new.plan.tables) else 0
            self.weights[table.name] = Copy(side, table.stratum_weights)

    def _read(
        self, key: tuple[str, ...], kind: Kind, item: str, old: Part | None, new: Part | None, old_lines: Lines | None,
        new_lines: Lines | None, **facts: str,
    ) -> None:
        lines = old_lines, new_lines
        self.read.append(self.comparing.found.add(key, kind, item, old, new, lines, tuple(sorted(facts.items()))))

    def _table(self, before: TableSchema, after: TableSchema) -> None:
        name = after.name
        if (before.subject, before.period) != (after.subject, after.period):
            self._read(
                ("subjects", name), "subjects", name, Part((before.subject, before.period)),
                Part((after.subject, after.period)), before.lines, after.lines,
            )
        for kind, fields in FOLDING_FIELDS.items():
            if kind == "scenario weights":
                self._weights(before, after)
            elif any(getattr(before, field) != getattr(after, field) for field in fields):
                whole: tuple[Part, Part] = Part(before), Part(after)
                number = self.comparing.found.add(
                    ("schema", name, kind), kind, name, *whole, self.comparing.lines(name, kind), sort="changed"
                )
                self.folded.setdefault(name, {})[kind] = number
        self._columns(before, after)
        self._musts(before, after)

    def _weights(self, before: TableSchema, after: TableSchema) -> None:
        old, new = before.stratum_weights, after.stratum_weights
        if old is not None and new is not None:
            self.weights[after.name] = self.comparing.scores.panel(old, new)
        elif old is not None or new is not None:
            number = self.comparing.found.add(
                ("schema", after.name, "weights"), "scenario weights", after.name,
                None if old is None else Part(self.comparing.old.operation(old)),
                None if new is None else Part(self.comparing.new.operation(new)),
                self.comparing.lines(after.name, "folding"),
            )
            self.folded.setdefault(after.name, {})["scenario weights"] = number
            self.weights[after.name] = Pick(number, self.comparing.or_none(0, old), self.comparing.or_none(1, new))

    def _columns(self, before: TableSchema, after: TableSchema) -> None:
        old, new = ({column.name: column for column in table.columns} for table in (before, after))
        for name in dict.fromkeys([*new, *old]):
            one, other = old.get(name), new.get(name)
            if one is None or other is None or self._key(0, one) != self._key(1, other):
                self._read(
                    ("column", after.name, name), "column", after.name, None if one is None else Part(one),
                    None if other is None else Part(other), _lines(one), _lines(other), column=name,
                )

    def _key(self, side: Side, column: ColumnSchema) -> tuple[object, ...]:
        shapes = self.comparing.sides[side].shapes
        when = None if column.present_when is None else shapes[column.present_when]
        return (
            column.type, column.label, column.members, column.low, column.high, column.decimals, column.percent_written,
            column.duration_written, column.presence, when, tuple(sorted(column.written_absent)), column.key,
            column.private,
        )

    def _musts(self, before: TableSchema, after: TableSchema) -> None:
        old, new = (
            {side.shapes[must.node]: must for must in table.musts}
            for side, table in zip(self.comparing.sides, (before, after), strict=True)
        )
        for shape in dict.fromkeys([*new, *old]):
            one, other = old.get(shape), new.get(shape)
            if one is None or other is None:
                self._read(
                    ("must", after.name, shape), "rule between cells", after.name,
                    None if one is None else Part(one.node), None if other is None else Part(other.node),
                    _lines(one), _lines(other),
                )

    def _subjects(self) -> None:
        old, new = self.comparing.old.plan, self.comparing.new.plan
        if (old.subjects, old.register_table) != (new.subjects, new.register_table):
            tables = old.tables[:1], new.tables[:1]
            if all(tables) and not self.read:  # else the column that names them is a difference already
                lines = tables[0][0].lines, tables[1][0].lines
                self._read(("subjects",), "subjects", tables[1][0].name, Part(old.subjects), Part(new.subjects), *lines)


def _name(table: TableSchema | None) -> Part | None:
    return None if table is None else Part(table.name)


def _lines(schema: TableSchema | ColumnSchema | model.MustSchema | None) -> Lines | None:
    return None if schema is None else schema.lines




def link_what_reads_columns(comparing: Comparing, read: Sequence[int]) -> None:
    """What reads a column that is there in one edition only, or is of another type, is changed together with it."""
    found = comparing.found
    apart = set()
    for number in read:
        difference = found.differences[number]
        one, other = (part.value if part is not None else None for part in (difference.old, difference.new))
        if difference.kind == "table":
            apart.add((difference.item, ""))
        elif difference.kind == "column" and (one is None or other is None or one.type != other.type):
            apart.add((difference.item, dict(difference.facts)["column"]))
    if not apart:
        return
    for difference in list(found.differences):
        parts = ((0, difference.old), (1, difference.new))
        if difference.number not in read and any(_reads(comparing, side, part, apart) for side, part in parts):
            found.link([read[0], difference.number])


def _reads(comparing: Comparing, side: int, part: Part | None, columns: Collection[tuple[str, str]]) -> bool:
    """Whether a part of an operation or a node reads one of the columns, also through what is named."""
    if part is None or isinstance(part.value, str | bool | model.Strict):
        return False
    edition = comparing.sides[side]
    roots = [part.value] if isinstance(part.value, int) else operands(part.value)
    for node in reach(roots, lambda current: operands(edition.operation(current))):
        operation = edition.operation(node)
        if isinstance(operation, op.Column) and (operation.table, operation.column) in columns:
            return True
        if isinstance(operation, op.Column | op.Aggregate | op.RowScore) and (operation.table, "") in columns:
            return True
    return False

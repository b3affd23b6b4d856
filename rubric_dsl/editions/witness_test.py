"""A witness as a test in the language, to be pasted under a rubric: it passes with what the rubric gives there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from rubric_dsl.editions.edition import Edition
from rubric_dsl.editions.equivalence import Witness
from rubric_dsl.editions.question import columns_read
from rubric_dsl.evaluation.values import Nothing, Undefined, Value
from rubric_dsl.numbers.decimals import decimal_places, decimal_text, exact_text
from rubric_dsl.observations.model import Cell
from rubric_dsl.plan.model import ColumnSchema, ScoringPlan, TableSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.literals import moment_text
from rubric_dsl.resolved.types import TypeKind
from rubric_dsl.surface.keywords import Language
from rubric_dsl.surface.print_parts import quoted, width, word


def witness_test(
    plan: ScoringPlan, other: ScoringPlan, item: str, witness: Witness, title: str, lang: Language = "en",
    more: Mapping[str, Value] | None = None,
) -> str | None:
    """The test that `plan` passes and the other edition fails, which both can read. `more`: further answers.

    None where the answer cannot be written: an impossible or irrational value.
    """
    witness = _renamed(plan, witness)
    if witness.subject is None and all(isinstance(answer, Nothing | Undefined) for answer in witness.answers):
        return None  # a test of one row does not tell these apart
    answers = {item: witness.answers[0], **(more or {})}
    given = {name: _answer(plan, name, value, lang) for name, value in answers.items()}
    if any(text is None for text in given.values()):
        return None
    edition = Edition(plan)
    lines = [f"{word('TEST', lang)} {quoted(title, lang)}"]
    for schema in plan.tables:
        rows = witness.rows.get(schema.name, ())
        if rows:
            lines += _given((edition, Edition(other)), schema, list(given), witness, rows, lang)
    lines.append("  " + word("EXPECT", lang))
    header, body = list(given), [text or "-" for text in given.values()]
    if witness.subject is not None:
        column = _subject_column(plan)
        header.insert(0, column.name)
        body.insert(0, cell_text(_subject_name(plan, witness.subject), column, lang))
    lines += grid_lines([header, body])
    return "\n".join(lines) + "\n"


def _answer(plan: ScoringPlan, item: str, value: Value | int | None, lang: Language) -> str | None:
    if isinstance(value, Undefined):
        return None
    if value is None or isinstance(value, Nothing):
        return "-"
    named = next((one for one in plan.values if one.name == item), None)
    kind: TypeKind = "number" if named is None else plan.nodes[named.node].type.kind
    if isinstance(value, int) and not isinstance(value, bool) and kind in ("date", "time"):
        return quoted(moment_text(value, kind), lang)
    return value_text(value, kind, lang)


def value_text(value: object, kind: TypeKind, lang: Language) -> str | None:
    """A value as a cell of a grid; None where it cannot be written exactly."""
    match value:
        case bool():
            return word("YES" if value else "NO", lang)
        case int():
            return str(value)
        case str():
            return quoted(value, lang) if kind == "text" else value
        case Fraction():
            return number_text(value, kind)
    return None


def number_text(value: Fraction, kind: TypeKind) -> str | None:
    """`1/3`, `87.5%`, `15`; None for a percent that is no decimal."""
    inside = value * 100 if kind == "percent" else value
    places = decimal_places(inside)
    if places is None:
        return None if kind == "percent" else exact_text(value)
    return decimal_text(inside, places) + ("%" if kind == "percent" else "")


def cell_text(cell: Cell, column: ColumnSchema, lang: Language) -> str:
    """A cell of a row as a grid has it."""
    match cell:
        case None:
            return "-"
        case bool():
            return word("YES" if cell else "NO", lang)
        case int():
            return quoted(moment_text(cell, "time" if column.type == "time" else "date"), lang)
        case str():
            return cell if column.type == "choice" else quoted(cell, lang)
    if column.type == "percent":
        return number_text(cell, "percent") or exact_text(cell)
    return number_text(cell, "number") or exact_text(cell)


# ---------------------------------------------------------------- given


def _given(
    editions: tuple[Edition, Edition], schema: TableSchema, items: Sequence[str], witness: Witness,
    rows: Sequence[Mapping[str, Cell]], lang: Language,
) -> Iterator[str]:
    needed = {name for edition in editions for item in items for name in _columns(edition, schema, item, witness)}
    columns = [column for column in schema.columns if column.name in needed]
    columns.sort(key=lambda column: column.name != schema.subject)
    one = f"{word('ONE', lang)} " if witness.subject is None else ""
    yield f"  {word('GIVEN', lang)} {one}{schema.name}"
    names = [column.name for column in columns]

    def cell(row: Mapping[str, Cell], column: ColumnSchema) -> str:
        value = row.get(column.name)
        own = _subject_name(editions[0].plan, str(value)) if column.name == schema.subject else value
        return cell_text(own, column, lang)

    yield from grid_lines([names, *([cell(row, column) for column in columns] for row in rows)])


def _columns(edition: Edition, table: TableSchema, item: str, witness: Witness) -> set[str]:
    """What the item reads in this edition, with what decides whether that is there; the subject and the scenario."""
    schema = next((one for one in edition.plan.tables if one.name == table.name), table)
    needed = set[str]()
    if witness.subject is not None:
        needed |= {name for name in (schema.subject, schema.stratum, schema.period) if name is not None}
    roots = _roots(edition, item, row=witness.subject is None)
    if witness.subject is not None:
        # A column that is left out would make impossible what else is scored.
        roots += [named.node for named in edition.plan.values]
    needed |= set(columns_read(edition, schema, roots))
    known = {column.name: column for column in schema.columns}
    waiting = list(needed)
    while waiting:
        column = known[waiting.pop()]
        if column.present_when is not None:
            more = set(columns_read(edition, schema, [column.present_when])) - needed
            needed |= more
            waiting += more
    return {name for name in needed if any(name in row for row in witness.rows.get(schema.name, ()))}


def _roots(edition: Edition, item: str, row: bool) -> list[op.Node]:
    named = edition.values.get(item)
    if named is None:
        return [schema.node for schema in edition.plan.rankings if schema.name == item]
    operation = edition.operation(named.node)
    if row and isinstance(operation, op.Indicator) and operation.row_score is not None:
        return [operation.row_score]
    return [named.node]


def _subject_column(plan: ScoringPlan) -> ColumnSchema:
    table = plan.tables[0]
    return next(column for column in table.columns if column.name == table.subject)


def _renamed(plan: ScoringPlan, witness: Witness) -> Witness:
    """The subjects numbered from 1, so that each is another member where they are members of a choice."""
    if witness.subject is None:
        return witness
    columns = {table.name: table.subject for table in plan.tables}
    names = dict.fromkeys(
        str(row.get(columns[table])) for table, rows in witness.rows.items() if table in columns for row in rows
    )
    numbers = {name: f"{number}" for number, name in enumerate(names, 1)}
    rows: dict[str, tuple[Mapping[str, Cell], ...]] = {
        table: tuple({**row, columns[table]: numbers[str(row.get(columns[table]))]} for row in own)
        for table, own in witness.rows.items() if table in columns
    }
    return replace(witness, rows=rows, subject=numbers[witness.subject])


def _subject_name(plan: ScoringPlan, made_up: str) -> str:
    """The name of a made-up subject: where subjects are members of a choice, one of them."""
    column = _subject_column(plan)
    if column.type != "choice" or not made_up.isdigit():
        return made_up
    return column.members[(int(made_up) - 1) % len(column.members)].name


def grid_lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(width(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = (text + " " * (widths[place] - width(text)) for place, text in enumerate(row))
        yield "    " + " | ".join(cells).rstrip()

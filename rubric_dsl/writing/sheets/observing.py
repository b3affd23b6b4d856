"""What is observed: as the sheet of observations says, else the columns that thresholds and standards ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from rubric_dsl.surface.print_parts import quoted
from rubric_dsl.writing.naming import NAME, Names
from rubric_dsl.writing.sheets.context import Context
from rubric_dsl.writing.sheets.draft import Piece
from rubric_dsl.writing.sheets.grid import Cell, Row, Sheet
from rubric_dsl.writing.sheets.outline import Point
from rubric_dsl.writing.sheets.phrases import Standard, Unread, expression_of, full_marks, plain, standard_of
from rubric_dsl.writing.sheets.texts import (
    IN_NAME,
    NAMED,
    RULE_STARTS,
    Kind,
    called,
    declared,
    one_line,
    points_in,
    scenarios_in,
    under_header,
)

FOLDING_OPEN = "averaged by folding_to_be_decided"
"""Stands where nobody said how rows meet; no column is called so."""


@dataclass(slots=True)
class Made:
    """A column of observations that the thresholds ask for."""

    name: str
    label: str | None
    cell: Cell
    kinds: dict[str, Cell] = field(default_factory=dict)
    members: dict[str, str | None] = field(default_factory=dict)
    """By name the label of each choice."""
    premises: list[str | None] = field(default_factory=list)
    """Of each touchpoint that reads it."""


class Observing(Context):
    """Writes the tables of observations."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.kinds: dict[str, str] = {}
        """Of declared columns, by name."""
        self.columns: dict[str, Made] = {}
        """Columns that were made, by name."""

    def declared_tables(self) -> bool:
        sheet = self.parts["observations"]
        rows = under_header(sheet, ("列", "column")) if sheet is not None else []
        if sheet is None or not rows:
            return False
        opened: tuple[str, str, str] | None = None
        # Names first: a condition may speak of a column below.
        for row in rows:
            if 3 in row.cells and plain(row.cells[3].text) not in ("必须", "must", "缺失", "missing"):
                cell = row.cells[3]
                if '"' not in cell.text and "“" not in cell.text:
                    name = self.named(cell)[0]
                    self.names.taken.add(name)
                    kind = row.cells[4].text.split()[0] if 4 in row.cells else ""
                    self.kinds[name] = "yes/no" if kind in ("yes/no", "是/否") else kind
        for row in rows:
            cells = {at: cell for at, cell in row.cells.items() if not cell.covered}
            begin = tuple(row.cells[at].text if at in row.cells else "" for at in (0, 1, 2))
            if (0 in cells or 1 in cells or 2 in cells) and begin != opened:
                opened = begin  # type: ignore[assignment]  # three texts
                self._open_table(sheet, row)
            self._column_line(row)
        return True

    def _open_table(self, sheet: Sheet, row: Row) -> None:
        table, of, folding = (row.cells.get(at, sheet.at(row.number, at)) for at in (0, 1, 2))
        self.draft.blank()
        subject = of.text
        if NAME.fullmatch(subject) or plain(subject) in self.known:
            subject = self.resolved(subject)
        if not table.text:
            table = replace(table, text=self.say("observations", "记录"))
        self.draft.add(0, "observe ", self.named(table)[1], " of ", (subject, of), ", ", (folding.text, folding))

    def _column_line(self, row: Row) -> None:
        column = row.cells.get(3)
        if column is None:
            return
        kind, when, marks = (row.cells.get(at) for at in (4, 5, 6))
        word = plain(column.text)
        if word in ("必须", "must"):
            message = quoted(one_line(when.text), "en") if when else ""
            self.draft.add(1, ("must ", column), (kind.text if kind else "", kind), " ", (message, when))
        elif word in ("缺失", "missing"):
            self.draft.add(1, ("missing: ", column), (kind.text if kind else "", kind))
        else:
            raw = '"' in column.text or "“" in column.text
            piece: Piece = (column.text, column) if raw else (self._declared_already(column), column)
            pieces: list[Piece] = [piece]
            for cell in (kind, when, marks):
                pieces += [" ", (cell.text, cell)] if cell is not None else []
            self.draft.add(1, *pieces)

    def _declared_already(self, cell: Cell) -> str:
        found = NAMED.fullmatch(cell.text)
        if found:
            return declared(found[2].strip(), one_line(found[1]))
        text = called(cell.text)
        name = self.known.get(plain(text), text)
        return declared(name, None if name == text else text)

    def _think_of_columns(self) -> None:
        """What is observed by yes or no is known first: "未接通不得分" speaks of it."""
        for point in points_in(self.outline.roots):
            standard = self._standard(point, "")
            if isinstance(standard, Standard) and standard.kind == "yes" and not point.rows:
                text = self._observed(point, standard.stem)
                self._column(text, point.first("reads") or point.cell, "yes/no")

    def _observed(self, point: Point, stem: str = "") -> str:
        reads = point.first("reads")
        if reads is not None:
            return one_line(reads.text)
        found = NAMED.fullmatch(point.cell.text)
        return stem or (one_line(found[1]) if found else called(point.cell.text))

    def _column(self, text: str, cell: Cell, kind: str) -> str:
        """The name of the column that holds this, of this kind."""
        key = plain(text)
        if key not in self.known:
            name, label = self.take(text)
            self.known[key] = name
            self.columns[name] = Made(name, label, cell)
        name = self.known[key]
        column = self.columns.get(name)
        if column is not None and kind:
            for other, first in column.kinds.items():
                if other != kind:
                    self.found.append(
                        cell.finding(
                            "I415",
                            {"column": text, "one": Kind(other), "other": Kind(kind), "where": first.place},
                            "name",
                        )
                    )
            column.kinds.setdefault(kind, cell)
        return name

    def _observe(self) -> None:
        head, sheet = self.outline.head, self.outline.sheet
        above = sheet.at(self.outline.header.number, 0)
        of = next(iter(head.get("subject", ())), None)
        how = next(iter(head.get("folding", ())), None)
        subject_text = self.subject_said or (of.text if of else "")
        folding = self.folding_said or (how.text if how else "")
        if not subject_text:
            self.found.append(above.finding("I401", {}, "row"))
        if not folding:
            self.found.append(above.finding("I402", {}, "row"))
        table = next(iter(head.get("table", ())), None)
        table_name, table_label = self.take(table.text if table else self.say("records", "记录"))
        subject, label = self.take(subject_text or self.say("subject", "对象名称"))
        self.known[plain(subject_text)] = subject
        self.draft.blank()
        by, scenario = self._scenario(folding)
        self.draft.add(
            0,
            "observe ",
            (declared(table_name, table_label), table),
            " of ",
            (subject, of),
            ", ",
            (by if folding else FOLDING_OPEN, how or above),
        )
        key = " key" if "one row" in folding or "各一行" in folding else ""
        self.draft.add(1, (f"{declared(subject, label)} text{key}", of or above))
        if scenario:
            self.draft.add(1, *scenario)
        for column in self.columns.values():
            self.draft.add(1, (self.declared(column), column.cell))
        if self.columns:
            names = tuple(column.label or column.name for column in self.columns.values())
            self.found.append(above.finding("I405", {"columns": names}, "sheet"))

    def _scenario(self, folding: str) -> tuple[str, list[Piece]]:
        """The folding with the scenario by its name, and the line of its column."""
        found = re.search(r"(?:(?<=by )|(?<=按))\s*([^\s,，]+)", folding)
        if found is None:
            return folding, []
        name, label = self.take(found[1])
        self.known[plain(found[1])] = name
        members: dict[str, Cell] = {}
        for cell in self.outline.head.get("scenarios", ()):
            members |= {part.strip(): cell for part in re.split(r"[、,，;；|\n]", cell.text) if part.strip()}
        for point in points_in(self.outline.roots):
            for cell in point.said.get("scenario", ()):
                members |= {part: cell for part in scenarios_in(cell.text) if part not in members}
        if not members:
            cell = next(iter(self.outline.head.get("folding", ())), None) or self.outline.sheet.at(1, 0)
            self.found.append(cell.finding("I417", {"scenario": found[1]}, "row"))
            return folding, []
        choices = " | ".join(self._member(text) for text in members)
        start, end = found.span(1)
        piece: Piece = (f"{declared(name, label)} choice {choices}", next(iter(members.values())))
        return folding[:start] + name + folding[end:], [piece]

    def _member(self, text: str) -> str:
        called = Names().take(text)
        return called.declared()

    def declared(self, column: Made) -> str:
        named = declared(column.name, column.label)
        kind = next(iter(column.kinds), "yes/no")
        words = {
            "percent": "percent 0% to 100%",
            "seconds": "seconds",
            "number": "number from 0",
            "signed": "number",
            "count": "whole number from 0",
            "yes/no": "yes/no",
        }
        if kind == "choice":
            said = "choice " + " | ".join(self._member(label or name) for name, label in column.members.items())
        else:
            said = words[kind]
        premises = set(column.premises)
        own = premises == {next(iter(premises), None)} and None not in premises
        when = f" when {next(iter(premises))}" if own and premises and column.name not in premises else ""
        return f"{named} {said}{when}"

    def _standard(self, point: Point, worth: str) -> Standard | Unread | None:
        """What the sentence of a touchpoint says; None: it has rows or a rule instead."""
        cells = point.said.get("standard", ())
        if not cells:
            return Standard("yes") if not point.rows and not self._is_rule(point) else None
        return standard_of("\n".join(cell.text for cell in cells), worth or self._marks(point))

    def _is_rule(self, point: Point) -> bool:
        """Whether what it reads is said in the words of the language: a condition, a value, points each time."""
        reads = point.first("reads")
        return reads is not None and (
            bool(RULE_STARTS.match(reads.text))
            or (
                not NAME.fullmatch(one_line(reads.text))
                and plain(reads.text) not in self.known
                and expression_of(one_line(reads.text)) is not None
            )
        )

    def _marks(self, point: Point) -> str:
        cell = point.first("worth")
        marks = full_marks(cell.text) if cell is not None else None
        if marks is None and (found := IN_NAME.fullmatch(point.cell.text)):
            marks = found[2]
        return marks or ""

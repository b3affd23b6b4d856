"""The rows of a scoring sheet as a tree of indicators and touchpoints, each with the cells that speak of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.writing.sheets.grid import UNREAD, Cell, Row, Sheet
from rubric_dsl.writing.sheets.headings import (
    Column,
    Key,
    Role,
    header_columns,
    is_subtotal,
    is_total,
    pairs_of,
    role_of,
)
from rubric_dsl.writing.sheets.phrases import plain

LOOKED_AT = 40
"""Rows among which a header is looked for."""
NOTHING = ("-", "—", "–", "－", "/", "无")
"""Written in a level: none here, the row belongs to the level before."""
_NOTE = re.compile(r"^(?:注|备注|说明|附注|note|notes|remark)s?\s*[0-9]*\s*[:：]?", re.IGNORECASE)


@dataclass(slots=True)
class Point:
    """A touchpoint as the sheet has it."""

    cell: Cell
    said: dict[Role, list[Cell]] = field(default_factory=dict)
    rows: list[tuple[Cell, Cell | None]] = field(default_factory=list)
    """Threshold and points of each row."""

    def first(self, role: Role) -> Cell | None:
        return next(iter(self.said.get(role, ())), None)


@dataclass(slots=True)
class Node:
    """An indicator."""

    cell: Cell
    level: int
    said: dict[Role, list[Cell]] = field(default_factory=dict)
    children: list[Node | Point] = field(default_factory=list)

    def first(self, role: Role) -> Cell | None:
        return next(iter(self.said.get(role, ())), None)


@dataclass(slots=True)
class Outline:
    sheet: Sheet
    header: Row
    columns: dict[int, Column]
    head: dict[Key, list[Cell]] = field(default_factory=dict)
    title: Cell | None = None
    roots: list[Node | Point] = field(default_factory=list)
    total: Cell | None = None
    notes: list[Cell] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)


def find_outline(sheet: Sheet) -> Outline | None:
    """The scoring table of a sheet; None: it has none."""
    for at, row in enumerate(sheet.rows[:LOOKED_AT]):
        columns = header_columns(row)
        if columns:
            outline = Outline(sheet, row, columns)
            rest = at + 1
            # A heading over two rows: the second one says more of some columns.
            if rest < len(sheet.rows) and _continues(sheet.rows[rest]):
                second = header_columns(Row(row.number, {**row.cells, **sheet.rows[rest].cells}))
                outline.columns = second or columns
                rest += 1
            _head(outline, sheet.rows[:at])
            _Reader(outline).read(sheet.rows[rest:])
            return outline
    return None


def _continues(row: Row) -> bool:
    own = [cell for cell in row.cells.values() if not cell.covered]
    return any(cell.covered for cell in row.cells.values()) and bool(own) and all(role_of(cell.text) for cell in own)


def _head(outline: Outline, rows: tuple[Row, ...]) -> None:
    for row in rows:
        pairs = list(pairs_of(row))
        for key, _, value in pairs:
            outline.head.setdefault(key, []).append(value)
        own = [cell for cell in row.cells.values() if not cell.covered]
        if not pairs and own:
            if outline.title is None and len(own) == 1:
                outline.title = own[0]
            else:
                outline.notes += own


class _Reader:
    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.levels = sorted({c.level for c in outline.columns.values() if c.role == "level"})
        self.place = {c.level: at for at, c in outline.columns.items() if c.role == "level"}
        self.touchpoint = next((at for at, c in outline.columns.items() if c.role == "touchpoint"), None)
        self.path: dict[int, Node] = {}
        self.point: Point | None = None
        self.lost: set[int] = set()

    def read(self, rows: tuple[Row, ...]) -> None:
        for row in rows:
            cells = dict(row.cells)
            if cells and not self._total(row) and not self._note(row):
                self._row(cells)

    def _total(self, row: Row) -> bool:
        first = next(iter(cell for _, cell in sorted(row.cells.items())), None)
        if first is None or not (is_total(first.text) or is_subtotal(first.text)) or first.covered:
            return False
        others = [plain(cell.text) for cell in row.cells.values() if cell is not first]
        if not self.outline.roots or not all(re.fullmatch(r"[0-9.]+ ?[分%]?|[-—/]", text) for text in others):
            return False
        if is_total(first.text):
            numbers = [cell for cell in row.cells.values() if re.fullmatch(r"[0-9.]+ ?分?", plain(cell.text))]
            if numbers:
                self.outline.total = numbers[0]
        return True

    def _note(self, row: Row) -> bool:
        own = [cell for cell in row.cells.values() if not cell.covered]
        roles = {
            self.outline.columns[at].role
            for at, cell in row.cells.items()
            if at in self.outline.columns and not cell.covered
        }
        if own and ((_NOTE.match(own[0].text) and len(own) == 1) or (not roles - {"ignored"} and len(own) == 1)):
            if not re.fullmatch(r"[0-9.]+", own[0].text):
                self.outline.notes.append(own[0])
            return True
        return False

    # ------------------------------------------------------------ one row

    def _row(self, cells: dict[int, Cell]) -> None:
        self._unread(cells)
        self._levels(cells)
        self._touchpoint(cells)
        for at, cell in cells.items():
            if at not in self.outline.columns and not cell.covered:
                self.lost.add(at)
                self._left_aside(at)

    def _unread(self, cells: dict[int, Cell]) -> None:
        for at, cell in cells.items():
            column = self.outline.columns.get(at)
            if column is not None and column.role != "ignored" and cell.kind in UNREAD and not cell.covered:
                help_key = {"error": "error", "formula": "formula"}.get(cell.kind, "date")
                self.outline.found.append(cell.finding("I411", {"text": cell.text}, help_key))

    def _left_aside(self, at: int) -> None:
        heading = self.outline.header.cells.get(at)
        cell = heading or self.outline.sheet.at(self.outline.header.number, at)
        found = cell.finding("I406", {"heading": cell.text or "—"}, "name" if heading else "head")
        if found not in self.outline.found:
            self.outline.found.append(found)

    def _levels(self, cells: dict[int, Cell]) -> None:
        changed = False
        ended = False
        for level in self.levels:
            at = self.place[level]
            cell = cells.get(at)
            current = self.path.get(level)
            if cell is not None and plain(cell.text) in NOTHING:
                ended = True
            if ended:
                if self.path.pop(level, None) is not None:
                    self.point = None
                continue
            same = (
                current is not None
                and not changed
                and (cell is None or cell.covered or plain(cell.text) == plain(current.cell.text))
            )
            if not same:
                self.path.pop(level, None)
                if cell is not None:
                    changed = True
                    self.point = None
                    self._open(Node(cell, level))
                elif current is not None:
                    self.point = None
            node = self.path.get(level)
            if node is not None:
                self._say(node.said, cells, level)

    def _open(self, node: Node) -> None:
        above = [self.path[level] for level in self.levels if level < node.level and level in self.path]
        (above[-1].children if above else self.outline.roots).append(node)
        self.path[node.level] = node

    def _say(self, said: dict[Role, list[Cell]], cells: dict[int, Cell], owner: int) -> None:
        for at, column in self.outline.columns.items():
            cell = cells.get(at)
            if column.level == owner and column.role not in ("level", "touchpoint") and cell and not cell.covered:
                said.setdefault(column.role, []).append(cell)

    def _touchpoint(self, cells: dict[int, Cell]) -> None:
        cell = cells.get(self.touchpoint) if self.touchpoint is not None else None
        own = {
            column.role: cells[at]
            for at, column in self.outline.columns.items()
            if column.level == 0
            and column.role not in ("touchpoint", "ignored", "level")
            and at in cells
            and not cells[at].covered
        }
        if cell is None or cell.covered or (self.point is not None and plain(cell.text) == plain(self.point.cell.text)):
            if self.point is None:
                if not own or not self.path:
                    return
                # What is scored is the indicator itself.
                deepest = self.path[max(self.path)]
                self._begin(deepest.cell)
        elif plain(cell.text) in NOTHING:
            return
        else:
            self._begin(cell)
        point = self.point
        assert point is not None
        threshold, points = own.pop("threshold", None), own.pop("points", None)
        if threshold is None and points is not None and "standard" in own and "reads" not in own:
            threshold = own.pop("standard")
        if threshold is not None:
            point.rows.append((threshold, points))
        elif points is not None:
            own["points"] = points
        for role, said in own.items():
            point.said.setdefault(role, []).append(said)

    def _begin(self, cell: Cell) -> None:
        self.point = Point(cell)
        above = [self.path[level] for level in self.levels if level in self.path]
        (above[-1].children if above else self.outline.roots).append(self.point)

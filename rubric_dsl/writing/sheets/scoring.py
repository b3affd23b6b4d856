"""The lines of indicators and touchpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from rubric_dsl.numbers.decimals import read_decimal
from rubric_dsl.observations.near import nearest
from rubric_dsl.surface.print_parts import quoted
from rubric_dsl.writing.naming import NAME, Names
from rubric_dsl.writing.sheets.draft import Piece
from rubric_dsl.writing.sheets.grid import UNREAD, Cell
from rubric_dsl.writing.sheets.observing import Observing
from rubric_dsl.writing.sheets.outline import Node, Point
from rubric_dsl.writing.sheets.phrases import (
    VAGUE,
    Standard,
    Unread,
    expression_of,
    full_marks,
    pattern_of,
    plain,
    points_of,
)
from rubric_dsl.writing.sheets.texts import (
    IN_NAME,
    NAMED,
    PREMISE,
    RULE_STARTS,
    after_by,
    condition_of,
    digits_of,
    is_number,
    kind_of,
    one_line,
    scenarios_in,
)

Lines = list[tuple[int, list[Piece]]]
"""Lines that are still to be written, each with its depth; below 0: a blank line."""


class Panel(NamedTuple):
    """Weights out of a column: the names of the panel, whose parts they weigh, their cells and what is written."""

    name: str
    label: str | None
    children: Sequence[Node | Point]
    cells: list[Cell]
    shown: list[str]


class TableRow(NamedTuple):
    """A threshold and its points in the words of the language (points "": order decides), with their cells."""

    pattern: str
    outcome: str
    threshold: Cell
    points: Cell | None


class Scoring(Observing):
    """Turns the outline of the table into lines."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.root = ""
        """What rankings go by where only `Ranking` stands above the table."""
        self.touchpoints = 0
        self.panels: list[Panel] = []

    def _scoring(self) -> Lines:
        """The lines of indicators, made before columns are written: they say what is observed."""
        lines: Lines = []
        head = self.outline.head
        total = next(iter(head.get("total", ())), None) or self.outline.total
        roots = self.outline.roots
        depth = 0
        canonical = self.parts["rankings"] is not None
        several = len(roots) > 1 or any(isinstance(root, Point) for root in roots)
        if several and not canonical:
            if total is None:
                cell = self.outline.sheet.at(self.outline.header.number, 0)
                self.found.append(cell.finding("I410", {"count": len(roots)}, "total"))
            marks = full_marks(total.text) if total is not None else None
            name, label = self.take(self.say("total", "总分"))
            self.root = name
            lines.append((-1, []))
            said = f"{name} {quoted(label, 'en')}" if label else name
            worth: list[Piece] = [" worth ", (marks, total)] if marks else []
            lines.append((0, ["indicator ", said, *worth]))
            self._weights_of(None, roots, lines, 1)
            depth = 1
        for root in roots:
            if depth == 0:
                lines.append((-1, []))
            self._child(root, lines, depth)
            if not self.root:
                self.root = self._name_of(root)
        return lines

    def _child(self, child: Node | Point, lines: Lines, depth: int) -> None:
        if isinstance(child, Point):
            self._touchpoint(child, lines, depth)
            return
        name, piece = self.named(child.cell, self.say("_total", "合计"), item=True)
        worth = self._worth(child)
        lines.append((depth, ["indicator ", piece, *worth]))
        self._premise(child, lines, depth + 1)
        for cell in child.said.get("rules", ()):
            self._rules(cell, lines, depth + 1)
        for cell in child.said.get("note", ()):
            lines += [
                (depth + 1, ["note ", (quoted(one_line(note), "en"), cell)]) for note in cell.text.split("\n") if note
            ]
        for role in ("standard", "scenario"):
            for cell in child.said.get(role, ()):
                self.found.append(cell.finding("I404", {"text": cell.text}, "indicator"))
        self._weights_of(name, child.children, lines, depth + 1)
        for inner in child.children:
            self._child(inner, lines, depth + 1)

    def _rules(self, cell: Cell, lines: Lines, depth: int) -> None:
        lines += [(depth, [(line.strip(), cell)]) for line in cell.text.split("\n") if line.strip()]

    def _worth(self, item: Node | Point) -> list[Piece]:
        cell = item.first("worth")
        if cell is None:
            found = IN_NAME.fullmatch(item.cell.text)
            return [" worth ", (found[2], item.cell)] if found and not NAMED.fullmatch(item.cell.text) else []
        kind = re.match(r"(penalty|bonus|扣分|加分)\s*", cell.text)
        marks = full_marks(cell.text[kind.end() :] if kind else cell.text)
        if marks is None:
            self.found.append(cell.finding("I409", {"text": cell.text}, "number"))
            return [" worth ", ("?", cell)]
        word = {"扣分": "penalty", "加分": "bonus"}.get(kind[1], kind[1]) if kind else "worth"
        return [f" {word} ", (marks, cell)]

    def _premise(self, item: Node | Point, lines: Lines, depth: int) -> list[str]:
        """`unless` lines for what must hold; the names of the conditions."""
        found = []
        for cell in item.said.get("premise", ()):
            said = PREMISE.fullmatch(plain(cell.text))
            what = said["what"] if said else plain(cell.text)
            if re.match(r"(?:unless|if|除非|若|when|当)\b?\s*\S", cell.text) and not said:
                self._rules(cell, lines, depth)
                continue
            name = self.known.get(what)
            if name is None and (said or NAME.fullmatch(what)):
                name = self._column(what, cell, "yes/no") if self.parts["observations"] is None else None
            if name is None:
                if expression_of(cell.text) is not None and not NAME.fullmatch(what):
                    lines.append((depth, ["unless ", (one_line(cell.text), cell), ": 0"]))
                    continue
                near = nearest(what, self.known)
                self.found.append(
                    cell.finding("I412", {"text": what, "near": near or ""}, "near" if near else "column")
                )
                continue
            lines.append((depth, ["unless ", (name, cell), ": 0"]))
            found.append(name)
        return found

    def _touchpoint(self, point: Point, lines: Lines, depth: int) -> None:
        self.touchpoints += 1
        _, piece = self.named(point.cell, self.say("_points", "得分"), item=True)
        head: list[Piece] = ["touchpoint ", piece, *self._worth(point)]
        for cell in point.said.get("scenario", ()):
            strata = " | ".join(self._stratum(part) for part in scenarios_in(cell.text))
            if plain(cell.text) not in ("全部", "各场景", "所有", "全部场景", "all"):
                head += [" in ", (strata, cell)]
        below: Lines = []
        premises = self._premise(point, below, depth + 1)
        rule, rows = self._rule(point, premises, below, depth + 1)
        head += rule
        lines.append((depth, head))
        lines += rows
        lines += below
        for cell in point.said.get("rules", ()):
            self._rules(cell, lines, depth + 1)
        for cell in point.said.get("note", ()):
            lines += [
                (depth + 1, ["note ", (quoted(one_line(note), "en"), cell)]) for note in cell.text.split("\n") if note
            ]

    def _stratum(self, text: str) -> str:
        return self.known.get(plain(text), text) if self.parts["observations"] is not None else Names().take(text).name

    def _rule(self, point: Point, premises: list[str], below: Lines, depth: int) -> tuple[list[Piece], Lines]:
        reads = point.first("reads")
        worth = self._marks(point)
        if point.rows:
            return self._table(point, worth, premises, depth)
        if reads is not None and self._is_rule(point):
            if "standard" in point.said:
                cell = point.said["standard"][0]
                below.append((depth, ["note ", (quoted(one_line(cell.text), "en"), cell)]))
            return self._written(reads, premises), []
        standard = self._standard(point, worth)
        if isinstance(standard, Unread):
            return self._asked(point, standard, depth)
        assert standard is not None
        cell = point.first("standard") or reads or point.cell
        match standard.kind:
            case "yes":
                name = self._reads(point, standard.stem, "yes/no", premises)
                return [" when ", (name, cell)], []
            case "each":
                name = self._reads(point, standard.stem, "count", premises)
                return [(f", minus {standard.amount} per {name}", cell)], []
            case "step":
                name = self._reads(point, standard.stem, "seconds" if " " in standard.base else "number", premises)
                per = f"max(0 {standard.step[2:]}, {name} - {standard.base}) / {standard.step}".replace("0 ,", "0,")
                return [(f", minus {standard.amount} per ({per})", cell)], []
            case "when":
                kind = kind_of(standard.rows)
                name = self._reads(point, standard.stem, kind, premises)
                condition = condition_of(standard.rows[0][0], name)
                if condition is None:
                    return self._asked(point, Unread("clause", standard.rows[0][0]), depth)
                return [" when ", (condition, cell)], []
        return self._rows_of_standard(point, standard, cell, premises, below, depth)

    def _asked(self, point: Point, unread: Unread, depth: int) -> tuple[list[Piece], Lines]:
        cell = point.first("standard") or point.cell
        facts = {"text": one_line(cell.text), "part": unread.part}
        self.found.append(cell.finding("I404", facts, unread.why, part=unread.part))
        return [(f" when {self.open}", cell)], [(depth, [f"# {cell.place}: {one_line(cell.text)}"])]

    def _rows_of_standard(
        self,
        point: Point,
        standard: Standard,
        cell: Cell,
        premises: list[str],
        below: Lines,
        depth: int,
    ) -> tuple[list[Piece], Lines]:
        rows = []
        for pattern, points in standard.rows:
            guard = re.fullmatch(r"(?:未|没有|没)(.+)", pattern)
            name = self.known.get(guard[1]) if guard else None
            if name is not None and points == "0" and self._kind(name) == "yes/no":
                below.append((depth, ["unless ", (name, cell), ": 0"]))
                premises.append(name)
            else:
                rows.append((pattern, points))
        name = self._reads(point, standard.stem, kind_of(rows), premises)
        self._members(name, rows)
        lines: Lines = [(depth, [(f"{self._pattern(name, pattern)}: {points}", cell)]) for pattern, points in rows]
        return [" by ", (name, cell)], lines

    def _kind(self, name: str) -> str:
        column = self.columns.get(name)
        return next(iter(column.kinds), "") if column else self.kinds.get(name, "")

    def _members(self, name: str, rows: Iterable[tuple[str, str]]) -> None:
        column = self.columns.get(name)
        if column is None:
            return
        for pattern, _ in rows:
            for part in pattern.split("|"):
                text = part.strip()
                if pattern in ("otherwise", "missing", "其余", "缺失", "-") or not text or is_number(text):
                    continue
                called = Names().take(text)
                column.members.setdefault(called.name, called.label)

    def _pattern(self, name: str, pattern: str) -> str:
        """A choice by the name that stands for its text."""
        column = self.columns.get(name)
        if column is None or "choice" not in column.kinds or pattern in ("otherwise", "-"):
            return pattern
        return " | ".join(Names().take(part.strip()).name for part in pattern.split("|"))

    def _table(self, point: Point, worth: str, premises: list[str], depth: int) -> tuple[list[Piece], Lines]:
        rows, asked = self._table_rows(point, worth)
        # A sentence beside thresholds explains them.
        point.said.setdefault("note", []).extend(point.said.get("standard", ()))
        if asked is not None:
            return [(f" when {self.open}", asked)], [
                (depth, [f"# {a.place}: {one_line(a.text)} | {one_line(b.text) if b else ''}"]) for a, b in point.rows
            ]
        reads = point.first("reads")
        scored = [(row.pattern, row.outcome) for row in rows if row.outcome]
        if reads is not None and (self.parts["observations"] is not None or self._is_rule(point)):
            inputs = self.resolved(reads.text) if plain(reads.text) in self.known else after_by(reads.text)
            self._check_name(reads, inputs)
        else:
            inputs = self._reads(point, "", kind_of(scored), premises)
            self._members(inputs, scored)
        lines: Lines = []
        for row in rows:
            pieces: list[Piece] = [(self._pattern(inputs, row.pattern), row.threshold)]
            lines.append((depth, [*pieces, ": ", (row.outcome, row.points)] if row.outcome else pieces))
        return [" by ", (one_line(inputs), reads or point.cell)], lines

    def _table_rows(self, point: Point, worth: str) -> tuple[list[TableRow], Cell | None]:
        """The rows in the words of the language; the first cell that is asked about, if any is."""
        rows = []
        asked: list[Cell] = []
        column = next((at for at, one in self.outline.columns.items() if one.role == "points" and not one.level), 0)
        for threshold, points in point.rows:
            if plain(threshold.text) in ("first match", "依次判定"):
                rows.append(TableRow("first match", "", threshold, None))
                continue
            pattern = pattern_of(threshold.text)
            outcome = points_of(points.text, worth) if points is not None else None
            if pattern is None:
                asked.append(threshold)
                if threshold.kind not in UNREAD:
                    facts = {"text": threshold.text, "part": one_line(threshold.text)}
                    why = "vague" if VAGUE.search(threshold.text) else "threshold"
                    self.found.append(threshold.finding("I404", facts, why))
            if outcome is None:
                cell = points or self.outline.sheet.at(threshold.row, column)
                asked.append(cell)
                if cell.kind not in UNREAD:
                    self.found.append(cell.finding("I418", {"row": one_line(threshold.text)}, "points"))
            rows.append(TableRow(pattern or "?", outcome or "?", threshold, points))
        return rows, next(iter(asked), None)

    def _check_name(self, cell: Cell, inputs: str) -> None:
        """A plain name that nothing declares is said with the nearest one."""
        if NAME.fullmatch(inputs) and inputs not in self.known.values() and self._is_hand_made():
            near = nearest(inputs, self.known)
            self.found.append(cell.finding("I412", {"text": inputs, "near": near or ""}, "near" if near else "column"))

    def _is_hand_made(self) -> bool:
        return self.parts["values"] is None

    def _written(self, cell: Cell, premises: list[str]) -> list[Piece]:
        """A rule in the words of the language."""
        text = one_line(cell.text)
        starts = RULE_STARTS.match(text)
        if starts is None:
            return [" when ", (text, cell)]
        if re.match(r"minus\b|plus\b|扣|加", text):
            return [", ", (text, cell)]
        return [" ", (text, cell)]

    def _reads(self, point: Point, stem: str, kind: str, premises: list[str]) -> str:
        """The column that a touchpoint reads."""
        reads = point.first("reads")
        text = self._observed(point, stem)
        if self.parts["observations"] is not None:
            name = self.known.get(plain(text)) or (text if NAME.fullmatch(text) and text in self.names.taken else None)
            if name is None:
                near = nearest(text, self.known)
                cell = reads or point.cell
                self.found.append(
                    cell.finding("I412", {"text": text, "near": near or ""}, "near" if near else "column")
                )
                return Names().take(text).name
            return name
        name = self._column(text, reads or point.cell, kind)
        premise = premises or self._outer_premises(point)
        if name in self.columns:
            self.columns[name].premises.append(premise[0] if premise else None)
        return name

    def _outer_premises(self, point: Point) -> list[str]:
        """Conditions of the indicators around a touchpoint."""
        found: list[str] = []

        def walk(children: Sequence[Node | Point], names: list[str]) -> None:
            for child in children:
                if child is point:
                    found.extend(names)
                elif isinstance(child, Node):
                    own = []
                    for cell in child.said.get("premise", ()):
                        said = PREMISE.fullmatch(plain(cell.text))
                        name = self.known.get(said["what"] if said else plain(cell.text))
                        own += [name] if name else []
                    walk(child.children, [*names, *own])

        walk(self.outline.roots, [])
        return found

    def _weights_of(self, name: str | None, children: Sequence[Node | Point], lines: Lines, depth: int) -> None:
        """Weights in a column become a panel of one expert."""
        cells = [child.first("weight") for child in children]
        if not any(cells):
            return
        missing = next((child.cell for child, cell in zip(children, cells, strict=True) if cell is None), None)
        if missing is not None:
            self.found.append(missing.finding("I419", {"item": missing.text}, "weight"))
            return
        texts = [plain(cell.text) for cell in cells if cell is not None]
        try:
            values = [read_decimal(text.rstrip("%")) for text in texts]
        except ValueError:
            bad = next(
                cell for cell in cells if cell is not None and not re.fullmatch(r"[0-9.]+ ?%?", plain(cell.text))
            )
            self.found.append(bad.finding("I419", {"item": bad.text}, "number"))
            return
        if all(text.endswith("%") for text in texts):
            shown = texts
        elif sum(values) == 1:
            shown = [f"{digits_of(value * 100)}%" for value in values]
        elif sum(values) == 100:
            shown = [f"{digits_of(value)}%" for value in values]
        else:
            shown = texts
        panel, label = self.take(
            self.say("weights_of_", "") + (name or self.say("total", "总分")) + self.say("", "权重")
        )
        lines.append((depth, ["weights from ", panel]))
        self.panels.append(Panel(panel, label, children, [cell for cell in cells if cell is not None], shown))

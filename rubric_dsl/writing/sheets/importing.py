"""From a scoring sheet to a rubric: what is plain is read, what is not is asked about at its cell.

The text is put together from the cells, then read and checked like any rubric; what is found in it is said at the
cells it came from.
"""

from __future__ import annotations

import os.path
from collections.abc import Callable, Mapping, Sequence

from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.observations.messages import with_next_act
from rubric_dsl.observations.raw import Source as DataSource
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.surface.keywords import Language
from rubric_dsl.surface.layout import formatted
from rubric_dsl.surface.print_parts import quoted
from rubric_dsl.text.files import Source, read_source
from rubric_dsl.text.record import dataclass
from rubric_dsl.writing.sheets.grid import Cell, Sheet, Workbook, read_workbook
from rubric_dsl.writing.sheets.outline import Outline, find_outline
from rubric_dsl.writing.sheets.tables import Tables
from rubric_dsl.writing.sheets.texts import one_line

OTHER_SHEETS = {
    "instructions": ("填写说明", "instructions"),
    "observations": ("观测", "观测表", "observations"),
    "values": ("分档与测算", "values"),
    "weights": ("权重", "weights"),
    "rankings": ("排名", "rankings"),
    "statements": ("其他语句", "other statements"),
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What a workbook became: the rubric's text (None: nothing of it could be read), and all that was found."""

    text: str | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    """A text for every cell that a finding points at."""
    touchpoints: int = 0
    columns: tuple[str, ...] = ()
    """Columns of observations that were made from thresholds, each as it is declared."""

    @property
    def has_errors(self) -> bool:
        return self.text is None or any(prose.severity(one.code) == "error" for one in self.diagnostics)


def import_workbook(
    source: DataSource,
    lang: Language,
    *,
    sheet: str = "",
    subject: str = "",
    folding: str = "",
    load: Callable[[str], bytes] | None = None,
    name: str = "imported.rubric",
) -> Imported:
    """`subject` and `folding` say what the workbook leaves out; `load` reads files beside the rubric `name`."""
    book = read_workbook(source)
    found = [Diagnostic(one.code, one.span, with_next_act(one.code, one.facts)) for one in book.refused]
    found += [one.at(1, 0).finding("I413", {"sheet": one.name}, "part") for one in book.sheets if one.too_large]
    parts = {role: _named_sheet(book, words) for role, words in OTHER_SHEETS.items()}
    outline, asked = _outline(book, [one for one in book.sheets if one not in parts.values()], sheet)
    found += asked
    if outline is None:
        return Imported(None, tuple(found), _sources(book, found))
    found += _left_aside(book, [*parts.values(), outline.sheet])
    reading = _Reading(book, lang, outline, parts, subject, folding)
    reading.write()
    found += reading.found
    text = reading.draft.text()

    def load_too(path: str) -> bytes:
        if path == name:
            return text.encode()
        if load is None:
            raise FileNotFoundError(path)
        return load(path)

    compiled = compile_rubric(name, load_too)
    # What is asked at a cell already is not said again in other words.
    asked_at = {one.span.file for one in found if prose.severity(one.code) == "error"}
    anywhere = outline.sheet.at(outline.header.number, 0)
    checked = reading.draft.at_cells(compiled.diagnostics, name, anywhere)
    found += [one for one in checked if one.span.file not in asked_at]
    made = tuple(reading.declared(column) for column in reading.columns.values())
    sources = {**_sources(book, found), **compiled.sources}
    return Imported(_laid_out(name, text, lang), tuple(found), sources, reading.touchpoints, made)


def _laid_out(name: str, text: str, lang: Language) -> str:
    source, _ = read_source(name, text.encode())
    done = formatted(source, lang) if source is not None else None
    return done.text if done is not None and done.text is not None else text


def _sources(book: Workbook, found: Sequence[Diagnostic]) -> dict[str, Source]:
    """By file, and by cell where one is pointed at, what is shown of it."""
    wanted = {span.file for one in found for span in (one.span, *(label.span for label in one.labels))}
    cells = (cell for sheet in book.sheets for row in sheet.rows for cell in row.cells.values())
    return {cell.source: Source(cell.source, cell.text) for cell in cells if cell.source in wanted}


def _named_sheet(book: Workbook, words: Sequence[str]) -> Sheet | None:
    named = (sheet for sheet in book.sheets if sheet.name.strip().lower() in words)
    return next((sheet for sheet in named if find_outline(sheet) is None), None)


def _outline(book: Workbook, sheets: Sequence[Sheet], wanted: str) -> tuple[Outline | None, list[Diagnostic]]:
    """The one scoring table of the workbook, or the question which it is."""
    if wanted:
        sheets = [sheet for sheet in book.sheets if sheet.name == wanted]
    outlines = [outline for sheet in sheets if (outline := find_outline(sheet)) is not None]
    if len(outlines) == 1 or not book.sheets:
        return next(iter(outlines), None), []
    names = tuple(outline.sheet.name for outline in outlines) or tuple(sheet.name for sheet in book.sheets)
    cell = (outlines[0].sheet if outlines else book.sheets[0]).at(1, 0)
    facts = {"sheets": names, "file": book.file}
    return None, [cell.finding("I416", facts, "sheet") if outlines else cell.finding("I403", facts, "headings")]


def _left_aside(book: Workbook, read: Sequence[Sheet | None]) -> list[Diagnostic]:
    shown = [sheet for sheet in book.sheets if sheet not in read and sheet.rows]
    found = [sheet.at(1, 0).finding("I414", {"sheet": sheet.name}, "sheet") for sheet in shown]
    hidden = (Cell(book.file, name, 1, 0, "") for name in book.hidden)
    return found + [cell.finding("I414", {"sheet": cell.sheet}, "hidden") for cell in hidden]


class _Reading(Tables):
    """Writes the parts in the order in which a rubric is read."""

    def write(self) -> None:
        """The whole text, into the draft."""
        head = self.outline.head
        title = next(iter(head.get("title", ())), None) or self.outline.title
        stem = os.path.splitext(os.path.basename(self.book.file))[0]
        self.draft.add(0, "rubric ", (quoted(one_line(title.text if title else stem), "en"), title))
        for key in ("edition", "source", "note"):
            for cell in head.get(key, ()):
                self.draft.add(1, f"{key} ", (quoted(one_line(cell.text), "en"), cell))
        for cell in self.outline.notes:
            self.draft.add(1, "note ", (quoted(one_line(cell.text), "en"), cell))
            self.found.append(cell.finding("I407", {}, "rule"))
        self.found += self.outline.found
        declared = self.declared_tables()
        if not declared:
            self._think_of_columns()
        scoring = self._scoring()
        if not declared:
            self._observe()
        self._values()
        self._weights()
        for depth, pieces in scoring:
            self.draft.blank() if depth < 0 else self.draft.add(depth, *pieces)
        self._rankings()
        self._statements()

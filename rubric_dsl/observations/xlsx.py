"""Workbooks as Excel, WPS and LibreOffice write them (.xlsx, .xlsm): formulas and macros are never run."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

from rubric_dsl.observations import codes
from rubric_dsl.observations.number_formats import GENERAL, NumberCells, NumberFormat, built_in, format_from
from rubric_dsl.observations.raw import FileRefused
from rubric_dsl.observations.workbook import SheetCells
from rubric_dsl.observations.xlsx_cells import SheetReader, shared_texts
from rubric_dsl.observations.xlsx_parts import Parts, local

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


def open_xlsx(data: bytes) -> Xlsx:
    return Xlsx(data)


class Xlsx:
    """A workbook that is open; sheets are unpacked when their cells are asked for."""

    def __init__(self, data: bytes) -> None:
        self._parts = Parts(data)
        self._name = self._workbook()
        root = self._parts.tree(self._name)
        self._relations = self._parts.relations(self._name)
        self._sheets = _sheets(root, self._relations)
        self.visible: Mapping[str, bool] = {name: visible for name, (_, visible) in self._sheets.items()}
        if not self._sheets:
            raise FileRefused(codes.FILE_DAMAGED, {"help": "part", "part": self._name})
        self._read: dict[str, str] = {}
        computed_on_load = any(
            element.get("fullCalcOnLoad") in ("1", "true") for element in root if local(element) == "calcPr"
        )
        from_1904 = any(element.get("date1904") in ("1", "true") for element in root if local(element) == "workbookPr")
        self._reader = SheetReader(self._shared, self._formats(), NumberCells(from_1904), computed_on_load)

    def cells(self, sheet: str) -> SheetCells:
        part, _ = self._sheets[sheet]
        if part not in self._read:
            self._read = {part: self._parts.text(part)}  # of many sheets only the last stays unpacked
        return self._reader.cells(self._read[part])

    def part_of(self, sheet: str) -> str:
        """The name of a sheet's part in the package."""
        return self._sheets[sheet][0]

    @property
    def style_part(self) -> str:
        return self._related("styles") or ""

    def _workbook(self) -> str:
        for kind, name in self._parts.relations("").values():
            if kind == "officeDocument":
                return name
        return "xl/workbook.xml"

    def _related(self, kind: str) -> str | None:
        return next((name for of, name in self._relations.values() if of == kind and self._parts.has(name)), None)

    def _shared(self) -> list[str]:
        name = self._related("sharedStrings")
        return shared_texts(self._parts.tree(name)) if name is not None else []

    def _formats(self) -> list[NumberFormat]:
        name = self._related("styles")
        return _formats(self._parts.tree(name)) if name is not None else [GENERAL]


def _sheets(root: ElementTree.Element, relations: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, bool]]:
    """By the name of each sheet of cells, its part and whether it is shown."""
    found = {}
    for group in root:
        if local(group) != "sheets":
            continue
        for sheet in group:
            kind, part = relations.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION) or "", ("", ""))
            if kind == "worksheet":
                found[sheet.get("name", "")] = (part, sheet.get("state", "visible") == "visible")
    return found


def _formats(root: ElementTree.Element) -> list[NumberFormat]:
    """By the number of a cell's style, its number format."""
    own: dict[str, NumberFormat] = {}
    formats: list[NumberFormat] = []
    for group in root:
        if local(group) == "numFmts":
            own = {item.get("numFmtId", ""): format_from(item.get("formatCode", "")[:1000]) for item in group}
        elif local(group) == "cellXfs":
            for item in group:
                number = item.get("numFmtId", "0")
                formats.append(own.get(number) or built_in(int(number) if number.isdecimal() else 0))
    return formats or [GENERAL]

"""The sender's workbook again, with each refused cell coloured and its reason as a comment.

An .xlsx file is changed in its own XML and in nothing else than the cells that are marked, so that formulas, formats,
other sheets and pictures stay as they are. Of any other file a workbook is made that holds its cells as texts.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

from rubric_dsl.observations.ledger import column_letters
from rubric_dsl.observations.messages import message
from rubric_dsl.observations.model import Ledger, Refusal
from rubric_dsl.observations.raw import FileRefused, Record, text_of_cell
from rubric_dsl.observations.xlsx import Xlsx
from rubric_dsl.observations.xlsx_cells import place_of_column

COLOUR = "FFFFC7CE"
"""The light red in which spreadsheets show what is bad."""
MOST_MARKED = 10_000
MOST_TEXT = 32_767
"""Characters of a cell of a workbook."""
AUTHOR = "rubric"

Marks = Mapping[tuple[int, int], str]
"""Comments by row and column of a sheet, counted from 1."""


def marks_of(ledger: Ledger, lang: str) -> dict[tuple[int, int], str]:
    """The reasons by cell; of a row as a whole at its first column, of the whole table in the first cell, of a whole
    column in the cell above it."""
    first = min((place_of_column(letters) + 1 for letters in ledger.columns.values()), default=1)
    said: dict[tuple[int, int], list[str]] = {}
    for refusal in ledger.refusals[:MOST_MARKED]:
        letters = ledger.columns.get(refusal.column or "", "")
        place = (max(refusal.row, 1), place_of_column(letters) + 1 if letters else first)
        text = _said(refusal, letters, lang)
        if text not in said.setdefault(place, []):
            said[place].append(text)
    return {place: "\n".join(texts) for place, texts in said.items()}


def _said(refusal: Refusal, letters: str, lang: str) -> str:
    """The reason; with the column where the cell is not its own."""
    column = f"{refusal.column}: " if refusal.column and (not letters or not refusal.row) else ""
    return f"{column}{message(refusal, lang)} [{refusal.code}]"


# ---------------------------------------------------------------- made anew


def made_anew(tables: Sequence[tuple[str, Iterable[Record], Marks]]) -> bytes:
    """A workbook of the records of each table, with its marks; cells are texts, so that nothing is computed."""
    import xlsxwriter  # type: ignore[import-untyped]

    data = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(data, options) as book:
        bad = book.add_format({"bg_color": f"#{COLOUR[2:]}"})
        for name, records, marks in tables:
            sheet = book.add_worksheet(_sheet_name(name, [made.name for made in book.worksheets()]))
            left = dict(marks)
            try:
                for record in records:
                    for place, cell in enumerate(record.cells, 1):
                        text = left.pop((record.number, place), None)
                        written = text_of_cell(cell)[:MOST_TEXT]
                        sheet.write_string(record.number - 1, place - 1, written, bad if text else None)
                        if text:
                            sheet.write_comment(record.number - 1, place - 1, text, _SIZE)
            except FileRefused:
                pass  # it is among the marks: what can be read stands above it
            for (row, column), text in left.items():
                sheet.write_blank(row - 1, column - 1, None, bad)
                sheet.write_comment(row - 1, column - 1, text, _SIZE)
    return data.getvalue()


_SIZE = {"x_scale": 2.4, "y_scale": 1.4, "author": AUTHOR}


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    plain = re.sub(r"[\[\]:*?/\\']", "_", name)[:28] or "sheet"
    return plain if plain not in taken else f"{plain}_{len(taken)}"


# ---------------------------------------------------------------- in the workbook itself


def marked_workbook(data: bytes, marks: Mapping[str, Marks]) -> bytes:
    """The workbook with the marks of each sheet. Raises FileRefused where it cannot be read, ValueError where its XML
    is written in a way in which nothing can be put."""
    book = Xlsx(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}
    edit = _Edit(parts)
    for sheet, of_sheet in marks.items():
        edit.sheet(book.part_of(sheet), book.style_part, of_sheet)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in edit.parts.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


_ROW = re.compile(r'<row\b[^>]*?\br="([0-9]+)"[^>]*?(?:/>|>(.*?)</row>)', re.DOTALL)
_CELL = re.compile(r'<c\b[^>]*?\br="([A-Z]+)[0-9]+"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
_STYLE = re.compile(r'(<c\b[^>]*?)\ss="([0-9]+)"')
_AFTER_COMMENTS = re.compile(r"<(?:legacyDrawingHF|picture|oleObjects|controls|webPublishItems|tableParts|extLst)\b")
_FILL = (
    f'<fill><patternFill patternType="solid"><fgColor rgb="{COLOUR}"/><bgColor indexed="64"/></patternFill></fill>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class _Edit:
    """Changes parts of a package as texts."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        self.parts = parts
        self._fill: int | None = None
        self._bad: dict[int, int] = {}

    def sheet(self, part: str, styles: str, marks: Marks) -> None:
        text = self._text(part)
        start, end = text.find("<sheetData"), text.rfind("</sheetData>")
        if start < 0 or end < 0:
            raise ValueError("a sheet without rows of its own")
        inside = text.index(">", start) + 1
        rows = _Rows(text[inside:end], lambda style: self._bad_style(styles, style))
        text = text[:inside] + rows.marked(marks) + text[end:]
        self._comment(part, text, marks)

    def _text(self, part: str) -> str:
        return self.parts[part].decode("utf-8-sig")

    def _put(self, part: str, text: str) -> None:
        self.parts[part] = text.encode("utf-8")

    # ------------------------------------------------------------ styles

    def _bad_style(self, part: str, style: int) -> int:
        """The number of a style like another one, with the colour."""
        if style not in self._bad:
            text = self._text(part)
            if self._fill is None:
                text, self._fill = _appended(text, "fills", _FILL)
            text, self._bad[style] = _appended(text, "cellXfs", _with_fill(_nth_style(text, style), self._fill))
            self._put(part, text)
        return self._bad[style]

    # ------------------------------------------------------------ comments

    def _comment(self, part: str, text: str, marks: Marks) -> None:
        """Adds the comments to those that the sheet has, or gives it a part of comments and one of their shapes."""
        relations = _relations_part(part)
        known = self._text(relations) if relations in self.parts else _NO_RELATIONS
        comments, shapes = _target(known, part, "comments"), _target(known, part, "vmlDrawing")
        if comments in self.parts and shapes in self.parts and "<legacyDrawing" in text:
            self._put(part, text)
        else:
            number = 1 + sum(name.startswith("xl/comments") for name in self.parts)
            comments, shapes = f"xl/comments_rubric{number}.xml", f"xl/drawings/vmlDrawing_rubric{number}.vml"
            self._put(comments, _NO_COMMENTS)
            self._put(shapes, _NO_SHAPES)
            known = known.replace("</Relationships>", (
                f'<Relationship Id="rubricComments" Type="{_OFFICE}/comments" Target="/{comments}"/>'
                f'<Relationship Id="rubricShapes" Type="{_OFFICE}/vmlDrawing" Target="/{shapes}"/></Relationships>'
            ))
            self._put(relations, known)
            self._declare(comments)
            found = _AFTER_COMMENTS.search(text, text.rfind("</sheetData>"))
            at = found.start() if found else text.rindex("</worksheet>")
            drawing = f'<legacyDrawing xmlns:r="{_OFFICE}" r:id="rubricShapes"/>'
            self._put(part, text[:at] + drawing + text[at:])
        self._put(comments, _commented(self._text(comments), marks))
        self._put(shapes, self._text(shapes).replace("</xml>", "".join(_shapes(marks)) + "</xml>"))

    def _declare(self, comments: str) -> None:
        text = self._text("[Content_Types].xml")
        kinds = ""
        if 'Extension="vml"' not in text:
            kinds += '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
        kinds += f'<Override PartName="/{comments}" ContentType="{kind}"/>'
        self._put("[Content_Types].xml", text.replace("</Types>", kinds + "</Types>"))


class _Rows:
    """The rows of a sheet as they are written, in order."""

    def __init__(self, text: str, bad_style: Callable[[int], int]) -> None:
        self._text = text
        self._bad_style = bad_style

    def marked(self, marks: Marks) -> str:
        by_row: dict[int, list[int]] = {}
        for row, column in sorted(marks):
            by_row.setdefault(row, []).append(column)
        made: list[str] = []
        done = 0
        waiting = sorted(by_row, reverse=True)
        for found in _ROW.finditer(self._text):
            number = int(found.group(1))
            made.append(self._text[done : found.start()])
            done = found.end()
            while waiting and waiting[-1] < number:
                made.append(self._new_row(waiting[-1], by_row[waiting.pop()]))
            if waiting and waiting[-1] == number:
                made.append(self._row(found, by_row[waiting.pop()]))
            else:
                made.append(found.group())
        made.append(self._text[done:])
        made += [self._new_row(row, by_row[row]) for row in reversed(waiting)]
        return "".join(made)

    def _row(self, found: re.Match[str], columns: Sequence[int]) -> str:
        row = int(found.group(1))
        whole = found.group()
        head = whole[: whole.index(">") + 1]
        if head.endswith("/>"):
            return head[:-2] + ">" + "".join(self._new_cell(row, column) for column in columns) + "</row>"
        cells = {place_of_column(cell.group(1)) + 1: cell.group() for cell in _CELL.finditer(found.group(2))}
        for column in columns:
            cells[column] = self._styled(cells[column]) if column in cells else self._new_cell(row, column)
        return head + "".join(cells[column] for column in sorted(cells)) + "</row>"

    def _new_row(self, row: int, columns: Sequence[int]) -> str:
        return f'<row r="{row}">' + "".join(self._new_cell(row, column) for column in columns) + "</row>"

    def _new_cell(self, row: int, column: int) -> str:
        return f'<c r="{_letters(column)}{row}" s="{self._bad_style(0)}"/>'

    def _styled(self, cell: str) -> str:
        found = _STYLE.match(cell)
        if found is None:
            return f'<c s="{self._bad_style(0)}"' + cell[2:]
        return f'{found.group(1)} s="{self._bad_style(int(found.group(2)))}"' + cell[found.end() :]


def _appended(text: str, group: str, item: str) -> tuple[str, int]:
    """The text with an item more in a group that counts its items, and the item's number."""
    found = re.search(rf'<{group}\b([^>]*?)\bcount="([0-9]+)"([^>]*)>', text)
    end = text.find(f"</{group}>")
    if found is None or end < 0:
        raise ValueError(f"styles without {group}")
    count = int(found.group(2))
    head = f'<{group}{found.group(1)}count="{count + 1}"{found.group(3)}>'
    return text[: found.start()] + head + text[found.end() : end] + item + text[end:], count


def _nth_style(text: str, number: int) -> str:
    start = text.index(">", text.index("<cellXfs")) + 1
    styles = re.findall(r"<xf\b[^>]*?/>|<xf\b[^>]*?>.*?</xf>", text[start : text.index("</cellXfs>")], re.DOTALL)
    return str(styles[number if number < len(styles) else 0])


def _with_fill(style: str, fill: int) -> str:
    head, _, rest = style.partition(">")
    closed = "/" if head.endswith("/") else ""
    head = re.sub(r'\s(?:fillId|applyFill)="[^"]*"', "", head.rstrip("/"))
    return f'{head} fillId="{fill}" applyFill="1"{closed}>{rest}'


def _relations_part(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"


def _target(relations: str, part: str, kind: str) -> str:
    """The part that is related, as it is named in the package; empty where there is none."""
    for found in re.findall(r"<Relationship\b[^>]*>", relations):
        if f"/{kind}\"" in found and (target := re.search(r'Target="([^"]*)"', found)):
            name = target.group(1)
            if name.startswith("/"):
                return name[1:]
            folder = part.split("/")[:-1]
            for step in name.split("/"):
                folder = folder[:-1] if step == ".." else [*folder, step]
            return "/".join(folder)
    return ""


def _commented(text: str, marks: Marks) -> str:
    """The comments of a sheet with the marks among them; a cell that has a comment keeps it before the reason."""
    authors = text.count("<author>") + text.count("<author ") + text.count("<author/>")
    text = text.replace("</authors>", f"<author>{AUTHOR}</author></authors>", 1)
    for (row, column), said in sorted(marks.items()):
        cell = f"{_letters(column)}{row}"
        run = f'<r><t xml:space="preserve">{escape(_printable(said))}</t></r>'
        there = re.search(rf'<comment\b[^>]*\bref="{cell}"[^>]*>.*?</comment>', text, re.DOTALL)
        if there is not None:
            kept = there.group().replace("</text>", run.replace("preserve\">", "preserve\">\n") + "</text>", 1)
            text = text[: there.start()] + kept + text[there.end() :]
        else:
            comment = f'<comment ref="{cell}" authorId="{authors}"><text>{run}</text></comment>'
            text = text.replace("</commentList>", comment + "</commentList>", 1)
    return text


def _shapes(marks: Marks) -> Iterable[str]:
    """The boxes in which comments are shown, beside their cells."""
    for number, (row, column) in enumerate(sorted(marks), 1):
        height = 2 + marks[row, column].count("\n") + len(marks[row, column]) // 40
        anchor = f"{column}, 12, {row - 1}, 4, {column + 4}, 10, {row + 1 + height}, 4"
        yield (
            f'<v:shape id="_rubric_{row}_{column}" type="#_x0000_t202" fillcolor="#ffffe1" o:insetmode="auto"'
            f' style="position:absolute;z-index:{number};visibility:hidden"><v:fill color2="#ffffe1"/>'
            '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"/>'
            f'</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}'
            f"</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column>"
            "</x:ClientData></v:shape>"
        )


def _printable(text: str) -> str:
    """Without characters that XML cannot hold."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", "\ufffd", text)


def _letters(column: int) -> str:
    return column_letters(column - 1)


_NO_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)
_NO_COMMENTS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><authors></authors><commentList>'
    "</commentList></comments>"
)
_NO_SHAPES = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/>'
    "</o:shapelayout>"
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>'
)

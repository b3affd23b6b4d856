"""What is known while a workbook is read: its sheets, the names given so far, what was found."""

from __future__ import annotations

from collections.abc import Mapping

from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.surface.keywords import Language, is_keyword
from rubric_dsl.writing.naming import NAME, Names
from rubric_dsl.writing.sheets.draft import Draft, Piece
from rubric_dsl.writing.sheets.grid import Cell, Sheet, Workbook
from rubric_dsl.writing.sheets.outline import Node, Outline, Point
from rubric_dsl.writing.sheets.phrases import plain
from rubric_dsl.writing.sheets.texts import NAMED, called, declared, say_open


class Context:
    """The scoring table of a workbook with the sheets beside it, and the text that is made of them."""

    def __init__(
        self,
        book: Workbook,
        lang: Language,
        outline: Outline,
        parts: Mapping[str, Sheet | None],
        subject: str,
        folding: str,
    ) -> None:
        self.book = book
        self.lang = lang
        self.outline = outline
        self.parts = parts
        self.subject_said = subject
        self.folding_said = folding
        self.found: list[Diagnostic] = []
        self.draft = Draft()
        self.names = Names()
        self.known: dict[str, str] = {}
        """What is observed or computed: by label or name as a cell has it, the name."""
        self.items: dict[str, str] = {}
        """Indicators and touchpoints in the same way; a touchpoint is often called like the column that it reads."""
        self.open = say_open(lang)
        self.names.taken.add(self.open)
        self._reserve()

    def _reserve(self) -> None:
        """Names that cells state as `label {name}` are nobody else's."""
        for sheet in self.book.sheets:
            for row in sheet.rows:
                for cell in row.cells.values():
                    if (found := NAMED.fullmatch(cell.text)) is not None and NAME.fullmatch(found[2].strip()):
                        self.names.taken.add(found[2].strip())

    def say(self, en: str, zh: str) -> str:
        return zh if self.lang == "zh" else en

    def named(self, cell: Cell, suffix: str = "", item: bool = False) -> tuple[str, Piece]:
        """The name of what a cell declares, and `name "label"` as a piece of its line."""
        known = self.items if item else self.known
        if found := NAMED.fullmatch(cell.text):
            stated, name = " ".join(found[1].split()), found[2].strip()
            known.setdefault(plain(stated), name)
            known.setdefault(name, name)
            return name, (declared(name, stated), cell)
        text = called(cell.text)
        name, label = self.take(text, suffix)
        known.setdefault(plain(text), name)
        return name, (declared(name, label), cell)

    def take(self, text: str, suffix: str = "") -> tuple[str, str | None]:
        """A name for a text, with the suffix where the text is taken, and the label it then needs."""
        if suffix and (text in self.names.taken or text in self.known or is_keyword(text)):
            taken = self.names.take(text + suffix, text)
        else:
            taken = self.names.take(text)
        return taken.name, taken.label

    def resolved(self, text: str) -> str:
        """A name as cells refer to it, by its label too; other texts as they are."""
        return self.known.get(plain(text), text.strip())

    def _name_of(self, child: Node | Point) -> str:
        if found := NAMED.fullmatch(child.cell.text):
            return found[2].strip()
        text = called(child.cell.text)
        return self.items.get(plain(text), text)

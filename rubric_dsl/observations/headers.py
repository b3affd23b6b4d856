"""Where the header is, and which cell of a record belongs to which column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from rubric_dsl.observations import codes
from rubric_dsl.observations.cell import ALLOWED_WIDE
from rubric_dsl.observations.facts import listing
from rubric_dsl.observations.ledger import Account, letters_of
from rubric_dsl.observations.near import nearest
from rubric_dsl.observations.raw import Raw, Record, TypedCell, is_blank, text_of_cell
from rubric_dsl.plan.model import ColumnSchema, TableSchema
from rubric_dsl.text.record import dataclass

LOOKED_AT = 30
"""Records with something in them among which the header is looked for."""

UNITS = {
    "%": "%", "百分比": "%", "百分数": "%",
    "秒": "s", "秒钟": "s", "s": "s", "sec": "s", "seconds": "s", "second": "s",
    "分钟": "min", "min": "min", "minutes": "min", "小时": "h", "h": "h", "hours": "h",
    "m:ss": "m:ss", "mm:ss": "m:ss", "分:秒": "m:ss", "h:mm": "h:mm", "hh:mm": "h:mm", "时:分": "h:mm",
    "h:mm:ss": "h:mm:ss", "hh:mm:ss": "h:mm:ss", "时:分:秒": "h:mm:ss",
    "万": "万", "亿": "亿",
}
"""How a header may say the unit of its cells, and that unit."""

_REMARKS = {"必填", "选填", "required", "optional"}
_FORMS = {
    "yes/no": {"是/否", "是或否", "有/无", "yes/no", "y/n", "√/×", "1/0", "填是或否"},
    "date": {"年-月-日", "年月日", "年/月/日", "yyyy-mm-dd", "yyyy/mm/dd", "yyyy/m/d", "yyyy-m-d"},
    "time": {"时:分", "hh:mm", "h:mm", "24小时制"},
    "whole number": {"件", "次", "人", "人次", "个", "名", "户", "项", "条", "家", "份", "通", "分"},
    "number": {"件", "次", "人", "人次", "个", "名", "户", "项", "条", "家", "份", "通", "分"},
}
"""What stands in brackets and says no more than the type of the column, or what is counted one by one."""
_UNITS_OF = {
    "seconds": ("s", "min", "h", "m:ss", "h:mm", "h:mm:ss"), "percent": ("%",), "number": ("万", "亿"),
    "whole number": ("万", "亿"),
}
_BRACKETED = re.compile(r"(.+?)[(\[【]([^()\[\]【】]{1,60})[)\]】]")
_MARKS = re.compile(r"[/、,|]")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns of a table stand: the place in a record by column, the unit that its header says (None: none),
    the places under a blank header, and the header itself to know it again among the rows."""

    width: int
    places: tuple[int, ...]
    units: tuple[str | None, ...]
    without_header: tuple[int, ...]
    header: tuple[str, ...]

    @property
    def in_order(self) -> bool:
        """Whether a record's cells are the table's columns and nothing else."""
        return self.places == tuple(range(self.width))


@dataclass(frozen=True, slots=True)
class Header:
    """The texts of the header, of one record or of two that stand one above the other."""

    record: Record
    texts: tuple[str, ...]
    above: int
    """Records before the first row."""


@dataclass(frozen=True, slots=True)
class _Meant:
    column: str
    literally: bool
    unit: str | None = None


class HeaderNames:
    """What a header may say to name a column: its name or label; or these with other blanks or brackets, with a
    remark, or with another unit in brackets than the label has, which is listed."""

    def __init__(self, table: TableSchema) -> None:
        self._types = {column.name: column.type for column in table.columns}
        self._members = {
            column.name: {loose(text).lower() for one in column.members for text in (one.name, *one.labels)}
            for column in table.columns
        }
        labels = {_normal(column.label): column.name for column in table.columns if column.label}
        # A name wins over another column's label of the same text.
        self._exact = {**labels, **{column.name: column.name for column in table.columns}}
        self._loose = _unambiguous((loose(text), name) for text, name in self._exact.items())
        self._bases = _unambiguous(
            (base, name) for text, name in self._exact.items() for base, inside in (_split(text),)
            if not inside or inside in UNITS
        )

    def meant(self, text: str) -> _Meant | None:
        """The column that a header names; None where it names none, or not clearly one."""
        if text in self._exact:
            return _Meant(self._exact[text], True, self._own_unit(text, self._exact[text]))
        key = loose(text)
        if key in self._loose:
            return _Meant(self._loose[key], False, self._own_unit(text, self._loose[key]))
        base, inside = _split(text)
        column = self._bases.get(base) or self._loose.get(base)
        if column is None:
            return None
        if inside in _REMARKS or not inside or inside in _FORMS.get(self._types[column], ()):
            return _Meant(column, False)
        if self._types[column] == "choice" and self._members[column].issuperset(_MARKS.split(inside)):
            return _Meant(column, False)
        unit = UNITS.get(inside)
        if unit not in _UNITS_OF.get(self._types[column], ()):
            return None
        return _Meant(column, False, unit if unit != "s" else None)

    def _own_unit(self, text: str, column: str) -> str | None:
        """The unit that a label or name says of itself, where the column has such units."""
        unit = UNITS.get(_split(text)[1])
        return unit if unit in _UNITS_OF.get(self._types[column], ()) and unit != "s" else None

    def count(self, texts: Sequence[str]) -> int:
        """How many different columns are named."""
        return len({found.column for text in texts if text and (found := self.meant(text)) is not None})


def loose(text: str) -> str:
    """Without blanks, capitals, marks of a required field and full-width forms: two such headers are the same words."""
    return "".join(unicodedata.normalize("NFC", text).translate(ALLOWED_WIDE).split()).strip("*").casefold()


def _split(text: str) -> tuple[str, str]:
    """A header without what stands in brackets at its end, and that."""
    found = _BRACKETED.fullmatch(loose(text))
    return (found.group(1), found.group(2).lower()) if found else (loose(text), "")


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Keys that stand for one column only."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for key, name in pairs:
        if found.setdefault(key, name) != name:
            twice.add(key)
    return {key: name for key, name in found.items() if key not in twice}


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def texts_of(record: Record) -> tuple[str, ...]:
    return tuple(_normal(text_of_cell(cell)) for cell in record.cells)


def header_of(first: Sequence[Record], names: HeaderNames, columns: int) -> Header | None:
    """The header among the first records: that which names most columns, if it names at least two (of two) or half of
    them, else the first with anything in it, of which will be said what it lacks. None: nothing but blanks."""
    filled = [place for place, record in enumerate(first) if any(not is_blank(cell) for cell in record.cells)]
    if not filled:
        return None
    texts = {place: texts_of(first[place]) for place in filled}
    counts = {place: names.count(texts[place]) for place in filled}
    best = max(filled, key=lambda place: (counts[place], -place))
    if counts[best] < max(min(2, columns), (columns + 1) // 2):
        two = _best_pair(first, texts, filled, names)
        if two is not None and names.count(two.texts) >= max(min(2, columns), (columns + 1) // 2):
            return two
        best = best if counts[best] and best == filled[0] else filled[0]
    elif counts[best] < columns or _only_units(texts.get(best + 1, ())):
        two = _pair(first, texts, best, names) or (_pair(first, texts, best - 1, names) if best else None)
        if two is not None and (names.count(two.texts) > counts[best] or _only_units(texts.get(best + 1, ()))):
            return two
    return Header(first[best], texts[best], best + 1)


def _best_pair(
    first: Sequence[Record], texts: Mapping[int, tuple[str, ...]], filled: Sequence[int], names: HeaderNames
) -> Header | None:
    pairs = [pair for place in filled if (pair := _pair(first, texts, place, names)) is not None]
    return max(pairs, key=lambda pair: names.count(pair.texts), default=None)


def _only_units(texts: Sequence[str]) -> bool:
    """Whether a record says units and nothing else."""
    said = [loose(text).strip("()") for text in texts if text]
    return bool(said) and all(text.lower() in UNITS for text in said)


def _pair(
    first: Sequence[Record], texts: Mapping[int, tuple[str, ...]], place: int, names: HeaderNames
) -> Header | None:
    """Two records one above the other as one header; None where the lower one has something below a name that is
    complete already and is no unit."""
    if place not in texts or place + 1 not in texts:
        return None
    upper, lower = first[place], first[place + 1]
    joined = []
    for at in range(max(len(upper.cells), len(lower.cells))):
        over, under = _text_at(upper, at), _text_at(lower, at)
        group = over or _group_at(upper, at)
        if not under:
            joined.append(over)
        elif loose(under).strip("()").lower() in UNITS and over:
            joined.append(f"{over}({loose(under).strip('()')})")
        elif over and names.meant(over) is not None:
            return None
        else:
            joined.append(next((t for t in (under, group + under, f"{group} {under}") if names.meant(t)), under))
    return Header(lower, tuple(joined), place + 2)


def _text_at(record: Record, place: int) -> str:
    cell = record.cells[place] if place < len(record.cells) else ""
    return "" if isinstance(cell, TypedCell) and cell.kind == "below" else _normal(text_of_cell(cell))


def _group_at(record: Record, place: int) -> str:
    """The text of the merged cell that covers a place."""
    cell: Raw = record.cells[place] if place < len(record.cells) else ""
    return _normal(cell.detail) if isinstance(cell, TypedCell) and cell.kind == "beside" else ""


def layout_of(record: Record, table: TableSchema, account: Account) -> Layout | None:
    """The layout under one record that is the header beyond doubt, as `layout_under` gives it."""
    return layout_under(Header(record, texts_of(record), 1), table, HeaderNames(table), account)


def layout_under(header: Header, table: TableSchema, names: HeaderNames, account: Account) -> Layout | None:
    """Headers are names or labels in any order; None where one is missing or stands twice, which is refused.

    A header that names no column is listed as ignored, one that names its column in other words as read so.
    """
    number, line = header.record.number, header.record.line
    if not any(header.texts):
        account.refuse(number, line, None, None, codes.NO_HEADER, {"help": "blank"})
        return None
    found: dict[str, int] = {}
    units: dict[str, str | None] = {}
    strange: list[tuple[int, str]] = []
    repeated = False
    exact_first = sorted(range(len(header.texts)), key=lambda place: not _is_exact(header.texts[place], names))
    for place in exact_first:
        text = header.texts[place]
        if not text:
            continue
        meant = names.meant(text)
        if meant is None:
            strange.append((place, text))
        elif meant.column in found:
            repeated = True
            places = {"first": found[meant.column] + 1, "second": place + 1}
            account.refuse(number, line, meant.column, text, codes.HEADER_REPEATED, places)
        else:
            found[meant.column] = place
            units[meant.column] = meant.unit
            if not meant.literally:
                account.repair(number, meant.column, text, meant.column, codes.HEADER_READ_AS)
    strange.sort()
    missing = [column for column in table.columns if column.name not in found]
    lacking = [(absent, _missing(absent, [text for _, text in strange])) for absent in missing]
    if not repeated and len(missing) == len(table.columns) > 1 and not any("near" in facts for _, facts in lacking):
        wanted = listing(column.label or column.name for column in table.columns)
        with_wide_commas = sum("，" in text for _, text in strange) > 0 and len(strange) == 1
        facts = {"help": "commas"} if with_wide_commas else {"help": "none", "wanted": wanted}
        account.refuse(number, line, None, None, codes.NO_HEADER, facts)
        return None
    for absent, facts in lacking:
        account.refuse(number, line, absent.name, None, codes.COLUMN_MISSING, facts)
    for _, text in strange:
        account.repair(number, text, text, "", codes.COLUMN_IGNORED)
    account.columns = letters_of({**{text: place for place, text in strange}, **found})
    if repeated or missing:
        return None
    return Layout(
        len(header.texts),
        tuple(found[column.name] for column in table.columns),
        tuple(units[column.name] for column in table.columns),
        tuple(place for place, text in enumerate(header.texts) if not text),
        header.texts,
    )


def _is_exact(text: str, names: HeaderNames) -> bool:
    meant = names.meant(text) if text else None
    return meant is not None and meant.literally


def _missing(column: ColumnSchema, strange: list[str]) -> dict[str, object]:
    header = f"`{column.name}`" if column.label is None else f"`{column.name}` / `{column.label}`"
    near = nearest(column.name, strange)
    if near is None and column.label is not None:
        near = nearest(column.label, strange)
    if near is not None:
        return {"header": header, "help": "near", "near": near}
    if strange:
        return {"header": header, "help": "strange", "strange": listing(strange)}
    return {"header": header}

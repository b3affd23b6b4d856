"""The parts of an .xlsx file, unpacked and parsed within limits: nothing else in the package is looked at."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from typing import IO
from xml.etree import ElementTree

from rubric_dsl.observations import codes
from rubric_dsl.observations.formats import MOST_ENTRIES
from rubric_dsl.observations.raw import FileRefused

MOST_PART_BYTES = 512 << 20
"""One part, unpacked."""
MOST_SMALL_PART_BYTES = 64 << 20
"""One part that is kept as a tree."""
MOST_RATIO = 400
"""Bytes unpacked for one packed, of parts over `RATIO_FROM`; sheets of numbers have 5 to 40."""
RATIO_FROM = 16 << 20

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Parts:
    """Reads parts by name; raises FileRefused for whatever a part should not be."""

    def __init__(self, data: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise FileRefused(codes.FILE_DAMAGED, {"help": "archive"}) from error
        entries = self._archive.infolist()
        if len(entries) > MOST_ENTRIES:
            raise FileRefused(codes.OVER_A_LIMIT, {"help": "entries", "count": len(entries), "limit": MOST_ENTRIES})
        self._names = {entry.filename.replace("\\", "/").lstrip("/").lower(): entry for entry in entries}

    def names(self) -> set[str]:
        return set(self._names)

    def has(self, name: str) -> bool:
        return name.lower() in self._names

    def raw(self, name: str, limit: int = MOST_PART_BYTES) -> bytes:
        entry = self._names.get(name.lower())
        if entry is None:
            raise FileRefused(codes.FILE_DAMAGED, {"help": "part", "part": name})
        if entry.flag_bits & 1:
            raise FileRefused(codes.FORMAT_NOT_READ, {"help": "password"})
        try:
            with self._archive.open(entry) as file:
                data = _within(file, entry, name, limit)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise FileRefused(codes.FILE_DAMAGED, {"help": "part", "part": name}) from error
        return data

    def text(self, name: str, limit: int = MOST_PART_BYTES) -> str:
        """The XML of a part, without its declaration. XML that declares entities or a document type is refused: they
        can make a few bytes into gigabytes, or name other files."""
        data = self.raw(name, limit)
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            raise FileRefused(codes.FILE_DAMAGED, {"help": "part", "part": name}) from error
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise FileRefused(codes.FILE_DAMAGED, {"help": "entities", "part": name})
        return _DECLARATION.sub("", text, count=1)

    def tree(self, name: str) -> ElementTree.Element:
        text = self.text(name, MOST_SMALL_PART_BYTES)
        try:
            return ElementTree.fromstring(text)
        except (ElementTree.ParseError, RecursionError, ValueError) as error:
            raise FileRefused(codes.FILE_DAMAGED, {"help": "part", "part": name}) from error

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Of a part: by identity, the type and the name of the part that is related."""
        folder, base = posixpath.split(name)
        relations = f"{folder}/_rels/{base}.rels".lstrip("/")
        if not self.has(relations):
            return {}
        found = {}
        for element in self.tree(relations):
            target = element.get("Target", "")
            if element.get("TargetMode") == "External":
                continue
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[element.get("Id", "")] = (element.get("Type", "").rsplit("/", 1)[-1], path)
        return found


_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")


def _within(file: IO[bytes], entry: zipfile.ZipInfo, name: str, limit: int) -> bytes:
    """The bytes, as long as they stay below the limit and in proportion; what the archive says of them is no proof."""
    packed = max(entry.compress_size, 1)
    chunks: list[bytes] = []
    size = 0
    while True:
        chunk = file.read(1 << 20)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            facts = {"help": "unpacked", "part": name, "limit": limit >> 20}
            raise FileRefused(codes.OVER_A_LIMIT, facts)
        if size > RATIO_FROM and size > packed * MOST_RATIO:
            raise FileRefused(codes.OVER_A_LIMIT, {"help": "bomb", "part": name, "limit": MOST_RATIO})


def local(element: ElementTree.Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""

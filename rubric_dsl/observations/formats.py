"""What a file is, by its first bytes; what is not read is named, with what to do about it."""

from __future__ import annotations

import io
import posixpath
import re

from rubric_dsl.observations import codes
from rubric_dsl.observations.raw import FileRefused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The container of .xls, of .et and of workbooks with a password."""

_MARKS = (
    (b"PAR1", "parquet"), (b"SQLite format 3\0", "sqlite"), (b"%PDF", "PDF"), (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"), (b"Rar!", "archive"), (b"7z\xbc\xaf", "archive"), (b"\x1f\x8b", "archive"),
    (b"{\\rtf", "document"),
)
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,200}(?:<!--.{0,500}?-->\s{0,200})?"
    rb"<(?:!doctype html|html|head|body|table|div|meta|style)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,200}<\?xml\b", re.I)
_IN_ZIP = (
    ("xl/workbook.bin", "xlsb"), ("xl/workbook.xml", "xlsx"), ("word/document.xml", "document"),
    ("ppt/presentation.xml", "document"), ("index/document.iwa", "numbers"),
)
MOST_ENTRIES = 10_000


def format_of(data: bytes) -> str:
    """`text` where nothing says otherwise."""
    for mark, kind in _MARKS:
        if data.startswith(mark):
            return kind
    if data[8:12] == b"DUCK":
        return "duckdb"
    if data.startswith(OLE):
        return _in_ole(data)
    if data.startswith(b"PK"):
        return _in_zip(data)
    if _HTML.match(data[:4096]):
        return "html"
    if _XML.match(data[:4096]):
        return "xml sheet" if b"schemas-microsoft-com:office:spreadsheet" in data[:4096] else "xml"
    if data[:4096].lstrip()[:13].lower() == b"mime-version:":
        return "html"
    return "text"


def _in_zip(data: bytes) -> str:
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.lower().replace("\\", "/") for name in archive.namelist()[:MOST_ENTRIES]}
            if "mimetype" in names and "content.xml" in names:
                kind = archive.open("mimetype").read(200)
                return "ods" if b"spreadsheet" in kind else "document"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, KeyError):
        return "damaged"
    for name, kind_name in _IN_ZIP:
        if name in names:
            return kind_name
    if any(posixpath.basename(name) == "workbook.xml" for name in names):
        return "xlsx"
    return "archive"


def _in_ole(data: bytes) -> str:
    """By the names of its streams, which stand in UTF-16 in its directory."""
    head = data if len(data) < 64 << 20 else data[: 64 << 20]
    if "EncryptedPackage".encode("utf-16-le") in head:
        return "password"
    if "WordDocument".encode("utf-16-le") in head or "PowerPoint Document".encode("utf-16-le") in head:
        return "document"
    return "xls"


_REFUSED = {
    "password": "password", "xlsb": "xlsb", "et": "et", "html": "html", "xml sheet": "xmlsheet", "xml": "xml",
    "numbers": "numbers", "document": "document", "archive": "archive", "image": "picture", "PDF": "picture",
    "lock": "lock",
}


def refuse_unread(name: str, data: bytes, kind: str) -> None:
    """Raises FileRefused for a file of a kind that is not read, or that is none at all."""
    base = posixpath.basename(name.replace("\\", "/"))
    if base.startswith("~$"):
        kind = "lock"
    elif base.lower().endswith((".et", ".ett")) and data.startswith(OLE):
        kind = "et"
    if kind == "damaged":
        raise FileRefused(codes.FILE_DAMAGED, {"help": "archive"})
    if kind in _REFUSED:
        raise FileRefused(codes.FORMAT_NOT_READ, {"help": _REFUSED[kind]})

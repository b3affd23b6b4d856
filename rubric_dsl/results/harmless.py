"""Texts in files that spreadsheets open: none of them is computed there."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: str) -> str:
    """The cell with a `'` before it where a spreadsheet would compute it; numbers stay as they are."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    digits = cell.removeprefix("-").removesuffix("%").replace(".", "", 1).replace("/", "", 1)
    return digits.isascii() and digits.isdigit()

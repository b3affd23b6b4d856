"""From the bytes of a text file (CSV, TSV) to records of raw cells."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator

from rubric_dsl.observations import codes
from rubric_dsl.observations.encodings import decoded
from rubric_dsl.observations.raw import MOST_COLUMNS, FileRefused, RawTable, Record
from rubric_dsl.observations.words import RubricWords

MAX_CELL = 131_072
"""Characters between two separators; more is almost always a quote that was never closed."""

_DELIMITERS = (",", "\t", ";")
_LOOKED_AT = 30
"""Records among which the header is looked for."""
_SAID = re.compile(r'"?sep=([,;\t|])"?(?:\r\n|\r|\n|$)', re.IGNORECASE)


def text_table(data: bytes, words: RubricWords, encoding: str = "") -> RawTable:
    """The records of a text file. Encoding and separator are those that make the rubric's own words readable, where the
    file does not say them (by a mark, by a line `sep=;`). Raises FileRefused, also while the records are read."""
    found = decoded(data, words, encoding)
    text, line = found.text, 1
    said = _SAID.match(text)
    if said is not None:
        text, line = text[said.end():], 2
        delimiter = said.group(1)
    else:
        delimiter = _delimiter(text, words)
    return RawTable(records_of(text, delimiter, line), notes=found.notes, comma_decimals=delimiter == ";")


def records_of(text: str, delimiter: str = ",", first_line: int = 1) -> Iterator[Record]:
    """Every record with its number, empty lines included (as a record without cells); raises FileRefused."""
    csv.field_size_limit(MAX_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, line = 0, first_line
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            if "field larger" in str(error):
                raise FileRefused(codes.OVER_A_LIMIT, {"help": "cell", "limit": MAX_CELL}, number + 1, line) from None
            facts = {"help": "unclosed" if "unexpected end" in str(error) else "inside"}
            raise FileRefused(codes.BROKEN_QUOTING, facts, number + 1, line) from None
        number += 1
        if len(cells) > MOST_COLUMNS:
            raise FileRefused(codes.TOO_MANY_COLUMNS, {"columns": len(cells), "limit": MOST_COLUMNS}, number, line)
        yield Record(number, line, cells)  # type: ignore[arg-type]  # a list of texts is one of raw cells, never changed
        line = lines.line_num + first_line


def _delimiter(text: str, words: RubricWords) -> str:
    """The separator by which one record has most of the table's headers; of equal ones that of the longest record."""
    best, most = ",", (0, 1)
    for delimiter in _DELIMITERS:
        counts = [(words.headers_in(record.cells), len(record.cells)) for record in _first(text, delimiter)]
        found = max(counts, default=(0, 0))
        if found > most:
            best, most = delimiter, found
    return best


def _first(text: str, delimiter: str) -> list[Record]:
    try:
        return list(itertools.islice(records_of(text, delimiter), _LOOKED_AT))
    except FileRefused:
        return []

"""Damage to texts: of bytes, of words, of lines; and to CSV files, of cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tests.properties.choices import Choices

WORDS = re.compile(r"[A-Za-z_0-9]+|[一-鿿]+|\"[^\"\n]*\"|[^\S\n]+|\n|.")
ODD_BYTES = (
    b"", b"\x00", b"\xff", b"\xe2\x80\xae", b"\xe3\x80\x80", b"\t", b"\r", b"\xef\xbb\xbf", "́".encode(),
    b"\xed\xa0\x80", "．５".encode(), "，".encode(), "：".encode(), "“".encode(), "ﬁ".encode(), "а".encode(),
    "\u2028".encode(), b"\"",
)  # fmt: skip
ODD_WORDS = (
    "(", ")", "((((", ":", "|", ",", "-", "%", "0", "1", "-1", "1e5", "0.1", "99999999999999999999",
    "0.3333333333333333", "missing", "otherwise", "not applicable", "when", "unless", "if", "then", "else", "and",
    "or", "not", "is", "by", "from", "to", "under", "over", "up to", "falling to", "rounded half up to", "worth",
    "penalty", "bonus", "first match", "across", "within", "where", "optional", "text", "yes/no", "choice",
    "number", "percent", "seconds", "date", "time", "share", "mean(", "count(", "percentile(", "sqrt(", "ln(",
    "exp(", "2 ^ 100", "^", "/ 0", "= =", "city", "s", "min", "day", "满分", "按", "其余", "缺失", "指标", "秒",
    "\"", "“", "”", "#", "\n", "\n  ", "\n      ", "    ", "every_year", "indicator total worth 100",
    "ranking by total", "use \"x.rubric\"", "amends \"y.rubric\"", "2^2^2^2^2", "x" * 300,
)  # fmt: skip
ODD_CELLS = (
    "", " ", "0", "-0", "-1", "1e400", "1e-400", "0.1", "1,000", "99999999999999999999", "1" * 70, "50%", "50 %",
    "％", "NaN", "inf", "yes", "no", "是", "×", "√", "2020-02-30", "2020-13-01", "24:00", "25:61", "甲", "'", "\"",
    "\"\"\"", "=1+1", "\n", "a\nb", "#N/A", "TRUE", "０", "1.5", "1/3", "/", "-", "—", "x" * 2000, "\ufeff", "\x00",
    "e", "1e5", ".5", "5.",
)  # fmt: skip

Change = Callable[[Choices, bytes], bytes]


def damaged(choices: Choices, data: bytes, others: Sequence[bytes]) -> bytes:
    """One to four changes."""
    for _ in range(choices.pick((1, 1, 1, 2, 2, 4))):
        kind = choices.below(10)
        if kind < 2:
            data = of_bytes(choices, data)
        elif kind < 6:
            data = of_words(choices, data)
        elif kind < 9:
            data = of_lines(choices, data)
        else:
            data = spliced(choices, data, choices.pick(others))
    return data


def of_bytes(choices: Choices, data: bytes) -> bytes:
    start = choices.below(len(data) + 1)
    end = min(len(data), start + choices.pick((0, 0, 1, 1, 2, 5, 40)))
    put = choices.pick((*ODD_BYTES, bytes([choices.below(256)]), data[start:end] * 3))
    return data[:start] + put + data[end:]


def of_words(choices: Choices, data: bytes) -> bytes:
    words = WORDS.findall(data.decode("utf-8", "replace"))
    if not words:
        return b"rubric"
    place = choices.below(len(words))
    match choices.below(5):
        case 0:
            del words[place]
        case 1:
            words[place] = choices.pick(ODD_WORDS)
        case 2:
            words.insert(place, choices.pick(ODD_WORDS))
        case 3:
            words[place] = choices.pick(words)
        case _:
            other = choices.below(len(words))
            words[place], words[other] = words[other], words[place]
    return "".join(words).encode("utf-8", "replace")


def of_lines(choices: Choices, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    place = choices.below(len(lines))
    line = lines[place]
    match choices.below(5):
        case 0:
            del lines[place]
        case 1:
            lines.insert(choices.below(len(lines)), line)
        case 2:
            lines.insert(choices.below(len(lines)), lines.pop(place))
        case 3:
            lines[place] = b"  " + line
        case _:
            lines[place] = line.lstrip()
    return b"".join(lines)


def spliced(choices: Choices, data: bytes, other: bytes) -> bytes:
    """The beginning of one and the end of another, both at line ends."""
    lines, more = data.splitlines(keepends=True), other.splitlines(keepends=True)
    return b"".join(lines[: choices.below(len(lines) + 1)] + more[choices.below(len(more) + 1) :])


def of_cells(choices: Choices, data: bytes) -> bytes:
    """A CSV file with cells changed, or its bytes or lines."""
    if choices.chance(20):
        return of_bytes(choices, data)
    if choices.chance(30):
        return of_lines(choices, data)
    rows = [line.split(",") for line in data.decode("utf-8", "replace").splitlines()] or [[""]]
    for _ in range(choices.pick((1, 1, 2, 5))):
        row = choices.pick(rows)
        match choices.below(6):
            case 0:
                row.append(choices.pick(ODD_CELLS))
            case 1 if len(row) > 1:
                row.pop(choices.below(len(row)))
            case 2:
                row[choices.below(len(row))] = choices.pick(choices.pick(rows))
            case _:
                row[choices.below(len(row))] = choices.pick(ODD_CELLS)
    return "\n".join(",".join(row) for row in rows).encode("utf-8", "replace")

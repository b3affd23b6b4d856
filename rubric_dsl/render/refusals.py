"""Refused cells: `FILE:ROW: COLUMN "VALUE": reason`, and under it the cell in its row with a caret.

    calls.xlsx:6 (拨测!J6): wait "soon": not a number; write a whole number in digits such as 12 [D007]
      ┌ A id   │ B city │ J wait
    6 │ 01-S5  │ 杭州   │ soon
      │                   ^^^^
"""

from __future__ import annotations

from collections.abc import Iterable

from rubric_dsl.observations.messages import message
from rubric_dsl.observations.model import Ledger, Refusal
from rubric_dsl.render.pieces import Line, Look, Piece
from rubric_dsl.render.width import cut, pad, visible, width, wrap

MOST_SHOWN = 1_000
MOST_PICTURES = 10
"""Refusals of a table that are shown in their row."""
LONGEST_VALUE = 60
WIDEST_CELL = 24


def refusal_line(refusal: Refusal, look: Look, ledger: Ledger | None = None) -> Line:
    """The place, so that it can be clicked, then the column and the value as written, then the reason."""
    place = visible(refusal.file) + (f":{refusal.row}" if refusal.row > 0 else "")
    is_in_sheet = ledger is not None and (ledger.sheet or any(part.sheet for part in ledger.parts.values()))
    if refusal.row > 0 and ledger is not None and is_in_sheet:
        cell = visible(ledger.place(refusal.row, refusal.column, refusal.file))
        place += look.say(f" ({cell})", f"（{cell}）")
    elif refusal.line != refusal.row and refusal.row > 0:
        place += look.say(f" (line {refusal.line})", f"（文件第 {refusal.line} 行）")
    pieces = [Piece(place, "place"), Piece(": ")]
    if refusal.column:
        pieces.append(Piece(visible(refusal.column), "strong"))
        if refusal.value is not None:
            pieces.append(Piece(f' "{cut(visible(refusal.value), LONGEST_VALUE, look.ellipsis)}"'))
        pieces.append(Piece(": "))
    return *pieces, Piece(f"{visible(message(refusal, look.lang))} [{refusal.code}]")


def _fitting(line: Line, look: Look) -> Iterable[Line]:
    """The line; on a terminal that is too narrow its reason stands below its place."""
    if not look.wrap or sum(width(piece.text) for piece in line) <= look.columns:
        yield line
        return
    *place, reason = line
    yield tuple(place)
    for part in wrap(reason.text, look.columns - 2):
        yield (Piece("  " + part),)


def refusal_lines(ledgers: Iterable[Ledger], look: Look) -> Iterable[Line]:
    """All refusals of all tables, at most 1,000 of a table, and what they come to."""
    for ledger in ledgers:
        for place, refusal in enumerate(ledger.refusals[:MOST_SHOWN]):
            yield from _fitting(refusal_line(refusal, look, ledger), look)
            if place < MOST_PICTURES:
                yield from _picture(refusal, ledger, look)
        if len(ledger.refusals) > MOST_SHOWN:
            more = len(ledger.refusals) - MOST_SHOWN
            yield (Piece(look.say(f"{visible(ledger.file)}: {more} more", f"{visible(ledger.file)}：另有 {more} 条")),)
        if ledger.refused and not ledger.left_out:
            yield (Piece(ledger_text(ledger, look), "strong"),)


def _picture(refusal: Refusal, ledger: Ledger, look: Look) -> Iterable[Line]:
    """The refused cell between its neighbours under their headers, as many of them as the columns allow."""
    gutter = " " * len(str(refusal.row))
    cells = [
        (name, visible(f"{ledger.letters(refusal.file).get(name, '')} {name}".strip()), visible(text))
        for name, text in refusal.around
    ]
    while len(cells) > 1 and _room(cells, refusal) + len(gutter) + 2 > look.columns:
        del cells[0 if cells[0][0] != refusal.column else -1]
    if not any(name == refusal.column for name, _, _ in cells):
        return
    head: list[str] = []
    row: list[str] = []
    before = 0
    for name, title, text in cells:
        wide = _wide(name, title, text, refusal)
        if name == refusal.column:
            before = sum(map(width, head)) + 3 * len(head)
        head.append(pad(cut(title, wide, look.ellipsis), wide))
        row.append(pad(cut(text, wide, look.ellipsis), wide))
    carets = "^" * max(1, next(min(width(text), _wide(*cell, refusal)) for cell in cells for name, _, text in (cell,)
                               if name == refusal.column))
    yield Piece(f"{gutter} {look.corner} ", "frame"), Piece(f" {look.bar} ".join(head), "faint")
    yield Piece(f"{refusal.row} {look.bar} ", "frame"), Piece(f" {look.bar} ".join(row))
    yield Piece(f"{gutter} {look.bar} ", "frame"), Piece(" " * before), Piece(carets, "error")


def _wide(name: str, title: str, text: str, refusal: Refusal) -> int:
    most = LONGEST_VALUE if name == refusal.column else WIDEST_CELL
    return min(max(width(title), width(text), 1), most)


def _room(cells: Iterable[tuple[str, str, str]], refusal: Refusal) -> int:
    return sum(_wide(*cell, refusal) + 3 for cell in cells)


def ledger_text(ledger: Ledger, look: Look) -> str:
    """`calls: 88 rows read = 85 scored + 3 refused`, the account that always adds up."""
    table = visible(ledger.table)
    file = "" if ledger.file == ledger.table else f" ({visible(ledger.file)})"
    rows = "row" if ledger.read == 1 else "rows"
    return look.say(
        f"{table}{file}: {ledger.read} {rows} read = {ledger.scored} scored + {ledger.refused} refused",
        f"{table}{file}：读入 {ledger.read} 行 = 计分 {ledger.scored} 行 + 拒收 {ledger.refused} 行",
    )

"""Refused cells, one a line: `FILE:ROW: COLUMN "VALUE": reason`."""

from __future__ import annotations

from collections.abc import Iterable

from rubric_dsl.observations.messages import message
from rubric_dsl.observations.model import Ledger, Refusal
from rubric_dsl.render.pieces import Line, Look, Piece
from rubric_dsl.render.width import cut, visible

MOST_SHOWN = 1_000
LONGEST_VALUE = 60


def refusal_line(refusal: Refusal, look: Look) -> Line:
    """The place, so that it can be clicked, then the column and the value as written, then the reason."""
    place = visible(refusal.file) + (f":{refusal.row}" if refusal.row > 0 else "")
    if refusal.line != refusal.row and refusal.row > 0:
        place += look.say(f" (line {refusal.line})", f"（文件第 {refusal.line} 行）")
    pieces = [Piece(place, "place"), Piece(": ")]
    if refusal.column:
        pieces.append(Piece(visible(refusal.column), "strong"))
        if refusal.value is not None:
            pieces.append(Piece(f' "{cut(visible(refusal.value), LONGEST_VALUE, look.ellipsis)}"'))
        pieces.append(Piece(": "))
    return *pieces, Piece(f"{visible(message(refusal, look.lang))} [{refusal.code}]")


def refusal_lines(ledgers: Iterable[Ledger], look: Look) -> Iterable[Line]:
    """All refusals of all tables, at most 1,000 of a table, and what they come to."""
    for ledger in ledgers:
        for refusal in ledger.refusals[:MOST_SHOWN]:
            yield refusal_line(refusal, look)
        if len(ledger.refusals) > MOST_SHOWN:
            more = len(ledger.refusals) - MOST_SHOWN
            yield (Piece(look.say(f"{visible(ledger.file)}: {more} more", f"{visible(ledger.file)}：另有 {more} 条")),)
        if ledger.refused and not ledger.left_out:
            yield (Piece(ledger_text(ledger, look), "strong"),)


def ledger_text(ledger: Ledger, look: Look) -> str:
    """`calls: 88 rows read = 85 scored + 3 refused`, the account that always adds up."""
    table = visible(ledger.table)
    file = "" if ledger.file == ledger.table else f" ({visible(ledger.file)})"
    rows = "row" if ledger.read == 1 else "rows"
    return look.say(
        f"{table}{file}: {ledger.read} {rows} read = {ledger.scored} scored + {ledger.refused} refused",
        f"{table}{file}：读入 {ledger.read} 行 = 计分 {ledger.scored} 行 + 拒收 {ledger.refused} 行",
    )

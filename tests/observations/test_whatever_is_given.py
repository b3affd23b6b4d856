"""Whatever a file holds, reading ends with an account that adds up, and never with an exception."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rubric_dsl.observations import codes
from rubric_dsl.observations.messages import message
from rubric_dsl.observations.model import Ledger
from rubric_dsl.observations.read import stopped_by
from tests.observations.plans import HEADER, ROWS, csv_of, read

CELLS = st.sampled_from([
    "", " ", "1", "12", "-3", "1e9", "99999999999", "yes", "否", "杭州", "杭洲", "S1", "M1", '"', '"a,b"', "\u200b",
    "，", "a\tb", "=1+1",
])

OF_THE_HEADER = (codes.NO_HEADER, codes.HEADER_REPEATED, codes.COLUMN_MISSING)


def adds_up(account: Ledger) -> None:
    assert account.read == account.scored + account.refused
    # A header may stand below blank lines and titles; what is wrong with it is not a row that is refused.
    rows = {refusal.row for refusal in account.refusals if refusal.row > 1 and refusal.code not in OF_THE_HEADER}
    assert account.refused == len(rows)
    for refusal in account.refusals:
        for lang in ("en", "zh"):
            # A placeholder that nothing filled would stand in braces; so may what the file itself holds.
            text = message(refusal, lang)
            assert text and ("{" not in text or "{" in repr(refusal.facts))


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b'"')
@example(b"\r\xc2\x80")
@example(b"id,id\n")
@example(csv_of().encode()[:-3])
def test_any_bytes(data: bytes) -> None:
    observations = read(data)
    assert stopped_by(observations)
    adds_up(observations.tables["calls"].ledger)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=9, max_size=11), max_size=6), st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_cells(rows: list[list[str]], end: str) -> None:
    text = csv_of([*ROWS, *(",".join(row) for row in rows)], HEADER, end)
    observations = read(text)
    account = observations.tables["calls"].ledger
    adds_up(account)
    assert len(observations.tables["calls"].rows) == account.scored
    for row in observations.tables["calls"].rows:
        assert set(row.values) == set(HEADER.split(","))
        assert row.values["connected"] in (True, False)
        assert (row.values["wait"] is not None) == row.values["connected"]


@settings(max_examples=60, deadline=None)
@given(st.permutations(list(range(len(ROWS)))))
def test_the_order_of_rows_changes_nothing_but_their_numbers(order: list[int]) -> None:
    rows = read(csv_of([ROWS[place] for place in order])).tables["calls"].rows
    assert {str(row.values["id"]): dict(row.values) for row in rows} == {
        str(row.values["id"]): dict(row.values) for row in read(csv_of()).tables["calls"].rows
    }
    assert [row.number for row in rows] == [2, 3, 4, 5, 6, 7]

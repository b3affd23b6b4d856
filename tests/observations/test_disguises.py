"""The same calls in many forms give the same values, cell by cell, and what was mended is in the ledger."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.observations.calls import HEADER, expected, read
from tests.observations.disguises import DISGUISES, Disguise

BY_ID = {str(row["call_id"]): row for row in expected()}


@pytest.mark.parametrize("disguise", DISGUISES, ids=[f"{one.trap}: {one.name}" for one in DISGUISES])
def test_disguised_calls_are_the_same_calls(disguise: Disguise) -> None:
    values, ledger = read(disguise.data(), disguise.file, disguise.part)
    assert [(r.row, r.column, r.code) for r in ledger.refusals] == []
    assert (ledger.read, ledger.scored) == (88, 88)
    assert {str(row["call_id"]): row for row in values} == BY_ID
    assert all(set(row) == set(HEADER) for row in values)


def test_there_are_enough_of_them() -> None:
    assert len(DISGUISES) >= 60 and len(Counter(one.trap for one in DISGUISES)) >= 20
    assert len({(one.trap, one.name) for one in DISGUISES}) == len(DISGUISES)

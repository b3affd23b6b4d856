"""Every block of the documents does what it says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rubric_dsl.diagnostics.prose import severity
from tests.docs.blocks import DOCS, Block, cells_of
from tests.docs.generate import DOCUMENTS
from tests.docs.running import (
    Stage,
    codes_of,
    failed_tests,
    refused_rows,
    result_rows,
    said,
    same_rows,
    steps_of,
    values_of,
)


def problems_of(text: str) -> Iterator[str]:
    """What blocks claim and do not do, with the line of each."""
    for block, stage in steps_of(text):
        try:
            found = _CHECKS[block.kind](block, stage) if block.kind in _CHECKS else None
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
        if found:
            yield f"line {block.line}: {found}"


def _rubric(block: Block, stage: Stage) -> str | None:
    assert stage.compiled is not None
    if codes_of(stage.compiled) != block.codes and "later" not in block.words:
        return f"brings up {codes_of(stage.compiled)} instead of {block.codes}\n{said(stage)}"
    if stage.compiled.plan is None:
        return None
    failed = failed_tests(stage.compiled)
    return f"its tests do not hold: {failed}" if failed else None


def _csv(block: Block, stage: Stage) -> str | None:
    """Data of a rubric are read, unless a block below says what is refused."""
    if stage.compiled is None or stage.compiled.plan is None or "refused" in block.words:
        return None
    given = set(stage.tables) == {table.name for table in stage.compiled.plan.tables}
    refused = refused_rows(stage) if given else []
    return f"refused: {refused}" if refused else None


def _result(block: Block, stage: Stage) -> str | None:
    found = result_rows(stage, block)
    return None if same_rows(found, cells_of(block.text)) else f"the result is {found}"


def _values(block: Block, stage: Stage) -> str | None:
    for line, (expression, value) in zip(_lines(block), values_of(stage, block), strict=True):
        claimed = line.split("→")[1].strip()
        if not same_rows([claimed.split(" | ")], [value.split(" | ")]):
            return f"{expression} is {value}"
    return None


def _lines(block: Block) -> list[str]:
    return [line for line in block.text.splitlines() if line.strip()]


def _refused(block: Block, stage: Stage) -> str | None:
    found = refused_rows(stage)
    return None if found == cells_of(block.text)[1:] else f"refused are {found}"


_CHECKS = {"rubric": _rubric, "csv": _csv, "result": _result, "values": _values, "refused": _refused}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_block_does_what_it_says(name: str) -> None:
    assert not list(problems_of((DOCS / name).read_text("utf-8")))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_have_blocks_of_every_kind_that_is_compared(name: str) -> None:
    """An empty document would pass the test above."""
    blocks = [block for block, _ in steps_of((DOCS / name).read_text("utf-8"))]
    kinds = {block.kind for block in blocks}
    assert kinds == {"console"} or ({"rubric", "csv"} <= kinds and kinds & {"result", "console"})
    for block in blocks:
        for code in block.codes:
            assert severity(code) in ("error", "warning", "hint")

"""The language reference is complete: what the language has is used in a rubric that runs there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args

from rubric_dsl.surface import tree
from rubric_dsl.surface.from_text import parse
from rubric_dsl.surface.keywords import function_id, keywords
from rubric_dsl.surface.lines import logical_lines
from rubric_dsl.surface.tokens import tokens_of
from rubric_dsl.text.files import Source
from rubric_dsl.text.source import Origin
from tests.docs.blocks import DOCS
from tests.docs.running import steps_of


@cache
def texts() -> tuple[str, ...]:
    """All rubrics of the reference without errors, and its calculations as measures."""
    found = []
    for block, stage in steps_of((DOCS / "language.md").read_text("utf-8")):
        if block.kind == "rubric" and "error" not in block.options:
            found.append(stage.rubric)
        elif block.kind == "values":
            lines = [line.split("→")[0] for line in block.text.splitlines() if line.strip()]
            found += [f"measure documented = {line}\n" for line in lines]
    return tuple(found)


@cache
def nodes() -> tuple[object, ...]:
    """Every node of their trees."""
    found: list[object] = []
    for text in texts():
        parsed = parse(Source("language.md", text))
        assert not parsed.diagnostics, (text, parsed.diagnostics)
        found += [part for part in _parts(parsed.document) if is_dataclass(part)]
    return tuple(found)


def _parts(node: object) -> Iterator[object]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, tuple):
            waiting.extend(one)
        elif is_dataclass(one) and type(one).__module__ == tree.__name__:
            waiting.extend(getattr(one, field.name) for field in fields(one))


def of(kind: type) -> list[Any]:
    return [node for node in nodes() if isinstance(node, kind)]


def unused(wanted: Iterable[Any], found: Iterable[Any]) -> list[Any]:
    return sorted(set(wanted) - set(found), key=str)


def test_every_keyword_is_used() -> None:
    used: set[str] = set()
    for text in texts():
        for line in logical_lines(text, 10_000).lines:
            used.update(kind.removeprefix("_") for kind in tokens_of(line.text, Origin("language.md", 1)).kinds)
    assert unused(keywords().tokens, used) == []


def test_every_function_is_used() -> None:
    assert unused(keywords().functions, {function_id(call.function.text) for call in of(tree.Call)}) == []


def test_every_unit_is_used() -> None:
    assert unused(keywords().units, {number.unit for number in of(tree.Number)}) == []


def test_every_kind_of_statement_line_pattern_outcome_and_expression_is_used() -> None:
    kinds = {
        *get_args(tree.Expr), *get_args(tree.Pattern), *get_args(tree.Outcome), *get_args(tree.Rule),
        *get_args(tree.TouchpointLine), *get_args(tree.IndicatorLine), *get_args(tree.RankingLine),
        *get_args(tree.Item),
    }  # fmt: skip
    assert unused([kind.__name__ for kind in kinds], [type(node).__name__ for node in nodes()]) == []


def test_every_column_type_and_folding_is_used() -> None:
    assert unused(get_args(tree.ColumnKind), {column.kind for column in of(tree.ColumnType)}) == []
    foldings = {(f.kind, f.by is not None, f.one_row_each, f.weighted_by is not None) for f in of(tree.Folding)}
    assert foldings >= {
        ("averaged", False, False, False), ("averaged", True, False, False), ("averaged", True, True, False),
        ("averaged", True, True, True), ("totalled", False, False, False), ("one row each", False, False, False),
    }


def test_every_rounding_stake_and_way_to_rank_is_used() -> None:
    assert {rounding.mode for rounding in of(tree.Rounding)} == set(get_args(tree.RoundingMode))
    assert {stake.kind for stake in of(tree.Stake)} == {"worth", "penalty", "bonus"}
    assert {ties.kind for ties in of(tree.Ties)} == {"share", "dense", "by"}
    assert {guard.kind for guard in of(tree.Guard)} == {"unless", "if"}
    assert {rule.kind for rule in of(tree.PerRule)} == {"minus", "plus"}
    assert {measure.optional for measure in of(tree.Measure)} == {True, False}

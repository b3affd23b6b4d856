"""The identity of a plan: what the method means, apart from how it was written.

Each node is hashed from its kind, its operands' hashes and its attributes; equal nodes hash alike. Lines, bounds,
titles, notes and the labels of indicators, touchpoints, bands, classes and rankings are left out; labels of columns and
choices stay in, because data are read by them. Order is kept where it has a meaning.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from rubric_dsl.plan import model
from rubric_dsl.plan.json import plain
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.walking import nested_fields, node_fields

MAX_CHAIN = 200
"""Parts of a sum or product up to which nested ones are taken out of their brackets."""


def plan_hash(plan: model.ScoringPlan) -> str:
    """`sha256:…` of the plan's meaning."""
    nodes = node_hashes(plan)
    whole = {
        "format": plan.format,
        "tables": sorted((_table(table, nodes) for table in plan.tables), key=_text),
        "subjects": list(plan.subjects) if plan.subjects is not None else None,
        "register": plan.register_table,
        "parameters": sorted(
            ([p.name, p.type.kind, p.default, p.value, p.low, p.high] for p in plan.parameters), key=_text
        ),
        "values": sorted(([value.name, value.kind, nodes[value.node]] for value in plan.values), key=_text),
        "rankings": sorted(([ranking.name, nodes[ranking.node]] for ranking in plan.rankings), key=_text),
        "promises": sorted(
            (
                [p.kind, nodes[p.claim] if p.claim is not None else None, p.item, p.column]
                for p in plan.promises
            ),
            key=_text,
        ),
    }
    return "sha256:" + _digest(whole)


def node_hashes(plan: model.ScoringPlan, called: Mapping[int, str] | None = None) -> list[str]:
    """The hash of each node.

    Where a node that is `called` something is read by others, its name stands for it, and a class or member is told by
    its name alone, whatever the others are.
    """
    own: list[str] = []
    nodes: list[str] = []
    """As others see them."""
    chains: dict[int, _Chain] = {}
    for node in plan.nodes:
        if isinstance(node.operation, (op.Add, op.Multiply)):
            chains[node.id] = _chain(node.operation, nodes, chains)
        own.append(
            _digest(
                [
                    ["chain", *chains[node.id]] if node.id in chains else _normal(node.operation, nodes),
                    node.type.kind,
                    sorted(node.type.members) if called is None else [],
                    node.grain.kind,
                    node.grain.table,
                ]
            )
        )
        name = None if called is None else called.get(node.id)
        nodes.append(own[-1] if name is None else f"name:{name}")
        if name is not None:
            chains.pop(node.id, None)  # a named sum is read as one value
    return own


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _digest(value: Any) -> str:
    return hashlib.sha256(_text(value).encode("ascii")).hexdigest()


_Chain = tuple[str, list[tuple[str, bool]]]
"""`add` or `multiply`, and its sorted parts with their hash and whether they are taken off (divided by)."""


def _chain(operation: op.Add | op.Multiply, nodes: list[str], chains: Mapping[int, _Chain]) -> _Chain:
    """A sum or product without brackets and in any order: `(a - b) + c` is `c + a - b`.

    `a / (b / c)` keeps its brackets: where c is 0 it is no value, and `a * c / b` is one.
    """
    if isinstance(operation, op.Add):
        parts = zip(operation.terms, operation.minus, strict=True)
    else:
        parts = zip(operation.factors, operation.divided, strict=True)
    found: list[tuple[str, bool]] = []
    for node, inverse in parts:
        kind, inner = chains.get(node, ("", []))
        if kind == operation.kind and len(inner) + len(found) < MAX_CHAIN and not (inverse and kind == "multiply"):
            found += ((part, turned != inverse) for part, turned in inner)
        else:
            found.append((nodes[node], inverse))
    return operation.kind, sorted(found)


def _normal(part: Any, nodes: list[str]) -> Any:
    """An operation as plain data with operands by hash, in normal form."""
    if isinstance(part, tuple):
        return [_normal(inner, nodes) for inner in part]
    if part is None or isinstance(part, str | int | bool):
        return part
    numbered, nested = node_fields(type(part)), nested_fields(type(part))
    found: dict[str, Any] = {}
    for field in fields(part):
        value = getattr(part, field.name)
        if field.name in numbered:
            value = (
                [nodes[node] for node in value]
                if isinstance(value, tuple)
                else nodes[value]
                if value is not None
                else None
            )
        elif field.name in nested or is_dataclass(value):
            value = _normal(value, nodes)
        found[field.name] = list(value) if isinstance(value, tuple) else value
    reorder = _UNORDERED.get(type(part))
    return reorder(found, part) if reorder is not None else found


def _sorted_alternatives(found: dict[str, Any], part: Any) -> dict[str, Any]:
    """`a | b` is `b | a`."""
    return {**found, "patterns": [sorted(alternatives, key=_text) for alternatives in found["patterns"]]}


def _sorted_rows(found: dict[str, Any], part: Any) -> dict[str, Any]:
    """Rows that do not overlap are the same in any order."""
    return found if part.first_match else {**found, "rows": sorted(found["rows"], key=_text)}


def _sorted_parts(found: dict[str, Any], part: Any) -> dict[str, Any]:
    """The parts of an indicator add up in any order; penalties and bonuses too."""
    return {**found, "parts": sorted(found["parts"], key=_text), "extras": sorted(found["extras"])}


def _sorted_panel(found: dict[str, Any], part: Any) -> dict[str, Any]:
    """Experts meet in any order (their names are no part of the method), and so do items, if nothing is rounded.

    With `in steps of` the first of equal remainders has the step.
    """
    count = len(part.items)
    order = list(range(count)) if part.steps is not None else sorted(range(count), key=part.items.__getitem__)
    judges = sorted((_in_order(judge.cells, order) for judge in part.judges), key=_text)
    return {**found, "items": [part.items[place] for place in order], "judges": judges}


def _in_order(cells: Sequence[str], order: Sequence[int]) -> list[str]:
    """A judge's cells with the items in this order: one cell an item, or a matrix row by row."""
    if len(cells) == len(order):
        return [cells[place] for place in order]
    return [cells[row * len(order) + column] for row in order for column in order]


def _sorted_values(found: dict[str, Any], part: Any) -> dict[str, Any]:
    return {**found, "values": sorted(found["values"])}


_UNORDERED: Mapping[type, Callable[[dict[str, Any], Any], dict[str, Any]]] = {
    op.Row: _sorted_alternatives,
    op.Table: _sorted_rows,
    op.RowScore: _sorted_parts,
    op.Indicator: _sorted_parts,
    op.Weights: _sorted_panel,
    op.Member: _sorted_values,
}


def _table(table: model.TableSchema, nodes: list[str]) -> Any:
    columns = sorted(
        (
            [
                column.name,
                column.label,
                column.type,
                [[m.name, list(m.labels)] for m in column.members],
                column.low,
                column.high,
                column.decimals,
                column.percent_written,
                column.presence,
                nodes[column.present_when] if column.present_when is not None else None,
                sorted(column.written_absent),
                column.key,
                column.private,
                *([] if column.duration_written is None else [column.duration_written]),
            ]
            for column in table.columns
        ),
        key=_text,
    )
    # Rubrics without periods keep the identity that they had before there were any.
    period = [] if table.period is None else [table.period]
    return [
        table.name,
        table.subject,
        table.folding,
        table.stratum,
        table.one_row_each,
        nodes[table.stratum_weights] if table.stratum_weights is not None else None,
        table.missing,
        columns,
        sorted(nodes[must.node] for must in table.musts),
        *period,
    ]


def canonical_json(plan: model.ScoringPlan) -> str:
    """The plan as canonical JSON: keys sorted, no blanks, numbers as texts; the same plan gives the same bytes."""
    return json.dumps(plain(plan), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

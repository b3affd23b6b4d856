"""Trees compared as what they say: without spans, and with function words of either language made one."""

from __future__ import annotations

import dataclasses
from typing import Any

from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import function_id
from rubric_dsl.text.source import Span

# Spans that say by being there that a word was written.
MARKS = {"key", "private", "first_match"}


def said(node: Any) -> Any:
    """The node as nested tuples of class names and values."""
    if isinstance(node, tuple):
        return tuple(said(part) for part in node)
    if isinstance(node, tree.Call):
        known = function_id(node.function.text) or node.function.text
        return ("Call", known, *(said(getattr(node, name)) for name in ("arguments", "where", "across", "within")))
    if isinstance(node, tree.Cell) and node.kind == "name" and function_id(node.text) == "rank":
        return ("Cell", "name", "rank")
    if not dataclasses.is_dataclass(node):
        return node
    parts = []
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if field.name in MARKS:
            parts.append(value is not None)
        elif not isinstance(value, Span) and field.name != "file":
            parts.append(said(value))
    return (type(node).__name__, *parts)

"""Whose rows a piece of a rubric reads beside its other values, told before the piece is lowered.

A period has a cell in each row and one value a subject. Beside cells of rows the cell is meant, and cells inside the
brackets of an aggregate are not beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.references import beside
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import function_id

if TYPE_CHECKING:
    from rubric_dsl.resolved.expressions import Expressions, Place

_OF_VALUES: frozenset[str] = frozenset(op.FunctionName.__args__)  # type: ignore[attr-defined]  # a Literal's words


def at_rows(use: Expressions, place: Place, *pieces: object) -> Place:
    """The place with the table whose cells stand in the pieces, if they hold the name of the period."""
    if use.scope.period is None or place.table is not None:
        return place
    reading = _Reading(use, place.arguments)
    table = next(reading.tables(pieces), None)
    return place if table is None else replace(place, table=table)


class _Reading:
    """One look at pieces, each formula in them gone through once."""

    def __init__(self, use: Expressions, arguments: Mapping[str, op.Node]) -> None:
        self.use = use
        self.arguments = arguments
        """Of the formula whose right side the pieces are."""
        self.formulas: dict[str, tuple[str | None, frozenset[str]]] = {}
        """By name: the table whose cells it reads, and the arguments that it does not put into an aggregate."""

    def tables(
        self, pieces: object, own: frozenset[str] | None = None, met: set[str] | None = None
    ) -> Iterator[str]:
        """Tables whose cells stand in the pieces; `own`: arguments of the formula gone through, which go into `met`."""
        names = self.use.scope.names
        for part in beside(pieces):
            if isinstance(part, tree.Call):
                yield from self._in_call(part, own, met)
                continue
            name = part.text if isinstance(part, tree.Word) else part.name
            if own is not None and name in own:
                assert met is not None
                met.add(name)
            elif own is None and name in self.arguments:
                yield from self._of_node(self.arguments[name])
            elif name not in (self.use.scope.subject, self.use.scope.period):
                binding = names.get(name)
                if isinstance(binding, bind.Column) and not self.use.scope.tables[binding.table].register:
                    yield binding.table
                elif isinstance(binding, bind.Table) and not binding.register:
                    yield binding.name
                elif isinstance(binding, bind.Measure | bind.Bands):
                    yield from self._of_node(binding.node)

    def _of_node(self, node: op.Node) -> Iterator[str]:
        grain = self.use.graph.grain(node)
        if grain.kind == "row" and grain.table is not None:
            yield grain.table

    def _in_call(self, call: tree.Call, own: frozenset[str] | None, met: set[str] | None) -> Iterator[str]:
        binding = self.use.scope.names.get(call.function.text)
        if isinstance(binding, bind.Formula):
            words = [word.text for word in binding.formula.arguments]
            table, kept = self._formula(binding, frozenset(words))
            if table is not None:
                yield table
            given = [part for word, part in zip(words, call.arguments, strict=False) if word in kept]
            yield from self.tables(tuple(given), own, met)
        elif function_id(call.function.text) in _OF_VALUES:
            yield from self.tables(call.arguments, own, met)

    def _formula(self, formula: bind.Formula, words: frozenset[str]) -> tuple[str | None, frozenset[str]]:
        if formula.name not in self.formulas:
            met: set[str] = set()
            found = list(self.tables(formula.formula.body, words, met))
            self.formulas[formula.name] = (found[0] if found else None, frozenset(met))
        return self.formulas[formula.name]

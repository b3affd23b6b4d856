"""A frame that grows: each shared value becomes a column once, as soon as what it reads is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from rubric_dsl.engines.columnar.forms import Lowered, Number, integer_type


class Stages:
    """A lazy frame and the columns that wait to be put in it, those that read each other in different layers."""

    def __init__(self, frame: pl.LazyFrame, columns: Sequence[str]) -> None:
        self._frame = frame
        self._layers: list[list[pl.Expr]] = []
        self._layer_of = dict.fromkeys(columns, 0)

    def put(self, name: str, expression: pl.Expr) -> pl.Expr:
        """The expression as a column."""
        layer = max((self._layer_of[root] for root in expression.meta.root_names()), default=0)
        while len(self._layers) <= layer:
            self._layers.append([])
        self._layers[layer].append(expression.alias(name))
        self._layer_of[name] = layer + 1
        return pl.col(name)

    def put_all(self, name: str, lowered: Lowered) -> Lowered:
        """A node's value and flags as columns, its integers in the narrowest type."""
        value = lowered.value
        if isinstance(lowered.form, Number):
            value = value.cast(integer_type(lowered.form.most))
        return replace(
            lowered, value=self.put(name, value), inapplicable=self._flag(f"{name}.inapplicable", lowered.inapplicable),
            fault=self._flag(f"{name}.fault", lowered.fault),
        )

    def _flag(self, name: str, flag: pl.Expr | None) -> pl.Expr | None:
        return None if flag is None else self.put(name, flag)

    @property
    def frame(self) -> pl.LazyFrame:
        """The frame with all that was put."""
        for layer in self._layers:
            if layer:
                self._frame = self._frame.with_columns(layer)
        self._layers = []
        self._layer_of = dict.fromkeys(self._layer_of, 0)
        return self._frame

    def join(self, table: pl.DataFrame, on: Sequence[str]) -> None:
        """Columns looked up by the values of others; nulls are values like any other."""
        self._frame = self.frame.join(table.lazy(), on=list(on), how="left", nulls_equal=True)
        self._layer_of |= dict.fromkeys(table.columns, 0)

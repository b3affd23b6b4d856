"""What was added up in Polars, kept in columns: multiplied and added up there, as far as integers have proved room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import polars as pl

from rubric_dsl.engines.columnar.packing import Packing, unpacked

NARROW = (1 << 63) - 1
WIDE = (1 << 127) - 1


class FrameParts:
    """The parts of a packing: `table` has its words and how many rows each group has."""

    def __init__(self, table: pl.DataFrame, packing: Packing) -> None:
        self._table = table
        self._packing = packing
        self._lists: dict[Hashable, Sequence[int]] = {}

    def __getitem__(self, part: Hashable) -> Sequence[int]:
        found = self._lists.get(part)
        if found is None:
            found = self._lists[part] = self._series(part).to_list()
        return found

    def _series(self, part: Hashable) -> pl.Series:
        field = self._packing.fields[part]  # type: ignore[index]
        return unpacked(field, self._table[f"w{field.word}"], self._table["n"])

    def folded(
        self, parts: Sequence[Hashable], factors: Sequence[int], owners: Sequence[int], size: int
    ) -> list[Sequence[int]]:
        """An owner for which 128 bits could be too few is added up in plain Python."""
        if not parts or not owners:
            return [[0] * size for _ in parts]
        series = [self._series(part) for part in parts]
        whose = pl.Series("owner", owners, dtype=pl.UInt32)
        most = max(1, *(abs(int(end or 0)) for own in series for end in (own.min(), own.max())))  # type: ignore[arg-type]
        longest = max(1, max(factors), -min(factors))
        # How many groups an owner has is counted only where it matters.
        most *= len(owners) if most * longest * len(owners) <= NARROW else max(Counter(owners).values())
        integers: type[pl.DataType] = pl.Int64
        alone = frozenset[int]()
        if most * longest > NARROW:
            integers, room = pl.Int128, WIDE // most
            alone = frozenset(
                owner for owner, factor in zip(owners, factors, strict=True) if not -room <= factor <= room
            )
        small = factors
        if alone:
            small = [0 if owner in alone else own for owner, own in zip(owners, factors, strict=True)]
        frame = pl.DataFrame([
            whose, pl.Series("factor", small, dtype=integers),
            *(own.cast(integers).alias(f"p{place}") for place, own in enumerate(series)),
        ])
        products = [(pl.col(f"p{place}") * pl.col("factor")).sum() for place in range(len(series))]
        sums = frame.group_by("owner").agg(products)
        sums = pl.DataFrame({"owner": pl.Series(range(size), dtype=pl.UInt32)}).join(
            sums, on="owner", how="left", maintain_order="left").fill_null(0)
        found: list[list[int]] = [sums[f"p{place}"].to_list() for place in range(len(series))]
        groups_alone = [group for group, owner in enumerate(owners) if owner in alone] if alone else []
        for part, own in zip(parts, found, strict=True):
            for group in groups_alone:
                own[owners[group]] += factors[group] * self[part][group]
        return list(found)

"""What a table adds up to: counts and exact sums by subject and scenario, and values counted where order matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from rubric_dsl.engines.columnar.forms import LIMIT, Lowered, Number, YesNo, decoded
from rubric_dsl.engines.columnar.stages import Stages
from rubric_dsl.engines.columnar.weighed import Weighed, weighed_total
from rubric_dsl.evaluation.values import as_number
from rubric_dsl.numbers.reals import Exact

ROW, SUBJECT, STRATUM = "row", "subject", "stratum"
"""Columns of a frame beside its cells: the place of the row, of its subject, and of its scenario."""

Group = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many values there are in a group of rows, and their exact sum, or why it has none."""

    count: int
    sum: Exact | ArithmeticError


class Sums:
    """Collects what is to be added up, and adds it up in one pass.

    Sums of integers have room for as many rows as there are; what could be too large for any integer type, or is no
    integer, is counted by value instead and added up exactly.
    """

    def __init__(self, stages: Stages, rows: int, scenarios: bool) -> None:
        self.stages = stages
        self.rows = rows
        self.keys = [SUBJECT, STRATUM] if scenarios else [SUBJECT]
        self._added: dict[str, Lowered] = {}
        self._counted: dict[str, Lowered] = {}
        self._faults: dict[str, list[pl.Expr]] = {}
        self.groups: dict[Group, int] = {}

    def add(self, name: str, lowered: Lowered) -> None:
        """Sum and count of these values (a column of the frame)."""
        form = lowered.form
        fits = isinstance(form, YesNo) or (isinstance(form, Number) and form.most * max(self.rows, 1) < LIMIT)
        if not lowered.void:
            (self._added if fits else self._counted)[name] = lowered

    def fault(self, kind: str, flag: pl.Expr | None) -> None:
        """Rows where it is true are run by the reference engine."""
        if flag is not None:
            self._faults.setdefault(kind, []).append(flag)

    def run(self) -> tuple[dict[str, dict[Group, Counted]], dict[str, list[int]]]:
        """By name the sums of each group that has any, and by kind of fault the places of its rows."""
        frame = self.stages.frame
        wanted = [pl.len().alias("n")]
        for place, lowered in enumerate(self._added.values()):
            wanted.append(_sum(lowered, self.rows).alias(f"s{place}"))
            if lowered.nullable:
                wanted.append(lowered.value.count().alias(f"k{place}"))
        queries = [frame.group_by(self.keys).agg(wanted)]
        queries += [
            frame.filter(lowered.value.is_not_null()).group_by([*self.keys, lowered.value.alias("v")]).agg(
                pl.len().alias("n"), pl.col(ROW).min().alias("first")
            ).sort("first")
            for lowered in self._counted.values()
        ]
        queries += [
            frame.filter(pl.any_horizontal(flags)).select(ROW).sort(ROW) for flags in self._faults.values()
        ]
        done = collected(queries)
        found = self._read(done[0])
        for (name, lowered), table in zip(self._counted.items(), done[1:], strict=False):
            found[name] = _weighed(lowered, self._groups(table), table)
        faulty = done[1 + len(self._counted):]
        return found, {kind: table[ROW].to_list() for kind, table in zip(self._faults, faulty, strict=True)}

    def _read(self, table: pl.DataFrame) -> dict[str, dict[Group, Counted]]:
        groups = self._groups(table)
        whole = table["n"].to_list()
        self.groups = dict(zip(groups, whole, strict=True))
        found: dict[str, dict[Group, Counted]] = {}
        for place, (name, lowered) in enumerate(self._added.items()):
            bottom = lowered.form.denominator if isinstance(lowered.form, Number) else 1
            counts = table[f"k{place}"].to_list() if lowered.nullable else whole
            found[name] = {
                group: Counted(count, Fraction(top, bottom))
                for group, count, top in zip(groups, counts, table[f"s{place}"].to_list(), strict=True) if count
            }
        return found

    def _groups(self, table: pl.DataFrame) -> list[Group]:
        subjects = table[SUBJECT].to_list()
        if STRATUM not in self.keys:
            return [(subject, None) for subject in subjects]
        return list(zip(subjects, table[STRATUM].to_list(), strict=True))


def _weighed(lowered: Lowered, groups: Sequence[Group], table: pl.DataFrame) -> dict[Group, Counted]:
    found: dict[Group, list[Weighed]] = {}
    for group, raw, count in zip(groups, table["v"].to_list(), table["n"].to_list(), strict=True):
        found.setdefault(group, []).append((count, as_number(decoded(lowered.form, raw))))
    return {group: Counted(sum(n for n, _ in values), _total_or_error(values)) for group, values in found.items()}


def _total_or_error(values: Sequence[Weighed]) -> Exact | ArithmeticError:
    try:
        return weighed_total(values)
    except ArithmeticError as error:
        return error


def collected(queries: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
    """The answers of queries that share their frame, computed in one pass over it."""
    return pl.collect_all(queries, engine="streaming") if queries else []


def _sum(lowered: Lowered, rows: int) -> pl.Expr:
    form = lowered.form
    if not isinstance(form, Number) or form.most < 2**15:
        return lowered.value.sum()  # of answers and of the narrowest integers Polars makes a sum of 64 bits
    return lowered.value.cast(pl.Int64 if form.most * max(rows, 1) < 2**63 else pl.Int128).sum()

"""What a table adds up to: counts and exact sums by subject and scenario, and values counted where order matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from rubric_dsl.engines.columnar.frames import ROW, STRATUM, SUBJECT
from rubric_dsl.engines.columnar.packing import Packing, packed, unpacked
from rubric_dsl.engines.columnar.rows import FrameRows, collected
from rubric_dsl.engines.columnar.weighed import Weighed, weighed_total
from rubric_dsl.engines.columnar.written import integer_type
from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.expr import Expr
from rubric_dsl.engines.lowering.forms import LIMIT, Lowered, Number, YesNo, decoded
from rubric_dsl.engines.lowering.linear import Decomposition, Linear
from rubric_dsl.evaluation.values import as_number
from rubric_dsl.numbers.reals import Exact

Group = tuple[object, object]
"""What stands in SUBJECT and in STRATUM."""

DOUBT = "doubt"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many values there are in a group of rows, and their exact sum, or why it has none."""

    count: int
    sum: Exact | ArithmeticError


@dataclass(frozen=True, slots=True)
class _Added:
    denominator: int
    sum: Linear
    count: Linear


class Sums:
    """Collects what is to be added up, and adds it up in one pass.

    Sums of integers have room for as many rows as there are; what could be too large for any integer type, or is no
    integer, is counted by value instead and added up exactly.
    """

    def __init__(
        self, rows: FrameRows, size: int, likely: int, scenarios: bool, decomposition: Decomposition
    ) -> None:
        """`size`: how many rows there are, `likely`: in a group at most; where there are more a second pass is made."""
        self.rows = rows
        self.size = size
        self.likely = likely
        self.keys = [SUBJECT, STRATUM] if scenarios else [SUBJECT]
        self.decomposition = decomposition
        self._added: dict[str, _Added] = {}
        self._counted: dict[str, Lowered] = {}
        self._faults: dict[str, list[Expr]] = {}
        self._doubt = ex.literal(0)
        self.groups: dict[Group, int] = {}

    def add(self, name: str, lowered: Lowered) -> None:
        """Sum and count of these values."""
        form, value = lowered.form, lowered.value
        if lowered.void:
            return
        if not isinstance(form, (YesNo, Number)) or (
            isinstance(form, Number) and form.most * max(self.size, 1) >= LIMIT
        ):
            self._counted[name] = lowered
            return
        denominator = 1
        if isinstance(form, Number):
            denominator, value = form.denominator, lowered.whole
        whole = self.decomposition.sum(value, LIMIT // max(self.size, 1))
        self._added[name] = _Added(denominator, whole, self.decomposition.count(value))

    def fault(self, kind: str, flag: Expr | None) -> None:
        """Rows where it is true are run by the reference engine."""
        if flag is not None:
            self._faults.setdefault(kind, []).append(flag)

    def doubt(self, reasons: Expr) -> None:
        """Where this number is not 0 rows may not be what the proofs start from: nothing is told of them."""
        self._doubt = reasons

    def run(self) -> tuple[dict[str, dict[Group, Counted]], dict[str, list[int]]]:
        """By name the sums of each group that has any, and by kind of fault the places of its rows.

        Where rows are in doubt there is nothing but their places.
        """
        flags = {
            kind: flag for kind, of_kind in self._faults.items()
            if (flag := self.decomposition.flag(ex.some(*of_kind))) is not ex.NO
        }
        parts = dict.fromkeys(
            part for added in self._added.values() for linear in (added.sum, added.count) for part in linear.parts
        )
        parts |= dict.fromkeys(flag for flag in flags.values() if flag is not ex.YES)
        parts |= dict.fromkeys([self._doubt] if self._doubt.high else [])
        table, counts = self._summed(list(parts))
        self.groups = dict(zip(self._groups(table), table["n"].to_list(), strict=True))
        if self._doubt.high and counts[self._doubt].sum():
            return {}, self._places({DOUBT: ~ex.at_most(self._doubt, ex.literal(0))})
        found = self._read(table, counts)
        found |= {name: self._weighed(lowered) for name, lowered in self._counted.items()}
        faulty = {kind: flag for kind, flag in flags.items() if flag is ex.YES or counts[flag].sum()}
        return found, self._places(faulty)

    def _summed(self, parts: Sequence[Expr]) -> tuple[pl.DataFrame, dict[Expr, pl.Series]]:
        """The groups with their number of rows `n`, and the sum of each part in them."""
        most = self.likely
        while True:
            packing = packed(parts, most)
            table = self._words(packing)
            found = int(table["n"].max() or 0)  # type: ignore[arg-type]
            if found <= most:
                break
            most = found
        counts = {
            part: unpacked(field, table[f"w{field.word}"], table["n"]) for part, field in packing.fields.items()
        }
        return table, counts

    def _words(self, packing: Packing) -> pl.DataFrame:
        found = self.rows.written(packing.words)
        wanted = [pl.len().alias("n")]
        named = [word.alias(f"w{place}") for place, word in enumerate(found.asked)]
        whole = {field.word for field in packing.fields.values() if field.bits is None}
        for place, word in enumerate(packing.words):
            wide = place in whole and integer_type(word.low * self.size, word.high * self.size) == pl.Int128
            wanted.append(pl.col(f"w{place}").cast(pl.Int128 if wide else pl.Int64).sum())
        return found.over(self.rows.frame).with_columns(named).group_by(self.keys).agg(wanted).collect(
            engine="streaming")

    def _read(self, table: pl.DataFrame, counts: Mapping[Expr, pl.Series]) -> dict[str, dict[Group, Counted]]:
        groups, rows = list(self.groups), table["n"].to_list()
        lists = {part: series.to_list() for part, series in counts.items()}
        found: dict[str, dict[Group, Counted]] = {}
        for name, added in self._added.items():
            tops, numbers = _of(added.sum, lists, rows), _of(added.count, lists, rows)
            found[name] = {
                group: Counted(number, Fraction(top, added.denominator))
                for group, number, top in zip(groups, numbers, tops, strict=True) if number
            }
        return found

    def _groups(self, table: pl.DataFrame) -> list[Group]:
        subjects = table[SUBJECT].to_list()
        if STRATUM not in self.keys:
            return [(subject, None) for subject in subjects]
        return list(zip(subjects, table[STRATUM].to_list(), strict=True))

    def _weighed(self, lowered: Lowered) -> dict[Group, Counted]:
        """Sums of values that no integer type has room for, from how often each value is there."""
        found = self.rows.written([lowered.value])
        table = (
            found.over(self.rows.frame).with_columns(found.asked[0].alias("v")).filter(pl.col("v").is_not_null())
            .group_by([*self.keys, "v"]).agg(pl.len().alias("n"), pl.col(ROW).min().alias("first")).sort("first")
            .collect(engine="streaming")
        )
        values: dict[Group, list[Weighed]] = {}
        for group, raw, count in zip(self._groups(table), table["v"].to_list(), table["n"].to_list(), strict=True):
            values.setdefault(group, []).append((count, as_number(decoded(lowered.form, raw))))
        return {group: Counted(sum(n for n, _ in own), _total_or_error(own)) for group, own in values.items()}

    def _places(self, flags: Mapping[str, Expr]) -> dict[str, list[int]]:
        found = self.rows.written(list(flags.values()))
        frame = found.over(self.rows.frame)
        tables = collected([frame.filter(flag).select(ROW).sort(ROW) for flag in found.asked])
        return {kind: table[ROW].to_list() for kind, table in zip(flags, tables, strict=True)}


def _of(linear: Linear, lists: Mapping[Expr, Sequence[int]], rows: Sequence[int]) -> list[int]:
    """The sums by group."""
    found = [linear.constant * n for n in rows]
    for part, factor in linear.parts.items():
        found = [so_far + factor * own for so_far, own in zip(found, lists[part], strict=True)]
    return found


def _total_or_error(values: Sequence[Weighed]) -> Exact | ArithmeticError:
    try:
        return weighed_total(values)
    except ArithmeticError as error:
        return error

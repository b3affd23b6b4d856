"""What a table adds up to: counts and exact sums by subject and scenario, and values counted where order matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.expr import Constant, Expr
from rubric_dsl.engines.lowering.forms import LIMIT, Lowered, Number, YesNo, decoded
from rubric_dsl.engines.lowering.linear import Decomposition, Linear
from rubric_dsl.engines.lowering.queries import Group, Summed, TableRows
from rubric_dsl.evaluation.arithmetic import Weighed, weighed_total
from rubric_dsl.evaluation.values import as_number
from rubric_dsl.numbers.reals import Exact

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

    def __init__(self, rows: TableRows, size: int, decomposition: Decomposition) -> None:
        self.rows = rows
        self.size = size
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
        summed = self.rows.summed(list(parts), self.size)
        self.groups = dict(zip(summed.groups, summed.rows, strict=True))
        if self._doubt.high and any(summed.sums[self._doubt]):
            return {}, self._places({DOUBT: ~ex.at_most(self._doubt, ex.literal(0))})
        met = {kind: flag for kind, flag in flags.items() if flag is ex.YES or any(summed.sums[flag])}
        return self._read(summed) | self._weighed(), self._places(met)

    def _read(self, summed: Summed) -> dict[str, dict[Group, Counted]]:
        found: dict[str, dict[Group, Counted]] = {}
        for name, added in self._added.items():
            pairs = list(zip(_of(added.count, summed), _of(added.sum, summed), strict=True))
            # Of a hundred thousand groups few differ: each pair is made once.
            made = {
                (number, top): Counted(number, Fraction(top, added.denominator)) for number, top in set(pairs) if number
            }
            found[name] = {
                group: made[pair] for group, pair in zip(summed.groups, pairs, strict=True) if pair in made
            }
        return found

    def _weighed(self) -> dict[str, dict[Group, Counted]]:
        """Sums of values that no integer type has room for, from how often each value is there."""
        counted = self.rows.by_value([lowered.value for lowered in self._counted.values()], by_stratum=True)
        return {
            name: _weighed_sums(lowered, own)
            for (name, lowered), own in zip(self._counted.items(), counted, strict=True)
        }

    def _places(self, flags: Mapping[str, Expr]) -> dict[str, list[int]]:
        return dict(zip(flags, self.rows.places(list(flags.values())), strict=True))


def _weighed_sums(lowered: Lowered, counted: Sequence[tuple[Group, Constant, int]]) -> dict[Group, Counted]:
    values: dict[Group, list[Weighed]] = {}
    for group, raw, count in counted:
        values.setdefault(group, []).append((count, as_number(decoded(lowered.form, raw))))
    return {group: Counted(sum(n for n, _ in own), _total_or_error(own)) for group, own in values.items()}


def _of(linear: Linear, summed: Summed) -> list[int]:
    """The sums by group."""
    found = [linear.constant * n for n in summed.rows]
    for part, factor in linear.parts.items():
        found = [so_far + factor * own for so_far, own in zip(found, summed.sums[part], strict=True)]
    return found


def _total_or_error(values: Sequence[Weighed]) -> Exact | ArithmeticError:
    try:
        return weighed_total(values)
    except ArithmeticError as error:
        return error

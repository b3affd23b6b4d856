"""What a table adds up to: counts and exact sums by subject and scenario, and values counted where order matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rubric_dsl.engines.grouped import Linear, ListedParts
from rubric_dsl.engines.lowering import expr as ex
from rubric_dsl.engines.lowering.expr import Constant, Expr
from rubric_dsl.engines.lowering.forms import LIMIT, Lowered, Number, YesNo, decoded
from rubric_dsl.engines.lowering.linear import Decomposition
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
class Added:
    """A sum in parts of 1/`denominator`, and how many values are in it."""

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
        self.added: dict[str, Added] = {}
        self._counted: dict[str, Lowered] = {}
        self._faults: dict[str, list[Expr]] = {}
        self._doubt = ex.literal(0)
        self.summed = Summed((), (), (), ListedParts())
        """What was added up, when it has run."""

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
        self.added[name] = Added(denominator, whole, self.decomposition.count(value))

    def fault(self, kind: str, flag: Expr | None) -> None:
        """Rows where it is true are run by the reference engine."""
        if flag is not None:
            self._faults.setdefault(kind, []).append(flag)

    def doubt(self, reasons: Expr) -> None:
        """Where this number is not 0 rows may not be what the proofs start from: nothing is told of them."""
        self._doubt = reasons

    def run(self) -> tuple[dict[str, dict[Group, Counted]], dict[str, list[int]]]:
        """By name the sums of each group that has any, as far as they are not in `summed`, and by kind of fault the
        places of its rows.

        Where rows are in doubt there is nothing but their places.
        """
        flags = {
            kind: flag for kind, of_kind in self._faults.items()
            if (flag := self.decomposition.flag(ex.some(*of_kind))) is not ex.NO
        }
        parts = dict.fromkeys(
            part for added in self.added.values() for linear in (added.sum, added.count) for part in linear.parts
        )
        parts |= dict.fromkeys(flag for flag in flags.values() if flag is not ex.YES)
        parts |= dict.fromkeys([self._doubt] if self._doubt.high else [])
        summed = self.summed = self.rows.summed(list(parts), self.size)
        if self._doubt.high and any(summed.sums[self._doubt]):
            return {}, self._places({DOUBT: ~ex.at_most(self._doubt, ex.literal(0))})
        met = {kind: flag for kind, flag in flags.items() if flag is ex.YES or any(summed.sums[flag])}
        return self._weighed(), self._places(met)

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


def _total_or_error(values: Sequence[Weighed]) -> Exact | ArithmeticError:
    try:
        return weighed_total(values)
    except ArithmeticError as error:
        return error

"""What few observations can tell: intervals of shares, and which classes they can tell apart at all.

Source: Wilson, Probable inference, the law of succession, and statistical inference (1927). Numbers are rationals; a
root is rounded up at the ninth decimal, so that no interval is narrower than it should be.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import isqrt

from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.evaluation.tables import PreparedTable
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.numbers.rounding import round_to
from rubric_dsl.plan.tables import table_of
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass

Z = Fraction(1959964, 1000000)
"""The 97.5% point of the normal distribution: 95% lie between −Z and Z."""
DIGITS = 10**9


def wilson(k: int, n: int) -> tuple[Fraction, Fraction]:
    """The 95% interval of a share of which k of n were seen. n ≥ 1."""
    share, square = Fraction(k, n), Z * Z
    middle = share + square / (2 * n)
    half = Z * root_above(share * (1 - share) / n + square / (4 * n * n))
    below = 1 + square / n
    return max(Fraction(0), (middle - half) / below), min(Fraction(1), (middle + half) / below)


def root_above(value: Fraction) -> Fraction:
    """The square root of what is not negative, too large by a billionth at most."""
    top = -(-value.numerator * DIGITS * DIGITS // value.denominator)
    return Fraction(isqrt(top) + 1, DIGITS) if top else Fraction(0)


def loses_one(share: Fraction, n: int) -> Fraction:
    """How likely a line that connects this share of its calls loses at least one of n."""
    return 1 - share**n


@dataclass(frozen=True, slots=True)
class Classes:
    """What n observations tell of a classification by a share.

    `seen`: by class the k of n that fall into it. `apart`: pairs of classes of which some outcomes have intervals that
    do not meet, so that a subject can be told to belong to one rather than to the other.
    """

    bands: str
    rows: int
    seen: tuple[tuple[str, tuple[int, ...]], ...]
    apart: frozenset[tuple[str, str]]

    @property
    def never(self) -> tuple[str, ...]:
        """Classes that no outcome of so few observations falls into."""
        return tuple(name for name, outcomes in self.seen if not outcomes)

    def told_apart(self, one: str, other: str) -> bool:
        return (one, other) in self.apart or (other, one) in self.apart

    @property
    def confused(self) -> tuple[tuple[str, str], ...]:
        """Neighbouring classes that so few observations never tell apart."""
        names = [name for name, outcomes in self.seen if outcomes]
        return tuple((one, other) for one, other in pairwise(names) if not self.told_apart(one, other))


def classes(done: Run) -> Iterator[Classes]:
    """Of each classification by a share, for the number of rows that most subjects have."""
    for named in done.plan.values:
        node = table_of(done.plan, named.node) if named.kind == "bands" else None
        operation = None if node is None else done.plan.nodes[node].operation
        if node is None or not isinstance(operation, op.Table) or len(operation.inputs) != 1:
            continue
        share, rounding = _share(done, operation.inputs[0])
        if share is None:
            continue
        rows = _usual(done, share)
        if rows:
            yield _classes(done.prepared, named.name, node, operation, rounding, rows)


def _share(done: Run, node: op.Node) -> tuple[op.Aggregate | None, op.Round | None]:
    """The share that a table reads, perhaps rounded first."""
    operation = done.plan.nodes[node].operation
    rounding = operation if isinstance(operation, op.Round) else None
    inner = done.plan.nodes[rounding.operand].operation if rounding is not None else operation
    found = isinstance(inner, op.Aggregate) and inner.name == "share" and inner.where is None and not inner.pooled
    return (inner if found and isinstance(inner, op.Aggregate) else None), rounding


def _usual(done: Run, share: op.Aggregate) -> int:
    """The number of rows that most subjects have; the fewest of several."""
    sizes = [len(rows) for rows in done.rows.get(share.table, {}).values()]
    return min(sizes, key=lambda size: (-sizes.count(size), size), default=0)


def _classes(
    prepared: Prepared, name: str, node: op.Node, table: op.Table, rounding: op.Round | None, rows: int
) -> Classes:
    step = prepared.steps[node]
    assert isinstance(step, PreparedTable)
    seen: dict[str, list[int]] = {}
    for row in table.rows:
        seen.setdefault(_class(prepared, row), [])
    for k in range(rows + 1):
        share = Fraction(k, rows)
        value = share if rounding is None else round_to(share, rounding.mode, from_exact(rounding.step))
        row_found = step.match([value])
        if isinstance(row_found, int):
            seen[_class(prepared, table.rows[row_found])].append(k)
    intervals = {k: wilson(k, rows) for k in range(rows + 1)}
    apart = {
        (one, other)
        for one, mine in seen.items() for other, theirs in seen.items()
        if one != other and any(intervals[a][0] > intervals[b][1] for a in mine for b in theirs)
    }
    return Classes(name, rows, tuple((one, tuple(own)) for one, own in seen.items()), frozenset(apart))


def _class(prepared: Prepared, row: op.Row) -> str:
    return str(prepared.constants[row.outcome.node]) if isinstance(row.outcome, op.Value) else ""

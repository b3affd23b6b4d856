"""What rows add to the totals of a table, apart from how their columns are held: exact, and put together by adding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from types import MappingProxyType

import polars as pl

from rubric_dsl.engines.contract import Stratum, Subject
from rubric_dsl.engines.grouped import Groups, Linear, ListedParts
from rubric_dsl.engines.lowering.aggregates import summed_up, weighed_up
from rubric_dsl.engines.lowering.forms import Lowered
from rubric_dsl.engines.lowering.queries import STRATUM, SUBJECT, Summed
from rubric_dsl.engines.lowering.sums import Added
from rubric_dsl.engines.lowering.totals import SCORE, Found, TableRun, aggregates_over, scores_on
from rubric_dsl.evaluation.arithmetic import Cells, Weighed
from rubric_dsl.evaluation.prepare import Prepared
from rubric_dsl.evaluation.values import Given, Value
from rubric_dsl.numbers.decimals import exact_text, from_exact
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.observations.model import Row
from rubric_dsl.plan.model import ScoringPlan, TableSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass

_LIMIT = 2**120
KEYS: Mapping[str, type[pl.DataType]] = {SUBJECT: pl.String, STRATUM: pl.String, "rows": pl.Int64}
VALUES: Mapping[str, type[pl.DataType]] = {
    "node": pl.Int64, SUBJECT: pl.String, "value": pl.String, "count": pl.Int64}


class NotApart(Exception):
    """What some rows come to cannot be added to what others come to: irrational values, integers beyond all types."""


@dataclass(frozen=True, slots=True)
class Sums:
    """`groups`: a row for each subject and scenario: KEYS, and for each name in `bottoms` how many rows have a value
    (`n.NAME`) and their sum (`s.NAME`), over the denominator that stands there. `values`: how often which value
    stands in the aggregates that need to know (VALUES). `faulty`: the rows that reach a fault, with its kinds."""

    groups: pl.DataFrame
    bottoms: Mapping[str, int]
    values: pl.DataFrame
    faulty: tuple[tuple[Row, frozenset[str]], ...] = ()


def sums_of(run: TableRun) -> Sums:
    """Raises NotApart."""
    summed = run.summed
    names = run.given.names(dict.fromkeys(summed.subjects))
    seen = list(zip(summed.subjects, summed.strata, strict=True))
    groups = Groups((), (), (), summed.rows, summed.sums)
    columns: dict[str, pl.Series] = {
        SUBJECT: pl.Series([names[subject] for subject in summed.subjects], dtype=pl.String),
        STRATUM: pl.Series([run.given.strata[stratum] for stratum in summed.strata], dtype=pl.String),
        "rows": pl.Series(summed.rows, dtype=pl.Int64),
    }
    bottoms: dict[str, int] = {}

    def put(name: str, bottom: int, counts: Sequence[int], tops: Sequence[int]) -> None:
        if bottom >= _LIMIT or max(map(abs, tops), default=0) >= _LIMIT:
            raise NotApart
        bottoms[name] = bottom
        columns[f"n.{name}"] = pl.Series(counts, dtype=pl.Int64)
        columns[f"s.{name}"] = pl.Series(tops, dtype=pl.Int128)

    for name, added in run.added.items():
        put(name, added.denominator, groups.added(added.count), groups.added(added.sum))
    for name, by_group in run.counted.items():
        sums = {group: _rational(part.sum) for group, part in by_group.items()}
        bottom = lcm(*(one.denominator for one in sums.values()))
        tops = [one.numerator * (bottom // one.denominator) if (one := sums.get(group)) is not None else 0
                for group in seen]
        put(name, bottom, [by_group[group].count if group in by_group else 0 for group in seen], tops)
    values = [
        (node, names[subject], exact_text(_rational(value)), count)
        for node, by_subject in run.aggregates.values().items()
        for subject, own in by_subject.items() for count, value in own
    ]
    kinds: dict[int, set[str]] = {}
    for kind, places in run.faulty.items():
        for place in places:
            kinds.setdefault(place, set()).add(kind)
    rows = run.given.rows_at(sorted(kinds))
    faulty = tuple((row, frozenset(kinds[place])) for place, row in zip(sorted(kinds), rows, strict=True))
    return Sums(pl.DataFrame(columns), bottoms, pl.DataFrame(values, schema=VALUES, orient="row"), faulty)


def _rational(value: Exact | ArithmeticError) -> Fraction:
    if not isinstance(value, Fraction):
        raise NotApart
    return value


def together(parts: Sequence[Sums]) -> Sums:
    """Subjects and scenarios in the order of their names. Raises NotApart."""
    names = list(dict.fromkeys(name for part in parts for name in part.bottoms))
    bottoms = {name: lcm(*(part.bottoms[name] for part in parts if name in part.bottoms)) for name in names}
    frames = [part.groups.select(*KEYS, *_scaled(part, names, bottoms, len(parts))) for part in parts]
    groups = pl.concat(frames).group_by(SUBJECT, STRATUM).sum().sort(SUBJECT, STRATUM, nulls_last=True)
    values = pl.concat([part.values for part in parts]).group_by("node", SUBJECT, "value").sum()
    faulty = tuple(row for part in parts for row in part.faulty)
    return Sums(groups, bottoms, values.select(*VALUES).sort("node", SUBJECT, "value"), faulty)


def _scaled(part: Sums, names: Sequence[str], bottoms: Mapping[str, int], of: int) -> Iterable[pl.Expr]:
    for name in names:
        if name not in part.bottoms:
            yield pl.lit(0, pl.Int64).alias(f"n.{name}")
            yield pl.lit(0, pl.Int128).alias(f"s.{name}")
            continue
        factor = bottoms[name] // part.bottoms[name]
        most = max((abs(top) for top in part.groups[f"s.{name}"].to_list()), default=0) if factor > 1 else 0
        if bottoms[name] >= _LIMIT or most * factor * of >= _LIMIT:
            raise NotApart
        yield pl.col(f"n.{name}")
        yield pl.col(f"s.{name}") * pl.lit(factor, dtype=pl.Int128)


class SumsRun(TableRun):
    """A table whose rows were added up before, perhaps in another run."""

    def __init__(self, plan: ScoringPlan, prepared: Prepared, schema: TableSchema, sums: Sums) -> None:
        self.prepared = prepared
        self.schema = schema
        self.given = _Named()
        self.scores = scores_on(prepared, schema)
        self.operations = aggregates_over(prepared, schema)
        self.faulty = {}
        self.names = {}
        self._plan = plan
        self._sums = sums
        columns = {f"{kind}.{name}": sums.groups[f"{kind}.{name}"].to_list() for name in sums.bottoms for kind in "ns"}
        subjects, strata, rows = (sums.groups[key].to_list() for key in KEYS)
        self._summed = Summed(subjects, strata, rows, ListedParts(columns))
        self._added = {
            name: Added(bottom, Linear(0, {f"s.{name}": 1}), Linear(0, {f"n.{name}": 1}))
            for name, bottom in sums.bottoms.items()
        }
        self.counted = {}

    @property
    def summed(self) -> Summed:
        return self._summed

    @property
    def added(self) -> Mapping[str, Added]:
        return self._added

    @property
    def ways(self) -> Counter[str]:
        return Counter()

    def of_sums(self, groups: Groups) -> Mapping[op.Node, dict[Subject, Value]]:
        nodes = self._plan.nodes
        return summed_up(self.operations, self.added, groups, lambda node: nodes[node].type.kind == "yes/no")

    def answers(self) -> tuple[Mapping[op.Node, Mapping[object, Value]], ...]:
        values: dict[op.Node, dict[object, list[Weighed]]] = {}
        for node, subject, value, count in self._sums.values.iter_rows():
            values.setdefault(node, {}).setdefault(subject, []).append((count, from_exact(value)))
        return (weighed_up(self.operations, values, self.prepared),)

    def samples(self) -> Mapping[op.Node, Mapping[object, tuple[Given, ...]]]:
        return {}

    def _faulty(self, found: Found, faulty: Mapping[str, Sequence[int]]) -> None:
        if self._sums.faulty:
            found.faulty[self.schema.name] = tuple(row for row, _ in self._sums.faulty)
            found.faulty_scores |= {
                (self.schema.name, row.number) for row, kinds in self._sums.faulty if SCORE in kinds}


class _Itself(dict[object, Stratum]):
    def __missing__(self, key: object) -> Stratum:
        return None if key is None else str(key)


class _Named:
    """Groups that stand under their own names."""

    cells: Mapping[str, Lowered] = MappingProxyType({})
    size = 0
    facts: Mapping[Subject, Cells] = MappingProxyType({})
    strata: Mapping[object, Stratum] = _Itself()

    @staticmethod
    def names(found: Iterable[object]) -> Mapping[object, Subject]:
        return {name: name for name in sorted(map(str, found))}

    @staticmethod
    def rows_at(_: Sequence[int]) -> Sequence[Row]:
        return ()

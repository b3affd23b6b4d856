"""Scores, classes and ranks as sections 7 and 8 of the language description say them, with plain fractions.

Written from that text alone and importing nothing of the project. None is absent, and an item that is not applicable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from tests.properties import model as m
from tests.properties.oracle_values import (
    ZERO,
    Absent,
    Impossible,
    Reader,
    outcome_of,
    rounded,
    row_of,
    statistic,
)

Score = Fraction | None


def subjects_of(rubric: m.Rubric, observations: m.Observations) -> list[str]:
    """The register, or the members of a choice, or every name in any table."""
    city = rubric.tables[0].column("city")
    if city.members:
        return list(city.members)
    facts = [table.name for table in rubric.tables if table.folding == "facts"]
    names = (str(row["city"]) for table in facts or list(observations) for row in observations[table])
    return list(dict.fromkeys(names))


def panel_weights(weights: m.Weights) -> dict[str, Fraction]:
    """What a panel says, normalised to 1: each expert's cells first, then what they come to together."""
    rows = [[cell / sum(cells, ZERO) for cell in cells] for _, cells in weights.rows]
    statistics = {"mean": "mean", "median": "median", "trimmed mean": "trimmed_mean"}
    met = [statistic(statistics[weights.method], column) or ZERO for column in zip(*rows, strict=True)]
    shares = [value / sum(met, ZERO) for value in met]
    if weights.step:
        shares = _in_steps(shares, weights.step)
    return dict(zip(weights.items, shares, strict=True))


def _in_steps(shares: Sequence[Fraction], step: Fraction) -> list[Fraction]:
    """Floors, then one step each to the largest remainders; of equal ones the first."""
    whole = [share // step for share in shares]
    rest = sorted(range(len(shares)), key=lambda place: (whole[place] - shares[place] / step, place))
    for place in rest[: int(1 / step) - sum(whole)]:
        whole[place] += 1
    return [step * count for count in whole]


@dataclass(frozen=True)
class Scored:
    """What the program must say. `values`: indicators, and measures and bands of one value a subject."""

    values: dict[str, dict[str, m.Value]]
    ranks: dict[str, dict[str, int | None]]


def scored(rubric: m.Rubric, observations: m.Observations) -> Scored:
    """Raises `Impossible` where the run must stop."""
    return _Oracle(rubric, observations).scored()


class _Oracle:
    def __init__(self, rubric: m.Rubric, observations: m.Observations) -> None:
        self.rubric = rubric
        self.subjects = subjects_of(rubric, observations)
        self.rows: dict[tuple[str, str], list[m.Cells]] = {}
        for table in rubric.tables:
            for row in observations[table.name]:
                self.rows.setdefault((table.name, str(row["city"])), []).append(row)
        self.formulas = {formula.name: formula for formula in rubric.formulas}
        self.parameters: dict[str, m.Value] = {one.name: one.value.value for one in rubric.parameters}
        self.measures = {name: one for one in rubric.measures for name in one.names}
        self.bands = {one.name: one for one in rubric.bands}
        self.panels = {one.name: panel_weights(one) for one in rubric.weights}
        self.facts = [table for table in rubric.tables if table.folding == "facts"]
        self.met_absent = False
        self.touched: set[tuple[str, str]] = set()
        """Items below a condition that has decided which met something absent: their own scores say nothing."""
        self.named = lru_cache(None)(self._named)
        self.item = lru_cache(None)(self._item)
        self.indicators: dict[str, tuple[m.Indicator, tuple[m.Condition, ...], m.Given | None]] = {}
        for item in rubric.indicators:
            self._enter(item, (), None)

    def _enter(self, item: m.Indicator, around: tuple[m.Condition, ...], missing: m.Given | None) -> None:
        """Row conditions are those of the indicators around first; the nearest missing line counts."""
        conditions = around + tuple(one for one in item.conditions if one.per_row)
        missing = missing if item.missing is None else item.missing
        self.indicators[item.name] = item, conditions, missing
        for child in item.children:
            if isinstance(child, m.Indicator):
                self._enter(child, conditions, missing)

    # ---------------------------------------------------------------- values

    def on_row(self, row: m.Cells) -> Reader:
        def look(name: str) -> m.Value:
            if name in row:
                return row[name]
            return self.parameters[name] if name in self.parameters else self._measured(reader, name)

        reader = Reader(look, lambda _: None, self.formulas)
        return reader

    def of_subject(self, subject: str) -> Reader:
        return Reader(
            lambda name: self.named(subject, name), lambda expr: self.aggregated(subject, expr), self.formulas
        )

    def _named(self, subject: str, name: str) -> m.Value:
        reader = self.of_subject(subject)
        if name in self.parameters:
            return self.parameters[name]
        if name in self.measures:
            return self._measured(reader, name)
        if name in self.bands:
            try:
                return outcome_of(reader, *row_of(reader, self.bands[name].rule))
            except Absent:
                return None
        if name in self.indicators:
            return self.item(subject, name)
        (row,) = self.rows[self.facts[0].name, subject]
        return row[name]

    def _measured(self, reader: Reader, name: str) -> m.Value:
        measure = self.measures[name]
        if measure.when is not None and not reader.true(measure.when):
            return None
        try:
            if isinstance(measure.rule, m.Table):
                row, values = row_of(reader, measure.rule)
                return outcome_of(reader, row, values, measure.names.index(name))
            return reader.value(measure.rule)
        except Absent:
            assert measure.optional, f"{name} is not declared optional"
            return None

    def aggregated(self, subject: str, expr: m.Aggregate | m.Across) -> m.Value:
        if isinstance(expr, m.Across):
            return self._across(subject, expr)
        values: list[tuple[m.Value, m.Value]] = []
        table = self.rubric.table(expr.table)
        for row in self.rows.get((expr.table, subject), []):
            reader = self.on_row(row)
            if expr.where is None or reader.true(expr.where):
                value = True if expr.argument is None else reader.value(expr.argument)
                values.append((row.get(table.stratum or ""), value))
        if expr.name == "folded":
            return self._folded(table, values)
        return statistic(expr.name, [value for _, value in values], expr.percent.value if expr.percent else None)

    @staticmethod
    def _folded(table: m.Observed, values: Iterable[tuple[m.Value, m.Value]]) -> Score:
        groups: dict[m.Value, list[Fraction]] = {}
        for stratum, value in values:
            assert isinstance(value, Fraction)
            groups.setdefault(stratum, []).append(value)
        if table.folding == "totalled":
            return sum((sum(group, ZERO) for group in groups.values()), ZERO)
        means = [sum(group, ZERO) / len(group) for group in groups.values()]
        return sum(means, ZERO) / len(means) if means else None

    def _across(self, subject: str, expr: m.Across) -> m.Value:
        """Those that have the value take part, in the subject's group only where there are groups."""
        taking_part = self.subjects
        if expr.within:
            group = self.named(subject, expr.within)
            taking_part = [other for other in self.subjects if self.named(other, expr.within) == group]
        values = [self.of_subject(other).maybe(expr.argument) for other in taking_part]
        numbers = [value for value in values if isinstance(value, Fraction)]
        if expr.name not in ("rank", "percentile_rank", "minmax"):
            percent = expr.percent.value if expr.percent else None
            return statistic(expr.name, [value for value in values if value is not None], percent)
        own = self.of_subject(subject).number(expr.argument)
        if expr.name == "rank":
            return Fraction(1 + sum(value > own for value in numbers))
        if expr.name == "minmax":
            if max(numbers) == min(numbers):
                raise Impossible("all values are equal")
            return (own - min(numbers)) / (max(numbers) - min(numbers))
        if len(numbers) < 2:
            raise Impossible("nobody to compare with")
        below, equal = (sum(value < own for value in numbers), sum(value == own for value in numbers) - 1)
        return (below + Fraction(equal, 2)) / (len(numbers) - 1)

    # ---------------------------------------------------------------- scores

    def points(self, reader: Reader, point: m.Touchpoint, missing: m.Given | None) -> Score:
        """Its conditions, then missing, then its rule; None: not applicable."""
        for condition in point.conditions:
            if _decides(reader, condition):
                return _number(condition.value)
        try:
            value = self._rule(reader, point)
        except Absent:
            given = missing if point.missing is None else point.missing
            self.met_absent = True
            if given is None:
                raise
            return _number(given)
        if value is None or point.rounding is None:
            return value
        return rounded(value, point.rounding.mode, point.rounding.step)

    @staticmethod
    def _rule(reader: Reader, point: m.Touchpoint) -> Score:
        match point.rule:
            case m.Table():
                value = outcome_of(reader, *row_of(reader, point.rule))
                return value if isinstance(value, Fraction) else None
            case m.Per():
                counted = point.rule.each * reader.number(point.rule.count)
                if point.kind == "worth" and point.rule.word == "minus":
                    return max(point.stake - counted, ZERO)
                return min(counted, point.stake)
            case _ if point.rule_is == "when":
                return point.stake if reader.true(point.rule) else ZERO
            case _:
                return reader.number(point.rule)

    def row_score(self, item: m.Indicator, row: m.Cells, stratum: m.Value) -> Score:
        """(1) to (5) on a row; None: the row is left out."""
        _, conditions, missing = self.indicators[item.name]
        reader = self.on_row(row)
        for condition in conditions:
            if _decides(reader, condition):
                return _number(condition.value)
        points = [child for child in item.children if isinstance(child, m.Touchpoint)]
        here = [point for point in points if not point.strata or stratum in point.strata]
        return self._of_touchpoints(item, reader, here, missing)

    def _of_touchpoints(
        self, item: m.Indicator, reader: Reader, points: Sequence[m.Touchpoint], missing: m.Given | None
    ) -> Score:
        shares: list[tuple[str, Fraction, Fraction]] = []
        extra, applicable = ZERO, False
        for point in points:
            value = self.points(reader, point, missing)
            if value is None:
                continue
            applicable = True
            if point.kind == "worth":
                shares.append((point.name, point.stake, value))
            else:
                extra += value if point.kind == "bonus" else -value
        score = self._combined(item, shares) if item.worth else ZERO
        return None if score is None or not applicable else _bounded(item, reader, score + extra)

    def _combined(self, item: m.Indicator, parts: Sequence[tuple[str, Fraction, Fraction]]) -> Score:
        """`parts`: name, worth and points of those that have a score; (3), (7), and `combined by`."""
        if not parts:
            return None
        weights = self.panels[item.weights] if item.weights else {name: worth for name, worth, _ in parts}
        shares = [points / worth for _, worth, points in parts]
        if item.combined == "lowest":
            return item.worth * min(shares)
        if item.combined == "highest":
            return item.worth * max(shares)
        total = sum((weights[name] for name, _, _ in parts), ZERO)
        return item.worth * sum((weights[part[0]] * f for part, f in zip(parts, shares, strict=True)), ZERO) / total

    def fold(self, subject: str, item: m.Indicator) -> Score:
        table = self.rubric.table(item.table or "")
        by_stratum: dict[m.Value, list[Fraction]] = {}
        observed: set[m.Value] = set()
        for row in self.rows.get((table.name, subject), []):
            stratum = row[table.stratum] if table.stratum else None
            if stratum is not None and stratum not in _strata_of(item, table):
                continue
            score = self.row_score(item, row, stratum)
            observed.add(stratum)
            if score is not None:
                by_stratum.setdefault(stratum, []).append(score)
        if not by_stratum and observed.issuperset(_strata_of(item, table) or [None]):
            return None  # rows everywhere, all left out: `missing:` speaks of what was not observed
        if table.stratum is None:
            if not by_stratum:
                return ZERO if table.missing == "0" else None
            scores = by_stratum[None]
            return sum(scores, ZERO) / (1 if table.folding == "totalled" else len(scores))
        means = {stratum: sum(scores, ZERO) / len(scores) for stratum, scores in by_stratum.items()}
        if table.missing == "0":
            means = {stratum: means.get(stratum, ZERO) for stratum in _strata_of(item, table)}
        if not means:
            return None
        weights = self.panels[table.weights] if table.weights else dict.fromkeys(table.strata, Fraction(1))
        total = sum((weights[str(stratum)] for stratum in means), ZERO)
        return sum((weights[str(stratum)] * mean for stratum, mean in means.items()), ZERO) / total

    def _item(self, subject: str, name: str) -> Score:
        item, _, missing = self.indicators[name]
        reader = self.of_subject(subject)
        before, self.met_absent = self.met_absent, False
        try:
            for condition in item.conditions:
                if not condition.per_row and _decides(reader, condition):
                    return _number(condition.value)
            return self._read(subject, item, reader, missing)
        except Absent:
            assert self._unread(subject, name), f"{name} meets an absent value and nothing says what then"
            self.met_absent = True
            return None
        finally:
            inside = any((subject, child.name) in self.touched for child in item.children)
            if (self.met_absent or inside) and self._unread(subject, name):
                self.touched.add((subject, name))
            self.met_absent = before

    def _unread(self, subject: str, name: str) -> bool:
        """Whether a condition of an indicator around gives that indicator's score: below it nothing is read."""
        reader = self.of_subject(subject)
        for item, _, _ in self.indicators.values():
            if any(inner.name == name for inner in _inside(item)):
                try:
                    if any(not one.per_row and _decides(reader, one) for one in item.conditions):
                        return True
                except Absent:
                    continue
        return False

    def _read(self, subject: str, item: m.Indicator, reader: Reader, missing: m.Given | None) -> Score:
        if item.table is not None:
            return self.fold(subject, item)
        if item.value is not None:
            try:
                value = reader.number(item.value)
            except Absent:
                if missing is None:
                    raise
                return _number(missing)
            return _bounded(item, reader, value)
        touchpoints = [child for child in item.children if isinstance(child, m.Touchpoint)]
        if len(touchpoints) == len(item.children):
            return self._of_touchpoints(item, reader, touchpoints, missing)
        return self._of_indicators(subject, item, reader, missing)

    def _of_indicators(self, subject: str, item: m.Indicator, reader: Reader, missing: m.Given | None) -> Score:
        """(7), (8) and (9). A child worth 0 holds extras alone: it adds its points."""
        parts: list[tuple[str, Fraction, Fraction]] = []
        extra = ZERO
        for child in item.children:
            if isinstance(child, m.Indicator):
                points, worth, sign = self.item(subject, child.name), child.worth, 1
            else:
                points = self.points(reader, child, missing)
                worth, sign = (child.stake if child.kind == "worth" else ZERO), (-1 if child.kind == "penalty" else 1)
            if points is not None and worth:
                parts.append((child.name, worth, points))
            elif points is not None:
                extra += sign * points
        score = self._combined(item, parts)
        return None if score is None else _bounded(item, reader, score + extra)

    # ---------------------------------------------------------------- ranks

    def ranks(self, ranking: m.Ranking) -> dict[str, int | None]:
        ranks: dict[str, int | None] = dict.fromkeys(self.subjects)
        groups: dict[m.Value, list[str]] = {}
        for subject in self.subjects:
            value = self.named(subject, ranking.by)
            if value is not None and not any(self.of_subject(subject).true(one) for one in ranking.excludes):
                groups.setdefault(self.named(subject, ranking.within) if ranking.within else None, []).append(subject)
        for group in groups.values():
            ranks |= self._places(ranking, group)
        return ranks

    def _places(self, ranking: m.Ranking, group: Sequence[str]) -> dict[str, int]:
        left = {subject: self._keys(ranking, subject) for subject in group}
        caps = {subject: self._cap(ranking, subject) for subject in group}
        found: dict[str, int] = {}
        place = 1
        while left:
            allowed = [subject for subject in left if caps[subject] <= place]
            if not allowed:
                place += 1
                continue
            best = max(left[subject] for subject in allowed)
            taking = [subject for subject in allowed if left[subject] == best]
            for subject in taking:
                found[subject] = place
                del left[subject]
            place += 1 if ranking.ties == "dense" else len(taking)
        return found

    def _keys(self, ranking: m.Ranking, subject: str) -> tuple[Fraction, ...]:
        value = self.of_subject(subject).number(m.Ref(ranking.by))
        if ranking.rounding:
            value = rounded(value, ranking.rounding.mode, ranking.rounding.step)
        keys = [-value if ranking.lowest_first else value]
        for name, lowest_first in ranking.keys:
            key = self.of_subject(subject).number(m.Ref(name))
            keys.append(-key if lowest_first else key)
        return tuple(keys)

    def _cap(self, ranking: m.Ranking, subject: str) -> int:
        reader = self.of_subject(subject)
        return max((place for place, condition in ranking.caps if reader.true(condition)), default=1)

    def scored(self) -> Scored:
        names = [name for name, measure in self.measures.items() if measure.table is None]
        names += [*self.bands, *self.indicators]
        values = {subject: {name: self.named(subject, name) for name in names} for subject in self.subjects}
        for subject, name in self.touched:
            del values[subject][name]
        return Scored(values, {ranking.name: self.ranks(ranking) for ranking in self.rubric.rankings})


def _decides(reader: Reader, condition: m.Condition) -> bool:
    """Whether the condition gives the value: `unless` and `when` where it is not true, `if` where it is."""
    return reader.true(condition.condition) == (condition.word == "if")


def _number(given: m.Given) -> Score:
    return None if isinstance(given, str) else given


def _bounded(item: m.Indicator, reader: Reader, score: Fraction) -> Fraction:
    """(5), (9): at least, at most, then rounded."""
    for word, nearer in (("at least", max), ("at most", min)):
        for bound in item.bounds:
            if bound.word == word and (bound.when is None or reader.true(bound.when)):
                score = nearer(score, bound.value)
    return rounded(score, item.rounding.mode, item.rounding.step) if item.rounding else score


def _inside(item: m.Indicator) -> Iterable[m.Indicator]:
    for child in item.children:
        if isinstance(child, m.Indicator):
            yield child
            yield from _inside(child)


def _strata_of(item: m.Indicator, table: m.Observed) -> list[str]:
    """The scenarios in which the indicator has worths."""
    touchpoints = [child for child in item.children if isinstance(child, m.Touchpoint)]
    points = [point for point in touchpoints if point.kind == "worth"] or touchpoints
    return [stratum for stratum in table.strata if any(not p.strata or stratum in p.strata for p in points)]

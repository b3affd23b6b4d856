"""A ranking of a run: who takes part, in which group, by which keys, and who has no place and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.run import Run
from rubric_dsl.engines.stage.columns import values_of
from rubric_dsl.evaluation.arithmetic import fault_of
from rubric_dsl.evaluation.scores import Rounder
from rubric_dsl.evaluation.values import NOT_APPLICABLE, Nothing, Undefined, Value, as_number
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.plan.model import RankingSchema
from rubric_dsl.resolved import operations as op
from rubric_dsl.results.model import NoValue, Placed, RankingResult, Unranked
from rubric_dsl.results.nothing import no_value
from rubric_dsl.results.ranking import Key, places


def ranking_of(done: Run, schema: RankingSchema) -> RankingResult:
    """The ranking, or with a new problem in `done.problems` one without rows."""
    try:
        rows = tuple(_Placement(done, schema).rows())
    except ArithmeticError as error:
        done.problems.add(fault_of(error, schema.node), None, schema.name)
        rows = ()
    return RankingResult(schema.name, schema.label, schema.by, rows)


class _Placement:
    def __init__(self, done: Run, schema: RankingSchema) -> None:
        operation = done.plan.nodes[schema.node].operation
        assert isinstance(operation, op.Ranking)
        self.done = done
        self.name = schema.name
        self.ranking = operation
        self._columns: dict[op.Node, dict[Subject, Value]] = {}
        self.decisive = self._decisive(Rounder(schema.node, operation.rounding))

    def _of(self, node: op.Node) -> Mapping[Subject, Value]:
        """The value of the node for each subject."""
        found = self._columns.get(node)
        if found is None:
            found = self._columns[node] = dict(zip(self.done.values, values_of(self.done.values, node), strict=True))
        return found

    def _decisive(self, rounder: Rounder) -> Mapping[Subject, Value]:
        """The value of each subject on which ranks are decided."""
        found = self._of(self.ranking.by)
        if self.ranking.rounding is not None:
            found = {subject: rounder(value) for subject, value in found.items()}
        for subject, value in found.items():
            if isinstance(value, Undefined):
                self.done.problems.add(value, subject, self.name)
        return found

    def rows(self) -> Iterator[Placed]:
        if not self.ranking.excludes and self.ranking.within is None:
            yield from self._in_one_group()
            return
        groups: dict[str | None, list[Subject]] = {}
        unplaced: list[Placed] = []
        for subject in self.done.subjects:
            reason, condition = self._out(subject)
            if reason is None:
                groups.setdefault(self._group(subject), []).append(subject)
            else:
                group = self._group(subject)
                unplaced.append(Placed(None, subject, self._score(subject), reason, condition, group))
        for group in self._ordered(list(groups)):
            yield from self._placed(group, groups[group])
        yield from unplaced

    def _in_one_group(self) -> Iterator[Placed]:
        """All that have a score, then the others."""
        out = [subject for subject, score in self.decisive.items() if isinstance(score, (Nothing, Undefined))]
        subjects = self.done.subjects
        if out:
            left = set(out)
            subjects = tuple(subject for subject in subjects if subject not in left)
        yield from self._placed(None, subjects)
        for subject in out:
            yield Placed(None, subject, self._score(subject), self._out(subject)[0])

    def _out(self, subject: Subject) -> tuple[Unranked | None, op.Node | None]:
        for condition in self.ranking.excludes:
            if self._of(condition)[subject] is True:
                return "excluded", condition
        score = self.decisive[subject]
        if isinstance(score, (Nothing, Undefined)):
            return ("not applicable" if score is NOT_APPLICABLE else "missing"), None
        if self.ranking.within is not None and self._group(subject) is None:
            return "no group", None
        return None, None

    def _group(self, subject: Subject) -> str | None:
        if self.ranking.within is None:
            return None
        group = self._of(self.ranking.within)[subject]
        match group:
            case Nothing() | Undefined():
                return None
            case bool():
                return "yes" if group else "no"
            case str():
                return group
            case int():
                return str(group)
            case Fraction():
                return exact_text(group)
            case _:
                raise TypeError("a group is named by a value that is not rational")

    def _ordered(self, groups: list[str | None]) -> list[str | None]:
        """Groups as their choice declares them, else as they first appear."""
        if self.ranking.within is None:
            return groups
        members = self.done.plan.nodes[self.ranking.within].type.members
        return sorted(groups, key=lambda group: members.index(group or "")) if members else groups

    def _placed(self, group: str | None, subjects: Sequence[Subject]) -> Iterator[Placed]:
        keys = [self._key(self.decisive, subjects, self.ranking.lowest_first)]
        keys += [self._key(self._of(key.node), subjects, key.lowest_first) for key in self.ranking.keys]
        caps = [self._cap(subject) for subject in subjects] if self.ranking.caps else None
        of_ties = list(zip(*(key.values for key in keys[1:]), strict=True)) or [()] * len(subjects)
        for place, index in places(keys, caps, dense=self.ranking.ties == "dense"):
            subject = subjects[index]
            yield Placed(place, subject, self._score(subject), None, None, group, of_ties[index])

    def _key(self, values: Mapping[Subject, Value], subjects: Sequence[Subject], lowest_first: bool) -> Key:
        return Key([_number(values[subject]) for subject in subjects], lowest_first)

    def _cap(self, subject: Subject) -> int:
        caps = (cap.rank for cap in self.ranking.caps if self._of(cap.condition)[subject] is True)
        return max(caps, default=1)

    def _score(self, subject: Subject) -> Exact | NoValue:
        value = self.decisive[subject]
        if type(value) is Fraction:
            return value
        if isinstance(value, (Nothing, Undefined)):
            return no_value(self.done, self.ranking.by, self.done.values[subject])
        return as_number(value)


def _number(value: Value) -> Exact | None:
    if type(value) is Fraction:
        return value
    return None if isinstance(value, (Nothing, Undefined)) else as_number(value)

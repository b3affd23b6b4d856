"""The named values of a result as texts, name by name: for hundreds of thousands of values at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rubric_dsl.engines.stage.columns import Numbers, SubjectColumns
from rubric_dsl.numbers.decimals import exact_ratios
from rubric_dsl.numbers.show import Kind, shown_ratios
from rubric_dsl.plan.model import NamedValue, ScoringPlan
from rubric_dsl.results.model import Outcome, Result
from rubric_dsl.results.score import NamedValues
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Ratios:
    """Numbers subject by subject. At the places of `odd` there is something else."""

    odd: dict[int, Outcome]
    tops: Sequence[int]
    bottoms: Sequence[int]


@dataclass(frozen=True, slots=True)
class NumberTexts:
    """Of each number what is shown. At the places of `odd` there is something else."""

    shown: Sequence[str]
    odd: dict[int, Outcome]
    tops: Sequence[int]
    bottoms: Sequence[int]

    def exact(self) -> Sequence[str]:
        """The exact texts."""
        return exact_ratios(self.tops, self.bottoms)


def reported_in(plan: ScoringPlan, result: Result) -> list[NamedValue]:
    """The named values that subjects of the result have."""
    if isinstance(result.values, NamedValues):
        return [named for named in plan.values if named.name in result.values.names]
    first = next(iter(result.values.values()), {})
    return [named for named in plan.values if named.name in first]


def outcomes(result: Result, name: str) -> Sequence[Outcome]:
    """The value of this name, subject by subject."""
    if isinstance(result.values, NamedValues):
        return result.values.column(name)
    return [values[name] for values in result.values.values()]


def by_subject(result: Result, name: str) -> Mapping[str, Outcome]:
    """The value of this name of each subject that has one."""
    if isinstance(result.values, NamedValues):
        known = name in result.values.names
        return dict(zip(result.values, result.values.column(name), strict=True)) if known else {}
    return {subject: values[name] for subject, values in result.values.items() if name in values}


def ratios(result: Result, named: NamedValue) -> Ratios | None:
    """Where the values are integers in columns; else None."""
    values = result.values
    if not isinstance(values, NamedValues) or not isinstance(values.done.values, SubjectColumns):
        return None
    column = values.done.values.columns[named.node]
    if not isinstance(column, Numbers):
        return None
    bottoms = list(column.bottoms()) if column.scale is not None else [column.below] * len(column.tops)
    return Ratios({place: values.at(named.name, place) for place in column.odd}, column.tops, bottoms)


def number_texts(result: Result, named: NamedValue, kind: Kind, lang: str) -> NumberTexts | None:
    """Where the values are integers in columns; else None."""
    found = ratios(result, named)
    if found is None:
        return None
    return NumberTexts(shown_ratios(found.tops, found.bottoms, kind, lang), found.odd, found.tops, found.bottoms)


def shown_texts(
    result: Result, named: NamedValue, kind: Kind, lang: str, text_of: Callable[[Outcome], str]
) -> Sequence[str]:
    """What is shown of each value; `text_of`: of one by itself."""
    found = number_texts(result, named, kind, lang)
    if found is None:
        return list(map(text_of, outcomes(result, named.name)))
    texts = list(found.shown)
    for place, outcome in found.odd.items():
        texts[place] = text_of(outcome)
    return texts

"""A result as rows of text, for a spreadsheet: one row a subject, in order of the first ranking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from rubric_dsl.engines.run import published
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.numbers.reals import Real
from rubric_dsl.numbers.show import shown
from rubric_dsl.observations.periods import period_column
from rubric_dsl.plan.model import NamedValue, ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import ValueType
from rubric_dsl.results.columns import reported_in, shown_texts
from rubric_dsl.results.json import shown_kind
from rubric_dsl.results.model import NoValue, Outcome, Placed, Result


def result_rows(plan: ScoringPlan, results: Sequence[Result], lang: str = "en") -> Iterator[tuple[str, ...]]:
    """The header, then a row for each subject: rank, score and exact score of each ranking, then all named values.

    In a rubric with `each` the period stands first and the subjects of the earliest come first.

    Numbers are as shown (rounded for the eye where they are long), the exact score beside them; what is not there is
    blank, a subject without a rank has none.
    """
    yield _header(plan, lang)
    for result in results:
        period = () if plan.period is None else (result.period_label or result.period or "",)
        yield from ((*period, *row) for row in _rows(plan, result, lang))


def _rows(plan: ScoringPlan, result: Result, lang: str) -> Iterator[tuple[str, ...]]:
    placed = {ranking.name: {row.subject: row for row in ranking.rows} for ranking in result.rankings}
    columns = [_column(plan, result, named, lang) for named in reported_in(plan, result)]
    places = {subject: place for place, subject in enumerate(result.values)}
    for subject in in_order(result):
        ranks = [cell for s in plan.rankings for cell in _rank_cells(plan, s.node, placed[s.name][subject], lang)]
        place = places[subject]
        yield (subject, *ranks, *(column[place] for column in columns))


def _column(plan: ScoringPlan, result: Result, named: NamedValue, lang: str) -> Sequence[str]:
    type = plan.nodes[named.node].type
    return shown_texts(result, named, shown_kind(type), lang, lambda outcome: text_of(outcome, type, lang))


_WORDS = {"en": ("subject", "rank", "score", "exact"), "zh": ("对象", "名次", "得分", "准确值")}


def _header(plan: ScoringPlan, lang: str) -> tuple[str, ...]:
    subject, *words = _WORDS.get(lang, _WORDS["en"])
    names = [f"{r.label or r.name} " if len(plan.rankings) > 1 else "" for r in plan.rankings]
    ranks = [f"{name}{word}" for name in names for word in words]
    period = [] if plan.period is None else [_period_name(plan)]
    return (*period, subject, *ranks, *(named.label or named.name for named in published(plan)))


def _period_name(plan: ScoringPlan) -> str:
    column = period_column(plan)
    assert column is not None
    return column.label or column.name


def in_order(result: Result) -> list[str]:
    return [row.subject for row in result.rankings[0].rows] if result.rankings else list(result.values)


def _rank_cells(plan: ScoringPlan, node: op.Node, placed: Placed, lang: str) -> tuple[str, str, str]:
    ranking = plan.nodes[node].operation
    assert isinstance(ranking, op.Ranking)
    exact = exact_text(placed.score) if isinstance(placed.score, Fraction) else ""
    score = text_of(placed.score, plan.nodes[ranking.by].type, lang)
    return ("" if placed.rank is None else str(placed.rank), score, exact)


def text_of(value: Outcome, type: ValueType, lang: str) -> str:
    match value:
        case NoValue():
            return ""
        case bool():
            return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
        case Fraction() | Real():
            return shown(value, shown_kind(type), lang)
        case _:
            return value

"""An explanation in three sentences that can be quoted in a letter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from pathlib import PurePath

from rubric_dsl.evaluation.arithmetic import ZERO
from rubric_dsl.explain.explanation import ExplainedItem, Explanation, Observed, RowCost, counted, is_number_outcome
from rubric_dsl.explain.versus import Share, Versus
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.decimals import decimal_places
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.numbers.show import shown
from rubric_dsl.plan.naming import called, in_period
from rubric_dsl.resolved.types import NUMBER, ValueType
from rubric_dsl.results.json import shown_kind
from rubric_dsl.results.model import NoValue, Outcome

NAMED = 3
"""How many items are named as those that lost most; equals of the last are named too."""
MOST_NAMED = 6
IN_FULL = 6
"""Decimals up to which a number is shown in full."""


def sentences(explanation: Explanation, lang: str) -> Iterator[str]:
    """The score and the rank; where most points were lost; the row that cost most. Numbers that are shown rounded
    say so."""
    yield _score(explanation, lang)
    item = explanation.item
    if item.worth is None or not is_number_outcome(item.points):
        return
    lost = _most(item)
    if lost:
        yield _most_named(lost, False, lang)
    elif item.worth == ZERO:
        gained = _most(item, gained=True)
        if gained:
            yield _most_named(gained, True, lang)
    elif item.parts and not item.additive:
        yield _factors(item, lang)
    elif item.parts:
        yield "没有失分。" if lang == "zh" else "No points were lost."
    costs = counted(explanation.costs)
    if costs:
        yield _costliest(costs, lang)


# ---------------------------------------------------------------- the score


def _score(explanation: Explanation, lang: str) -> str:
    item, subject = explanation.item, called(explanation.subject, explanation.subject_label, lang)
    subject = in_period(subject, explanation.period, lang)
    what = called(item.name, item.label, lang)
    points = _outcome(item.points, item.type, lang)
    if isinstance(item.points, str):
        points = called(item.points, item.class_label, lang)
    place = _place(explanation, lang)
    if item.worth is None or not is_number_outcome(item.points):
        if lang == "zh":
            return f"{_joined(subject, what)}为{points}{place}。"
        return f"{subject}: {what} is {points}{place}."
    if item.worth == ZERO:  # penalties or bonuses alone: there are no full marks
        return f"{_joined(subject, what, points)}分{place}。" if lang == "zh" else (
            f"{subject} has {points} points in {what}{place}."
        )
    worth = _number(item.worth, lang)
    if lang == "zh":
        return f"{_joined(subject, what, points)}分（满分{worth}）{place}。"
    return f"{subject} has {points} of {worth} points in {what}{place}."


def _joined(*words: str) -> str:
    """Chinese words stand together; Latin letters and digits of two words keep apart."""
    text = words[0]
    for word in words[1:]:
        ends = (text[-1:], word[:1])
        text += f" {word}" if all(end.isascii() and end.isalnum() for end in ends) else word
    return text


def _place(explanation: Explanation, lang: str) -> str:
    place, standing, zh = explanation.place, explanation.item.standing, lang == "zh"
    if place is None:
        if standing is None:
            return ""
        rank, of = standing.rank, standing.of
        return f"，在{of}个对象中居第{rank}位" if zh else f", place {rank} of {of}"
    if place.placed.rank is None:
        return "，没有名次" if zh else ", without a rank"
    group = called(place.placed.group or "", place.group_label, lang)
    if zh:
        return f"，第{place.placed.rank}名（{group}共{place.of}个）"
    return f", rank {place.placed.rank} of {place.of}" + (f" in {group}" if group else "")


def _outcome(value: Outcome, type: ValueType, lang: str) -> str:
    if isinstance(value, NoValue):
        missing = value.state == "missing"
        return ("缺失" if missing else "不适用") if lang == "zh" else value.state
    if isinstance(value, bool):
        return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
    return value if isinstance(value, str) else _number(value, lang, type)


# ---------------------------------------------------------------- where points were lost


def _most(item: ExplainedItem, gained: bool = False) -> list[tuple[Exact, list[ExplainedItem]]]:
    """The parts that lost (`gained`: brought) most, equals together."""
    points_of = [
        (reals.negate(part.overall) if gained else part.overall, part)
        for part in item.parts if part.overall is not None
    ]
    entries = [(points, part) for points, part in points_of if reals.compare(points, ZERO) > 0]
    entries.sort(key=lambda entry: _Most(entry[0]))
    found: list[tuple[Exact, list[ExplainedItem]]] = []
    named = 0
    for points, group in groupby(entries, key=lambda entry: entry[0]):
        parts = [part for _, part in group]
        if named >= NAMED or (found and named + len(parts) > MOST_NAMED):
            break
        found.append((points, parts))
        named += len(parts)
    return found


class _Most:
    def __init__(self, lost: Exact) -> None:
        self.lost = lost

    def __lt__(self, other: _Most) -> bool:
        return reals.compare(self.lost, other.lost) > 0


COMBINED = {
    "geometric mean": ("the geometric mean", "几何平均"), "lowest": ("the lowest", "最低者"),
    "highest": ("the highest", "最高者"),
}


def _factors(item: ExplainedItem, lang: str) -> str:
    """The parts of a score to which they do not add up, with the points of each."""
    en, zh = COMBINED[item.combination]
    said = []
    for part in item.parts[:MOST_NAMED]:
        worth = "" if part.worth is None else _number(part.worth, lang)
        points, name = _outcome(part.points, part.type, lang), called(part.name, part.label, lang)
        zh_part = f"{_joined(name, points)}分（满分{worth}）"
        said.append(zh_part if lang == "zh" else f"{name} ({points} of {worth})")
    more = len(item.parts) - len(said)
    if item.rows:
        names = [called(part.name, part.label, lang) for part in item.parts]
        on_rows = f"每行的得分是{'、'.join(names)}得分率的{zh}。"
        return on_rows if lang == "zh" else f"On each row it is {en} of the rates of {', '.join(names)}."
    if lang == "zh":
        return f"得分是以下各项得分率的{zh}：{'、'.join(said)}{f'等{len(item.parts)}项' if more else ''}。"
    return f"It is {en} of the rates of {', '.join(said)}{f' and {more} more' if more else ''}."


CHANGES = {
    "condition": ("a condition", "条件"), "limits": ("a bound", "上下限"), "rounding": ("rounding", "舍入"),
}


def _most_named(groups: Sequence[tuple[Exact, list[ExplainedItem]]], gained: bool, lang: str) -> str:
    first, *rest = [_group(points, parts, lang) for points, parts in groups]
    if lang == "zh":
        head = "得分最多的是" if gained else "失分最多的是"
        return f"{head}{first}" + (f"，其次是{'和'.join(rest)}" if rest else "") + "。"
    head, then = ("Most points came from", "from") if gained else ("Most points were lost in", "in")
    return f"{head} {first}" + (f", then {then} {' and '.join(rest)}" if rest else "") + "."


def _group(lost: Exact, parts: Sequence[ExplainedItem], lang: str) -> str:
    names = [_part(part, lang) for part in parts]
    amount = _number(lost, lang)
    if lang == "zh":
        each = "各" if len(names) > 1 else ""
        return f"{'、'.join(names)}（{each}{amount}分）"
    each = " each" if len(names) > 1 else ""
    joined = names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
    return f"{joined} ({amount}{each})"


def _part(part: ExplainedItem, lang: str) -> str:
    what = called(part.name, part.label, lang)
    if part.kind not in CHANGES:
        return what
    en, zh = CHANGES[part.kind]
    return f"{what}的{zh}" if lang == "zh" else f"{what} by {en}"


# ---------------------------------------------------------------- the gap between two subjects


def gap_sentences(found: Versus, lang: str) -> Iterator[str]:
    """How far apart the two are; where the first is ahead; where it is behind."""
    mine, theirs = found.mine, found.theirs
    item = mine.item
    what = called(item.name, item.label, lang)
    first, second = (called(one.subject, one.subject_label, lang) for one in (mine, theirs))
    first = in_period(first, mine.period, lang)
    points = [_outcome(one.item.points, item.type, lang) for one in (mine, theirs)]
    ranks = [None if one.place is None else one.place.placed.rank for one in (mine, theirs)]
    gap = _number(abs(found.gap), lang, item.type)
    zh = lang == "zh"
    if zh:
        ranked = [f"（第{rank}名）" if rank is not None else "" for rank in ranks]
        apart = f"相差{gap}分" if found.gap else "没有差距"
        sides = zip((first, second), points, ranked, strict=True)
        scores = [f"{_joined(who, score)}分{rank}" for who, score, rank in sides]
        yield f"{what}：{scores[0]}，{scores[1]}，{apart}。"
    else:
        ranked = [f" (rank {rank})" if rank is not None else "" for rank in ranks]
        apart = f"{gap} apart" if found.gap else "no gap"
        yield f"{what}: {first} has {points[0]}{ranked[0]}, {second} {points[1]}{ranked[1]}: {apart}."
    for ahead in (True, False):
        parts = [part for part in found.top.parts if part.share and (part.share > 0) == ahead]
        parts.sort(key=lambda part: -abs(part.share))
        if not parts:
            continue
        mark = "、" if zh else ", "
        named = mark.join(_gap_part(part, lang) for part in parts[:NAMED])
        more = len(parts) - NAMED
        who = first if ahead else second
        if zh:
            yield f"{who}领先之处：{named}{f'等{len(parts)}项' if more > 0 else ''}。"
        else:
            yield f"{who} is ahead in {named}{f' and {more} more' if more > 0 else ''}."


def _gap_part(part: Share, lang: str) -> str:
    name, amount = called(part.name, part.label, lang), _number(abs(part.share), lang)
    if part.kind in CHANGES:
        en, zh = CHANGES[part.kind]
        name = f"{name}的{zh}" if lang == "zh" else f"{name} by {en}"
    return f"{name}（{amount}分）" if lang == "zh" else f"{name} ({amount})"


# ---------------------------------------------------------------- the row that cost most


def _costliest(costs: Sequence[RowCost], lang: str) -> str:
    first = costs[0]
    equals = [cost for cost in costs if cost.lost == first.lost]
    amount = _number(first.lost, lang)
    tables = len({cost.observed.schema.name for cost in costs}) > 1
    if len(equals) > 1:
        rows = [_row(cost.observed, tables, lang) for cost in equals[:NAMED]]
        more = len(equals) - len(rows)
        if lang == "zh":
            return f"按行看，失分最多的是{'、'.join(rows)}{f'等{len(equals)}行' if more else ''}，各失去{amount}分。"
        joined = ", ".join(rows) + f" and {more} more" if more else ", ".join(rows[:-1]) + " and " + rows[-1]
        return f"The costliest rows are {joined}: {amount} points each."
    about = _about(first, lang)
    row = _row(first.observed, tables, lang)
    if lang == "zh":
        return f"失分最多的一行是{row}{f'（{about}）' if about else ''}，失去{amount}分。"
    return f"The costliest row is {row}{f' ({about})' if about else ''}: {amount} points lost."


def _row(observed: Observed, table: bool, lang: str) -> str:
    name = called(observed.schema.name, observed.schema.label, lang) if table else ""
    if observed.part:
        name = " ".join(filter(None, (PurePath(observed.part).name, observed.sheet)))
    elif observed.sheet:
        name = f"工作表“{observed.sheet}”" if lang == "zh" else f"sheet {observed.sheet}"
    if lang == "zh":
        return f"{name}第{observed.number}行"
    return f"row {observed.number}" + (f" of {name}" if name else "")


def _about(cost: RowCost, lang: str) -> str:
    """The scenario, and the cells that a condition read."""
    zh = lang == "zh"
    scenario = cost.observed.scenario
    said = []
    if scenario is not None:
        said.append(f"场景{scenario.name}" if zh else f"scenario {scenario.name}")
    for cell in cost.read:
        name = called(cell.column.name, cell.column.label, lang)
        place = cell.place.rpartition("!")[2]
        if zh:
            said.append(f"{name}为“{cell.text}”" + (f"（{place}）" if place else ""))
        else:
            said.append(f'{name} "{cell.text}"' + (f" in {place}" if place else ""))
    return ("，" if zh else ", ").join(said)


def _number(value: Exact, lang: str, type: ValueType = NUMBER) -> str:
    text = shown(value, shown_kind(type), lang)
    if type.kind == "percent":
        return text
    places = decimal_places(value) if isinstance(value, Fraction) else None
    if places is not None and places <= IN_FULL:
        return text
    return f"约{text}" if lang == "zh" else f"about {text}"

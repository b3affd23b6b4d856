"""How firm ranks are, as it reads in a terminal, and as `rubric-robust/1`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from rubric_dsl.editions.alternatives import Alternative, Outcome
from rubric_dsl.editions.linear import NotVaried
from rubric_dsl.editions.robustness import Robustness
from rubric_dsl.editions.samples import Classes, loses_one, wilson
from rubric_dsl.editions.simulation import Simulated, Spread
from rubric_dsl.editions.swaps import First, Room, Swap
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.numbers.show import rounded_digits, shown
from rubric_dsl.plan.identity import plan_hash
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.plan.naming import label_of
from rubric_dsl.render.pieces import Line, Look, Piece, paragraph
from rubric_dsl.render.values import called
from rubric_dsl.render.width import pad, visible, width

FORMAT = "rubric-robust/1"
LOW, MIDDLE, HIGH = Fraction(5, 100), Fraction(1, 2), Fraction(95, 100)

Json = dict[str, Any]

KINDS = {
    "expert alone": ("expert {new} alone", "只用专家 {new}"),
    "without expert": ("without expert {new}", "去掉专家 {new}"),
    "without part": ("without {new}", "去掉 {new}"),
    "without scenario": ("without scenario {new}", "去掉场景 {new}"),
    "without value": ("without {item} {new}", "去掉 {item} {new}"),
    "precision": ("precision {old} → {new}", "精度 {old} → {new}"),
    "rounding mode": ("line {item}: {old} → {new}", "第 {item} 行：{old} → {new}"),
    "ties": ("ties {old} → {new}", "同分 {old} → {new}"),
    "missing rule": ("{item}: {old} → {new}", "{item}：{old} → {new}"),
    "scenario weights": ("{item}: {old} → {new}", "{item}：{old} → {new}"),
    "aggregation": ("{item}: {old} → {new}", "{item}：{old} → {new}"),
}  # fmt: skip
STEPS = {"weights": ("weights", "权重"), "bounds": ("bounds", "界限"), "rows": ("rows observed", "观测行")}
WORDS = {
    "share": "并列同名次", "dense": "不跳号", "exact": "精确", "half up": "四舍五入", "half even": "修约",
    "not applicable": "不适用", "equal scenarios": "场景等权", "weighted scenarios": "场景加权",
    "every row alike": "逐行等权", "mean": "加权平均", "geometric mean": "几何平均", "all scores": "各项得分",
}  # fmt: skip
REASONS = {
    "no weighted parts": ("it has no weighted parts", "没有加权的组成部分"),
    "combined otherwise": ("its parts are not averaged", "各部分不是加权平均"),
    "conditions, limits, roundings or extras": (
        "it has conditions, limits, roundings, penalties or bonuses", "含有条件、上下限、舍入或加扣分"),
    "a part has no score": ("a subject has no score there", "有对象在此没有得分"),
    "an irrational weight": ("its weight is irrational", "其权重是无理数"),
    "a part that is not scored on rows": ("it is not scored on rows", "不是逐行计分"),
    "rows that are not averaged evenly in one table": (
        "its rows are not averaged evenly in one table", "各行不在同一表中等权平均"),
    "a row has no score": ("a row has no score there", "有一行在此没有得分"),
    "caps, exclusions or groups of the ranking": ("it has caps, exclusions or groups", "含名次限制、不排名或分组"),
    "a moved bound leaves a value without a row": (
        "a moved bound leaves a value without a row", "移动界限后有值无行可归"),
    "a moved bound gives other fractions": ("a moved bound gives other fractions", "移动界限后得分的分母不同"),
    "nothing of the kind": ("there is nothing of the kind", "没有可变之处"),
}  # fmt: skip


def not_varied(problem: NotVaried, look: Look) -> str:
    """`weights cannot be varied: total: it has no weighted parts`."""
    step = look.say(problem.step, STEPS.get(problem.step, ("", problem.step))[1])
    reason = look.say(*REASONS.get(problem.reason, (problem.reason, problem.reason)))
    item = visible(problem.item)
    return look.say(f"{step} cannot be varied: {item}: {reason}", f"{step} 无法变动：{item}：{reason}")


def robust_lines(plan: ScoringPlan, found: Robustness, look: Look) -> Iterable[Line]:
    say = look.say
    name = found.schema.label if look.lang == "zh" and found.schema.label else found.schema.name
    by = _item(plan, found.schema.by, look)
    title = say(f"How firm: {visible(name)}, by {by}", f"名次稳固程度：{visible(name)}（按 {by}）")
    yield (Piece(title, "strong"),)
    if found.rooms:
        yield ()
        yield from _rooms(plan, found, look)
    if found.simulated is not None:
        yield ()
        yield from _simulated(plan, found.simulated, look)
    if found.outcomes:
        yield ()
        yield from outcome_lines(plan, found.outcomes, found.nominal, look)
    if found.strict:
        yield ()
        yield from _strict(found, look)
    for one in found.classes:
        yield ()
        yield from _classes(one, look)


def _subject(plan: ScoringPlan, subject: str, look: Look) -> str:
    return called(subject, label_of(plan, subject), look)


def _item(plan: ScoringPlan, name: str, look: Look) -> str:
    labels = {named.name: named.label for named in plan.values}
    return called(name, labels.get(name), look)


# ---------------------------------------------------------------- weights


def _rooms(plan: ScoringPlan, found: Robustness, look: Look) -> Iterable[Line]:
    say = look.say
    head = say("Room of each weight, the others in proportion, in which no two change places",
               "各权重单独变动（其余按比例）而名次不变的范围")
    yield from paragraph(head, look, "strong")
    table = [[
        say("part", "项目"), say("weight", "权重"), say("from", "下限"), say("to", "上限"), say("next", "最先换位")
    ]]
    for room in found.rooms:
        table.append([
            _item(plan, room.part, look), shown(room.weight, "percent"),
            "0%" if room.lower is None else shown(room.lower.weight, "percent"),
            "100%" if room.upper is None else shown(room.upper.weight, "percent"), _next(plan, room.nearest, look),
        ])
    yield from _table(table, (False, True, True, True, False))
    first = [one for one in found.firsts if one.weights is not None and one.alone]
    never = [one for one in found.firsts if one.weights is None or not one.alone]
    comma = say(", ", "、")
    yield from paragraph(
        say("first by some weights: ", "某种权重下可居首位：")
        + comma.join(_subject(plan, one.subject, look) for one in first), look)
    if never:
        yield from paragraph(
            say("alone in front by no weights at all: ", "任何权重下都不能独居首位：")
            + comma.join(_subject(plan, one.subject, look) for one in never), look)


def _next(plan: ScoringPlan, swap: Swap | None, look: Look) -> str:
    if swap is None:
        return look.say("none", "无")
    above, below = _subject(plan, swap.above, look), _subject(plan, swap.below, look)
    at = shown(swap.weight, "percent")
    return look.say(f"{above} and {below} at {at}", f"{above}与{below}，在 {at}")


# ---------------------------------------------------------------- simulation


def _simulated(plan: ScoringPlan, found: Simulated, look: Look) -> Iterable[Line]:
    say = look.say
    steps = say(", ", "、").join(say(*STEPS[step]) for step in found.steps)
    draws, seed = found.draws, found.seed
    yield from paragraph(
        say(f"{draws} draws of {steps} (seed {seed})", f"{steps}随机变动 {draws} 次（种子 {seed}）"), look, "strong"
    )
    table = [[
        say("subject", "对象"), say("nominal", "名次"), say("median", "中位"), "5%", "95%",
        say("above the next", "高于下一位"),
    ]]
    order = [spread.subject for spread in found.spreads]
    for place, spread in enumerate(found.spreads):
        after = order[place + 1] if place + 1 < len(order) else None
        quantiles = (str(spread.quantile(share)) for share in (MIDDLE, LOW, HIGH))
        table.append([
            _subject(plan, spread.subject, look), str(spread.nominal), *quantiles,
            "" if after is None else _percent(Fraction(found.above[spread.subject, after], found.draws)),
        ])
    yield from _table(table, (False, True, True, True, True, True))
    if found.indices is not None:
        yield from _indices(found, look)
    for spread in found.spreads:
        yield from paragraph(sentence(plan, spread, found, look), look, "faint")


def _percent(share: Fraction) -> str:
    return rounded_digits(share * 100, 1) + "%"


def sentence(plan: ScoringPlan, spread: Spread, found: Simulated, look: Look) -> str:
    """`杭州: 4th as published, between 3rd and 9th in 90% of the draws; it is 4th in 31%.`"""
    low, high = spread.quantile(LOW), spread.quantile(HIGH)
    same = _percent(Fraction(spread.times[spread.nominal - 1], found.draws))
    name = _subject(plan, spread.subject, look)
    return look.say(
        f"{name}: rank {spread.nominal}; in 90% of the draws between {low} and {high}, in {same} the same rank.",
        f"{name}：第 {spread.nominal} 名；九成的模拟在第 {low} 至 {high} 名之间，{same} 名次不变。",
    )


def _indices(found: Simulated, look: Look) -> Iterable[Line]:
    say, indices = look.say, found.indices
    assert indices is not None
    if indices.first is None or indices.total is None:
        yield from paragraph(say("No draw moved anybody.", "没有一次模拟改变名次。"), look)
        return
    parts = [
        say(f"{STEPS[step][0]} {_index(first)} alone, {_index(total)} with all others",
            f"{STEPS[step][1]}单独 {_index(first)}，连同交互 {_index(total)}")
        for step, first, total in zip(found.steps, indices.first, indices.total, strict=True)
    ]
    head = say("What the moves come from (Sobol indices, first and total order): ",
               "位移的方差来源（Sobol 一阶与总效应）：")
    yield from paragraph(head + say("; ", "；").join(parts), look)


def _index(value: Any) -> str:
    """An estimate may lie a little below 0, where no index does."""
    return rounded_digits(max(Fraction(value), Fraction(0)), 2)


# ---------------------------------------------------------------- alternatives


def alternative_text(one: Alternative, look: Look) -> str:
    def word(text: str) -> str:
        return _mode(text, look) if text.startswith(("half", "up ", "down")) else look.say(text, WORDS.get(text, text))

    en, zh = KINDS[one.kind]
    text = look.say(en, zh).format(item=visible(one.item), old=word(one.old), new=word(one.new))
    return visible(text.replace("→", "->") if look.ascii else text)


def _mode(text: str, look: Look) -> str:
    """`half up 1/1000` as `half up to 0.001`."""
    head, _, step = text.rpartition(" ")
    if not step[:1].isdigit():
        return look.say(text, WORDS.get(text, text))
    to = shown(Fraction(step))
    return look.say(f"{head} to {to}", f"{WORDS.get(head, head)}到 {to}")


def outcome_lines(
    plan: ScoringPlan, outcomes: Sequence[Outcome], nominal: dict[str, int | None], look: Look
) -> Iterable[Line]:
    """Each alternative with who changes rank by it."""
    say = look.say
    yield from paragraph(say("Decided the other way, one at a time", "逐一改用另一种做法"), look, "strong")
    for one in outcomes:
        text = alternative_text(one.alternative, look)
        if one.ranks is None:
            yield from paragraph(f"  {text}: " + say("no result", "无结果"), look, "faint")
            continue
        moved = moves(one, nominal)
        who = say(", ", "，").join(
            f"{_subject(plan, subject, look)} {old if old is not None else '-'}{'->' if look.ascii else '→'}"
            f"{new if new is not None else '-'}"
            for subject, old, new in moved
        )
        yield from paragraph(f"  {text}{say(': ', '：')}{who or say('nobody moves', '名次不变')}", look)


def moves(one: Outcome, nominal: dict[str, int | None]) -> list[tuple[str, int | None, int | None]]:
    """Subject, published and other rank of those whose rank is another."""
    assert one.ranks is not None
    pairs = ((subject, rank, one.ranks.get(subject)) for subject, rank in nominal.items())
    return [(subject, old, new) for subject, old, new in pairs if old != new]


# ---------------------------------------------------------------- samples, testers


def _strict(found: Robustness, look: Look) -> Iterable[Line]:
    say = look.say
    yield from paragraph(say("Mean points of each value, beside all rows of its scenario",
                             "各取值在同一场景内的平均得分"), look, "strong")
    table = [[
        say("value", "取值"), say("scenario", "场景"), say("rows", "行数"), say("mean", "平均"), say("all", "全部"),
        say("difference", "差"),
    ]]
    for one in found.strict:
        table.append([visible(one.value), visible(one.stratum or "-"), str(one.rows), rounded_digits(one.mean, 2),
                      rounded_digits(one.all, 2), rounded_digits(one.mean - one.all, 2)])
    yield from _table(table, (False, False, True, True, True, True))


def _classes(one: Classes, look: Look) -> Iterable[Line]:
    """What so few rows can tell of a share at all."""
    say, rows = look.say, one.rows
    title = say(f"What {rows} rows can tell: {one.bands}", f"{rows} 行能说明什么：{one.bands}")
    yield from paragraph(title, look, "strong")
    low = _percent(wilson(rows, rows)[0])
    lost = _percent(loses_one(Fraction(95, 100), rows))
    yield from paragraph(
        say(f"{rows} of {rows} has a 95% interval from {low}; a true 95% loses at least one of {rows} in {lost}.",
            f"{rows} 行全中的 95% 区间自 {low} 起；真实占比为 95% 时，{rows} 行中至少失一行的可能为 {lost}。"), look)
    if one.confused:
        pairs = say(", ", "、").join(say(f"{a} from {b}", f"{a}与{b}") for a, b in one.confused)
        yield from paragraph(say(f"never told apart: {pairs}", f"无法区分：{pairs}"), look, "warning")
    if one.never:
        names = say(", ", "、").join(one.never)
        yield from paragraph(say(f"reached by no outcome: {names}", f"不可能出现：{names}"), look, "warning")


def _table(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> Iterable[Line]:
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    for place, row in enumerate(rows):
        text = "  ".join(pad(cell, widths[i], right=right[i]) for i, cell in enumerate(row)).rstrip()
        yield (Piece("  " + text, "faint" if place == 0 else ""),)


# ---------------------------------------------------------------- for machines


def robust_json(plan: ScoringPlan, found: Robustness) -> Json:
    shown_outcomes = [outcome_json(one, found.nominal) for one in found.outcomes]
    return {
        "format": FORMAT, "rubric": {"title": plan.header.title, "plan": plan_hash(plan)},
        "ranking": found.schema.name, "nominal": found.nominal,
        "weights": [_room(room) for room in found.rooms],
        "first": [_first(one) for one in found.firsts],
        "alternatives": shown_outcomes,
        "simulation": None if found.simulated is None else _simulation(found.simulated),
        "classes": [
            {
                "bands": one.bands, "rows": one.rows, "seen": {name: list(own) for name, own in one.seen},
                "never_told_apart": [list(pair) for pair in one.confused], "never_reached": list(one.never),
            }
            for one in found.classes
        ],
        "by_value": [
            {
                "value": one.value, "scenario": one.stratum, "rows": one.rows, "mean": exact_text(one.mean),
                "all": exact_text(one.all),
            }
            for one in found.strict
        ],
    }


def outcome_json(one: Outcome, nominal: dict[str, int | None]) -> Json:
    way = one.alternative
    moved = None if one.ranks is None else [
        {"subject": subject, "old": old, "new": new} for subject, old, new in moves(one, nominal)
    ]
    return {"kind": way.kind, "item": way.item, "old": way.old, "new": way.new, "moves": moved}


def _first(one: First) -> Json:
    weights = None if one.weights is None else [exact_text(weight) for weight in one.weights]
    return {"subject": one.subject, "alone": one.alone, "weights": weights}


def _room(room: Room) -> Json:
    return {
        "part": room.part, "weight": exact_text(room.weight),
        "lower": _swap(room.lower), "upper": _swap(room.upper),
    }


def _swap(swap: Swap | None) -> Json | None:
    if swap is None:
        return None
    return {"weight": exact_text(swap.weight), "above": swap.above, "below": swap.below}


def _simulation(found: Simulated) -> Json:
    indices = found.indices
    return {
        "steps": list(found.steps), "draws": found.draws, "seed": found.seed,
        "subjects": [
            {"subject": one.subject, "nominal": one.nominal, "median": one.quantile(MIDDLE), "5%": one.quantile(LOW),
             "95%": one.quantile(HIGH), "times": list(one.times)}
            for one in found.spreads
        ],
        "above": [
            {"first": pair[0], "second": pair[1], "draws": times, "equal": found.level[pair]}
            for pair, times in found.above.items()
        ],
        "sobol": None if indices is None or indices.first is None or indices.total is None else {
            step: {"first": rounded_digits(Fraction(first), 4), "total": rounded_digits(Fraction(total), 4)}
            for step, first, total in zip(found.steps, indices.first, indices.total, strict=True)
        },
    }

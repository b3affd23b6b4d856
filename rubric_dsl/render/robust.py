"""How firm ranks are, as it reads in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from rubric_dsl.editions.linear import NotVaried
from rubric_dsl.editions.robustness import Robustness
from rubric_dsl.editions.swaps import Swap
from rubric_dsl.numbers.show import shown
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.alternatives import outcome_lines
from rubric_dsl.render.pieces import Line, Look, Piece, paragraph
from rubric_dsl.render.robust_draws import draws_lines
from rubric_dsl.render.robust_samples import classes_lines, strict_lines
from rubric_dsl.render.robust_words import STEPS, item_text, table_lines
from rubric_dsl.render.values import subject_text
from rubric_dsl.render.width import visible

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
    "the worst or the best gives no result": ("the worst or the best gives no result", "取最差或最好时没有结果"),
    "a class for what is missing": ("a class is given to what is missing", "缺失时归入某一等级"),
    "scenarios without rows": ("scenarios are without rows", "有场景没有行"),
    "three bounds meet in one row": ("three bounds meet in one row", "三个界限作用于同一行"),
    "nothing of the kind": ("there is nothing of the kind", "没有可变之处"),
}  # fmt: skip


def not_varied(plan: ScoringPlan, problem: NotVaried, look: Look) -> str:
    """`weights cannot be varied: total: it has no weighted parts`."""
    step = look.say(*STEPS.get(problem.step, (problem.step, problem.step)))
    reason = look.say(*REASONS.get(problem.reason, (problem.reason, problem.reason)))
    item = item_text(plan, problem.item, look)
    return look.say(f"{step} cannot be varied: {item}: {reason}", f"{step} 无法变动：{item}：{reason}")


def robust_lines(
    plan: ScoringPlan, found: Robustness, look: Look, bounds_by: Fraction | None = None
) -> Iterable[Line]:
    """`bounds_by`: the share that bounds moved by, where it was asked for."""
    say = look.say
    name = found.schema.label if look.lang == "zh" and found.schema.label else found.schema.name
    by = item_text(plan, found.schema.by, look)
    title = say(f"How firm: {visible(name)}, by {by}", f"名次稳固程度：{visible(name)}（按 {by}）")
    yield (Piece(title, "strong"),)
    if found.rooms:
        yield ()
        yield from _rooms(plan, found, look)
    if found.simulated is not None:
        yield ()
        yield from draws_lines(plan, found.simulated, look, bounds_by)
    if found.extremes:
        yield ()
        yield from _extremes(plan, found, look)
    if found.outcomes:
        yield ()
        yield from outcome_lines(plan, found.outcomes, found.nominal, look)
    if found.strict is not None:
        yield ()
        yield from strict_lines(plan, found.strict, look)
    for one in found.classes:
        yield ()
        yield from classes_lines(plan, one, look)


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
            item_text(plan, room.part, look), shown(room.weight, "percent"),
            "0%" if room.lower is None else shown(room.lower.weight, "percent"),
            "100%" if room.upper is None else shown(room.upper.weight, "percent"), _next(plan, room.nearest, look),
        ])
    yield from table_lines(table, (False, True, True, True, False))
    first = [one for one in found.firsts if one.weights is not None and one.alone]
    never = [one for one in found.firsts if one.weights is None or not one.alone]
    comma = say(", ", "、")
    yield from paragraph(
        say("first by some weights: ", "某种权重下可居首位：")
        + comma.join(subject_text(plan, one.subject, look) for one in first), look)
    if never:
        yield from paragraph(
            say("alone in front by no weights at all: ", "任何权重下都不能独居首位：")
            + comma.join(subject_text(plan, one.subject, look) for one in never), look)


def _next(plan: ScoringPlan, swap: Swap | None, look: Look) -> str:
    if swap is None:
        return look.say("none", "无")
    above, below = subject_text(plan, swap.above, look), subject_text(plan, swap.below, look)
    at = shown(swap.weight, "percent")
    return look.say(f"{above} and {below} at {at}", f"{above}与{below}，在 {at}")


# ---------------------------------------------------------------- what is missing


def _extremes(plan: ScoringPlan, found: Robustness, look: Look) -> Iterable[Line]:
    say = look.say
    yield from paragraph(
        say("What is missing at its worst and at its best", "缺失值取最差和取最好"), look, "strong")
    firm = [one for one in found.extremes if one.best == one.worst]
    yield from paragraph(
        say("Whatever the missing values were, each subject's score and rank lie within: its own at the worst and all "
            "others' at the best, and the other way round.",
            "无论缺失的值本来是多少，分数和名次都在此范围内：自身取最差而他人取最好，以及相反。"), look, "faint")
    table = [[
        say("subject", "对象"), say("rank", "名次"), say("least", "最低分"), say("most", "最高分"),
        say("best rank", "最好名次"), say("worst rank", "最差名次"),
    ]]
    for one in sorted(found.extremes, key=lambda one: found.nominal.get(one.subject) or 0):
        nominal = found.nominal.get(one.subject)
        table.append([
            subject_text(plan, one.subject, look), "-" if nominal is None else str(nominal), shown(one.low),
            shown(one.high), str(one.best), str(one.worst),
        ])
    yield from table_lines(table, (False, True, True, True, True, True))
    yield from paragraph(
        say(f"{len(firm)} of {len(found.extremes)} ranks do not depend on what is missing.",
            f"{len(found.extremes)} 个名次中有 {len(firm)} 个与缺失值无关。"), look)

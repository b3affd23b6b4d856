"""What the rows themselves tell: whether one tester is strict, and which classes so few rows can tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations

from rubric_dsl.editions.samples import Classes, loses_one, wilson
from rubric_dsl.editions.strictness import Strictness
from rubric_dsl.numbers.show import rounded_digits
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.pieces import Line, Look, paragraph
from rubric_dsl.render.robust_words import item_text, percent, table_lines
from rubric_dsl.render.values import called
from rubric_dsl.render.width import visible

MOST_OUTCOMES = 12
"""Rows up to which every outcome of a share is shown with its interval."""


def strict_lines(plan: ScoringPlan, found: Strictness, look: Look) -> Iterable[Line]:
    say = look.say
    columns = {column.name: column.label for table in plan.tables for column in table.columns}
    column = called(found.column, columns.get(found.column), look)
    yield from paragraph(say(f"Is one {column} strict?", f"{column}：打分是否有宽有严"), look, "strong")
    yield from paragraph(
        say("Points of a row more or less than the mean of its scenario, and how often dealing out the rows of each "
            "scenario at random brings a mean as far from it.",
            "每行得分与本场景平均分之差的平均；以及把各场景的行随机分派时，平均差达到这么大的机会。"), look, "faint")
    table = [[
        say("value", "取值"), say("rows", "行数"), say("mean difference", "平均差"), say("by chance", "偶然的机会")
    ]]
    for one in found.leanings:
        table.append([
            visible(one.value), str(one.rows), rounded_digits(one.difference, 2), percent(one.by_chance),
        ])
    yield from table_lines(table, (False, True, True, True))
    count = len(found.leanings)
    seldom = [one for one in found.leanings if one.by_chance * count <= Fraction(1, 20)]
    if seldom:
        names = say(", ", "、").join(visible(one.value) for one in seldom)
        text = say(
            f"More than chance, even for {count} values that were looked at: {names}. Whether they score otherwise or "
            "were sent to other subjects, the rows alone do not tell.",
            f"考虑到同时看了 {count} 个取值，仍超出偶然范围：{names}。是打分尺度不同，还是所测对象不同，仅凭这些行"
            "无法分辨。")
    else:
        text = say(f"None differs more than chance brings where {count} values are looked at.",
                   f"同时看 {count} 个取值，没有一个的差别超出偶然范围。")
    yield from paragraph(text, look, "warning" if seldom else "")
    table = [[say("value", "取值"), say("scenario", "场景"), say("rows", "行数"), say("mean", "平均"),
              say("all", "全部"), say("difference", "差")]]
    for cell in found.cells:
        table.append([
            visible(cell.value), visible(cell.stratum or "-"), str(cell.rows), rounded_digits(cell.mean, 2),
            rounded_digits(cell.all, 2), rounded_digits(cell.mean - cell.all, 2),
        ])
    yield from table_lines(table, (False, False, True, True, True, True))


def classes_lines(plan: ScoringPlan, one: Classes, look: Look) -> Iterable[Line]:
    """What so few rows can tell of a share at all."""
    say, rows = look.say, one.rows
    labels = next((named.class_labels for named in plan.values if named.name == one.bands), {})

    def name(each: str) -> str:
        return called(each, labels.get(each), look)

    bands = item_text(plan, one.bands, look)
    yield from paragraph(say(f"What {rows} rows can tell: {bands}", f"{rows} 行能说明什么：{bands}"), look, "strong")
    low = percent(wilson(rows, rows)[0])
    lost = percent(loses_one(Fraction(95, 100), rows))
    yield from paragraph(
        say(f"Where {rows} of {rows} are seen, the true share may be as low as {low} (95% interval, Wilson). Where it "
            f"is 95%, at least one of {rows} is lost in {lost} of the cases.",
            f"{rows} 行全中时，真实占比也可能低至 {low}（95% 区间，Wilson）。真实占比为 95% 时，{rows} 行中至少失一行"
            f"的可能为 {lost}。"), look)
    if rows <= MOST_OUTCOMES:
        classes = {k: each for each, outcomes in one.seen for k in outcomes}
        table = [[say("seen", "观测"), say("share", "占比"), say("95% interval", "95% 区间"), say("class", "等级")]]
        for k in range(rows, -1, -1):
            ends = wilson(k, rows)
            table.append([
                say(f"{k} of {rows}", f"{k}/{rows}"), percent(Fraction(k, rows)),
                say(f"{percent(ends[0])} to {percent(ends[1])}", f"{percent(ends[0])} 至 {percent(ends[1])}"),
                name(classes[k]) if k in classes else "-",
            ])
        yield from table_lines(table, (False, True, True, False))
    told = [(a, b) for a, b in combinations([each for each, _ in one.seen], 2) if one.told_apart(a, b)]
    comma = say(", ", "、")

    def pairs(given: Sequence[tuple[str, str]]) -> str:
        return comma.join(say(f"{name(a)} from {name(b)}", f"{name(a)}与{name(b)}") for a, b in given)

    yield from paragraph(
        say("told apart by some outcomes: ", "有些结果可以区分：") + (pairs(told) or say("none", "无")), look)
    if one.confused:
        yield from paragraph(
            say("neighbours that no outcomes tell apart: ", "相邻等级，任何结果都无法区分：") + pairs(one.confused),
            look, "warning")
    if one.never:
        names = comma.join(name(each) for each in one.never)
        yield from paragraph(say("reached by no outcome: ", "不可能出现：") + names, look, "warning")

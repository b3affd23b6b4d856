"""Ranks over random draws: quantiles, who stands above whom, where the moves come from, a sentence a subject."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from rubric_dsl.editions.simulation import CONCENTRATION, Simulated, Spread
from rubric_dsl.numbers.show import rounded_digits, shown
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.pieces import Line, Look, paragraph
from rubric_dsl.render.robust_words import STEPS, percent, table_lines
from rubric_dsl.render.values import subject_text
from rubric_dsl.render.width import width

LOW, MIDDLE, HIGH = Fraction(5, 100), Fraction(1, 2), Fraction(95, 100)


def draws_lines(plan: ScoringPlan, found: Simulated, look: Look, bounds_by: Fraction | None) -> Iterable[Line]:
    say = look.say
    steps = say(", ", "、").join(say(*STEPS[step]) for step in found.steps)
    draws, seed = found.draws, found.seed
    yield from paragraph(
        say(f"{draws} draws of {steps} (seed {seed})", f"{steps}随机变动 {draws} 次（种子 {seed}）"), look, "strong"
    )
    yield from paragraph(say("; ", "；").join(_how(found, look, bounds_by)) + say(".", "。"), look, "faint")
    table = [[
        say("subject", "对象"), say("nominal", "名次"), say("median", "中位"), "5%", "95%",
        say("above the next", "高于下一位"),
    ]]
    order = [spread.subject for spread in found.spreads]
    for place, spread in enumerate(found.spreads):
        after = order[place + 1] if place + 1 < len(order) else None
        quantiles = (str(spread.quantile(share)) for share in (MIDDLE, LOW, HIGH))
        table.append([
            subject_text(plan, spread.subject, look), str(spread.nominal), *quantiles,
            "" if after is None else percent(Fraction(found.above[spread.subject, after], found.draws)),
        ])
    yield from table_lines(table, (False, True, True, True, True, True))
    yield from _above(plan, found, order, look)
    if found.indices is not None:
        yield from _indices(found, look)
    for spread in found.spreads:
        yield from paragraph(sentence(plan, spread, found, look), look, "faint")


def _how(found: Simulated, look: Look, bounds_by: Fraction | None) -> Iterable[str]:
    """What is drawn, in the words of somebody who would draw it again."""
    say = look.say
    if "weights" in found.steps:
        yield say(f"weights: Dirichlet around the panel's, of {CONCENTRATION} votes",
                  f"权重：以专家组权重为中心的 Dirichlet 分布，相当于 {CONCENTRATION} 票")
    if "bounds" in found.steps:
        share = "" if bounds_by is None else shown(bounds_by, "percent")
        step = say("one step of its column", "一个单位") if bounds_by is None else share
        yield say(f"bounds: each stays, or moves {step} down or up, all three alike likely",
                  f"界限：每个界限不变、下移或上移{step}，三者机会均等")
    if "rows" in found.steps:
        yield say("rows: drawn again with replacement, within scenarios of several rows, else from all of a subject",
                  "观测行：有放回重抽；场景内有多行的在场景内抽，否则在该对象的全部行中抽")


LARGEST_MATRIX = 16


def _above(plan: ScoringPlan, found: Simulated, order: Sequence[str], look: Look) -> Iterable[Line]:
    """Of each two the share of draws in which the one stands above the other, where that fits the line."""
    names = [subject_text(plan, subject, look) for subject in order]
    if not 2 < len(order) <= LARGEST_MATRIX:
        return
    table = [["", *names]]
    for row, subject in enumerate(order):
        cells = [
            "" if row >= column else _whole_percent(found.above[subject, other], found.draws)
            for column, other in enumerate(order)
        ]
        table.append([names[row], *cells])
    table = [[row[0], *row[2:]] for row in table[:-1]]
    if sum(max(width(row[i]) for row in table) + 2 for i in range(len(table[0]))) > look.columns:
        return
    yield from paragraph(
        look.say("Share of draws in which the row stands above the column, in %", "行高于列的模拟占比（%）"), look
    )
    yield from table_lines(table, (False, *(True for _ in table[0][1:])))


def _whole_percent(times: int, draws: int) -> str:
    """Only what never happened is 0, only what always happened is 100."""
    if times in (0, draws):
        return str(100 * times // draws)
    return str(min(max(round(Fraction(100 * times, draws)), 1), 99))


def sentence(plan: ScoringPlan, spread: Spread, found: Simulated, look: Look) -> str:
    """`杭州: rank 4; in 90% of the draws between 3 and 9, in 31.0% the same rank.`"""
    low, high = spread.quantile(LOW), spread.quantile(HIGH)
    same = percent(Fraction(spread.times[spread.nominal - 1], found.draws))
    name = subject_text(plan, spread.subject, look)
    if low == high == spread.nominal:
        return look.say(
            f"{name}: rank {spread.nominal}, in {same} of the draws too.",
            f"{name}：第 {spread.nominal} 名；{same} 的模拟名次不变。",
        )
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
        say(f"{STEPS[step][0]} {_index(first)} alone, {_index(total)} with what they do together with others",
            f"{STEPS[step][1]}单独 {_index(first)}，连同与其他步骤的交互 {_index(total)}")
        for step, first, total in zip(found.steps, indices.first, indices.total, strict=True)
    ]
    head = say("Where the moves come from, as shares of their variance (Sobol indices of first and total order): ",
               "名次变动来自哪里（占其方差的份额，Sobol 一阶与总效应指数）：")
    end = "" if indices.error is None else say(
        f"; estimated, ±{rounded_digits(indices.error, 2)}", f"；估计值，误差 ±{rounded_digits(indices.error, 2)}")
    yield from paragraph(head + say("; ", "；").join(parts) + end + say(".", "。"), look)


def _index(value: Any) -> str:
    """An estimate may lie a little outside 0 to 1, where no index does."""
    return rounded_digits(min(max(Fraction(value), Fraction(0)), Fraction(1)), 2)

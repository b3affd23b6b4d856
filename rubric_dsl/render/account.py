"""The account under a result: every row that was read, what was repaired or changed, by which method."""

from __future__ import annotations

from collections.abc import Iterable

from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.observations import codes
from rubric_dsl.observations.messages import repair_message
from rubric_dsl.observations.model import Ledger
from rubric_dsl.render.pieces import Line, Look, Piece, paragraph
from rubric_dsl.render.refusals import ledger_text
from rubric_dsl.render.values import called, is_shown_rounded, kind_of, value_text
from rubric_dsl.render.view import ResultView
from rubric_dsl.render.width import visible
from rubric_dsl.results.columns import by_subject

REPAIRS_SHOWN = 5


def account_lines(view: ResultView, look: Look) -> Iterable[Line]:
    for ledger in view.result.ledgers.values():
        yield from paragraph(ledger_text(ledger, look), look)
        if ledger.refused:
            yield from paragraph(look.say(
                f"  {ledger.refused} refused rows were LEFT OUT on request; ranks may differ because of it",
                f"  按要求去掉了 {ledger.refused} 行被拒收的数据，名次可能因此改变",
            ), look, "warning")
        yield from _repairs(ledger, look)
    for parameter in view.plan.parameters:
        if parameter.value != parameter.default:
            name = called(parameter.name, parameter.label, look)
            now = value_text(from_exact(parameter.value), parameter.type, look)
            before = value_text(from_exact(parameter.default), parameter.type, look)
            en, zh = f"with {name} = {now} instead of {before}", f"{name}={now}（原为{before}）"
            yield from paragraph(look.say(en, zh), look)
    yield from paragraph(look.say(
        f"method {view.plan_hash[:19]}, engine {view.result.engine}" + (", draft" if view.final is None else ""),
        f"方案 {view.plan_hash[:19]}，引擎 {view.result.engine}" + ("，草稿" if view.final is None else ""),
    ), look)
    if view.final is not None:
        by, date = visible(view.final.by), view.final.date
        yield from paragraph(look.say(f"final, declared by {by} on {date}", f"定稿，{by}于 {date} 确认"), look)
    if _something_is_rounded(view):
        yield from paragraph(look.say(
            "Numbers are shown rounded here; everything is computed and ranked exactly.",
            "此处显示的数经过舍入；计算和排名都用精确值。",
        ), look)


def _repairs(ledger: Ledger, look: Look) -> Iterable[Line]:
    count = len(ledger.repairs)
    if not count:
        none = look.say("  0 repairs: every cell was read as it stands", "  修正 0 处：每一格都按原样读取")
        yield from paragraph(none, look)
        return
    many = "repair" if count == 1 else "repairs"
    yield from paragraph(look.say(f"  read with {count} {many}:", f"  读取时修正 {count} 处："), look)
    for repair in sorted(ledger.repairs, key=lambda repair: repair.code not in codes.MARKED)[:REPAIRS_SHOWN]:
        what = ""
        if repair.column:
            what = f'{visible(repair.column)} "{visible(repair.before)}" -> "{visible(repair.after)}": '
        cell = visible(ledger.place(repair.row, repair.column or None, repair.file))
        row = cell if "!" in cell else look.say(f"row {repair.row}", f"第 {repair.row} 行") if repair.row else ""
        if ledger.parts:
            row = f"{visible(repair.file)} {row}".strip()
        mark = "! " if repair.code in codes.MARKED else ""
        yield from paragraph(f"    {f'{row} ' if row else ''}{what}{mark}{repair_message(repair, look.lang)}", look)
    if count > REPAIRS_SHOWN:
        more = count - REPAIRS_SHOWN
        yield (Piece(look.say(f"    and {more} more (--json lists them)", f"    另有 {more} 处（见 --json）")),)


def _something_is_rounded(view: ResultView) -> bool:
    kinds = {named.name: kind_of(named, view.plan) for named in view.plan.values}
    shown = {ranking.by for ranking in view.result.rankings} or set(kinds)
    return any(
        is_shown_rounded(value, kinds[name])
        for name in kinds if name in shown for value in by_subject(view.result, name).values()
    )

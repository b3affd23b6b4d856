"""A result in a terminal: the rankings with the reasons in brief, and the account of every row that was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, pairwise

from rubric_dsl.engines.reference.contributions import Loss
from rubric_dsl.engines.run import tells_private
from rubric_dsl.numbers.reals import Exact, negate
from rubric_dsl.observations.model import PRIVATE
from rubric_dsl.observations.periods import period_column
from rubric_dsl.plan.model import NamedValue
from rubric_dsl.plan.naming import group_label
from rubric_dsl.render.account import account_lines
from rubric_dsl.render.pieces import Line, Look, Piece, paragraph
from rubric_dsl.render.values import (
    absence_text,
    called,
    kind_of,
    literal_text,
    number_text,
    subject_text,
    value_text,
    why_absent,
)
from rubric_dsl.render.view import ResultView
from rubric_dsl.render.width import cut, pad, visible, width, wrap
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER
from rubric_dsl.results.columns import by_subject
from rubric_dsl.results.model import NoValue, Outcome, Placed, RankingResult

LOSSES_SHOWN = 3
ROWS_SHOWN = 4
WIDEST_SUBJECT = 32
KEYS_SHOWN = 4
CHANGES = {
    "condition": (" (a condition)", "（条件）"),
    "limits": (" (a bound)", "（上下限）"),
    "rounding": (" (rounding)", "（舍入）"),
}
"""What took the points, where it is not the item itself."""


def result_lines(views: Sequence[ResultView], look: Look) -> Iterable[Line]:
    """One view, or in a rubric with `each` one a period."""
    yield from _head(views[0], look)
    for view in views:
        yield from _period(view, look)
        for ranking in view.result.rankings:
            yield ()
            yield from _ranking(view, ranking, look)
        if not view.result.rankings:
            yield ()
            yield from _scores(view, look)
    yield ()
    yield from account_lines(views[-1], look)


def _period(view: ResultView, look: Look) -> Iterable[Line]:
    column, period = period_column(view.plan), view.result.period
    if column is not None and period is not None:
        what = called(column.name, column.label, look)
        yield ()
        yield (Piece(f"{what} {called(period, view.result.period_label, look)}", "strong"),)


def _head(view: ResultView, look: Look) -> Iterable[Line]:
    header = view.plan.header
    title = visible(header.title)
    if header.edition:
        title += look.say(f", edition {visible(header.edition)}", f"，{visible(header.edition)}版")
    for line in wrap(title, look.columns):
        yield (Piece(line, "strong"),)


# ---------------------------------------------------------------- rankings


def _ranking(view: ResultView, ranking: RankingResult, look: Look) -> Iterable[Line]:
    yield from paragraph(_ranking_title(view, ranking, look), look)
    placed = [row for row in ranking.rows if row.rank is not None]
    keys = _deciding_keys(view, ranking, placed)
    columns = [named for named in view.bands if named.name != ranking.by]
    classes = [(named, by_subject(view.result, named.name)) for named in columns]
    operation = _operation(view, ranking)
    table = [_heading(view, ranking, keys, columns, look)]
    table += [_cells(view, operation, row, keys, classes, look) for row in placed]
    widths = [max(width(cells[i]) for cells in table) for i in range(len(table[0]))]
    yield (Piece(_aligned(table[0], widths), "faint"),)
    for group, rows in groupby(zip(placed, table[1:], strict=True), key=lambda pair: pair[0].group):
        if group is not None:
            yield (Piece(called(group, group_label(view.plan, ranking.name, group), look), "strong"),)
        for row, cells in rows:
            yield (Piece(_aligned(cells, widths)),)
            yield from _losses(view, ranking, row.subject, look)
    for row in ranking.rows:
        if row.rank is None:
            subject = subject_text(view.plan, row.subject, look)
            yield from paragraph(f"{'-':>{widths[0]}}  {subject}: {_unranked(view, row, look)}", look)


def _ranking_title(view: ResultView, ranking: RankingResult, look: Look) -> str:
    what = _by_name(view, ranking, look)
    name = called(ranking.name, ranking.label, look)
    head = look.say(f"by {what}", f"按{what}排名")
    if name not in (what, "ranking"):
        head = look.say(f"{name}, by {what}", f"{name}（按{what}）")
    return head + _precision(view, ranking, look)


def _precision(view: ResultView, ranking: RankingResult, look: Look) -> str:
    """What decides the ranks, when it is not the exact value."""
    operation = _operation(view, ranking)
    if operation.rounding is None:
        return ""
    step = literal_text(operation.rounding.step, view.plan.nodes[operation.by].type, look)
    mode = operation.rounding.mode
    zh = {"half up": "四舍五入", "half even": "修约", "up": "进位", "down": "舍去"}[mode]
    return look.say(f"; ranks decided on the value rounded {mode} to {step}", f"；名次按{zh}到 {step} 的值确定")


def _deciding_keys(view: ResultView, ranking: RankingResult, placed: Sequence[Placed]) -> int:
    """How many of the tie keys it took to tell subjects of equal scores apart."""
    deepest = 0
    for one, other in pairwise(placed):
        if one.score == other.score and one.group == other.group:
            told = (i for i, (a, b) in enumerate(zip(one.keys, other.keys, strict=True), 1) if a != b)
            deepest = max(deepest, next(told, 0))
    return min(deepest, KEYS_SHOWN)


def _key_name(view: ResultView, node: op.Node, look: Look) -> str:
    """The name of what the key compares, else its words."""
    operation = view.plan.nodes[node].operation
    named = next((value for value in view.plan.values if value.node == node), None)
    if named is not None:
        return called(named.name, named.label, look)
    if isinstance(operation, op.Column):
        columns = (c for table in view.plan.tables if table.name == operation.table for c in table.columns)
        return called(operation.column, next(c.label for c in columns if c.name == operation.column), look)
    return look.say("tie key", "同分比较")


def _operation(view: ResultView, ranking: RankingResult) -> op.Ranking:
    schema = next(schema for schema in view.plan.rankings if schema.name == ranking.name)
    operation = view.plan.nodes[schema.node].operation
    assert isinstance(operation, op.Ranking)
    return operation


def _subject_name(view: ResultView, look: Look) -> str:
    table = view.plan.tables[0] if view.plan.tables else None
    column = next((c for c in table.columns if c.name == table.subject), None) if table else None
    return called(column.name, column.label, look) if column else look.say("subject", "对象")


def _by_name(view: ResultView, ranking: RankingResult, look: Look) -> str:
    """What is ranked by: something named, or a column of facts."""
    named = view.named(ranking.by)
    columns = (c for table in view.plan.tables for c in table.columns if c.name == ranking.by)
    label = named.label if named is not None else next((column.label for column in columns), None)
    return called(ranking.by, label, look)


def _heading(
    view: ResultView, ranking: RankingResult, keys: int, columns: Sequence[NamedValue], look: Look
) -> list[str]:
    said = [look.say("rank", "名次"), _subject_name(view, look), _by_name(view, ranking, look)]
    said += [_key_name(view, key.node, look) for key in _operation(view, ranking).keys[:keys]]
    return [*said, *(called(named.name, named.label, look) for named in columns)]


def _cells(
    view: ResultView, operation: op.Ranking, row: Placed, keys: int,
    classes: Sequence[tuple[NamedValue, Mapping[str, Outcome]]], look: Look,
) -> list[str]:
    """Rank, subject, the value that decided, the keys that decided between equals, the classes."""
    cells = [str(row.rank), cut(subject_text(view.plan, row.subject, look), WIDEST_SUBJECT, look.ellipsis)]
    nodes = view.plan.nodes
    cells.append(value_text(row.score, nodes[operation.by].type, look))
    for key, value_of_key in zip(operation.keys[:keys], row.keys, strict=False):
        cells.append("" if value_of_key is None else _key_text(view, key.node, value_of_key, look))
    for named, of_subjects in classes:
        value = of_subjects.get(row.subject)
        cells.append("" if value is None else value_text(value, kind_of(named, view.plan), look, named.class_labels))
    return cells


def _key_text(view: ResultView, node: op.Node, value: Exact, look: Look) -> str:
    return PRIVATE if tells_private(view.plan, node) else value_text(value, view.plan.nodes[node].type, look)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """The rank and the score stand right in their columns, the rest left."""
    return "  ".join(pad(cell, widths[i], right=i in (0, 2)) for i, cell in enumerate(cells)).rstrip()


def _unranked(view: ResultView, row: Placed, look: Look) -> str:
    if row.because == "excluded":
        line = view.plan.nodes[row.condition].lines if row.condition is not None else ()
        where = look.say(f" (line {line[0].line})", f"（细则第 {line[0].line} 行）") if line else ""
        return look.say("excluded", "不参加排名") + where
    if isinstance(row.score, NoValue):
        reason = why_absent(row.score, look)
        return absence_text(row.score, look) + look.say(f": {reason}", f"：{reason}")
    return look.say("no group to be ranked in", "没有所属的分组")


def _losses(view: ResultView, ranking: RankingResult, subject: str, look: Look) -> Iterable[Line]:
    """What cost most, and on which rows."""
    schema = next(schema for schema in view.plan.rankings if schema.name == ranking.name)
    losses = view.reasons(schema, subject)[:LOSSES_SHOWN]
    if not losses:
        return
    indent = 6
    text = look.say("; ", "；").join(_loss(view, loss, look) for loss in losses)
    for line in wrap(text, look.columns - indent):
        yield (Piece(" " * indent + line, "faint"),)


def _loss(view: ResultView, loss: Loss, look: Look) -> str:
    named = view.named(loss.item)
    what = called(loss.item, named.label if named else None, look)
    what += CHANGES.get(loss.kind, ("", ""))[look.lang == "zh"]
    lost = number_text(negate(loss.lost), NUMBER, look)
    return f"{what} {lost}{_rows(view, loss, look)}"


def _rows(view: ResultView, loss: Loss, look: Look) -> str:
    """` (rows 4, 9, 17 and 3 more)`, with the table where there are several; nothing for an item that reads no rows."""
    if not loss.rows:
        return ""
    numbers = ", ".join(map(str, loss.rows[:ROWS_SHOWN]))
    more = len(loss.rows) - ROWS_SHOWN
    table = next((table for table in view.plan.tables if table.name == loss.table), None)
    name = called(table.name, table.label, look) if table and len(view.plan.tables) > 1 else ""
    if look.lang == "zh":
        return f"（{name}第{numbers.replace(', ', '、')}行{f'等{len(loss.rows)}行' if more > 0 else ''}）"
    rows = "rows" if len(loss.rows) > 1 else "row"
    return f" ({f'{name} ' if name else ''}{rows} {numbers}{f' and {more} more' if more > 0 else ''})"


# ---------------------------------------------------------------- a rubric without rankings


def _scores(view: ResultView, look: Look) -> Iterable[Line]:
    """The outermost indicators of every subject, or all named values when there are none."""
    values = [named for named in view.plan.values if named.kind == "indicator" and named.depth == 0]
    columns = (values or [named for named in view.plan.values if named.kind in ("measure", "bands")]) + view.bands
    head = [_subject_name(view, look), *(called(named.name, named.label, look) for named in columns)]
    table = [head]
    for subject, found in view.result.values.items():
        shown = [found.get(named.name) for named in columns]
        table.append([cut(subject_text(view.plan, subject, look), WIDEST_SUBJECT, look.ellipsis)] + [
            "" if value is None else value_text(value, kind_of(named, view.plan), look, named.class_labels)
            for named, value in zip(columns, shown, strict=True)
        ])
    widths = [max(width(cells[i]) for cells in table) for i in range(len(head))]
    for i, cells in enumerate(table):
        line = "  ".join(pad(cell, widths[k]) for k, cell in enumerate(cells)).rstrip()
        yield (Piece(line, "faint" if i == 0 else ""),)

"""Cases that a rubric should be tested with, as tests to paste and as a workbook for experts to fill in."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from rubric_dsl.editions.proposals import Case, case_test
from rubric_dsl.engines.problems import value_text
from rubric_dsl.evaluation.values import NOT_APPLICABLE, Value
from rubric_dsl.observations.model import Cell
from rubric_dsl.plan.model import ColumnSchema, ScoringPlan
from rubric_dsl.render.coverage import CoverageWords
from rubric_dsl.render.pieces import Line, Look, Piece
from rubric_dsl.resolved.types import TypeKind

KINDS: dict[str, TypeKind] = {"percent": "percent", "seconds": "duration", "date": "date", "time": "time"}


def proposal_lines(plan: ScoringPlan, cases: Sequence[Case], look: Look) -> Iterable[Line]:
    """Each case as a test with what the rubric gives now, under what it reaches."""
    say, words = look.say, CoverageWords(plan, look)
    head = say("Check each answer: it is what the rubric gives now, which is what is to be tested.",
               "请逐条核对答案：答案是细则现在给出的结果，而要检验的正是它。")
    yield (Piece(f"# {head}"),)
    for number, case in enumerate(cases, 1):
        yield ()
        for goal in case.reaches:
            line = "" if goal.lines is None else str(goal.lines.line)
            yield (Piece(f"# {line} {words.goal(goal)}"),)
        title = say(f"proposed {number}", f"拟定 {number}")
        test = case_test(plan, case, title, "zh" if look.lang == "zh" else "en")
        yield from ((Piece(text),) for text in (test or "").splitlines())


def proposals_workbook(plan: ScoringPlan, cases: Sequence[Case], look: Look) -> bytes:
    """A sheet a table: the cells of each case and a blank for each answer; on a second sheet what the rubric gives."""
    import xlsxwriter  # type: ignore[import-untyped]  # heavy

    say, words = look.say, CoverageWords(plan, look)
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(2000, 1, 1)})  # the same cases, the same bytes
    head = book.add_format({"bold": True, "bg_color": "#DDE6F0", "text_wrap": True, "valign": "top"})
    blank = book.add_format({"bg_color": "#FFF8DC", "border": 1})
    answered = []
    for table in plan.tables:
        own = [(number, case) for number, case in enumerate(cases, 1) if case.table == table.name]
        if not own:
            continue
        columns = [column for column in table.columns if any(case.cells.get(column.name) is not None for _, case in own)
                   and column.name != table.subject]
        items = list(dict.fromkeys(name for _, case in own for name in case.answers))
        sheet = book.add_worksheet(table.name[:31])
        header = [say("case", "编号"), *(column.label or column.name for column in columns),
                  *(words.item(name) for name in items), say("what it tests", "检验什么")]
        sheet.write_row(0, 0, header, head)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(header) - 2, 13)
        sheet.set_column(len(header) - 1, len(header) - 1, 70)
        for row, (number, case) in enumerate(own, 1):
            sheet.write_number(row, 0, number)
            for place, column in enumerate(columns, 1):
                sheet.write_string(row, place, _cell(case.cells.get(column.name), column, look))
            for place, name in enumerate(items, 1 + len(columns)):
                if name in case.answers:
                    sheet.write_blank(row, place, None, blank)
                    answered.append((number, name, _value(plan, name, case.answers[name], look)))
            goals = say("; ", "；").join(words.goal(goal) for goal in case.reaches)
            sheet.write_string(row, len(header) - 1, goals)
    sheet = book.add_worksheet(say("rubric gives", "细则给出"))
    sheet.write_row(0, 0, [say("case", "编号"), say("item", "项目"), say("points", "得分")], head)
    sheet.set_column(1, 1, 30)
    for row, (number, name, value) in enumerate(answered, 1):
        sheet.write_number(row, 0, number)
        sheet.write_string(row, 1, words.item(name))
        sheet.write_string(row, 2, value)
    book.close()
    return data.getvalue()


def _cell(cell: Cell, column: ColumnSchema, look: Look) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str) and column.members:
        return next((m.labels[0] for m in column.members if m.name == cell and m.labels), cell)
    return value_text(cell, KINDS.get(column.type, "number"), look.lang)


def _value(plan: ScoringPlan, name: str, value: Value, look: Look) -> str:
    if value is NOT_APPLICABLE:
        return look.say("not applicable", "不适用")
    named = next(one for one in plan.values if one.name == name)
    return value_text(value, plan.nodes[named.node].type.kind, look.lang)

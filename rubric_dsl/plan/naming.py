"""What subjects and items are called."""

from __future__ import annotations

from collections.abc import Sequence

from rubric_dsl.plan.model import MemberSchema, ScoringPlan
from rubric_dsl.resolved import operations as op


def label_of(plan: ScoringPlan, subject: str) -> str | None:
    """The label of a subject that is a member of a choice; None where it has none."""
    columns = (column for table in plan.tables for column in table.columns if column.name == table.subject)
    return next((label for column in columns if (label := _label(column.members, subject)) is not None), None)


def group_label(plan: ScoringPlan, ranking: str, group: str) -> str | None:
    """The label of a group of a ranking `within` a fact or a class; None where it has none."""
    operation = plan.nodes[next(schema.node for schema in plan.rankings if schema.name == ranking)].operation
    assert isinstance(operation, op.Ranking)
    if operation.within is None:
        return None
    for named in plan.values:
        if named.node == operation.within and group in named.class_labels:
            return named.class_labels[group]
    if plan.nodes[operation.within].type.kind == "yes/no":
        return {"yes": "是", "no": "否"}.get(group)
    fact = plan.nodes[operation.within].operation
    if not isinstance(fact, op.Column):
        return None
    tables = (table for table in plan.tables if table.name == fact.table)
    columns = (column for table in tables for column in table.columns if column.name == fact.column)
    return next((_label(column.members, group) for column in columns), None)


def _label(members: Sequence[MemberSchema], name: str) -> str | None:
    return next((member.labels[0] for member in members if member.name == name and member.labels), None)


def in_period(what: str, period: str | None, lang: str) -> str:
    """`杭州（2020）`: in a rubric with `each` a name with the period that is spoken of."""
    if period is None:
        return what
    return f"{what}（{period}）" if lang == "zh" else f"{what} ({period})"


def called(name: str, label: str | None, lang: str) -> str:
    """What people call it: the label, but in English not one that is written in Chinese."""
    if label and (lang == "zh" or not any("\u4e00" <= char <= "\u9fff" for char in label)):
        return label
    return name

"""What subjects and items are called."""

from __future__ import annotations

from rubric_dsl.plan.model import ScoringPlan


def label_of(plan: ScoringPlan, subject: str) -> str | None:
    """The label of a subject that is a member of a choice; None where it has none."""
    for table in plan.tables:
        for column in table.columns:
            if column.name == table.subject:
                for member in column.members:
                    if member.name == subject and member.labels:
                        return member.labels[0]
    return None


def called(name: str, label: str | None, lang: str) -> str:
    """What people call it: the label, but in English not one that is written in Chinese."""
    if label and (lang == "zh" or not any("\u4e00" <= char <= "\u9fff" for char in label)):
        return label
    return name

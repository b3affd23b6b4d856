"""`--reach`: `rank=4` (or `4`), `heat=hot` (or `hot`), `score=80`, `wait=15`."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.engines.run import Run
from rubric_dsl.explain.goals import ClassGoal, Goal, RankGoal, ScoreGoal, standing
from rubric_dsl.explain.why import roots
from rubric_dsl.numbers.decimals import read_decimal
from rubric_dsl.plan.model import NamedValue

SCORES = ("score", "得分", "分")
RANKS = ("rank", "名次")


def goal_of(run: Run, text: str, item: NamedValue | None) -> Goal:
    """The goal that is meant: an item by its name or label, a class by its own, a bare number is a rank."""
    left, equals, right = (part.strip() for part in text.partition("="))
    if not equals:
        left, right = ("rank", left) if left.isascii() and left.isdigit() else ("", left)
    if left in RANKS:
        return _rank(run, text, right, item)
    classes = list(_classes(run, left, right))
    if len(classes) == 1:
        return classes[0]
    named = next((one for one in run.plan.values if left in (one.name, one.label)), None)
    if left in SCORES:
        named = item or roots(run.plan)[0]
    number = _number(right)
    if classes or named is None or named.kind == "bands" or number is None:
        known = [f"{one.name}={name}" for one in run.plan.values for name in one.class_labels or ()]
        raise Stop(Exit.USAGE, "usage.goal", goal=text, goals=", ".join(["rank=1", "score=80", *known][:8]))
    return ScoreGoal(named, number)


def reverse_of(run: Run, subject: str) -> RankGoal | None:
    """What would lose the subject its rank in the first ranking, where it has one."""
    if not run.plan.rankings:
        return None
    schema = run.plan.rankings[0]
    ranks = [standing(run, schema, one).rank for one in run.subjects]
    rank = standing(run, schema, subject).rank
    worse = rank is not None and any(other is not None and other > rank for other in ranks)
    return RankGoal(schema, rank, lose=True) if rank is not None and worse else None


def _rank(run: Run, text: str, right: str, item: NamedValue | None) -> RankGoal:
    schemas = [one for one in run.plan.rankings if item is None or one.by == item.name]
    if not schemas or not (right.isascii() and right.isdigit()) or not 1 <= int(right[:9]) <= len(run.subjects):
        raise Stop(Exit.USAGE, "usage.goal-rank", goal=text, most=len(run.subjects))
    return RankGoal(schemas[0], int(right))


def _classes(run: Run, left: str, right: str) -> Iterator[ClassGoal]:
    """The classes of that name or label, of the classification that is named or of any."""
    for named in run.plan.values:
        if named.kind != "bands" or (left and left not in (named.name, named.label)):
            continue
        names = run.plan.nodes[named.node].type.members
        for name in names:
            if right in (name, named.class_labels.get(name)):
                yield ClassGoal(named, name)


def _number(text: str) -> Fraction | None:
    percent = text.endswith("%")
    try:
        value = read_decimal(text.removesuffix("%"))
    except ValueError:
        return None
    return value / 100 if percent else value

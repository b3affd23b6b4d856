"""How a value of a plan is shown to people: by its type, with labels, in their language."""

from __future__ import annotations

from fractions import Fraction

from rubric_dsl.numbers.decimals import decimal_places, from_exact
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.numbers.show import shown, written
from rubric_dsl.plan import naming
from rubric_dsl.plan.model import NamedValue, ScoringPlan
from rubric_dsl.render.pieces import Look
from rubric_dsl.render.width import visible
from rubric_dsl.resolved.types import ValueType
from rubric_dsl.results.json import shown_kind
from rubric_dsl.results.model import NoValue, Outcome


def called(name: str, label: str | None, look: Look) -> str:
    """What people call it, to be printed."""
    return visible(naming.called(name, label, look.lang))


def subject_text(plan: ScoringPlan, subject: str, look: Look) -> str:
    """A subject as people call it: by its label where subjects are members of a choice."""
    return called(subject, naming.label_of(plan, subject), look)


def value_text(value: Outcome, kind: ValueType, look: Look, labels: dict[str, str] | None = None) -> str:
    """The value in words; `labels` are those of a bands' classes."""
    if isinstance(value, NoValue):
        return absence_text(value, look)
    if isinstance(value, bool):
        return look.say("yes" if value else "no", "是" if value else "否")
    if isinstance(value, str):
        return called(value, (labels or {}).get(value), look)
    return number_text(value, kind, look)


def number_text(value: Exact, kind: ValueType, look: Look) -> str:
    return _signed(shown(value, shown_kind(kind), look.lang), look)


def literal_text(text: str, kind: ValueType, look: Look) -> str:
    """A number of the rubric, given in exact text, with all its digits."""
    return _signed(written(from_exact(text), shown_kind(kind), look.lang), look)


def _signed(text: str, look: Look) -> str:
    return text.replace("-", "−", 1) if text.startswith("-") and not look.ascii else text


def absence_text(value: NoValue, look: Look) -> str:
    if value.state == "missing":
        return look.say("missing", "缺失")
    return look.say("not applicable", "不适用")


def why_absent(value: NoValue, look: Look) -> str:
    """The reason for which there is no value."""
    facts = dict(value.facts)
    table, line = visible(facts.get("table", "")), facts.get("line", "")
    en, zh = {
        "no row": (f"no row of {table} counts", f"{table} 没有可计的行"),
        "condition": (f"a condition says so (line {line})", f"条件如此规定（第 {line} 行）"),
        "no part": ("none of its parts has a score", "其下各项都没有得分"),
        "its table": ("its table says so", "其分档表如此规定"),
        "no period before": ("there is no value of the period before", "没有上一期的值"),
        "missing value": ("a value that it needs is missing", "所需的值缺失"),
    }.get(value.because, (value.because, value.because))
    return look.say(en, zh)


def is_shown_rounded(value: Outcome, kind: ValueType) -> bool:
    """Whether what is shown differs from the exact value, which the reader then has to be told."""
    if isinstance(value, (bool, str, NoValue)) or not kind.numeric:
        return False
    if not isinstance(value, Fraction):
        return True
    places = decimal_places(value * 100 if kind.kind == "percent" else value)
    return places is None or places > (2 if kind.kind == "percent" else 6)


def kind_of(named: NamedValue, plan: ScoringPlan) -> ValueType:
    return plan.nodes[named.node].type

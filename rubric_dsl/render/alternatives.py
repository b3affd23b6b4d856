"""Decisions taken the other way, with who changes rank by each: in words, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from rubric_dsl.editions.alternatives import Alternative, Outcome
from rubric_dsl.numbers.show import shown
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.pieces import Line, Look, paragraph
from rubric_dsl.render.robust_words import item_text
from rubric_dsl.render.values import subject_text
from rubric_dsl.render.width import visible

Json = dict[str, Any]

KINDS = {
    "expert alone": ("expert {new} alone", "只用专家 {new}"),
    "without expert": ("without expert {new}", "去掉专家 {new}"),
    "without part": ("without {new}", "去掉 {new}"),
    "without scenario": ("without scenario {new}", "去掉场景 {new}"),
    "without value": ("without {item} {new}", "去掉 {item} {new}"),
    "precision": ("precision {old} → {new}", "精度 {old} → {new}"),
    "rounding mode": ("line {item}: {old} → {new}", "第 {item} 行：{old} → {new}"),
    "ties": ("ties {old} → {new}", "同分 {old} → {new}"),
    "missing rule": ("{item}: {old} → {new}", "{item}：{old} → {new}"),
    "scenario weights": ("{item}: {old} → {new}", "{item}：{old} → {new}"),
    "aggregation": ("{item}: {old} → {new}", "{item}：{old} → {new}"),
}  # fmt: skip
WORDS = {
    "share": "并列同名次", "dense": "不跳号", "exact": "精确", "half up": "四舍五入", "half even": "修约",
    "not applicable": "不适用", "equal scenarios": "场景等权", "weighted scenarios": "场景加权",
    "every row alike": "逐行等权", "mean": "加权平均", "geometric mean": "几何平均", "all scores": "各项得分",
}  # fmt: skip


def alternative_text(plan: ScoringPlan, one: Alternative, look: Look) -> str:
    def word(text: str) -> str:
        head, _, rest = text.partition(" ")
        if head == "by":
            return look.say("by ", "按 ") + item_text(plan, rest, look)
        if head in ("unless:", "if:", "when:"):
            return look.say(head, CONDITIONS[head]) + look.say(" ", "") + rest
        return _mode(text, look) if text.startswith(("half", "up ", "down")) else look.say(text, WORDS.get(text, text))

    en, zh = KINDS[one.kind]
    new = item_text(plan, one.new, look) if one.kind == "without part" else word(one.new)
    item = look.say(one.item, WORDS.get(one.item, "")) or one.item
    text = look.say(en, zh).format(item=item_text(plan, item, look), old=word(one.old), new=new)
    return visible(text.replace("→", "->") if look.ascii else text)


CONDITIONS = {"unless:": "除非：", "if:": "若：", "when:": "当："}


def _mode(text: str, look: Look) -> str:
    """`half up 1/1000` as `half up to 0.001`."""
    head, _, step = text.rpartition(" ")
    if not step[:1].isdigit():
        return look.say(text, WORDS.get(text, text))
    to = shown(Fraction(step))
    return look.say(f"{head} to {to}", f"{WORDS.get(head, head)}到 {to}")


def outcome_lines(
    plan: ScoringPlan, outcomes: Sequence[Outcome], nominal: dict[str, int | None], look: Look
) -> Iterable[Line]:
    """Each alternative with who changes rank by it."""
    say = look.say
    yield from paragraph(say("Decided the other way, one at a time", "逐一改用另一种做法"), look, "strong")
    for one in outcomes:
        text = alternative_text(plan, one.alternative, look)
        if one.ranks is None:
            yield from paragraph(f"  {text}: " + say("no result", "无结果"), look, "faint")
            continue
        moved = moves(one, nominal)
        who = say(", ", "，").join(
            f"{subject_text(plan, subject, look)} {old if old is not None else '-'}{'->' if look.ascii else '→'}"
            f"{new if new is not None else '-'}"
            for subject, old, new in moved
        )
        yield from paragraph(f"  {text}{say(': ', '：')}{who or say('nobody moves', '名次不变')}", look)


def moves(one: Outcome, nominal: dict[str, int | None]) -> list[tuple[str, int | None, int | None]]:
    """Subject, published and other rank of those whose rank is another."""
    assert one.ranks is not None
    pairs = ((subject, rank, one.ranks.get(subject)) for subject, rank in nominal.items())
    return [(subject, old, new) for subject, old, new in pairs if old != new]


def outcome_json(one: Outcome, nominal: dict[str, int | None]) -> Json:
    way = one.alternative
    moved = None if one.ranks is None else [
        {"subject": subject, "old": old, "new": new} for subject, old, new in moves(one, nominal)
    ]
    return {"kind": way.kind, "item": way.item, "old": way.old, "new": way.new, "moves": moved}

"""The form scored without the program: touchpoints as Python conditions, means of means in fractions.

Every rule is written anew from the form, so that a slip in the rubric or in the engine shows as a difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from tests.tables import ROOT

EXAMPLE = ROOT / "examples" / "zhejiang_12345_2020"
RUBRIC = ROOT / "rubrics" / "zhejiang_12345_2020.rubric"
RUBRIC_ZH = ROOT / "rubrics" / "zhejiang_12345_2020.zh.rubric"

Call = Mapping[str, str]

LABELS = {
    "call_id": "通话编号", "city": "城市", "scenario_id": "场景编号", "call_date": "拨打日期", "call_time": "拨打时间",
    "period": "时段", "tester_id": "测评员编号", "connected": "是否接通", "fail_reason": "未接通原因",
    "wait_seconds": "等待时长(秒)", "ivr_present": "有无智能导航", "audio_clear": "通话是否清晰",
    "greeting": "规范问候", "mandarin_standard": "普通话标准", "speech_rate_cpm": "语速(字/分钟)",
    "tone_rating": "语调评分(1-5)",
    "proactive_guidance": "主动引导", "direct_answer": "是否直接答复", "transfers": "转接次数",
    "told_other_number": "是否建议改拨其他电话", "key_points_total": "要点总数", "key_points_hit": "答出要点数",
    "policy_basis": "是否说明依据", "handle_seconds": "处理业务时长(秒)", "lookup_hold_seconds": "检索等候时长(秒)",
}
OBSERVED = list(LABELS)[9:]
"""The columns that only an answered call has."""


def says_yes(column: str) -> Callable[[Call], bool]:
    return lambda call: call[column] == "yes"


def at_most(column: str, limit: int) -> Callable[[Call], bool]:
    return lambda call: int(call[column]) <= limit


FORM: dict[str, list[tuple[int, Callable[[Call], bool]]]] = {
    "connect": [(6, says_yes("connected"))],
    "environment": [(2, says_yes("ivr_present")), (2, says_yes("audio_clear"))],
    "wait": [(points, at_most("wait_seconds", limit)) for points, limit in ((3, 180), (5, 60), (5, 30), (7, 15))],
    "attitude": [
        (2, says_yes("greeting")), (3, says_yes("mandarin_standard")),
        (3, lambda call: 100 <= int(call["speech_rate_cpm"]) <= 140), (4, lambda call: int(call["tone_rating"]) >= 4),
        (3, says_yes("proactive_guidance")),
    ],
    "direct": [
        (6, says_yes("direct_answer")), (4, lambda call: int(call["transfers"]) == 0),
        (5, lambda call: call["told_other_number"] == "no"),
    ],
    "accuracy": [
        (5, lambda call: 2 * int(call["key_points_hit"]) >= int(call["key_points_total"])),
        (6, lambda call: call["key_points_hit"] == call["key_points_total"]), (4, says_yes("policy_basis")),
    ],
    "handling": [
        (7, at_most("handle_seconds", 600)), (7, at_most("handle_seconds", 300)), (6, at_most("handle_seconds", 180)),
        (5, at_most("lookup_hold_seconds", 30)),
    ],
}
INDICATORS = list(FORM)
SCENARIOS = [f"S{number}" for number in range(1, 9)]


def mean(values: Iterable[Fraction | int]) -> Fraction:
    listed = list(values)
    return Fraction(sum(listed)) / len(listed)


def points(indicator: str, call: Call) -> int:
    """Of one call; nobody answered: 0 on everything."""
    if call["connected"] != "yes":
        return 0
    return sum(worth for worth, holds in FORM[indicator] if holds(call))


def scores(calls: Iterable[Call]) -> dict[str, dict[str, Fraction]]:
    """By city: every indicator as the mean of its scenarios' means, and their sum."""
    listed = list(calls)
    found: dict[str, dict[str, Fraction]] = {}
    for city in dict.fromkeys(call["city"] for call in listed):
        mine = {name: [c for c in listed if (c["city"], c["scenario_id"]) == (city, name)] for name in SCENARIOS}
        parts = {i: mean(mean(points(i, call) for call in mine[name]) for name in SCENARIOS) for i in INDICATORS}
        found[city] = {"total": sum(parts.values(), Fraction(0)), **parts}
    return found


def heat(calls: Iterable[Call]) -> dict[str, str]:
    """The class of the connect rate, rounded half up to whole percentages."""
    listed = list(calls)
    found = {}
    for city in dict.fromkeys(call["city"] for call in listed):
        mine = [call["connected"] == "yes" for call in listed if call["city"] == city]
        percent = int(Fraction(100 * sum(mine), len(mine)) + Fraction(1, 2))
        found[city] = "hot" if percent >= 95 else "warm" if percent >= 31 else "cold" if percent >= 1 else "dead"
    return found


def ranks(totals: Mapping[str, Fraction]) -> dict[str, int]:
    return {city: 1 + sum(other > own for other in totals.values()) for city, own in totals.items()}

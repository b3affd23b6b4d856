"""The draft of 2021 beside the rubric of 2020: each change found, each movement split as another calculation does.

That one knows nothing of mixtures: it writes an amending rubric for every set of changes, scores each as a rubric of
its own, and takes the mean over all orders.
"""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.results.score import score
from tests.program import run
from tests.properties.program import File, observed

ROOT = Path(__file__).parents[2]
OLD = ROOT / "rubrics" / "zhejiang_12345_2020.rubric"
NEW = ROOT / "examples" / "zhejiang_12345_2020" / "draft_2021.rubric"
CALLS = ROOT / "examples" / "zhejiang_12345_2020" / "calls.csv"

HEAD, *BLOCKS = re.split(r"^# ", NEW.read_text("utf-8"), flags=re.M)
"""The draft names its changes in comments, one a change; the label stands with the rule for missing values."""


def amended(blocks: tuple[int, ...]) -> str:
    return HEAD + "".join("# " + BLOCKS[block] for block in blocks)


@pytest.fixture(scope="module")
def diff() -> dict[str, Any]:
    status, found = run("diff", OLD, NEW, f"calls={CALLS}", "--use-from", OLD.parent)
    assert status == 0
    return found


@pytest.fixture(scope="module")
def alone() -> dict[frozenset[int], dict[str, tuple[Fraction, int]]]:
    """Score and rank of each city under every set of the changes, each set a rubric of its own."""
    found = {}
    for bits in range(1 << len(BLOCKS)):
        blocks = tuple(block for block in range(len(BLOCKS)) if bits >> block & 1)
        files = {"new.rubric": amended(blocks).encode(), OLD.name: OLD.read_bytes()}
        compiled = compile_rubric("new.rubric", files.__getitem__)
        assert compiled.plan is not None
        result = score(compiled.plan, observed(compiled.plan, {"calls": File("calls.csv", CALLS.read_bytes())}))
        rows = result.rankings[0].rows
        found[frozenset(blocks)] = {row.subject: (row.score, row.rank) for row in rows}
    return found  # type: ignore[return-value]  # every city has a score and a rank


def test_each_of_the_six_changes_is_found_the_label_as_wording_only(diff: dict[str, Any]) -> None:
    found = [(one["change"], one["kind"], one["item"], one["old"], one["new"]) for one in diff["changes"]]
    assert found == [
        (1, "weight", "shares", "wait 25, direct 10", "wait 20, direct 15"),
        (2, "bound", "wait_within_15", "wait_seconds <= 15 s", "wait_seconds <= 20 s"),
        (3, "worth", "gentle_tone", "4", "5"),
        (3, "worth", "proactive_and_guiding", "3", "2"),
        (4, "condition", "handling", "unless connected: 0", "when connected"),
        (5, "rounding", "overall", "exact", "rounded half up to 0.1"),
    ]
    labels = [one for one in diff["wording"] if one["kind"] == "label"]
    assert [(one["item"], one["old"], one["new"]) for one in labels] == [
        ("lookup_within_30", "检索等候不超过30秒", "检索等候时长不超过30秒")
    ]
    assert diff["magnitude"] == "ranks"
    texts = OLD.read_text("utf-8").splitlines(), NEW.read_text("utf-8").splitlines()
    for one in diff["changes"]:
        for text, side in zip(texts, ("old", "new"), strict=True):
            line = text[one["lines"][side]["line"] - 1]
            assert re.search(r"expert_a|wait_within_15|gentle_tone|proactive|connected|exact|0\.1", line), line


def exact(number: dict[str, str]) -> Fraction:
    return Fraction(number["exact"])


def test_each_movement_is_split_as_by_all_orders_of_amending(
    diff: dict[str, Any], alone: dict[frozenset[int], dict[str, tuple[Fraction, int]]]
) -> None:
    everything = frozenset(range(len(BLOCKS)))
    orders = list(permutations(range(len(BLOCKS))))
    moved = 0
    for one in diff["subjects"]:
        city = one["subject"]
        for place, what in enumerate(("score", "rank")):
            values = {chosen: Fraction(cities[city][place]) for chosen, cities in alone.items()}
            for block in range(len(BLOCKS)):
                effects = (
                    values[frozenset(order[: order.index(block) + 1])] - values[frozenset(order[: order.index(block)])]
                    for order in orders
                )
                assert exact(one["because"][block][what]) == sum(effects, Fraction(0)) / len(orders)
            shares = sum((exact(share[what]) for share in one["because"]), Fraction(0))
            assert shares == values[everything] - values[frozenset()]
        assert Fraction(one["new"]["score"]["exact"]) == alone[everything][city][0]
        own = one["rank_moved_by"]
        assert own["own_score"] + own["others"] + own["rules"] == one["new"]["rank"] - one["old"]["rank"]
        moved += one["new"]["rank"] != one["old"]["rank"]
    assert len(diff["subjects"]) == 11 and moved == 2


def test_leaving_a_change_out_agrees_where_changes_do_not_interact(
    diff: dict[str, Any], alone: dict[frozenset[int], dict[str, tuple[Fraction, int]]]
) -> None:
    everything, agreed = frozenset(range(len(BLOCKS))), 0
    for one in diff["subjects"]:
        scores = {chosen: cities[one["subject"]][0] for chosen, cities in alone.items()}
        for block in everything:
            effects = {scores[chosen | {block}] - scores[chosen] for chosen in alone if block not in chosen}
            if len(effects) == 1:
                agreed += 1
                without = scores[everything] - scores[everything - {block}]
                assert exact(one["because"][block]["score"]) == without
    assert agreed >= 11  # the rule for missing values changes the score of one city, by itself


def test_own_score_and_others_by_hand(diff: dict[str, Any]) -> None:
    """绍兴 passes 金华: its 70.6 would still be 9th among the old scores (金华 71.25); then 金华 falls to 70.5."""
    shaoxing = next(one for one in diff["subjects"] if one["subject"] == "绍兴")
    assert (shaoxing["old"]["rank"], shaoxing["new"]["rank"]) == (9, 8)
    assert shaoxing["rank_moved_by"] == {"own_score": 0, "others": -1, "rules": 0}

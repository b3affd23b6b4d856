"""`rubric-explanation/1`: what other programs rely on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction as F
from typing import Any

from rubric_dsl.explain.json import explanation_json
from tests.explain.explained import Case, conformance, zhejiang


def as_json(case: Case, subject: str, *items: str | None) -> Any:
    found = explanation_json(case.plan, "sha256:0", [case.explained(subject, item) for item in items])
    assert json.loads(json.dumps(found)) == found
    return found


def leaves(item: Any) -> Iterator[Any]:
    if item["items"]:
        for part in item["items"]:
            yield from leaves(part)
    else:
        yield item


def nothing_is_null_but_labels_and_ranks(found: Any, key: str = "") -> bool:
    if isinstance(found, dict):
        return all(nothing_is_null_but_labels_and_ranks(value, name) for name, value in found.items())
    if isinstance(found, list):
        return all(nothing_is_null_but_labels_and_ranks(value, key) for value in found)
    return found is not None or key in ("label", "rank", "edition", "exact")


def test_the_object_has_score_worth_rank_and_the_tree_of_items() -> None:
    found = as_json(zhejiang(), "嘉兴", None)
    assert found["format"] == "rubric-explanation/1" and found["subject"] == "嘉兴"
    assert found["rubric"]["plan"] == "sha256:0" and found["item"]["name"] == "total"
    assert (found["score"], found["worth"]) == (
        {"exact": "457/8", "shown": "57.125"}, {"exact": "100", "shown": "100"})
    assert (found["ranking"], found["rank"], found["of"]) == ("overall", 11, 11)
    assert [item["name"] for item in found["items"]] == [
        "connect", "environment", "wait", "attitude", "direct", "accuracy", "handling"]
    assert {"name", "label", "points", "worth", "lost", "rubric"} <= set(found["items"][0])
    wait = found["items"][2]
    assert wait["label"] == "电话等待时长" and wait["rubric"] == {"file": "zhejiang.rubric", "line": 80}
    assert [len(found["sentences"][lang]) for lang in ("en", "zh")] == [3, 3]
    assert nothing_is_null_but_labels_and_ranks(found)


def test_exact_numbers_add_up_to_the_score() -> None:
    found = as_json(zhejiang(), "嘉兴", None)
    assert sum(F(item["contribution"]["exact"]) for item in found["items"]) == F(found["score"]["exact"])
    ends = list(leaves(found))
    assert len(ends) == 22 and sum(F(leaf["lost"]["exact"]) for leaf in ends) == 100 - F(457, 8)
    for leaf in ends:
        assert sum(F(row["lost"]["exact"]) for row in leaf["rows"]) == F(leaf["lost"]["exact"])
    assert sum(F(leaf["share_of_lost"]["exact"]) for leaf in ends) == 1


def test_a_row_has_its_place_what_was_read_and_what_matched() -> None:
    found = as_json(conformance("linear_points_on_rows"), "甲", "total")
    row = found["items"][0]["rows"][1]
    # the second call waited 42 s: 14 of 20, a third of 6 lost
    assert (row["table"], row["row"], row["line"], row["columns"]) == ("calls", 3, 3, {"wait": "42"})
    assert (row["points"]["exact"], row["worth"]["exact"], row["lost"]["exact"]) == ("14", "20", "2")
    assert row["matched"] == {
        "row": 2, "text": "over 15 s to 60 s: 20 falling to 10", "rubric": {"file": "case.rubric", "line": 10}}


def test_the_unanswered_call_names_the_condition_of_each_indicator() -> None:
    found = as_json(zhejiang(), "嘉兴", None)
    conditions = [
        row["condition"]["rubric"]["line"] for item in found["items"] for touchpoint in item["items"]
        for row in touchpoint["rows"] if row["row"] == 30 and "condition" in row
    ]
    assert len(conditions) == 21 and len(set(conditions)) == 6
    first = found["costs"][0]
    assert (first["row"], first["scenario"]["name"], first["lost"]["exact"], len(first["items"])) == (
        30, "S5", "25/2", 22)


def test_an_explained_touchpoint_is_itself_the_leaf() -> None:
    found = as_json(zhejiang(), "嘉兴", "wait_within_60")
    assert [item["name"] for item in found["items"]] == ["wait_within_60"]
    assert len(found["items"][0]["rows"]) == 8 and found["score"]["exact"] == "5/2"


def test_a_measure_has_its_value_and_what_was_read() -> None:
    found = as_json(zhejiang(), "嘉兴", "connect_rate")
    assert found["score"] == {"exact": "7/8", "shown": "87.5%"} and "worth" not in found and found["items"] == []
    assert [row["columns"]["connected"] for row in found["rows"]].count("no") == 1
    heat = as_json(zhejiang(), "嘉兴", "heat")
    assert heat["score"] == "warm"
    assert heat["inputs"] == [{"name": "connect_rate", "label": "接通率", "value": {"exact": "7/8", "shown": "87.5%"}}]


def test_parts_of_a_geometric_mean_say_that_they_have_no_contributions() -> None:
    found = as_json(conformance("geometric_mean_rational"), "甲", None)
    assert found["combination"] == "geometric mean"
    assert found["items"][0]["lost"] == {
        "state": "not applicable", "because": "parts of a geometric mean have no contributions"}


def test_what_does_not_apply_has_a_state_and_the_condition() -> None:
    found = as_json(conformance("weights_scaled_without_a_child"), "甲", "total")
    b = next(item for item in found["items"] if item["name"] == "b")
    assert b["points"]["state"] == "not applicable" and b["contribution"]["exact"] == "0"
    assert b["decision"]["text"] == "when has_app" and b["decision"]["rubric"]["line"] == 19


def test_several_roots_stand_side_by_side() -> None:
    found = as_json(conformance("several_tables"), "甲", "by_phone", "on_site")
    assert [(item["name"], item["points"]["exact"]) for item in found["items"]] == [("by_phone", "5"), ("on_site", "4")]
    assert "score" not in found and found["subject"] == "甲"


def test_cells_stand_as_written_and_as_read() -> None:
    found = as_json(zhejiang(), "嘉兴", "wait")
    row = next(row for item in found["items"] for row in item["rows"] if row["row"] == 26)
    assert row["columns"] == {"wait_seconds": "300"}
    assert row["values"] == {"wait_seconds": {"exact": "300", "shown": "300 s"}}

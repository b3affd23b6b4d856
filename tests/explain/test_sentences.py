"""The sentences that can be quoted in a letter."""

from __future__ import annotations

import pytest

from rubric_dsl.explain.sentences import sentences
from tests.explain.explained import Case, conformance, of_texts, zhejiang


def said(case: Case, subject: str, item: str | None, lang: str) -> list[str]:
    return list(sentences(case.explained(subject, item), lang))


def test_three_sentences_name_rank_score_losses_and_the_costliest_row() -> None:
    # the losses are the worths less 39/8, 83/8, 45/8 and 125/8; row 30 lost all 100 of one call in eight
    assert said(zhejiang(), "嘉兴", None, "zh") == [
        "嘉兴综合得分57.125分（满分100），第11名（共11个）。",
        "失分最多的是答复准确率（10.125分），其次是电话等待时长（9.625分）和直接答复率、处理业务时长（各9.375分）。",
        "失分最多的一行是第30行（场景S5，是否接通为“no”），失去12.5分。",
    ]
    assert said(zhejiang(), "嘉兴", None, "en") == [
        "嘉兴 has 57.125 of 100 points in total, rank 11 of 11.",
        "Most points were lost in accuracy (10.125), then in wait (9.625) and direct and handling (9.375 each).",
        'The costliest row is row 30 (scenario S5, connected "no"): 12.5 points lost.',
    ]


def test_rows_that_cost_the_same_are_named_together() -> None:
    # waiting is 20 a call: rows 26, 30 and 32 got nothing of it
    assert said(zhejiang(), "嘉兴", "wait", "zh")[2] == "按行看，失分最多的是第26行、第30行、第32行，各失去2.5分。"
    assert said(zhejiang(), "嘉兴", "wait", "en")[2] == (
        "The costliest rows are row 26, row 30 and row 32: 2.5 points each.")


def test_full_marks_are_said() -> None:
    assert said(zhejiang(), "湖州", "wait", "zh") == [
        "湖州电话等待时长20分（满分20），在11个对象中居第1位。", "没有失分。"]
    assert said(zhejiang(), "湖州", "wait", "en")[1] == "No points were lost."


def test_numbers_that_are_rounded_say_so() -> None:
    # two of three calls without points: 10/3 of 10
    case = conformance("missing_scenario_counts_zero")
    assert said(case, "甲", "total", "zh")[0] == "甲total约3.333分（满分10），在2个对象中居第2位。"
    assert said(case, "甲", "total", "en")[1] == "Most points were lost in answered (about 6.667)."


def test_a_bound_and_a_condition_are_told_as_such() -> None:
    bound, condition = conformance("bonus_totalled"), conformance("subject_condition_replaces_fold")
    assert said(bound, "甲", "total", "en")[1] == "Most points were lost in total by a bound (0.5)."
    assert said(condition, "甲", "total", "zh")[1] == "失分最多的是total的条件（9分）。"


def test_a_geometric_mean_names_its_factors() -> None:
    case = conformance("geometric_mean_rational")
    assert said(case, "甲", None, "zh")[1:] == [
        "得分是以下各项得分率的几何平均：one_part 2.5分（满分10）、other_part 10分（满分10）。"]
    assert said(case, "甲", None, "en")[1:] == [
        "It is the geometric mean of the rates of one_part (2.5 of 10), other_part (10 of 10)."]


@pytest.mark.parametrize(("lang", "expected"), [
    ("zh", ["嘉兴接通率为87.5%，在11个对象中居第11位。"]), ("en", ["嘉兴: connect_rate is 87.5%, place 11 of 11."]),
])
def test_a_measure_has_one_sentence(lang: str, expected: list[str]) -> None:
    assert said(zhejiang(), "嘉兴", "connect_rate", lang) == expected


def test_a_class_is_said_by_its_label() -> None:
    assert said(zhejiang(), "嘉兴", "heat", "zh") == ["嘉兴热线等级为温线。"]


def test_who_has_no_score_is_told_so() -> None:
    case = conformance("subject_without_rows_not_applicable")
    subject = next(s for s in case.done.subjects if not case.done.rows["calls"].get(s))
    first = said(case, subject, "total", "zh")
    assert len(first) == 1 and "不适用" in first[0]


def test_with_several_tables_rows_are_named_with_theirs() -> None:
    # one of two calls costs 5, one of three visits 2
    assert said(conformance("several_tables"), "甲", "total", "en")[2] == (
        "The costliest row is row 3 of calls: 5 points lost.")


def test_a_group_is_named_as_people_call_it() -> None:
    text = "rubric \"g\"\nobserve f of city, one row each\n  city text\n  region choice east \"东部\" | west \"西部\"\n"
    text += "  x number 0 to 5\nindicator total worth 5\n  touchpoint t worth 5 = x\n"
    text += "ranking by total within region\n  exact\n  ties share\n"
    case = of_texts(text, f="city,region,x\n甲,东部,5\n乙,西部,4\n丙,东部,3\n")
    assert said(case, "丙", None, "en")[0] == "丙 has 3 of 5 points in total, rank 2 of 2 in east."
    assert said(case, "乙", None, "zh")[0] == "乙total 4分（满分5），第1名（西部共1个）。"


def test_a_group_of_yes_and_no_is_named_in_the_reader_s_language() -> None:
    text = "rubric \"g\"\nobserve f of city, one row each\n  city text\n  new yes/no\n  x number\n"
    text += "measure m = x\nranking by m within new\n  exact\n  ties share\n"
    case = of_texts(text, f="city,new,x\n甲,yes,5\n乙,no,4\n")
    assert said(case, "乙", "m", "zh")[0].endswith("第1名（否共1个）。")
    assert said(case, "甲", "m", "en")[0].endswith("rank 1 of 1 in yes.")


def test_points_that_are_added_from_nothing_have_no_full_marks() -> None:
    rubric = """rubric "Early warning"
observe charts of patient, one row each
  patient text
  breaths whole number 0 to 100
  pulse   whole number 0 to 300
  oxygen  yes/no
indicator total
  at most 8
  touchpoint breathing bonus 3 when breaths >= 25
  touchpoint heartbeat bonus 3 when pulse >= 131
  touchpoint supplement bonus 2 when oxygen
"""
    case = of_texts(rubric, charts="patient,breaths,pulse,oxygen\n甲,30,140,yes\n乙,20,70,no\n")
    assert said(case, "甲", "total", "en") == [
        "甲 has 8 points in total, place 1 of 2.",
        "Most points came from breathing and heartbeat (3 each), then from supplement (2).",
    ]
    assert said(case, "甲", "total", "zh") == [
        "甲total 8分，在2个对象中居第1位。",
        "得分最多的是breathing、heartbeat（各3分），其次是supplement（2分）。",
    ]
    assert said(case, "乙", "total", "en") == ["乙 has 0 points in total, place 2 of 2."]

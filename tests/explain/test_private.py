"""A private cell is never told, whichever rule read it."""

from __future__ import annotations

import json

import pytest

from rubric_dsl.explain.json import explanation_json
from rubric_dsl.explain.why import explainable
from rubric_dsl.observations.model import PRIVATE
from tests.explain.explained import Case, of_texts

RUBRIC = """\
rubric "private"
observe people of city, one row each
  city  text
  chief text private
  wage  number 0 to 100 private
observe calls of city, averaged by place
  id     text key private
  city   text
  place  choice Northgate | Southgate private
  tester text private
  mark   number 0 to 100 private
  mood   choice Cheerful | Grumpy private
  ok     yes/no
measure is_known = chief = "Wang5"
measure doubled = 2 * wage
measure mean_mark = mean(mark)
indicator total worth 34
  indicator calls_made worth 30
    unless tester <> "Zeta9": 1
    touchpoint by_name worth 10 when tester = "Zeta8"
    touchpoint by_mark worth 10 by mark
      up to 50: 3
      over 50:  10
    touchpoint by_mood worth 10 by mood
      if tester = "Zeta7": 2
      Cheerful: 10
      Grumpy:   4
  indicator of_city worth 4
    touchpoint by_chief worth 2 when is_known
    touchpoint by_wage worth 2 = doubled / 100
ranking by total
  exact
  ties share
"""
PEOPLE = "city,chief,wage\n甲,Wang5,77.25\n乙,Li6,31.5\n"
CALLS = """\
id,city,place,tester,mark,mood,ok
K100,甲,Northgate,Zeta9,12.75,Cheerful,yes
K200,甲,Southgate,Zeta8,88.5,Grumpy,no
K300,乙,Northgate,Zeta7,41.25,Grumpy,yes
K400,乙,Southgate,Zeta7,66.5,Cheerful,yes
"""
SECRETS = ("Wang5", "Li6", "77.25", "31.5", "154.5", "K100", "K200", "Northgate", "Southgate", "Zeta", "12.75", "88.5",
           "41.25", "66.5", "Cheerful", "Grumpy")


@pytest.fixture(scope="module")
def case() -> Case:
    return of_texts(RUBRIC, people=PEOPLE, calls=CALLS)


ITEMS = ("total", "calls_made", "by_name", "by_mark", "by_mood", "of_city", "by_chief", "by_wage", "mean_mark")


@pytest.mark.parametrize("subject", ["甲", "乙"])
@pytest.mark.parametrize("item", ITEMS)
def test_no_private_cell_stands_in_a_terminal_or_in_json(case: Case, subject: str, item: str) -> None:
    found = explanation_json(case.plan, "x", [case.explained(subject, item)])
    for text in (case.drawn(subject, item), json.dumps(found, ensure_ascii=False)):
        assert [secret for secret in SECRETS if secret in text] == [] and PRIVATE in text


def test_without_the_text_of_the_rubric_the_plan_does_not_tell_either(case: Case) -> None:
    for item in ITEMS:
        found = json.dumps(explanation_json(case.plan, "x", [case.explained("甲", item, with_text=False)]))
        assert [secret for secret in SECRETS if secret in found] == []


def test_all_items_of_the_case_were_looked_at(case: Case) -> None:
    """`doubled` tells a private cell, so it is no item; `is_known` says less than one and is."""
    names = {named.name for named in explainable(case.plan)}
    assert names == {*ITEMS, "is_known"}

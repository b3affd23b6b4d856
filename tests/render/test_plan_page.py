"""The page of a plan shows every table, whatever stands around it."""

from __future__ import annotations

from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.render.pieces import Look, plain
from rubric_dsl.render.plan_page import plan_lines

RUBRIC = """rubric "Calls"
observe calls of city, averaged
  city text
  ok   yes/no
  wait number 0 to 10 when ok
measure grade from 0 to 2 by wait when ok
  up to 2: 2
  over 2:  1
measure rate = share(ok)
bands heat by rate when rate > 0%
  from 50%:  warm "温"
  under 50%: cold "冷"
"""


def page(lang: str) -> str:
    done = compile_rubric("a.rubric", lambda path: RUBRIC.encode())
    assert done.plan is not None
    return plain(plan_lines(done.plan, "sha256:", Look(lang)))  # type: ignore[arg-type]  # a language


def test_a_table_is_shown_inside_its_range_and_condition() -> None:
    text = page("en")
    assert "heat by rate when rate > 0%" in text
    for row in ("up to 2:", "over 2:", "from 50%:", "under 50%:"):
        assert row in text
    assert "当 rate > 0%" in page("zh")

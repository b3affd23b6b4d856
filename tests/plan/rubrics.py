"""Rubrics from texts for tests of the plan."""

from __future__ import annotations

from rubric_dsl.plan.compile import Compiled, Workspace, compile_rubric
from rubric_dsl.plan.identity import plan_hash
from rubric_dsl.plan.model import ScoringPlan

HOTLINES = """rubric "Hotlines"
  edition "2020"
  note "first"

observe calls "拨测" of city, averaged by period
  city      "城市"     text
  period    "时段"     choice peak "高峰" | off_peak "非高峰"
  connected "是否接通" yes/no
  wait      "等待时长" seconds 0 to 600 when connected
  points_asked whole number from 1 when connected
  points_hit   whole number from 0 when connected
  must points_hit <= points_asked "not more than asked"

parameter target from 5 s to 60 s = 15 s
measure rate "接通率" = share(connected)
bands heat "热线等级" by rate rounded half up to 1%
  from 95%:   hot "热线"
  31% to 94%: warm
  1% to 30%:  cold
  0%:         dead

weights shares by mean
  expert | access | speed
  "A"    | 60%    | 40%
  "B"    | 50%    | 50%

indicator total "综合" worth 20
  weights from shares
  indicator access worth 10
    touchpoint answered worth 10 when connected
  indicator speed worth 10
    unless connected: 0
    touchpoint quick worth 6 by wait
      up to target:         6
      over target to 60 s:  4 falling to 2
      over 60 s:            0
    touchpoint complete worth 4 when points_hit = points_asked
      rounded half up to 0.1

ranking by total
  rounded half up to 0.01
  ties by speed, access
"""


def compiled(text: str, workspace: Workspace | None = None, **settings: str) -> Compiled:
    return compile_rubric("test.rubric", lambda path: text.encode(), settings=settings, workspace=workspace)


def plan_of(text: str, **settings: str) -> ScoringPlan:
    done = compiled(text, **settings)
    assert done.plan is not None, [(found.code, str(found.span)) for found in done.diagnostics]
    return done.plan


def identity(text: str, **settings: str) -> str:
    return plan_hash(plan_of(text, **settings))

"""Small rubrics and data for the tests of commands, with answers worked out by hand."""

from __future__ import annotations

BANDS = """\
  from 95%:   hot
  31% to 94%: warm
  1% to 30%:  cold
  0%:         dead
"""

HOTLINES = """\
rubric "Hotlines"
  edition "1"
observe calls "拨测" of city, averaged
  call      text key
  city      text
  tester    text private
  connected yes/no
  wait      seconds 0 to 1800 when connected
parameter target from 5 s to 60 s = 15 s
measure connect_rate "接通率" = share(connected)
bands heat by connect_rate rounded half up to 1%
  from 95%:   hot "热线"
  31% to 94%: warm "温线"
  1% to 30%:  cold "冷线"
  0%:         dead "死线"
indicator overall "综合得分" worth 10
  indicator access "接通" worth 4
    touchpoint answered worth 4 when connected
  indicator waiting "等待" worth 6
    unless connected: 0
    touchpoint quick worth 6 by wait
      up to target:   6
      over target: 2
ranking by overall
  exact
  ties share
test "a quick answer has full marks"
  given calls
    call | city | tester | connected | wait
    "1"  | "甲" | "x"    | yes       | 15
  expect
    city | overall | heat | rank
    "甲" | 10      | hot  | 1
"""
GAPS = HOTLINES.replace(" by connect_rate rounded half up to 1%", " by connect_rate")

HEADER = "call,city,tester,connected,wait\n"
CALLS = HEADER + "1,甲,M1,yes,10\n2,甲,M2,yes,20\n3,乙,M1,yes,5\n4,乙,M2,no,\n5,丙,M1,yes,15\n"
"""甲: answered 4 + 4, waited 6 + 2, overall 16/2 = 8. 乙: 10 + 0, overall 5, warm at 50%. 丙: 10."""
REFUSED = HEADER + "1,甲,M1,yes,10\n2,甲,Secret,yes,soon\n3,乙,M1,maybe,5\n"
"""Row 3: a word for seconds. Row 4: neither yes nor no."""

"""What `diff` finds: each change of meaning once, with both sides in words, and nothing else."""

from __future__ import annotations

import pytest

from rubric_dsl.editions.comparison import Comparison, compare
from rubric_dsl.editions.magnitude import possible, reasons
from rubric_dsl.editions.places import places_of
from rubric_dsl.editions.wording import wording, written
from rubric_dsl.render.diff import difference_text, wording_text
from rubric_dsl.render.diff_words import DifferenceWords
from rubric_dsl.render.pieces import Look
from tests.properties.program import compiled_text

BASE = """\
rubric "Hotlines"
  edition "1"
observe calls "拨测" of city, averaged by scenario
  city      text
  scenario  choice tax "税务" | fund "公积金"
  connected yes/no
  wait      seconds 0 to 600 when connected
  marks     whole number 0 to 10
  leaves    whole number 0 to 20
parameter target from 5 s to 60 s = 15 s
measure rate = share(connected)
bands heat by rate rounded half up to 1%
  from 95%:   hot
  31% to 94%: warm
  1% to 30%:  cold
  0%:         dead
weights panel by mean
  expert | access | waiting | manners
  anna   | 30%    | 40%     | 30%
  ben    | 20%    | 40%     | 40%
indicator total "综合得分" worth 100
  weights from panel
  indicator access worth 10
    touchpoint line worth 10 by heat
      hot:  10
      warm: 6
      cold: 2
      dead: 0
  indicator waiting worth 20
    unless connected: 0
    at most 18
    touchpoint quick worth 12 by wait
      up to 15 s:        12
      over 15 s to 60 s: 10 falling to 4
      over 60 s:         0
    touchpoint prompt worth 8 when wait <= 30 s
  indicator manners worth 20
    touchpoint marked worth 15 by marks
      0 to 3:  0
      4 to 7:  8
      8 to 10: 15
    touchpoint leaving worth 5, minus 0.5 per leaves
      rounded half up to 1
ranking overall by total
  exact
  ties share
"""

CHANGES: list[tuple[str, list[tuple[str, str]], list[str], str]] = [
    ("a bound between two rows is one change",
     [("up to 15 s:        12", "up to 20 s:        12"), ("over 15 s to 60 s:", "over 20 s to 60 s:")],
     ["quick: bound up to 15 s → up to 20 s"], "ranks"),
    ("a bound that belongs to the other row",
     [("up to 15 s:        12", "under 15 s:        12"), ("over 15 s to 60 s:", "15 s to 60 s:")],
     ["quick: bound up to 15 s → under 15 s"], "ranks"),
    ("both ends of a step are one change",
     [("    0 to 3:  0", "    0 to 4:  0"), ("4 to 7:  8", "5 to 7:  8")],
     ["marked: bound 0 to 3 → 0 to 4 + marked: bound 4 to 7 → 5 to 7"], "ranks"),
    ("two bounds of one row are two changes",
     [("up to 15 s:        12", "up to 20 s:        12"), ("over 15 s to 60 s:", "over 20 s to 90 s:"),
      ("over 60 s:  ", "over 90 s:  ")],
     ["quick: bound up to 15 s → up to 20 s",
      "quick: bound over 15 s to 60 s → over 20 s to 90 s"], "ranks"),
    ("points of a row", [("warm: 6", "warm: 7")], ["line, warm: points 6 → 7"], "ranks"),
    ("an end of a falling row", [("10 falling to 4", "9 falling to 4")],
     ["quick, over 15 s to 60 s: points 10 → 9"], "ranks"),
    ("a row that is split",
     [("  31% to 94%: warm\n", "  61% to 94%: warm\n  31% to 60%: mild\n"),
      ("      cold: 2", "      mild: 4\n      cold: 2")],
     ["heat: bound 31% to 94% → 61% to 94% + heat: row added 31% to 60%: mild",
      "line: row added mild: 4"], "ranks"),
    ("a condition's bound", [("wait <= 30 s", "wait < 30 s")],
     ["prompt: bound wait <= 30 s → wait < 30 s"], "ranks"),
    ("a condition", [("when wait <= 30 s", "when marks >= 5")],
     ["prompt: condition wait <= 30 s → marks >= 5"], "ranks"),
    ("a rule for the whole indicator", [("    unless connected: 0\n", "    when connected\n")],
     ["waiting: condition unless connected: 0 → when connected"], "ranks"),
    ("a rule taken away and what stood under it",
     [("    unless connected: 0\n", "    missing: 0\n")],
     ["waiting: condition removed unless connected: 0",
      "quick: row added missing: 0", "prompt: missing rule added missing: 0"],
     "ranks"),
    ("worths that must agree are one change",
     [("touchpoint quick worth 12", "touchpoint quick worth 10"), ("up to 15 s:        12", "up to 15 s:        10"),
      ("prompt worth 8", "prompt worth 10")],
     ["quick: worth 12 → 10 + quick, up to 15 s: points 12 → 10 + "
      "prompt: worth 8 → 10"], "ranks"),
    ("the worth of an indicator with that of its part",
     [("indicator access worth 10", "indicator access worth 12"), ("line worth 10", "line worth 12"),
      ("hot:  10", "hot:  12")],
     ["access: worth 10 → 12 + line: worth 10 → 12 + "
      "line, hot: points 10 → 12"], "ranks"),
    ("a limit", [("at most 18", "at most 16")], ["waiting: limit at most 18 → at most 16"], "ranks"),
    ("a limit taken away", [("    at most 18\n", "")],
     ["waiting: limit removed at most 18"], "ranks"),
    ("a rounding of points", [("      rounded half up to 1\n", "      rounded half up to 0.5\n")],
     ["leaving: rounding rounded half up to 1 → rounded half up to 0.5"], "ranks"),
    ("a rounding of a table's input", [("rounded half up to 1%", "rounded half even to 1%")],
     ["heat: rounding rounded half up to 1% → rounded half even to 1%"], "ranks"),
    ("a rounding of the ranking", [("  exact\n", "  rounded half up to 0.1\n")],
     ["overall: rounding exact → rounded half up to 0.1"], "ranks"),
    ("ties", [("  ties share\n", "  ties by access\n")],
     ["overall: ties ties share → ties by access"], "ranks"),
    ("what an expert says", [("anna   | 30%    | 40%     | 30%", "anna   | 35%    | 35%     | 30%")],
     ["panel, anna: weight access 30, waiting 40 → access 35, waiting 35"], "ranks"),
    ("an expert more", [("  ben    |", "  carl   | 10%    | 50%     | 40%\n  ben    |")],
     ["panel, carl: weight added 10, 50, 40"], "ranks"),
    ("a parameter that nothing reads", [("= 15 s", "= 20 s")],
     ["target: parameter 15 s → 20 s"], "wording"),
    ("a column's range", [("0 to 600 when", "0 to 900 when")],
     ["calls, wait: column seconds 0 to 600 when connected → seconds 0 to 900 when connected"], "ranks"),
    ("a measure that nothing reads", [("bands heat", "measure worst = highest(marks)\nbands heat")],
     ["measure worst added: highest(marks)"], "wording"),
    ("the full marks of what is ranked", [("worth 100", "worth 120")],
     ["total: worth 100 → 120"], "not comparable"),
    ("another ranking", [("ranking overall by total", "ranking overall by access")],
     ["overall: ranked by total → access"], "not comparable"),
]  # fmt: skip


def compared(old: str, new: str) -> Comparison:
    sides = compiled_text(old), compiled_text(new)
    assert [side.has_errors for side in sides] == [False, False], [
        (one.code, str(one.span)) for side in sides for one in side.diagnostics
    ]
    assert sides[0].plan is not None and sides[1].plan is not None
    places = places_of(sides[0].resolved.items), places_of(sides[1].resolved.items)
    return compare(sides[0].plan, sides[1].plan, places)


def said(comparison: Comparison) -> list[str]:
    """A text a change, its differences joined by `+`."""
    look = Look("en")
    words = DifferenceWords(comparison.old.plan, comparison.new.plan, look)
    return [
        " + ".join(difference_text(one, words, look) for one in change.differences)
        for change in comparison.changes
    ]


def edited(pairs: list[tuple[str, str]]) -> str:
    text = BASE
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("pairs", "expected", "magnitude"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES]
)
def test_a_change_is_found_once_with_its_lines(
    pairs: list[tuple[str, str]], expected: list[str], magnitude: str
) -> None:
    new = edited(pairs)
    comparison = compared(BASE, new)
    assert said(comparison) == expected
    assert possible(comparison) == magnitude
    texts = BASE.splitlines(), new.splitlines()
    for change in comparison.changes:
        for one in change.differences:
            lines = one.old_lines, one.new_lines
            assert lines != (None, None)
            there = [None if line is None else text[line.line - 1] for line, text in zip(lines, texts, strict=True)]
            assert there[0] != there[1], (one, there)


def test_the_way_back_is_as_many_changes() -> None:
    for _, pairs, expected, magnitude in CHANGES:
        comparison = compared(edited(pairs), BASE)
        assert len(comparison.changes) == len(expected)
        assert possible(comparison) == magnitude


WORDINGS = [
    ('"综合得分"', '"综合评分"', ["total: label “综合得分” → “综合评分”"]),
    ("15 s to 60 s", "15 s to 1 min", []),
    ('edition "1"', 'edition "2"', ["edition “1” → “2”"]),
    ("  ties share\n", "  ties share  # as in 2020\n", ["comments changed"]),
    ("measure rate = share(connected)\nbands heat by", "bands heat by", []),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), WORDINGS[:4])
def test_what_means_the_same_is_wording(old: str, new: str, expected: list[str]) -> None:
    sides = compiled_text(BASE), compiled_text(BASE.replace(old, new))
    assert sides[0].plan is not None and sides[1].plan is not None
    comparison = compare(sides[0].plan, sides[1].plan)
    assert comparison.changes == () and possible(comparison) == "wording"
    look = Look("en")
    words = DifferenceWords(sides[0].plan, sides[1].plan, look)
    texts = [written(s.language, s.resolved.header, s.sources.values(), s.resolved.tests) for s in sides]
    found = wording(comparison.old, comparison.new, (texts[0], texts[1]))
    assert [wording_text(one, words, look) for one in found] == expected


RENAMES = [
    ("a touchpoint", [("touchpoint prompt", "touchpoint swift")], {"prompt": "swift"}, []),
    ("what others read", [("measure rate ", "measure answered "), ("by rate ", "by answered ")],
     {"rate": "answered"}, []),
    ("an indicator with its column of weights, a bound in it being another",
     [("indicator waiting", "indicator queueing"), ("| waiting", "| queueing"), ("wait <= 30 s", "wait <= 20 s")],
     {"waiting": "queueing"}, ["prompt: bound wait <= 30 s → wait <= 20 s"]),
    ("an indicator and what stands in it",
     [("indicator waiting", "indicator queueing"), ("| waiting", "| queueing"),
      ("touchpoint prompt", "touchpoint swift")],
     {"waiting": "queueing", "prompt": "swift"}, []),
    ("a ranking", [("ranking overall", "ranking final")], {"overall": "final"}, []),
    ("no rename: the rule is another",
     [("touchpoint prompt worth 8 when wait <= 30 s", "touchpoint swift worth 8 when wait <= 9 s")],
     {}, ["touchpoint swift added: worth 8 + touchpoint prompt removed: worth 8"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pairs", "names", "expected"), [case[1:] for case in RENAMES], ids=[case[0] for case in RENAMES]
)
def test_what_is_only_called_otherwise_is_a_rename(
    pairs: list[tuple[str, str]], names: dict[str, str], expected: list[str]
) -> None:
    comparison = compared(BASE, edited(pairs))
    assert comparison.renames == names
    assert said(comparison) == expected
    assert possible(comparison) == ("ranks" if expected else "wording")
    listed = wording(comparison.old, comparison.new, None, comparison.renames)
    assert {one.old: one.new for one in listed if one.kind == "name"} == names


def test_statements_in_another_order_are_wording() -> None:
    measure, parameter = "measure rate = share(connected)\n", "parameter target from 5 s to 60 s = 15 s\n"
    moved = BASE.replace(measure, "").replace("weights panel", measure + "weights panel")
    moved = moved.replace(parameter, "") + parameter
    comparison = compared(BASE, moved)
    assert comparison.changes == ()
    assert [one.kind for one in wording(comparison.old, comparison.new)] == ["order"]


def test_an_item_that_moves_is_one_change() -> None:
    line = "    touchpoint prompt worth 8 when wait <= 30 s\n"
    new = BASE.replace(line, "").replace("waiting worth 20", "waiting worth 12").replace("at most 18", "at most 11")
    new = new.replace("manners worth 20", "manners worth 28").replace(
        "    touchpoint marked", "    touchpoint prompt worth 8 when connected and wait <= 30 s\n    touchpoint marked"
    )
    found = said(compared(BASE, new))
    assert "touchpoint prompt: moved waiting → manners" in found[0] + found[1] + found[-1]
    assert any("waiting: worth 20 → 12" in text and "manners: worth 20 → 28" in text for text in found)


def test_reasons_for_which_results_cannot_be_compared_are_said() -> None:
    assert reasons(compared(BASE, BASE.replace("worth 100", "worth 120"))) == (("worth", "total", "100", "120"),)
    assert reasons(compared(BASE, BASE)) == ()


def test_what_becomes_of_scenarios_without_rows() -> None:
    text = """\
rubric "r"
observe calls of city, averaged by scenario
  city     text
  scenario choice a | b
  marks    whole number 0 to 10
  missing: 0
indicator total worth 10
  touchpoint marked worth 10 = marks
ranking by total
  exact
  ties share
"""
    comparison = compared(text, text.replace("missing: 0", "missing: not applicable"))
    assert said(comparison) == ["calls: missing rule missing: 0 → missing: not applicable"]
    assert possible(comparison) == "ranks"

"""What stands under what is indentation, however deep, and wrong indentation is one finding for its block."""

from __future__ import annotations

from rubric_dsl.surface import tree
from rubric_dsl.surface.lines import Remark
from tests.surface.compare import said
from tests.surface.reading import codes, mended, only, parsed

GOOD = """\
rubric "r"
  edition "1"
indicator a worth 3
  unless x: 0
  touchpoint b worth 3 by y
    1: 3
    otherwise: 0
measure z = 1
"""


def test_any_indentation_that_is_the_same_among_neighbours_is_read_alike() -> None:
    wide = "\n".join(" " * (len(line) - len(line.lstrip())) * 2 + line for line in GOOD.split("\n"))
    assert said(parsed(wide).document) == said(parsed(GOOD).document)


def test_a_file_that_is_indented_as_a_whole_is_one_finding() -> None:
    shifted = "\n".join("   " + line if line else line for line in GOOD.split("\n"))
    finding = only(shifted)
    assert finding.code == "R008"
    assert mended(shifted, finding.fixes[0]) == GOOD
    assert said(parsed(shifted).document) == said(parsed(GOOD).document)


def test_a_block_that_lost_its_indentation_is_one_finding_and_is_read_where_it_belongs() -> None:
    flat = GOOD.replace("    1: 3\n    otherwise: 0", "  1: 3\n  otherwise: 0")
    finding = only(flat)
    assert finding.code == "R009"
    assert mended(flat, finding.fixes[0]) == GOOD
    assert said(parsed(flat).document) == said(parsed(GOOD).document)


def test_lines_below_a_forgotten_line_go_with_it() -> None:
    text = 'test "t"\ngiven c\n  a\n  1\nexpect\n  b\n  2\nmeasure z = 1'
    finding = only(text)
    assert finding.code == "R009"
    assert mended(text, finding.fixes[0]) == (
        'test "t"\n  given c\n    a\n    1\n  expect\n    b\n    2\nmeasure z = 1'
    )


def test_a_block_that_is_indented_too_far_is_one_finding() -> None:
    text = "measure x = 1\n  measure y = 2\n  bands b by y\n    1: a\nmeasure z = 3"
    finding = only(text)
    assert finding.code == "R008"
    assert mended(text, finding.fixes[0]) == "measure x = 1\nmeasure y = 2\nbands b by y\n  1: a\nmeasure z = 3"


def test_members_of_a_choice_stand_below_it() -> None:
    text = 'observe c of a, averaged\n  h choice private\n    first "1" "I"\n    two\n  k text'
    (item,) = parsed(text).document.items
    assert isinstance(item, tree.Observe)
    assert [member.name for member in item.columns[0].type.members] == ["first", "two"]
    assert [label.text for label in item.columns[0].type.members[0].labels] == ["1", "I"]
    assert item.columns[0].private is not None


def test_the_missing_row_of_a_by_table_is_a_row_and_elsewhere_a_line() -> None:
    text = "indicator a\n  touchpoint b worth 3 by y\n    missing: 1\n  touchpoint c worth 3 = y\n    missing: 1"
    (item,) = parsed(text).document.items
    assert isinstance(item, tree.Indicator)
    by, computed = item.children
    assert isinstance(by, tree.Touchpoint) and isinstance(computed, tree.Touchpoint)
    assert isinstance(by.rule, tree.TableRule) and len(by.rule.table.rows) == 1
    assert by.lines == ()
    assert isinstance(computed.lines[0], tree.MissingLine)


def test_sixty_four_levels_are_read_and_more_is_one_finding() -> None:
    def nested(levels: int) -> str:
        return "\n".join(" " * level + f"indicator i{level}_" for level in range(levels))

    assert codes(nested(64)) == []
    assert codes(nested(65)) == ["R017"]
    assert codes(nested(90)) == ["R017"]


def test_comments_and_blank_lines_are_kept_by_line() -> None:
    result = parsed("# one\n\n  # two\nmeasure x = 1  # three\n\n\nmeasure y = min(1, # four\n  2) # five\n# six")
    (first, first_read), (second, second_read) = result.lines
    assert first.remarks == (Remark(" one", 0, False), Remark(" two", 2, True))
    assert (first.blank_before, second.blank_before) == (False, True)
    assert (first_read.comments, second_read.comments) == (("three",), ("four", "five"))
    assert second.remarks == ()
    assert result.remarks_after == (Remark(" six", 0, False),)

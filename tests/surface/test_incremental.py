"""With the cache of the last text, what was not edited is the same object, and points at where it stands now."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from rubric_dsl.surface.from_text import LineCache, parse
from rubric_dsl.text.files import Source
from tests.surface.compare import said

HERE = Path(__file__).parent
TEXT = (HERE / "every_form.rubric").read_text("utf-8")
LINES = TEXT.split("\n")


def test_the_same_text_gives_the_same_items() -> None:
    cache = LineCache()
    first = parse(Source("a", TEXT), cache)
    again = parse(Source("a", TEXT), cache)
    assert len(first.document.items) > 30
    assert all(one is other for one, other in zip(first.document.items, again.document.items, strict=True))


def test_an_edit_replaces_the_edited_item_only() -> None:
    cache = LineCache()
    first = parse(Source("a", TEXT), cache)
    again = parse(Source("a", TEXT.replace("31% to 94%", "31% to 95%")), cache)
    changed = [
        (one, other)
        for one, other in zip(first.document.items, again.document.items, strict=True)
        if one is not other
    ]
    assert len(changed) == 1
    assert said(changed[0][0]) != said(changed[0][1])


def test_lines_that_moved_point_at_their_new_place() -> None:
    cache = LineCache()
    first = parse(Source("a", TEXT), cache)
    lines_before = [item.span.first_line for item in first.document.items]
    again = parse(Source("a", "\n\n\n" + TEXT), cache)
    assert all(one is other for one, other in zip(first.document.items, again.document.items, strict=True))
    assert [item.span.first_line for item in again.document.items] == [line + 3 for line in lines_before]


def test_a_line_put_before_an_equal_one_in_another_table_disturbs_nothing_else() -> None:
    table = "bands {} by x\n  1: a\n  otherwise: b\n"
    cache = LineCache()
    first = parse(Source("a", table.format("p") + table.format("q")), cache)
    again = parse(Source("a", table.format("o") + table.format("p") + table.format("q")), cache)
    assert all(one is other for one, other in zip(first.document.items, again.document.items[1:], strict=True))


def test_an_unchanged_touchpoint_of_a_changed_indicator_is_the_same_object() -> None:
    text = "indicator a worth 3\n  touchpoint b worth 1 when x\n  touchpoint c worth 2 when y"
    cache = LineCache()
    (first,) = parse(Source("a", text), cache).document.items
    edited = text.replace("worth 2", "worth 4").replace("a worth 3", "a worth 5")
    (again,) = parse(Source("a", edited), cache).document.items
    assert first is not again
    assert first.children[0] is again.children[0]  # type: ignore[union-attr]


def test_findings_move_with_their_lines_and_go_when_mended() -> None:
    cache = LineCache()
    assert parse(Source("a", "measure x 5"), cache).diagnostics[0].span.first_line == 1
    moved = parse(Source("a", "measure y = 1\nmeasure x 5"), cache).diagnostics
    assert [finding.span.first_line for finding in moved] == [2]
    assert parse(Source("a", "measure y = 1\nmeasure x = 5"), cache).diagnostics == ()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_any_edits_give_what_a_fresh_parse_gives(seed: int) -> None:
    """Delete, double, swap and spoil lines: with the cache the tree, findings and places are those of a fresh parse."""
    dice = random.Random(seed)
    cache = LineCache()
    lines = LINES[:]
    for _ in range(3):
        at, to = dice.randrange(len(lines)), dice.randrange(len(lines))
        match dice.randrange(4):
            case 0:
                del lines[at : at + 1]
            case 1:
                lines.insert(to, lines[at])
            case 2:
                lines[at], lines[to] = lines[to], lines[at]
            case _:
                lines[at] = lines[at][: dice.randrange(len(lines[at]) + 1)]
        text = "\n".join(lines)
        kept, fresh = parse(Source("a", text), cache), parse(Source("a", text))
        assert said(kept.document) == said(fresh.document)
        assert [str(item.span) for item in kept.document.items] == [str(item.span) for item in fresh.document.items]
        assert [(f.code, str(f.span)) for f in kept.diagnostics] == [(f.code, str(f.span)) for f in fresh.diagnostics]
        assert kept.lost == fresh.lost

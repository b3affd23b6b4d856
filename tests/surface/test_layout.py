"""The one layout: nothing that is said changes, comments stay where they belong, columns stand in line."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.identity import plan_hash
from rubric_dsl.surface.from_text import parse
from rubric_dsl.surface.keywords import LANGUAGES, Language
from rubric_dsl.surface.layout import formatted
from rubric_dsl.surface.print_parts import width
from rubric_dsl.surface.same import says_the_same
from rubric_dsl.text.files import Source, read_source
from tests.properties.long import count
from tests.surface.test_round_trip import FILES, ROOT


def laid_out(text: str, lang: Language | None = None) -> str:
    done = formatted(Source("a.rubric", text), lang)
    assert done.text is not None, done.diagnostics
    return done.text


def read(path: Path) -> str:
    source, findings = read_source(path.name, path.read_bytes())
    assert source is not None and findings == []
    return source.text


def comments(text: str) -> list[str]:
    """Each comment without its blanks, in order; no text in quotes of these files has a `#`."""
    return [re.sub(r"\s", "", line.split("#", 1)[1]) for line in text.splitlines() if "#" in line]


# ---------------------------------------------------------------- nothing that is said changes


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
@pytest.mark.parametrize("lang", [None, *LANGUAGES])
def test_a_file_laid_out_says_the_same_and_stays_as_it_is(path: Path, lang: Language | None) -> None:
    text = read(path)
    once = laid_out(text, lang)
    assert laid_out(once, lang) == once
    assert says_the_same(parse(Source("a", once)).document, parse(Source("a", text)).document)
    assert sorted(comments(once)) == sorted(comments(text))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_there_and_back_again_gives_the_same_bytes(path: Path) -> None:
    for lang, other in (("en", "zh"), ("zh", "en")):
        first = laid_out(read(path), lang)
        assert laid_out(laid_out(first, other), lang) == first


@pytest.mark.parametrize("path", sorted(ROOT.glob("rubrics/**/*.rubric")), ids=lambda path: path.stem)
def test_the_plan_of_a_rubric_is_the_same_in_either_language(path: Path) -> None:
    text = path.read_text("utf-8")
    as_written = identity_of(path, text)
    assert as_written is not None
    assert {identity_of(path, laid_out(text, lang)) for lang in LANGUAGES} == {as_written}


@pytest.mark.parametrize("path", sorted(ROOT.glob("rubrics/**/*.rubric")), ids=lambda path: path.stem)
def test_the_rubrics_of_this_repository_are_laid_out(path: Path) -> None:
    assert laid_out(read(path)) == read(path)


def test_every_rubric_of_the_repository_keeps_its_plan_and_comes_back_from_the_other_language() -> None:
    """Of those that can be read; a sixth of them, all in the long campaign."""
    paths = [path for path in sorted(ROOT.rglob("*.rubric")) if "node_modules" not in path.parts]
    read_ = identified = 0
    for path in paths[:: count(6, 1)]:
        source, findings = read_source(str(path), path.read_bytes())
        if source is None or findings or parse(source).diagnostics:
            continue
        once, english, chinese = laid_out(source.text), laid_out(source.text, "en"), laid_out(source.text, "zh")
        assert laid_out(once) == once and laid_out(english, "en") == english, path
        assert laid_out(chinese, "en") == english and laid_out(english, "zh") == chinese, path
        identity = identity_of(path, source.text)
        assert {identity_of(path, text) for text in (once, english, chinese)} == {identity}, path
        read_, identified = read_ + 1, identified + (identity is not None)
    assert read_ >= count(140, 900) and identified >= count(100, 750)


def identity_of(path: Path, text: str) -> str | None:
    """Of the plan, where the rubric has no errors."""
    plan = compile_rubric(str(path), lambda name: text.encode() if name == str(path) else Path(name).read_bytes()).plan
    return None if plan is None else plan_hash(plan)


def test_the_column_of_ranks_is_translated_where_nothing_else_has_its_name() -> None:
    text = 'test "t"\n  given c\n    city\n    "x"\n  expect\n    city | rank\n    "x"  | 1\n'
    chinese = laid_out(text, "zh")
    assert "    city | 名次\n" in chinese and "\n    city | rank\n" in "\n" + laid_out(chinese, "en")
    for own in ("measure rank = 1", "measure a, 名次 by b\n  x: 1, 2", "indicator a\n  indicator rank"):
        assert "    city | rank\n" in laid_out(f"{own}\n{text}", "zh")


def scattered(text: str, seed: int) -> str:
    """The text with comments, blank lines and blanks put in where an author might have them."""
    dice = random.Random(seed)
    lines: list[str] = []
    for number, line in enumerate(text.splitlines()):
        if dice.random() < 0.2:
            lines += [""] * dice.randrange(1, 4)
        if dice.random() < 0.2:
            lines.append(" " * dice.choice((0, 2, 4, 6)) + dice.choice(("#", "# ", "#   ")) + f"c{seed}n{number}")
        if line.strip() and '"' not in line and "“" not in line and dice.random() < 0.2:
            line += f"  # d{seed}n{number}"
        lines.append(line.replace(" | ", dice.choice((" | ", "|", "  |   "))))
    return "\n".join(lines) + dice.choice(("", "\n", "\n\n# the end"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_comments_and_blank_lines_anywhere_change_nothing_and_are_all_kept(path: Path) -> None:
    text = read(path)
    document = parse(Source("a", text)).document
    for seed in range(4):
        other = scattered(text, seed)
        once = laid_out(other)
        assert laid_out(once) == once
        assert says_the_same(parse(Source("a", once)).document, document)
        assert sorted(comments(once)) == sorted(comments(other))
        assert "\n\n\n" not in once


# ---------------------------------------------------------------- comments and blank lines

COMMENTED = """\
# The title.
rubric "Hotlines"

# ---- data ----


observe calls of city, averaged
    # who
    city text   # the city
    wait seconds
    # end of the columns
# before the measure
measure a = min(  # why
  wait_of,  # one
  2)
parameter b = 1
measure c = 2
  # below c
# last
"""


def test_comments_stay_above_their_line_or_at_the_end_of_their_block() -> None:
    assert laid_out(COMMENTED) == """\
# The title.
rubric "Hotlines"

# ---- data ----

observe calls of city, averaged
  # who
  city text  # the city
  wait seconds
  # end of the columns

# before the measure
# why
# one
measure a = min(wait_of, 2)
parameter b = 1
measure c = 2
  # below c
# last
"""


def test_statements_with_lines_below_stand_between_blank_lines_and_others_as_the_author_has_them() -> None:
    bands = "bands d by a\n\n  from 1: x\n\n\n  under 1: y\n"
    assert laid_out(f"measure a = 1\nmeasure b = 2\n\n\nmeasure c = 3\n{bands}measure e = 4\n") == (
        "measure a = 1\nmeasure b = 2\n\nmeasure c = 3\n\nbands d by a\n  from 1: x\n\n  under 1: y\n\nmeasure e = 4\n"
    )


def test_a_file_of_comments_alone_stays() -> None:
    assert laid_out("#one\n\n\n  # two\n") == "# one\n\n# two\n"
    assert laid_out("") == ""


# ---------------------------------------------------------------- columns


def test_names_labels_and_types_stand_in_columns_by_the_width_of_chinese() -> None:
    columns = '  c "市" text\n  waited "等待时长" seconds\n  x, y "是否" yes/no\n  z text\n'
    text = laid_out(f"observe t of c, averaged\n{columns}")
    assert text.splitlines()[1:] == [
        '  c      "市"       text',
        '  waited "等待时长" seconds',
        '  x, y "是否" yes/no',
        "  z                 text",
    ]
    ends = {width(line[: line.rindex(kind)]) for line, kind in zip(
        [text.splitlines()[i] for i in (1, 2, 4)], ("text", "seconds", "text"), strict=True)}
    assert len(ends) == 1


def test_rows_of_tables_stand_in_columns_and_a_row_for_all_inputs_takes_their_room() -> None:
    text = laid_out("measure a by b, c\n  from 10, yes: 1\n  5 to 9, -: 10\n  missing: 3\n  otherwise: 4\n")
    assert text == (
        "measure a by b, c\n  from 10, yes: 1\n  5 to 9,  -:   10\n  missing:      3\n  otherwise:    4\n"
    )
    assert laid_out("分档 d 按 a\n  不低于95%：hot“热”\n  0%至不足95%：lukewarm “温”\n") == (
        "分档 d 按 a\n  不低于95%：  hot      “热”\n  0%至不足95%：lukewarm “温”\n"
    )


def test_a_blank_line_starts_new_columns() -> None:
    assert laid_out("measure a = 1\nmeasure long_name = 2\n\nmeasure b = 3\n") == (
        "measure a         = 1\nmeasure long_name = 2\n\nmeasure b = 3\n"
    )


def test_a_touchpoint_with_lines_below_it_parts_the_columns_of_those_around_it() -> None:
    table = "  touchpoint b by y\n    from 0: 1\n"
    text = f"indicator i\n  touchpoint a worth 1 when x\n{table}  touchpoint ccc worth 1 when x\n"
    assert laid_out(text) == text
    assert "touchpoint a   worth 1" in laid_out(text.replace(table, ""))


def test_one_very_long_label_pushes_nothing_away() -> None:
    long = "长" * 30
    text = laid_out(f'observe t of c, averaged\n  a "短" text\n  b "{long}" text\n')
    assert text.splitlines()[1:] == ['  a "短" text', f'  b "{long}" text']


def test_a_long_line_goes_on_inside_its_outermost_brackets() -> None:
    parts = " + ".join(f"share(connected where period is period_{number})" for number in range(4))
    text = laid_out(f"measure a = ({parts}) / 4\n")
    lines = text.splitlines()
    assert len(lines) == 2 and all(width(line) <= 120 for line in lines)
    assert lines[1].startswith("    + share(")
    assert laid_out(text) == text


# ---------------------------------------------------------------- languages

ZH = """\
细则 “热线”  # 标题
观测 拨测 对象 地市，平均
  地市 文本
  等待 秒数 0 至 1800
指标 等待 满分 20
  触点 得分 满分 20 按 等待
    不超过15秒：20
    超过15秒至3分钟：20 降至 10
    超过3分钟：0
"""


def test_keywords_units_and_punctuation_are_translated_and_nothing_else() -> None:
    assert laid_out(ZH, "en") == """\
rubric "热线"  # 标题

observe 拨测 of 地市, averaged
  地市 text
  等待 seconds 0 to 1800

indicator 等待 worth 20
  touchpoint 得分 worth 20 by 等待
    up to 15 s:         20
    over 15 s to 3 min: 20 falling to 10
    over 3 min:         0
"""


def test_without_a_language_most_keywords_decide() -> None:
    assert laid_out("测算 a = 若 b 则 1 否则 2\nmeasure c = 1\n").startswith("测算 a = 若")
    assert laid_out("测算 a = 1\nmeasure c = if b then 1 else 2\n").startswith("measure a = 1")


def test_a_text_with_a_fault_is_left_alone() -> None:
    done = formatted(Source("a", "measure a = 1 +\n"))
    assert done.text is None and [finding.code for finding in done.diagnostics] == ["R021"]

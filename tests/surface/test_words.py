"""Words, numbers, quotes and signs of one line."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest

from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import LANGUAGES, Language, combine_method, function_id, weight_method
from rubric_dsl.surface.print import print_document
from tests.surface.compare import said
from tests.surface.reading import codes, only, parsed, row, value


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("15", "15", ""),
        ("0.10", "0.1", ""),
        ("95%", "95", "%"),
        ("95 %", "95", "%"),
        ("95％", "95", "%"),
        ("９５.５", "95.5", ""),
        ("15 s", "15", "s"),
        ("15s", "15", "s"),
        ("15 seconds", "15", "s"),
        ("15秒", "15", "s"),
        ("15 秒", "15", "s"),
        ("3分钟", "3", "min"),
        ("3分", "3", "points"),
        ("3 points", "3", "points"),
        ("2小时", "2", "h"),
        ("2 h", "2", "h"),
        ("1天", "1", "day"),
        ("30 days", "30", "day"),
        ("007", "7", ""),
    ],
)
def test_numbers_are_exact_and_have_units(text: str, number: str, unit: str) -> None:
    found = value(text)
    assert isinstance(found, tree.Number)
    assert (found.value, found.unit) == (Fraction(number), unit)


def test_a_unit_word_is_a_name_unless_it_follows_a_number() -> None:
    assert isinstance(value("h"), tree.Name)
    assert isinstance(value("min(s, h)"), tree.Call)


def test_digits_and_chinese_words_fall_apart() -> None:
    pattern = row("超过15秒至不足3分钟：1").patterns[0][0]
    assert isinstance(pattern, tree.Range)
    assert isinstance(pattern.low, tree.Number) and isinstance(pattern.high, tree.Number)
    assert (pattern.low.value, pattern.low.unit, pattern.low_closed) == (Fraction(15), "s", False)
    assert (pattern.high.value, pattern.high.unit, pattern.high_closed) == (Fraction(3), "min", False)


@pytest.mark.parametrize("name", ["IVR接通", "接通率", "是否接通", "平均等待", "a1", "_x", "〇", "𠀀号"])
def test_names(name: str) -> None:
    found = value(name)
    assert isinstance(found, tree.Name)
    assert found.name == name


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ('"a b"', "a b"),
        ("“甲”", "甲"),
        (r'"say \"yes\""', 'say "yes"'),
        (r'"a\\b"', "a\\b"),
        ("“a\"b”", 'a"b'),
        ('"（：，"', "（：，"),
        ('"# no comment"', "# no comment"),
        ('""', ""),
    ],
)
def test_quoted_texts(text: str, content: str) -> None:
    found = value(text)
    assert isinstance(found, tree.Text)
    assert found.value == content


def test_full_width_signs_outside_quotes_mean_their_ascii_twins() -> None:
    found = value("ｍｉｎ（ａ＋１，２）")
    assert isinstance(found, tree.Call)
    assert found.function.text == "min"
    assert len(found.arguments) == 2


def test_places_are_right_behind_full_width_signs() -> None:
    text = "measure x = （a） ≥ 3 $"
    assert only(text).span.column == text.index("$")


def test_a_keyword_of_several_words_is_matched_across_blanks_and_longest_first() -> None:
    assert codes("indicator a worth 1\n  rounded   half　up to 0.1") == []
    assert codes("指标 a 满分 1\n  四舍五入 到 0.1") == []
    assert codes("weights w by mean, mean of judgements") == []


def test_both_languages_may_be_mixed_and_the_file_says_so() -> None:
    assert parsed("measure x = 若 a then 1 否则 2").language == "mixed"
    assert parsed("测算 x = 1").language == "zh"
    assert parsed("measure x = 1").language == "en"


def test_comparison_signs_have_other_spellings() -> None:
    found = value("a ≤ b")
    assert isinstance(found, tree.Compare)
    assert found.relations == ("<=",)
    assert isinstance(value("a ≠ b"), tree.Compare)


@pytest.mark.parametrize(("word", "function"), [("share", "share"), ("占比", "share"), ("min", "min"), ("接通", None)])
def test_functions_are_known_in_both_languages(word: str, function: str | None) -> None:
    assert function_id(word) == function


def test_methods_are_known_in_both_languages() -> None:
    assert weight_method("ahp eigenvector") == "ahp eigenvector"
    assert weight_method("层次分析 几何平均") == "ahp geometric mean"
    assert weight_method("lowest") is None
    assert combine_method("最低") == "lowest"


def test_sixty_digits_are_read_and_sixty_one_are_not() -> None:
    assert codes("measure x = " + "1" * 60) == []
    assert codes("measure x = " + "1" * 61) == ["R016"]
    assert codes("measure x = 0." + "1" * 60) == ["R016"]


@pytest.mark.parametrize(
    "text",
    [
        "measure a = if b is no then 1 else 2",
        "measure a = if no then 1 else if no then 2 else no",
        "bands 加权 by 取整",
        "weights 均值 by mean, mean of weights",
        "ranking combined by x",
        "measure weighted by whole, up",
        "promise “a”: not (applicable)",
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_beside_each_other_are_one_keyword_only_where_the_line_is_a_sentence_with_it(
    text: str, lang: Language
) -> None:
    """`若 b 为 否 则 1 否则 2` has one `否则`; a blank in it was read as another."""
    rows = "\n  from 1: 2" if " by " in text and text[0] in "bm" else ""
    first = parsed(text + rows)
    again = parsed(print_document(first.document, lang))
    assert (first.diagnostics, again.diagnostics) == ((), ())
    assert said(again.document) == said(first.document)


def test_a_keyword_with_blanks_in_it_stays_one_where_its_parts_would_fit_too() -> None:
    assert isinstance(row("1 至 不足 2：热").patterns[0][0], tree.Range)
    assert isinstance(row("1: not applicable").outcomes[0], tree.NotApplicableOutcome)


def test_a_name_that_ends_like_a_unit_is_printed_apart_from_the_keyword_behind_it() -> None:
    first = parsed("bands b by x\n  得分 to under 3: a\n  from 3分 to 用时: c")
    assert first.diagnostics == ()
    text = print_document(first.document, "zh")
    assert "得分 至不足3：" in text and "3分至 用时：" in text
    assert said(parsed(text).document) == said(first.document)


def test_what_is_wrong_behind_words_taken_apart_is_said_where_it_is() -> None:
    assert codes("measure a = if b is no then 1 else") == codes("测算 a = 若 b 为 否 则 1 否则") == ["R021"]


def test_very_many_words_that_could_be_joined_are_read_in_bounded_time() -> None:
    """Each is tried apart by reading the line again; 20,000 tokens are not read 5,000 times."""
    started = time.process_time()
    codes("测算 a = " + " + ".join(["若 否 则 1 否则 2"] * 4000))
    assert time.process_time() - started < 20

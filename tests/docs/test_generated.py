"""What is generated in the documents is up to date, and the tools that judge documents notice what is wrong in them."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from rubric_dsl.diagnostics import prose
from tests.docs.blocks import blocks_of
from tests.docs.generate import SECTION, document, outdated
from tests.docs.pages import example, examples_json
from tests.docs.sections import SECTIONS
from tests.docs.test_documents import problems_of

SMALL = """\
```rubric
rubric "Small"
observe calls of city, averaged
  city text
  wait seconds
measure mean_wait = mean(wait)
ranking by mean_wait, lowest first
  exact
  ties share
```
```csv calls
city,wait
甲,10
甲,20
乙,30
```
```result
city | mean_wait | rank
甲   | 15 s      | 1
乙   | 30 s      | 2
```
"""


def test_everything_generated_is_up_to_date() -> None:
    assert outdated() == [], "run `./dev docs`"


def test_the_reference_has_every_section() -> None:
    from tests.docs.blocks import DOCS

    assert {found[2] for found in SECTION.finditer((DOCS / "language.md").read_text("utf-8"))} == set(SECTIONS)


def test_every_code_has_a_page_in_both_languages() -> None:
    from tests.docs.pages import page_files

    pages = dict(page_files())
    for code in prose.all_codes():
        page = unescape(re.sub("</?code>", "`", pages[f"diagnostics/{code}.md"]))
        assert prose.title(code, "zh") in page and prose.title(code, "en")[1:] in page


def test_the_chinese_side_of_a_page_is_a_rubric_in_chinese_that_was_run() -> None:
    """Where the text itself is not what is wrong: all but the families of text and statements."""
    shown = example("R031")
    assert shown is not None and "不低于95%：hot" in shown["zh"].wrong["bad.rubric"]
    assert "调整界限：40%至不足95%" in shown["zh"].said and "40%至不足95%：warm" in shown["zh"].right["fixed.rubric"]
    written = [code for code, entry in json.loads(examples_json()).items()
               if any(name.endswith(".rubric") and "观测" in text for name, text in entry["zh"]["wrong"].items())]
    assert len(written) > 200


def test_a_right_document_has_no_problems() -> None:
    assert list(problems_of(SMALL)) == []


@pytest.mark.parametrize(("old", "new", "said"), [
    ("15 s      | 1", "16 s      | 1", "the result is"),
    ("15 s      | 1", "15 s      | 2", "the result is"),
    ("15 s      | 1", "15        | 1", "the result is"),
    ("乙   | 30 s      | 2\n", "", "AssertionError"),
    ("  ties share\n", "", "R102"),
    ("```rubric\n", "```rubric error=R031\n", "instead of ['R031']"),
    ("乙,30", "乙,-30", "refused"),
])
def test_a_wrong_document_is_noticed(old: str, new: str, said: str) -> None:
    assert SMALL.count(old) == 1
    assert any(said in problem for problem in problems_of(SMALL.replace(old, new)))


def test_a_wrong_value_is_noticed() -> None:
    text = "```values alone\n1 + 1 → {}\n```\n"
    assert list(problems_of(text.format("2"))) == []
    assert any("1 + 1 is 2" in problem for problem in problems_of(text.format("3")))


def test_a_block_of_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="nobody would run"):
        list(blocks_of("```rubrik\nx\n```\n"))


def test_what_the_program_says_is_put_into_its_block() -> None:
    text = SMALL.replace("  ties share\n", "").split("```csv")[0] + "\n```text says\nold\n```\n"
    assert "error[R102]" in document(text) and "old" not in document(text)

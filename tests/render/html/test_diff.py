"""The page of `diff`: both lines of each change, who moves on a chart, each score split as it was computed."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from rubric_dsl.cli.main import run
from tests.tables import ROOT
from tests.zhejiang.independent import EXAMPLE

RUBRIC, DRAFT = f"{ROOT}/rubrics/zhejiang_12345_2020.rubric", str(EXAMPLE / "draft_2021.rubric")
CALLS = f"calls={EXAMPLE / 'calls.csv'}"

Page = Callable[..., str]


@pytest.fixture
def page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Page:
    def made(*words: str) -> str:
        assert run(["diff", *words, "-o", str(tmp_path / "page.html")]) == 0, capsys.readouterr().err
        text = (tmp_path / "page.html").read_text("utf-8")
        ids = re.findall(r'\bid="([^"]+)"', text)
        assert len(ids) == len(set(ids)) and set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
        assert "<script" not in text and not re.search(r'(?:src|href)="(?!#)', text)
        return text

    return made


def test_each_change_stands_with_the_lines_of_both_editions(page: Page) -> None:
    text = page(RUBRIC, DRAFT, "--use-from", f"{ROOT}/rubrics", CALLS)
    bound = text[text.index('id="c2"') : text.index('id="c3"')]
    assert "bound wait_seconds &lt;= 15 s → wait_seconds &lt;= 20 s" in bound
    assert "界限 wait_seconds &lt;= 15秒 → wait_seconds &lt;= 20秒" in bound
    old, new = re.findall(r'<pre class="rubric">(.*?)</pre>', bound, re.DOTALL)
    assert "when wait_seconds &lt;= 15 s" in old and "when wait_seconds &lt;= 20 s" in new
    assert "仅文字" in text and "检索等候时长不超过30秒" in text


def test_the_two_cities_that_change_places_cross_on_the_chart(page: Page) -> None:
    text = page(RUBRIC, DRAFT, "--use-from", f"{ROOT}/rubrics", CALLS)
    chart = next(one for one in re.findall(r"<svg.*?</svg>", text, re.DOTALL) if 'class="chart bump"' in one)
    titles = re.findall(r"<title>([^<]+)</title>", chart)
    assert len(titles) == 11
    moving = {title for title in titles if len(set(title.split(": ")[1].split(" → "))) > 1}
    assert moving == {"金华: 8 → 9", "绍兴: 9 → 8"}


def test_a_waterfall_goes_from_the_old_score_to_the_new_one(page: Page) -> None:
    """嘉兴: 57.125 and 59.1 as the terminal says; what is drawn between is shown with three decimals or exactly."""
    text = page(RUBRIC, DRAFT, "--use-from", f"{ROOT}/rubrics", CALLS)
    heading = re.search(r'<h3 id="(h-who0-\d+)">嘉兴</h3>', text)
    assert heading is not None
    chart = text[heading.end() : text.index("</svg>", heading.end())]
    shown = [Fraction(one.replace("−", "-").lstrip("+")) for one in re.findall(r'class="value">([^<]+)<', chart)]
    assert (shown[0], shown[-1]) == (Fraction("57.125"), Fraction("59.1"))
    assert abs(sum(shown[:-1]) - shown[-1]) < Fraction(len(shown), 2000)  # each is shown to half a thousandth


def test_what_comes_from_rubrics_and_data_is_escaped(page: Page, tmp_path: Path) -> None:
    text = """\
rubric "r"
  edition "<b>one</b>"
observe calls of city, averaged
  city   text
  tester text private
  marks  whole number 0 to 9
indicator total "<i>all</i>" worth 9
  touchpoint marked "&amp;" worth 9 = marks
ranking by total
  exact
  ties share
"""
    old, new, calls = tmp_path / "old.rubric", tmp_path / "new.rubric", tmp_path / "calls.csv"
    old.write_text(text, "utf-8")
    new.write_text(text.replace("one", "two").replace("= marks", "= marks / 2"), "utf-8")
    calls.write_text('city,tester,marks\n<img src=x>,Secret Name,8\nb,Secret Name,5\n', "utf-8")
    made = page(str(old), str(new), f"calls={calls}", "--lang", "zh")
    assert "&lt;img src=x&gt;" in made and "<img" not in made and "<b>" not in made and "<i>" not in made
    assert "&amp;amp;" in made and "Secret Name" not in made
    assert str(tmp_path) not in made


def test_a_page_without_observations_has_the_changes_only(page: Page) -> None:
    made = page(RUBRIC, DRAFT, "--use-from", f"{ROOT}/rubrics")
    assert 'id="c5"' in made and "<svg" not in made


def test_other_kinds_of_files_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", RUBRIC, RUBRIC, "-o", "page.xlsx", "--lang", "en"]) == 2
    assert "must end in one of .html, .json" in capsys.readouterr().err

"""The method as a document, and the pages of `explain`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from rubric_dsl.cli.main import run
from tests.tables import ROOT
from tests.zhejiang.independent import EXAMPLE

RUBRIC = f"{ROOT}/rubrics/zhejiang_12345_2020.rubric"
CALLS = f"calls={EXAMPLE / 'calls.csv'}"

Page = Callable[..., str]


@pytest.fixture
def page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Page:
    def made(*words: str) -> str:
        assert run([*words, "-o", str(tmp_path / "page.html")]) == 0, capsys.readouterr().err
        text = (tmp_path / "page.html").read_text("utf-8")
        ids = re.findall(r'\bid="([^"]+)"', text)
        assert len(ids) == len(set(ids)) and set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
        assert "<script" not in text
        return text

    return made


def test_the_document_has_the_tree_with_its_worths_the_tests_and_the_text(page: Page) -> None:
    text = page("docs", RUBRIC)
    for label, worth in (("综合得分", "100"), ("电话等待时长", "20"), ("等待不超过15秒", "7")):
        assert re.search(rf">{label}</span></td><td class=\"n\">{worth}</td>", text), label
    assert "15 seconds are within 15 seconds, 16 are not" in text
    assert 'observe calls &#34;拨测记录&#34; of city, averaged by scenario_id' in text


def test_a_number_line_shows_the_ends_of_the_published_bands(page: Page, tmp_path: Path) -> None:
    """Published: 95 and more, 31 to 94, 1 to 30, 0. Closed ends at seven numbers, none open."""
    text = page("docs", RUBRIC)
    line = next(chart for chart in re.findall(r"<svg.*?</svg>", text, re.DOTALL) if "numberline" in chart)
    ends = re.findall(r'<text [^>]*class="end"[^>]*>([^<]+)<', line)
    assert ends == ["0%", "1%", "30%", "31%", "94%", "95%"]
    assert len(re.findall(r"<circle [^>]*closed", line)) == 7 and not re.search(r"<circle [^>]*open", line)


def test_every_rubric_of_the_library_has_a_document(page: Page) -> None:
    rubrics = sorted(Path(ROOT).glob("rubrics/*/*.rubric"))
    assert len(rubrics) > 8
    for rubric in rubrics:
        page("docs", str(rubric))


def test_the_page_of_a_gap_is_a_waterfall_from_one_score_to_the_other(page: Page) -> None:
    text = page("explain", RUBRIC, CALLS, "杭州", "--versus", "台州")
    chart = re.findall(r"<svg.*?</svg>", text, re.DOTALL)[0]
    shown = re.findall(r'class="value">([^<]+)<', chart)
    assert (shown[0], shown[-1]) == ("75.875", "76.25") and len(shown) == 9
    assert shown[3] == "−4.75"


def test_the_page_of_an_explanation_leads_to_the_lines_of_the_rubric(page: Page) -> None:
    text = page("explain", RUBRIC, CALLS, "嘉兴", "wait")
    assert 'href="#r0-89"' in text and 'id="r0-89"' in text

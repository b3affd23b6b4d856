"""The report as a file and as people see it in a browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests import program
from tests.tables import ROOT, rows_of
from tests.zhejiang.independent import EXAMPLE

RUBRIC = Path(ROOT) / "rubrics" / "zhejiang_12345_2020.rubric"
CALLS = EXAMPLE / "calls.csv"
CITIES = {row["city"] for row in rows_of(EXAMPLE / "expected_scores.csv")}

NASTY = """\
rubric "<script>alert(1)</script>"
observe calls of city, averaged
  call_id text key
  city    text
  tester  text private
  polite  yes/no
indicator total "<b>总分</b>" worth 10
  touchpoint courtesy "&amp; 礼貌" worth 10 when polite
ranking by total
  exact
  ties share
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    words = ("score", RUBRIC, f"calls={CALLS}", "-o", folder / "report.html")
    assert program.run(*words)[0] == 0
    assert program.run(*words[:3], "-o", folder / "only.html", "--only", "台州")[0] == 0
    return folder


def test_the_report_is_one_file_under_a_megabyte_that_takes_nothing_from_elsewhere(pages: Path) -> None:
    text = (pages / "report.html").read_text("utf-8")
    assert len(text.encode()) < 1_000_000
    assert "<script" not in text and "default-src 'none'" in text
    assert not re.findall(r'(?:src|href)="(?!#)[^"]*"', text)
    assert all(f">{city}<" in text for city in CITIES)


def test_links_lead_to_places_of_the_page(pages: Path) -> None:
    for name in ("report.html", "only.html"):
        text = (pages / name).read_text("utf-8")
        ids = re.findall(r'\bid="([^"]+)"', text)
        assert len(ids) == len(set(ids))
        links = set(re.findall(r'href="#([^"]+)"', text))
        assert links - set(ids) == set() and len(links) > 60


def test_what_one_city_may_be_sent_names_no_other(pages: Path) -> None:
    text = (pages / "only.html").read_text("utf-8")
    # The rubric lists all cities, as the choice that the column is.
    page = text[: text.index('<section id="method">')]
    assert "台州" in page and not [city for city in CITIES - {"台州"} if city in page]
    theirs = [row["call_id"] for row in rows_of(CALLS) if row["city"] != "台州"]
    assert not [key for key in theirs if key in page]


def test_the_same_result_gives_the_same_bytes(pages: Path, tmp_path: Path) -> None:
    program.run("score", RUBRIC, f"calls={CALLS}", "-o", tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == (pages / "report.html").read_bytes()


def test_names_cannot_become_elements_and_private_values_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "n.rubric").write_text(NASTY, "utf-8")
    rows = ("<i>1</i>,<img src=x onerror=alert(1)>,SECRET-1,no", '2,乙"&<,SECRET-2,yes')
    (tmp_path / "calls.csv").write_text("call_id,city,tester,polite\n" + "\n".join(rows) + "\n", "utf-8")
    words = ("score", tmp_path / "n.rubric", f"calls={tmp_path / 'calls.csv'}", "-o", tmp_path / "r.html")
    assert program.run(*words)[0] == 0
    text = (tmp_path / "r.html").read_text("utf-8")
    assert not re.search(r"<(script|img|b|i)\b", text) and "SECRET" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_periods_and_rankings_make_a_chart_of_ranks(tmp_path: Path) -> None:
    rubric = NASTY.replace("ranking by total", "ranking by total, half").replace(
        "indicator total", "measure half = share(polite)\nindicator total",
    )
    (tmp_path / "n.rubric").write_text(rubric, "utf-8")
    (tmp_path / "calls.csv").write_text("call_id,city,tester,polite\n1,甲,x,no\n2,乙,x,yes\n", "utf-8")
    program.run("score", tmp_path / "n.rubric", f"calls={tmp_path / 'calls.csv'}", "-o", tmp_path / "r.html")
    assert 'class="chart bump"' in (tmp_path / "r.html").read_text("utf-8")


# ---------------------------------------------------------------- in a browser


def test_a_browser_shows_one_language_and_switches_to_the_other(pages: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"file://{pages / 'report.html'}")
    assert len(asked) == 1 and said == []
    heading = page.locator("#h-method")
    shown = {"en": "Method", "zh": "评分方法"}
    first = "zh" if heading.inner_text() == shown["zh"] else "en"
    for lang in ("zh", "en", first):
        page.locator(f"label[for=show-{lang}]").click()
        assert heading.inner_text() == shown[lang]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_narrow_screen_does_not_scroll_sideways(pages: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 380, "height": 800})
    page.goto(f"file://{pages / 'report.html'}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_charts_have_names_for_screen_readers(pages: Path, browser: Any) -> None:
    page = browser.new_page()
    page.goto(f"file://{pages / 'report.html'}")
    charts = page.locator("svg[role=img]")
    assert charts.count() == 2
    for i in range(charts.count()):
        named = charts.nth(i).get_attribute("aria-labelledby")
        assert page.locator(f"#{named}").inner_text()

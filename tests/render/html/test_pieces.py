"""Elements, charts and frames of pages: all is escaped, both languages are there, nothing comes from elsewhere."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree import ElementTree

from markupsafe import Markup

from rubric_dsl.render.html.bars import Bar, bars
from rubric_dsl.render.html.bump import Course, bump_chart
from rubric_dsl.render.html.elements import Words, spoken, tag
from rubric_dsl.render.html.heat import Cell, HeatRow, heat_map
from rubric_dsl.render.html.page import Section, page
from rubric_dsl.render.html.waterfall import Step, waterfall

NASTY = '<script>alert("x")</script>&\'"'
SVG = "{http://www.w3.org/2000/svg}"


def parsed(chart: Markup) -> ElementTree.Element:
    return ElementTree.fromstring(str(chart).replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))


def charts(name: str) -> list[Markup]:
    return [
        bars([Bar(name, "1", Fraction(1, 3), name, f"#{name}")], Fraction(1), "h"),
        heat_map([name], [HeatRow(name, [Cell(Fraction(1, 2), name)])], "h"),
        bump_chart([name, name], [Course(name, [1, 2])], "h"),
        waterfall([Step(name, Fraction(1), name, True), Step(name, Fraction(-1, 3), name)], "h"),
    ]


def test_names_of_others_cannot_make_elements() -> None:
    for chart in charts(NASTY):
        root = parsed(chart)
        assert not [element for element in root.iter() if element.tag == SVG + "script"]
        assert any(NASTY in (element.text or "") for element in root.iter(SVG + "title"))
    whole = page(NASTY, [Section("a", NASTY, tag("p", {"title": NASTY}, NASTY))], "en", [NASTY]).decode()
    assert "<script" not in whole


def test_every_part_of_a_chart_has_a_title_to_be_read_aloud() -> None:
    for chart in charts("湖州"):
        root = parsed(chart)
        assert root.get("role") == "img" and root.get("aria-labelledby") == "h"
        assert root.findall(f".//{SVG}title")


def test_both_languages_stand_in_one_page() -> None:
    assert spoken(Words("rank", "名次")) == '<span lang="en">rank</span><span lang="zh">名次</span>'
    assert spoken(Words("湖州", "湖州")) == "湖州"
    for lang, other in (("zh", "en"), ("en", "zh")):
        text = page(Words("Report", "报告"), [Section("a", Words("Ranks", "名次"), Markup(""))], lang).decode()
        assert f'id="show-{lang}" checked' in text and f'id="show-{other}" checked' not in text


def test_a_page_takes_nothing_from_elsewhere() -> None:
    text = page("x", [Section("a", "b", charts("湖州")[0])], "en").decode()
    assert "default-src 'none'" in text
    assert not re.search(r'(src|href)="(?!#)|url\(|@import', text)


def test_bars_are_as_long_as_their_values() -> None:
    root = parsed(bars([Bar("a", "1", Fraction(100), "100"), Bar("b", "2", Fraction(25), "25")], Fraction(100), "h"))
    lengths = [float(rect.get("width", "")) for rect in root.iter(SVG + "rect") if rect.get("class") == "bar"]
    assert abs(lengths[0] - 4 * lengths[1]) < 0.5  # coordinates have one decimal


def test_what_is_below_zero_reaches_to_the_left() -> None:
    root = parsed(bars([Bar("a", "1", Fraction(5), "5"), Bar("b", "2", Fraction(-5), "-5")], None, "h"))
    first, second = (rect for rect in root.iter(SVG + "rect") if rect.get("class") == "bar")
    zero = float(first.get("x", ""))
    assert abs(float(second.get("x", "")) + float(second.get("width", "")) - zero) < 0.3


def test_a_subject_without_a_rank_leaves_a_gap_in_its_course() -> None:
    root = parsed(bump_chart(["a", "b", "c"], [Course("x", [1, None, 2]), Course("y", [2, 1, 1])], "h"))
    assert len(list(root.iter(SVG + "circle"))) == 5
    assert len(list(root.iter(SVG + "line"))) == 2


def test_the_same_chart_has_the_same_bytes() -> None:
    assert charts("湖州") == charts("湖州")

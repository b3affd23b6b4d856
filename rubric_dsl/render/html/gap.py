"""Pages of `explain`: one subject's explanation, or the gap between two as a waterfall, with the rubric to link to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from markupsafe import Markup

from rubric_dsl.explain.explanation import Explanation
from rubric_dsl.explain.sentences import gap_sentences
from rubric_dsl.explain.versus import Share, Versus
from rubric_dsl.numbers import reals
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.html.elements import Text, Words, tag, together, words_of
from rubric_dsl.render.html.method import rubric_text
from rubric_dsl.render.html.page import Section, page
from rubric_dsl.render.html.subject import Anchor, SubjectPages
from rubric_dsl.render.html.waterfall import Step, waterfall
from rubric_dsl.render.pieces import Look
from rubric_dsl.render.terminal import CHANGES
from rubric_dsl.render.values import value_text
from rubric_dsl.render.versus import signed
from rubric_dsl.render.width import visible
from rubric_dsl.resolved.types import NUMBER
from rubric_dsl.results.model import NoValue, Outcome

EN = Look("en")
METHODS = {
    "shapley": Words("no single split: Shapley value", "没有唯一的分法：Shapley 值"),
    "two orders": Words("no single split: mean of two orders", "没有唯一的分法：两个次序的平均"),
}

Files = Mapping[str, Sequence[str]]


def explanation_page(plan: ScoringPlan, found: Sequence[Explanation], files: Files, lang: str) -> bytes:
    """One subject, every item that was asked for."""
    anchor = Anchor(list(files))
    pages = SubjectPages(plan, anchor)
    sections = [
        Section(f"e{i}", words_of(one.item.name, one.item.label), pages.body(one)) for i, one in enumerate(found)
    ]
    title = words_of(found[0].subject, found[0].subject_label)
    return page(title, [*sections, _rubric(files, anchor)], lang)


def gap_page(found: Versus, files: Files, lang: str) -> bytes:
    """The gap between two subjects, from the other's score to the subject's."""
    anchor = Anchor(list(files))
    mine, theirs = (words_of(one.subject, one.subject_label) for one in (found.mine, found.theirs))
    said = zip(gap_sentences(found, "en"), gap_sentences(found, "zh"), strict=True)
    lead = together(tag("p", {}, Words(visible(en), visible(zh))) for en, zh in said)
    sections = [
        Section("gap", Words("The gap", "差距"), lead + waterfall(list(_steps(found)), "h-gap")),
        Section("shares", Words("All of it", "全部"), _table(found, anchor)),
        _rubric(files, anchor),
    ]
    return page(Words(f"{mine.en} and {theirs.en}", f"{mine.zh}与{theirs.zh}"), sections, lang)


def _rubric(files: Files, anchor: Anchor) -> Section:
    return Section("rubric", Words("The rubric", "细则"), rubric_text(files, anchor))


def _steps(found: Versus) -> Iterator[Step]:
    whole = found.top
    theirs = _number(whole.theirs)
    start = found.theirs.item.points
    yield Step(words_of(found.theirs.subject, found.theirs.subject_label), _exact(start), theirs, True)
    for part in whole.parts or (whole,):
        yield Step(_name(part), part.share, signed(part.share, EN))
    end = _exact(start) + found.gap
    yield Step(words_of(found.mine.subject, found.mine.subject_label), end, _number(whole.mine), True)


def _exact(points: Outcome) -> Fraction:
    """Where the waterfall starts; of an irrational score a number beside it."""
    if isinstance(points, Fraction):
        return points
    return reals.enclosure(points, 64)[0] if isinstance(points, reals.Real) else Fraction(0)


def _table(found: Versus, anchor: Anchor) -> Markup:
    heads = [words_of(one.subject, one.subject_label) for one in (found.mine, found.theirs)]
    head = tag("tr", {}, tag("th", {}, Words("item", "项目")), *(tag("th", {"class": "n"}, one) for one in heads),
               tag("th", {"class": "n"}, Words("gap", "差距")), tag("th", {"class": "n"}, Words("line", "细则行")))
    rows = [_row(share, depth, anchor) for share, depth in found.top.outline()]
    return tag("div", {"class": "wide"}, tag("table", {}, tag("thead", {}, head), tag("tbody", {}, *rows)))


def _row(share: Share, depth: int, anchor: Anchor) -> Markup:
    line = share.line
    link: Text = "" if line is None else tag("a", {"href": anchor(line.file, line.line)}, str(line.line))
    method = METHODS.get(share.method or "")
    note = Markup("") if method is None else tag("br") + tag("span", {"class": "faint"}, method)
    return tag(
        "tr", {"class": f"depth{min(depth, 4)}"}, tag("td", {}, _name(share), note),
        *(tag("td", {"class": "n"}, _number(one)) for one in (share.mine, share.theirs)),
        tag("td", {"class": "n"}, signed(share.share, EN)), tag("td", {"class": "n"}, link),
    )


def _name(share: Share) -> Words:
    words = words_of(share.name, share.label)
    en, zh = CHANGES.get(share.kind, ("", ""))
    return Words(words.en + en, words.zh + zh)


def _number(value: Outcome | None) -> str:
    return "–" if value is None or isinstance(value, NoValue) else value_text(value, NUMBER, EN)


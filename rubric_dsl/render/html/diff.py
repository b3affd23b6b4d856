"""The page of `diff`: what changed with the lines of both editions, who moves, and because of which change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from markupsafe import Markup

from rubric_dsl.editions.changes import Change
from rubric_dsl.editions.impact import Moved, Player, RankingImpact
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.plan.model import Lines
from rubric_dsl.render.diff import (
    DiffView,
    because,
    difference_text,
    impact_cells,
    legend_texts,
    player_text,
    reason_text,
    signed,
    summary,
    wording_text,
)
from rubric_dsl.render.diff_words import DifferenceWords
from rubric_dsl.render.html.bars import Bar, bars
from rubric_dsl.render.html.bump import Course, bump_chart
from rubric_dsl.render.html.elements import Words, tag, together, words_of
from rubric_dsl.render.html.method import rubric_text
from rubric_dsl.render.html.page import Section, page
from rubric_dsl.render.html.subject import Anchor
from rubric_dsl.render.html.waterfall import Step, waterfall
from rubric_dsl.render.pieces import Look
from rubric_dsl.render.values import number_text, subject_text
from rubric_dsl.render.width import visible
from rubric_dsl.resolved.types import NUMBER
from rubric_dsl.results.model import NoValue

EN, ZH = Look("en"), Look("zh")
LOOKS = (EN, ZH)
MOST_COURSES = 60
"""Subjects up to which a bump chart has them all; of more it has those whose rank changes, up to twice as many."""
MOST_WATERFALLS = 120
LONGEST_EXCERPT = 4

Files = Mapping[str, Sequence[str]]


def diff_page(view: DiffView, files: Files, lang: str) -> bytes:
    """`files`: the texts of both editions by name."""
    return _Page(view, files).made(lang)


class _Page:
    def __init__(self, view: DiffView, files: Files) -> None:
        self.view = view
        self.files = files
        self.anchor = Anchor(list(files))
        plans = view.comparison.old.plan, view.comparison.new.plan
        self.words = tuple(DifferenceWords(*plans, look) for look in LOOKS)

    def made(self, lang: str) -> bytes:
        names = [self._edition(side) for side in (0, 1)]
        return page(f"{names[0]} → {names[1]}", list(self._sections()), lang, [
            Words("Shares are shown rounded; they add up exactly.", "份额按舍入显示，合计恰等于总差。"),
        ])

    def _edition(self, side: int) -> str:
        header = (self.view.comparison.old, self.view.comparison.new)[side].plan.header
        return visible(header.edition or basename(self.view.files[side]))

    def _sections(self) -> Iterator[Section]:
        yield Section("brief", Words("In brief", "概要"), self._brief())
        if self.view.comparison.changes:
            changes = together(self._change(change) for change in self.view.comparison.changes)
            yield Section("changes", Words("Changes of meaning", "含义的改动"), changes)
        for place, impact in enumerate(self.view.impacts or ()):
            yield from self._impact(impact, f"who{place}")
        if self.view.wording:
            said = (
                Words(*(wording_text(one, words, look) for words, look in zip(self.words, LOOKS, strict=True)))
                for one in self.view.wording
            )
            body = tag("ul", {}, *(tag("li", {}, one) for one in said))
            yield Section("wording", Words("Wording only", "仅文字"), body)
        yield Section("rubric", Words("Both rubrics", "两版细则"), rubric_text(self.files, self.anchor))

    def _brief(self) -> Markup:
        reasons = (
            tag("p", {"class": "notice"}, Words(*(
                reason_text(reason, words, look) for words, look in zip(self.words, LOOKS, strict=True)
            )))
            for reason in self.view.reasons
        )
        files = tag("p", {"class": "faint"}, " → ".join(visible(basename(file)) for file in self.view.files))
        return tag("p", {"class": "lead"}, _both(lambda look: summary(self.view, look))) + together(reasons) + files

    # ------------------------------------------------------------ changes

    def _change(self, change: Change) -> Markup:
        """Each difference with the lines of both rubrics beside each other."""
        found = []
        for difference in change.differences:
            said = Words(*(
                difference_text(difference, words, look) for words, look in zip(self.words, LOOKS, strict=True)
            ))
            found.append(tag("p", {}, said))
            found.append(tag(
                "div", {"class": "editions"}, self._excerpt(difference.old_lines), self._excerpt(difference.new_lines)
            ))
        title = Words(f"Change {change.number + 1}", f"改动{change.number + 1}")
        if not change.counts:
            title = Words(f"{title.en} (cannot change a score)", f"{title.zh}（不影响得分）")
        return tag("h3", {"id": f"c{change.number + 1}"}, title) + together(found)

    def _excerpt(self, lines: Lines | None) -> Markup:
        texts = self.files.get(lines.file, ()) if lines is not None else ()
        if lines is None or not texts:
            return tag("pre", {"class": "rubric none"}, Words("not there", "无"))
        last = min(lines.end_line, lines.line + LONGEST_EXCERPT - 1, len(texts))
        return tag("pre", {"class": "rubric"}, *(
            tag("span", {}, tag("a", {"href": self.anchor(lines.file, number)}, str(number)),
                visible(texts[number - 1]) or " ")
            for number in range(lines.line, last + 1)
        ))

    # ------------------------------------------------------------ who moves

    def _impact(self, impact: RankingImpact, id: str) -> Iterator[Section]:
        name = words_of(impact.name, impact.label)
        title = Words(f"Who moves: {name.en}", f"谁会变动：{name.zh}")
        if not any(one.changed for one in impact.subjects):
            yield Section(id, title, tag("p", {}, Words(
                "Nobody: scores and ranks are the same.", "无：分数和名次都不变。")))
            return
        yield Section(id, title, together([
            self._bump(impact, f"h-{id}"), self._effects(impact, f"h-{id}"), self._table(impact),
            *(tag("p", {"class": "faint"}, Words(en, zh))
              for en, zh in zip(legend_texts(impact, EN), legend_texts(impact, ZH), strict=True)),
        ]))
        changed = [one for one in impact.subjects if _is_split(one)]
        if changed:
            why = Words(f"Why: {name.en}", f"缘由：{name.zh}")
            yield Section(f"{id}-why", why, self._waterfalls(impact, changed, id))

    def _name(self, one: Moved) -> Words:
        plan = self.view.comparison.new.plan
        return _both(lambda look: subject_text(plan, one.subject, look))

    def _bump(self, impact: RankingImpact, heading: str) -> Markup:
        subjects = list(impact.subjects)
        note = Markup("")
        if len(subjects) > MOST_COURSES:
            moving = [one for one in subjects if one.moves or one.old is None or one.new is None]
            subjects = moving[: 2 * MOST_COURSES]
            left = len(moving) - len(subjects)
            note = tag("p", {"class": "faint"}, Words(
                "The chart has the subjects whose rank changes" + (f"; {left} more are in the table." if left else "."),
                "图中只有名次变动的对象" + (f"；另有 {left} 个见表。" if left else "。")))
        courses = [
            Course(self._name(one), [None if end is None else end.rank for end in (one.old, one.new)])
            for one in subjects
        ]
        return bump_chart([self._edition(0), self._edition(1)], courses, heading) + note if courses else note

    def _player(self, player: Player) -> Words:
        """`change 2: wait_within_15`: of several changes that are made together only their numbers."""
        said = _both(lambda look: player_text(player, look))
        if len(player.changes) != 1 or player.data:
            return said
        item = self.view.comparison.changes[player.changes[0]].differences[0].item
        return Words(f"{said.en}: {self.words[0].item(item)}", f"{said.zh}：{self.words[1].item(item)}")

    def _effects(self, impact: RankingImpact, heading: str) -> Markup:
        """What each change does to the scores on the mean."""
        split = [one for one in impact.subjects if one.score is not None]
        if not split or len(impact.players) < 2:
            return Markup("")
        rows = []
        for place, player in enumerate(impact.players):
            shares = [_near(one.score.shares[place]) for one in split if one.score is not None]
            mean = sum(shares, Fraction(0)) / len(shares)
            link = f"#c{player.changes[0] + 1}" if player.changes else None
            rows.append(Bar(self._player(player), "", mean, signed(mean, EN), link))
        said = Words("Points that each change brings on the mean:", "各改动平均带来的分数：")
        return tag("p", {}, said) + bars(rows, None, heading)

    def _table(self, impact: RankingImpact) -> Markup:
        heads = [Words("rank", "名次"), Words("subject", "对象"), Words("score", "分数"), Words("difference", "差"),
                 Words("because", "缘由")]
        kinds = ("n", None, "n", "n", None)
        columns = list(zip(heads, kinds, strict=True))
        head = tag("tr", {}, *(tag("th", {"class": kind}, one) for one, kind in columns))
        plan = self.view.comparison.new.plan
        rows = []
        for one in impact.subjects:
            en, zh = (impact_cells(plan, one, look) for look in LOOKS)
            cells = [
                tag("td", {"class": kind}, Words(a, b)) for a, b, kind in zip(en, zh, kinds[:-1], strict=True)
            ]
            why = zip(*(because(one, impact.players, look) for look in LOOKS), strict=True)
            said = together(tag("div", {}, Words(a, b)) for a, b in why)
            rows.append(tag("tr", {"class": "moves" if one.moves else None}, *cells, tag("td", {}, said)))
        table = tag("table", {}, tag("thead", {}, head), tag("tbody", {}, *rows))
        return tag("div", {"class": "wide"}, table)

    def _waterfalls(self, impact: RankingImpact, changed: Sequence[Moved], id: str) -> Markup:
        found = []
        for place, one in enumerate(changed[:MOST_WATERFALLS]):
            heading = f"h-{id}-{place}"
            chart = waterfall(self._steps(one, impact.players), heading)
            found.append(tag("h3", {"id": heading}, self._name(one)) + chart)
        left = len(changed) - len(found)
        if left:
            found.append(tag("p", {"class": "faint"}, Words(
                f"{left} more subjects are in the table.", f"另有 {left} 个对象见表。")))
        return together(found)

    def _steps(self, one: Moved, players: Sequence[Player]) -> list[Step]:
        """From the old score to the new one."""
        assert one.score is not None
        ends = [
            Step(self._edition(side), _near(end.score), number_text(end.score, NUMBER, EN), True)
            for side, end in enumerate((one.old, one.new)) if end is not None and not isinstance(end.score, NoValue)
        ]
        shares = [
            Step(self._player(player), _near(share), signed(share, EN))
            for share, player in zip(one.score.shares, players, strict=True) if reals.sign(share)
        ]
        return [ends[0], *shares, ends[1]]


def basename(file: str) -> str:
    """Without the folders, which are the business of whoever wrote the page."""
    return file.replace("\\", "/").rsplit("/", 1)[-1]


def _both(say: Callable[[Look], str]) -> Words:
    return Words(say(EN), say(ZH))


def _near(value: Exact) -> Fraction:
    """The number itself; of an irrational one a number beside it, to draw."""
    return value if isinstance(value, Fraction) else reals.enclosure(value, 64)[0]


def _is_split(one: Moved) -> bool:
    """Whether there is a difference of scores to draw, with its shares."""
    difference = one.score_difference
    return one.score is not None and difference is not None and reals.sign(difference) != 0

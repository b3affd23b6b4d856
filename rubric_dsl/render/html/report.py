"""The report: rankings with bars, a heat map, how ranks change, a page for each subject, the method.

With `only` nothing stands in it that belongs to another subject but means and best values: that one may be sent it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.scores import Score
from rubric_dsl.explain.explanation import Explanation
from rubric_dsl.explain.why import Explainer, roots
from rubric_dsl.numbers import reals
from rubric_dsl.observations.periods import period_shown
from rubric_dsl.plan.model import RankingSchema, ScoringPlan
from rubric_dsl.plan.naming import group_label, label_of
from rubric_dsl.render.corrections import CorrectionsView, corrections_lines
from rubric_dsl.render.html.bars import Bar, bars
from rubric_dsl.render.html.bump import Course, bump_chart
from rubric_dsl.render.html.elements import Text, Words, tag, together, words_of
from rubric_dsl.render.html.heat import Cell, HeatRow, heat_map
from rubric_dsl.render.html.ledger import ledger_section
from rubric_dsl.render.html.method import in_words, rubric_text
from rubric_dsl.render.html.page import Section, page
from rubric_dsl.render.html.subject import Anchor, SubjectPages, share_of
from rubric_dsl.render.pieces import Look, plain
from rubric_dsl.render.refusals import ledger_text
from rubric_dsl.render.values import absence_text, number_text, value_text
from rubric_dsl.render.width import visible
from rubric_dsl.resolved.types import NUMBER
from rubric_dsl.results.model import NoValue, Outcome, Placed, RankingResult
from rubric_dsl.results.placement import ranking_of
from rubric_dsl.results.status import Final
from rubric_dsl.text.record import dataclass

EN, ZH = Look("en"), Look("zh")
MOST_COURSES = 60
"""Subjects up to which the change of ranks is drawn."""


@dataclass(frozen=True, slots=True)
class ReportOf:
    """What a report is made of. `runs`: one a period, the earliest first; `files`: the rubric's, with their lines."""

    plan: ScoringPlan
    identity: str
    runs: Sequence[Run]
    files: Mapping[str, Sequence[str]]
    corrections: CorrectionsView | None = None
    final: Final | None = None
    only: str | None = None


def report(given: ReportOf, lang: str) -> bytes:
    """The page. The same for the same arguments."""
    return page(_title(given.plan), list(_Report(given).sections()), lang, list(_below(given)))


class _Report:
    def __init__(self, given: ReportOf) -> None:
        self.given = given
        self.plan = given.plan
        self.anchor = Anchor(list(given.files))
        self.pages = SubjectPages(given.plan, self.anchor)
        self.several = len(given.runs) > 1
        self._ids = {
            (id(run), subject): f"s{i}-{k}"
            for i, run in enumerate(given.runs) for k, subject in enumerate(run.subjects)
        }

    def sections(self) -> Iterator[Section]:
        given = self.given
        yield from self._status()
        rankings = [(run, [ranking_of(run, schema) for schema in self.plan.rankings]) for run in given.runs]
        if given.only is None:
            for run, ranked in rankings:
                for schema, ranking in zip(self.plan.rankings, ranked, strict=True):
                    yield self._ranking(run, schema, ranking)
            yield from self._changes(rankings)
        explained = [(run, self._explained(run)) for run in given.runs]
        if given.only is None:
            for run, found in explained:
                yield from self._heat(run, found)
            if given.corrections is not None:
                yield self._corrections(given.corrections)
        for run, subjects in explained:
            for subject, explanations in subjects:
                yield self._subject_page(run, subject, explanations)
        method = in_words(self.plan, given.identity) + rubric_text(given.files, self.anchor)
        yield Section("method", Words("Method", "评分方法"), method)
        if given.only is None:
            ledgers = (data.ledger for data in given.runs[0].observations.tables.values())
            yield Section("ledger", Words("Reading ledger", "读取台账"), ledger_section(ledgers))

    def _status(self) -> Iterator[Section]:
        if self.given.final is None:
            body = tag("p", {"class": "notice"}, Words(
                "Draft: nobody has declared this result final.", "草稿：尚未有人确认为定稿。",
            ))
            yield Section("status", Words("Status", "状态"), body, listed=False)

    # ------------------------------------------------------------ all subjects

    def _ranking(self, run: Run, schema: RankingSchema, ranking: RankingResult) -> Section:
        period = self._period(run)
        id = f"ranking-{schema.name}" + (f"-{period}" if period else "")
        what = words_of(schema.by, next((v.label for v in self.plan.values if v.name == schema.by), None))
        name = words_of(schema.name, schema.label)
        title = Words(f"Ranking: {what.en}", f"排名：{what.zh}") if name.en in ("ranking", what.en) else Words(
            f"Ranking {name.en}: {what.en}", f"{name.zh}：{what.zh}",
        )
        rows = [self._bar(run, schema, row) for row in ranking.rows]
        worth = self._worth(schema.by)
        parts = [bars(rows, worth, f"h-{id}")]
        groups = {row.group for row in ranking.rows if row.group is not None}
        if groups:
            parts = []
            for group in dict.fromkeys(row.group for row in ranking.rows):
                own = [bar for bar, row in zip(rows, ranking.rows, strict=True) if row.group == group]
                head = Words("no group", "没有分组") if group is None else words_of(
                    group, group_label(self.plan, schema.name, group),
                )
                parts += [tag("h3", {}, head), bars(own, worth, f"h-{id}")]
        return Section(id, _in(title, period), together(parts))

    def _bar(self, run: Run, schema: RankingSchema, row: Placed) -> Bar:
        mark = "–" if row.rank is None else str(row.rank)
        value = row.score if isinstance(row.score, Fraction) else None
        if isinstance(row.score, NoValue):
            shown: Text = Words(absence_text(row.score, EN), absence_text(row.score, ZH))
        else:
            kind = self.plan.nodes[next(v.node for v in self.plan.values if v.name == schema.by)].type
            shown = Words(number_text(row.score, kind, EN), number_text(row.score, kind, ZH))
            if value is None:
                value = reals.enclosure(row.score, 64)[0]
        classes = self._classes(run, row.subject)
        shown = Words(f"{_of(shown, 'en')}{classes.en}", f"{_of(shown, 'zh')}{classes.zh}")
        return Bar(self._subject(row.subject), mark, value, shown, f"#{self._id(run, row.subject)}")

    def _classes(self, run: Run, subject: str) -> Words:
        """The classes of a subject, behind its score."""
        said = []
        for named in self.plan.values:
            value = run.values[subject][named.node]
            if named.kind == "bands" and isinstance(value, str) and self.plan.nodes[named.node].grain.kind != "row":
                said.append(words_of(value, named.class_labels.get(value)))
        return Words("".join(f" · {one.en}" for one in said), "".join(f" · {one.zh}" for one in said))

    def _changes(self, rankings: Sequence[tuple[Run, list[RankingResult]]]) -> Iterator[Section]:
        """How ranks change from one ranking, or period, to the next, where there are several."""
        columns = [
            (_in(words_of(ranking.name, ranking.label), self._period(run)), ranking)
            for run, found in rankings for ranking in found
        ]
        subjects = dict.fromkeys(subject for run in self.given.runs for subject in run.subjects)
        if len(columns) < 2 or len(subjects) > MOST_COURSES:
            return
        ranks = [{row.subject: row.rank for row in ranking.rows} for _, ranking in columns]
        last = self.given.runs[-1]
        courses = [
            Course(self._subject(subject), [of.get(subject) for of in ranks], f"#{self._id(last, subject)}")
            for subject in subjects
        ]
        body = bump_chart([name for name, _ in columns], courses, "h-changes")
        yield Section("changes", Words("How ranks change", "名次变化"), body)

    def _heat(self, run: Run, explained: Sequence[tuple[str, list[Explanation]]]) -> Iterator[Section]:
        """The parts of what is ranked by, each as a share of its worth, for every subject."""
        rows, columns = [], list[Text]()
        for subject, found in explained:
            item = found[0].item
            parts = item.parts or (item,)
            columns = columns or [words_of(part.name, part.label) for part in parts]
            cells = [Cell(share_of(part), _points(part.points)) for part in parts]
            if len(cells) == len(columns):  # a condition that decided stands for all the parts
                rows.append(HeatRow(self._subject(subject), cells, f"#{self._id(run, subject)}"))
        if rows:
            id = "heat" + (f"-{self._period(run)}" if self.several else "")
            title = _in(Words("Points by indicator", "各指标得分"), self._period(run))
            note = tag("p", {"class": "faint"}, Words(
                "The darker, the larger the part of full marks.", "颜色越深，得分占满分的比例越大。",
            ))
            yield Section(id, title, heat_map(columns, rows, f"h-{id}") + note)

    def _corrections(self, view: CorrectionsView) -> Section:
        body = together(
            tag("pre", {"lang": lang}, plain(corrections_lines(view, Look(lang, 110)))) for lang in ("en", "zh")
        )
        return Section("corrections", Words("Corrections", "申诉更正"), body)

    # ------------------------------------------------------------ one subject

    def _explained(self, run: Run) -> list[tuple[str, list[Explanation]]]:
        """The subjects of the report, the first ranked first, each explained."""
        explainer = Explainer(run, self._lines_of)
        return [
            (subject, [explainer.explain(subject, named) for named in roots(self.plan)])
            for subject in self._order(run) if self.given.only in (None, subject)
        ]

    def _subject_page(self, run: Run, subject: str, found: Sequence[Explanation]) -> Section:
        body = together(self.pages.body(explanation) for explanation in found)
        title = _in(self._subject(subject), self._period(run))
        return Section(self._id(run, subject), title, body, listed=self.given.only is not None, kind="subject")

    def _lines_of(self, file: str) -> Sequence[str]:
        return self.given.files.get(file, ())

    # ------------------------------------------------------------ names

    def _order(self, run: Run) -> Sequence[str]:
        if not self.plan.rankings:
            return run.subjects
        return [row.subject for row in ranking_of(run, self.plan.rankings[0]).rows]

    def _subject(self, subject: str) -> Words:
        return words_of(subject, label_of(self.plan, subject))

    def _id(self, run: Run, subject: str) -> str:
        return self._ids[id(run), subject]

    def _period(self, run: Run) -> str | None:
        return None if run.period is None else period_shown(self.plan, run.period)

    def _worth(self, name: str) -> Fraction | None:
        node = next(v.node for v in self.plan.values if v.name == name)
        step = self.given.runs[0].prepared.steps[node]
        return step.worth if isinstance(step, Score) and step.worth else None


def _title(plan: ScoringPlan) -> Text:
    title = visible(plan.header.title)
    edition = plan.header.edition
    return title if edition is None else Words(f"{title}, edition {visible(edition)}", f"{title}（{visible(edition)}）")


def _in(title: Text, period: str | None) -> Text:
    if period is None:
        return title
    en, zh = (_of(title, lang) for lang in ("en", "zh"))
    return Words(f"{en} ({visible(period)})", f"{zh}（{visible(period)}）")


def _of(text: Text, lang: str) -> str:
    return (text.zh if lang == "zh" else text.en) if isinstance(text, Words) else str(text)


def _points(points: Outcome) -> str:
    return "–" if isinstance(points, NoValue) else value_text(points, NUMBER, EN)


def _below(given: ReportOf) -> Iterator[Text]:
    if given.final is not None:
        by, date = visible(given.final.by), given.final.date
        yield Words(f"Final, declared by {by} on {date}.", f"定稿，{by}于 {date} 确认。")
    for data in given.runs[0].observations.tables.values():
        yield Words(ledger_text(data.ledger, EN), ledger_text(data.ledger, ZH))
        yield f"SHA-256 {data.ledger.sha256}"
    yield Words(f"method {given.identity}", f"方案 {given.identity}")
    yield Words(
        "Numbers are shown rounded where they are long; everything is computed and ranked exactly.",
        "较长的数经过舍入；计算和排名都用精确值。",
    )

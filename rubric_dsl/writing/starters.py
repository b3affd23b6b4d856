"""Starters: a rubric that passes its checks and its tests, made of a few answers, with observations to try it on.

Every full mark and every zero in its tests follows from the answers; nothing is taken from a run. All texts are made in
English keywords and then laid out, and translated where the answers are Chinese.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal

from rubric_dsl.numbers.decimals import decimal_places, decimal_text
from rubric_dsl.surface.keywords import Language
from rubric_dsl.surface.layout import formatted
from rubric_dsl.surface.print_parts import quoted
from rubric_dsl.text.files import Source
from rubric_dsl.text.record import dataclass
from rubric_dsl.writing.naming import Called, Names

Kind = Literal["calls", "index", "risk", "contest"]
Ties = Literal["share", "dense", "by"]
KINDS: tuple[Kind, ...] = ("calls", "index", "risk", "contest")
How = Literal["connected", "wait", "level", "figure", "finding", "mark"]
WITH_SCENARIOS: tuple[Kind, ...] = ("calls", "contest")


@dataclass(frozen=True, slots=True)
class Item:
    """An indicator as answered: what it is called, and its full marks."""

    text: str
    worth: Fraction
    how: How | None = None
    """How it is observed; None: as the kind of starter does."""
    bounds: tuple[int, int] = (90, 140)
    """Of a finding: from which value it counts half, and in full."""


@dataclass(frozen=True, slots=True)
class Answers:
    title: str
    lang: Language
    kind: Kind
    ranked: str
    scenarios: tuple[str, ...]
    items: tuple[Item, ...]
    experts: tuple[str, ...]
    """Whose weights count; none: the full marks are the weights."""
    ties: Ties


@dataclass(frozen=True, slots=True)
class Starter:
    rubric: str
    table: str
    """The name of the table of observations."""
    observations: list[list[str]]
    """Three subjects to try the rubric on, under a header."""


def say(lang: Language, en: str, zh: str) -> str:
    return zh if lang == "zh" else en


def default_ranked(kind: Kind, lang: Language) -> str:
    en, zh = {
        "calls": ("city", "地市"), "index": ("region", "地区"),
        "risk": ("patient", "患者"), "contest": ("entrant", "选手"),
    }[kind]
    return say(lang, en, zh)


def default_items(kind: Kind, lang: Language) -> tuple[Item, ...]:
    given: dict[Kind, tuple[tuple[str, str, int, How], ...]] = {
        "calls": (
            ("access", "呼入接通", 30, "connected"), ("waiting", "等待时长", 40, "wait"),
            ("manner", "服务态度", 30, "level"),
        ),
        "index": (
            ("health", "健康", 40, "figure"), ("schooling", "教育", 30, "figure"), ("income", "收入", 30, "figure"),
        ),
        "risk": (
            ("age", "年龄", 4, "finding"), ("pressure", "收缩压", 4, "finding"), ("pulse", "脉搏", 2, "finding"),
        ),
        "contest": (("content", "内容", 50, "mark"), ("delivery", "表达", 30, "mark"), ("style", "形象", 20, "mark")),
    }
    bounds = {"age": (45, 65), "pressure": (140, 160), "pulse": (90, 110)}
    return tuple(
        Item(say(lang, en, zh), Fraction(worth), how, bounds.get(en, (90, 140))) for en, zh, worth, how in given[kind]
    )


def starter(answers: Answers) -> Starter:
    return _Writer(answers).starter()


HOW: dict[Kind, How] = {"calls": "level", "index": "figure", "risk": "finding", "contest": "mark"}


@dataclass(frozen=True, slots=True)
class _Part:
    """An indicator with the names of what belongs to it."""

    item: Item
    how: How
    indicator: Called
    touchpoint: Called
    column: Called


class _Writer:
    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.lang = answers.lang
        names = self.names = Names()
        self.subject = names.take(answers.ranked)
        tables = {
            "calls": ("calls", "拨测"), "index": ("figures", "数据"),
            "risk": ("findings", "检查"), "contest": ("marks", "评分"),
        }
        self.table = names.take(self.say(*tables[answers.kind]))
        self.number = names.take(self.say("call", "编号"))
        self.judge = names.take(self.say("judge", "评委"))
        self.scenario = names.take(self.say("scenario", "场景"))
        self.scenarios = [Names().take(text) for text in _once(answers.scenarios)]
        self.total = names.take(self.say("total", "总分"))
        self.panel = names.take(self.say("experts", "专家"))
        self.level = names.take(self.say("level", "等级"))
        # The default items share the cells of a call with others; a custom one has a column of its own.
        self.connected = names.take(self.say("connected", "接通"))
        self.parts = [self._part(item) for item in answers.items]
        self.worth = sum((part.item.worth for part in self.parts), Fraction(0))

    def say(self, en: str, zh: str) -> str:
        return say(self.lang, en, zh)

    def _part(self, item: Item) -> _Part:
        how = item.how or HOW[self.answers.kind]
        indicator = self.names.take(item.text)
        touchpoint = self.names.take(indicator.name + self.say("_points", "得分"))
        if how == "connected":
            return _Part(item, how, indicator, touchpoint, self.connected)
        words = {"wait": ("_seconds", "秒"), "mark": ("_mark", "评分"), "level": ("_seen", "表现")}
        column = self.names.take(indicator.name + self.say(*words.get(how, ("_value", "数值"))))
        return _Part(item, how, indicator, touchpoint, column)

    def starter(self) -> Starter:
        lines = [*self._head(), *self._observe(), *self._weights(), *self._scores(), *self._ranking(), *self._tests()]
        text = "\n".join(lines) + "\n"
        done = formatted(Source("starter", text), self.lang)
        assert done.text is not None, (done.diagnostics, text)
        return Starter(done.text, self.table.name, self._observations())

    # ------------------------------------------------------------ statements

    def _head(self) -> Iterable[str]:
        yield f"rubric {quoted(self.answers.title, 'en')}"
        yield '  edition "1"'
        yield ""

    def _observe(self) -> Iterable[str]:
        one_each = self.answers.kind in ("index", "risk")
        by = f" by {self.scenario.name}" if self.scenarios else ""
        folding = "one row each" if one_each else f"averaged{by}"
        yield f"observe {self.table.declared()} of {self.subject.name}, {folding}"
        if self.answers.kind == "calls":
            yield f"  {self.number.declared()} text key"
        if self.answers.kind == "contest":
            yield f"  {self.judge.declared()} text key"
        yield f"  {self.subject.declared()} text{'' if self.answers.kind == 'calls' else ' key'}"
        if self.scenarios:
            key = " key" if self.answers.kind == "contest" else ""
            yield f"  {self.scenario.declared()} choice {' | '.join(one.declared() for one in self.scenarios)}{key}"
        if self._calls_connect():
            yield f"  {self.connected.declared()} yes/no"
        for part in self.parts:
            if part.how != "connected":
                yield f"  {part.column.declared()} {self._type(part)}"
        yield ""

    def _calls_connect(self) -> bool:
        return any(part.how == "connected" for part in self.parts)

    def _type(self, part: _Part) -> str:
        when = f" when {self.connected.name}" if self._calls_connect() else ""
        match part.how:
            case "wait":
                return f"seconds 0 to 1800{when}"
            case "level":
                return f"choice {' | '.join(self._levels())}{when}"
            case "figure":
                return "number 0 to 100"
            case "finding":
                return "whole number 0 to 300"
            case _:
                return f"number 0 to {digits(part.item.worth)}"

    def _levels(self) -> tuple[str, str, str]:
        return ("做到", "部分做到", "未做到") if self.lang == "zh" else ("done", "partly", "not_done")

    def _weights(self) -> Iterable[str]:
        if not self.answers.experts:
            return
        en = "Replace these by what each expert gives; each row adds up to 100%."
        yield "# " + self.say(en, "请换成各位专家给出的权重，每行合计100%。")
        yield f"weights {self.panel.declared()} by mean"
        corner = quoted(self.say("expert", "专家"), "en")
        yield "  " + " | ".join([corner, *(part.indicator.name for part in self.parts)])
        shares = whole_percents([part.item.worth for part in self.parts])
        for expert in _once(self.answers.experts):
            yield "  " + " | ".join([quoted(expert, "en"), *(f"{share}%" for share in shares)])
        yield ""

    def _scores(self) -> Iterable[str]:
        yield f"indicator {self.total.declared()} worth {digits(self.worth)}"
        if self.answers.experts:
            yield f"  weights from {self.panel.name}"
        for part in self.parts:
            worth = digits(part.item.worth)
            yield f"  indicator {part.indicator.declared()} worth {worth}"
            if part.how != "connected" and self._calls_connect():
                yield f"    unless {self.connected.name}: 0"
            yield f"    touchpoint {part.touchpoint.declared()} worth {worth} {self._rule(part)}"
            yield from (f"      {row}" for row in self._rows(part))
        yield ""
        if self.answers.kind == "risk":
            low, high = (digits(self.worth * share) for share in (Fraction(3, 10), Fraction(6, 10)))
            names = [self.say(*pair) for pair in (("severe", "高危"), ("medium", "中危"), ("mild", "低危"))]
            yield f"bands {self.level.declared()} by {self.total.name}"
            yield f"  from {high}: {names[0]}"
            yield f"  {low} to under {high}: {names[1]}"
            yield f"  under {low}: {names[2]}"
            yield ""

    def _rule(self, part: _Part) -> str:
        worth, column = digits(part.item.worth), part.column.name
        match part.how:
            case "connected":
                return f"when {column}"
            case "figure":
                return f"= {worth} * goalposts({column}, 0, 100)"
            case "mark":
                return f"= {column}"
            case _:
                return f"by {column}"

    def _rows(self, part: _Part) -> Iterable[str]:
        worth, half = digits(part.item.worth), digits(part.item.worth / 2)
        match part.how:
            case "wait":
                return f"up to 15 s: {worth}", f"over 15 s to 60 s: {worth} falling to {half}", "over 60 s: 0"
            case "level":
                full, partly, none = self._levels()
                return f"{full}: {worth}", f"{partly}: {half}", f"{none}: 0"
            case "finding":
                low, high = part.item.bounds
                return f"from {high}: {worth}", f"{low} to under {high}: {half}", f"under {low}: 0"
            case _:
                return ()

    def _ranking(self) -> Iterable[str]:
        yield f"ranking by {self.total.name}"
        yield "  rounded half up to 0.01"
        keys = ", ".join(part.indicator.name for part in self.parts)
        yield f"  ties by {keys}" if self.answers.ties == "by" else (
            "  ties share dense" if self.answers.ties == "dense" else "  ties share"
        )
        yield ""

    # ------------------------------------------------------------ tests, and data to try

    def _tests(self) -> Iterable[str]:
        best = self.say("full marks in everything", "各项都得满分")
        worst = self.say("nothing in anything", "各项都得0分")
        for title, at, points in ((best, 0, self.worth), (worst, 2, Fraction(0))):
            yield f"test {quoted(title, 'en')}"
            yield f"  given {self.table.name}"
            yield "    " + " | ".join(self._columns())
            for row in self._rows_of(self.say("one", "甲"), at):
                yield "    " + " | ".join(cell.in_grid() for cell in row)
            yield "  expect"
            yield f"    {self.subject.name} | {self.total.name} | {self.say('rank', '名次')}"
            yield f"    {quoted(self.say('one', '甲'), 'en')} | {digits(points)} | 1"
            yield ""

    def _observations(self) -> list[list[str]]:
        """Three subjects: one that does everything, one about half, one nothing."""
        subjects = ("甲", "乙", "丙") if self.lang == "zh" else ("A", "B", "C")
        rows = [row for at, subject in enumerate(subjects) for row in self._rows_of(subject, at)]
        if self.answers.kind == "calls":
            rows = [(_Cell(str(number), "text"), *row[1:]) for number, row in enumerate(rows, 1)]
        return [self._columns(), *([cell.in_file(self.lang) for cell in row] for row in rows)]

    def _columns(self) -> list[str]:
        first = {"calls": [self.number], "contest": [self.judge]}.get(self.answers.kind, [])
        columns = [*first, self.subject, *([self.scenario] if self.scenarios else [])]
        if self._calls_connect():
            columns.append(self.connected)
        return [column.name for column in (*columns, *(part.column for part in self.parts if part.how != "connected"))]

    def _rows_of(self, subject: str, at: int) -> list[tuple[_Cell, ...]]:
        """The rows of a subject that does everything (0), half (1) or nothing (2)."""
        judges = [""]
        if self.answers.kind == "contest":
            judges = [self.say("judge 1", "评委1"), self.say("judge 2", "评委2")]
        rows: list[tuple[_Cell, ...]] = []
        scenarios: list[Called | None] = [*self.scenarios] or [None]
        for judge in judges:
            for scenario in scenarios:
                row = [_Cell(judge, "text")] if judge else []
                if self.answers.kind == "calls":
                    row = [_Cell(str(len(rows) + 1), "text")]
                row.append(_Cell(subject, "text"))
                if scenario is not None:
                    row.append(_Cell(scenario.name, "name"))
                if self._calls_connect():
                    row.append(_Cell("no" if at == 2 else "yes", "yes/no"))
                row += [self._cell(part, at) for part in self.parts if part.how != "connected"]
                rows.append(tuple(row))
        return rows

    def _cell(self, part: _Part, at: int) -> _Cell:
        if self._calls_connect() and at == 2:
            return _Cell("", "absent")
        worth = part.item.worth
        match part.how:
            case "level":
                return _Cell(self._levels()[at], "name")
            case "wait":
                return _Cell(("10", "60", "90")[at], "number")
            case "figure":
                return _Cell(("100", "50", "0")[at], "number")
            case "finding":
                low, high = part.item.bounds
                return _Cell(str((high + 5, low, low - 1)[at]), "number")
            case _:
                return _Cell(digits((worth, worth / 2, Fraction(0))[at]), "number")


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    kind: Literal["text", "name", "number", "yes/no", "absent"]

    def in_grid(self) -> str:
        return quoted(self.text, "en") if self.kind == "text" else self.text or "-"

    def in_file(self, lang: Language) -> str:
        if self.kind == "yes/no" and lang == "zh":
            return "是" if self.text == "yes" else "否"
        return self.text


def whole_percents(worths: Sequence[Fraction]) -> list[int]:
    """Shares of the total in whole percents that add up to 100: the largest remainders are rounded up."""
    total = sum(worths)
    exact = [worth * 100 / total for worth in worths]
    found = [int(share) for share in exact]
    order = sorted(range(len(exact)), key=lambda index: (found[index] - exact[index], index))
    for index in order[: 100 - sum(found)]:
        found[index] += 1
    return found


def digits(value: Fraction) -> str:
    """A decimal as a rubric writes it."""
    places = decimal_places(value)
    assert places is not None, "full marks are decimals"
    return decimal_text(value, places)


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))

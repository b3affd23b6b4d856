"""The method as a readable document: the tree with its worths, tables as number lines, tests as examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from markupsafe import Markup

from rubric_dsl.evaluation.prepare import Prepared, prepare
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.plan.model import NamedValue, ScoringPlan
from rubric_dsl.plan.tables import table_of
from rubric_dsl.render.html.elements import Text, Words, tag, together, words_of
from rubric_dsl.render.html.method import in_words, rubric_text
from rubric_dsl.render.html.numberline import Stretch, number_line
from rubric_dsl.render.html.page import Section, page
from rubric_dsl.render.html.subject import Anchor
from rubric_dsl.render.pieces import Look
from rubric_dsl.render.plan_words import PlanWords
from rubric_dsl.render.values import number_text
from rubric_dsl.render.width import visible
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER
from rubric_dsl.text.record import dataclass

EN, ZH = Look("en"), Look("zh")


@dataclass(frozen=True, slots=True)
class Example:
    """A test of the rubric: its title and the lines it stands on, in a file."""

    title: str
    file: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class DocumentOf:
    plan: ScoringPlan
    identity: str
    files: Mapping[str, Sequence[str]]
    examples: Sequence[Example]


def document(given: DocumentOf, lang: str) -> bytes:
    """The page. The same for the same arguments."""
    plan = given.plan
    title: Text = visible(plan.header.title)
    return page(title, list(_Document(given).sections()), lang, [
        Words(f"method {given.identity}", f"方案 {given.identity}"),
    ])


class _Document:
    def __init__(self, given: DocumentOf) -> None:
        self.given = given
        self.plan = given.plan
        self.prepared: Prepared = prepare(given.plan)
        self.anchor = Anchor(list(given.files))
        self.words = {"en": PlanWords(given.plan, EN), "zh": PlanWords(given.plan, ZH)}

    def sections(self) -> Iterator[Section]:
        yield Section("about", Words("About", "说明"), self._about())
        scored = [named for named in self.plan.values if named.kind in ("indicator", "touchpoint")]
        if scored:
            yield Section("tree", Words("Indicators and full marks", "指标与满分"), self._tree(scored))
        tables = together(self._tables())
        if tables:
            yield Section("tables", Words("Tables", "分档表"), tables)
        yield Section("words", Words("In plain words", "全部规则"), in_words(self.plan, self.given.identity))
        if self.given.examples:
            yield Section("examples", Words("Examples", "用例"), together(self._examples()))
        yield Section("rubric", Words("The rubric", "细则"), rubric_text(self.given.files, self.anchor))

    def _about(self) -> Markup:
        header = self.plan.header
        lines: list[Markup] = []
        for label, value in (
            (Words("Edition", "版本"), header.edition), (Words("Source", "依据"), header.source),
        ):
            if value:
                lines.append(tag("p", {}, label, ": ", visible(value)))
        return together([*lines, *(tag("p", {}, visible(note)) for note in header.notes)])

    # ------------------------------------------------------------ the tree

    def _tree(self, scored: Sequence[NamedValue]) -> Markup:
        heads = (Words("item", "项目"), None), (Words("full marks", "满分"), "n"), (Words("notes", "说明"), None), (
            Words("line", "细则行"), "n",
        )
        head = tag("tr", {}, *(tag("th", {"class": kind}, name) for name, kind in heads))
        rows = together(self._item(named) for named in scored)
        return tag("div", {"class": "wide"}, tag("table", {}, tag("thead", {}, head), tag("tbody", {}, rows)))

    def _item(self, named: NamedValue) -> Markup:
        operation = self.plan.nodes[named.node].operation
        worth = ""
        if isinstance(operation, op.Indicator):
            worth = number_text(from_exact(operation.worth), NUMBER, EN)
        elif isinstance(operation, op.Touchpoint):
            sign = {"penalty": "−", "bonus": "+"}.get(operation.stake, "")
            worth = sign + number_text(from_exact(operation.amount), NUMBER, EN)
        notes = tag("span", {"class": "faint"}, " ".join(visible(note) for note in named.notes))
        link = tag("a", {"href": self.anchor(named.lines.file, named.lines.line)}, str(named.lines.line))
        return tag(
            "tr", {"class": f"depth{min(named.depth, 4)}"}, tag("td", {}, words_of(named.name, named.label)),
            tag("td", {"class": "n"}, worth), tag("td", {}, notes), tag("td", {"class": "n"}, link),
        )

    # ------------------------------------------------------------ tables

    def _tables(self) -> Iterator[Markup]:
        for i, named in enumerate(self.plan.values):
            operation = self.plan.nodes[named.node].operation
            node = operation.rule if isinstance(operation, op.Touchpoint) else table_of(self.plan, named.node)
            table = None if node is None else self.plan.nodes[node].operation
            if isinstance(table, op.Table):
                id = f"t-{i}"
                yield tag("h3", {"id": f"h-{id}"}, words_of(named.name, named.label))
                yield self._line(table, id, dict(named.class_labels)) + self._rows(table, dict(named.class_labels))

    def _rows(self, table: op.Table, labels: dict[str, str]) -> Markup:
        """Every row of the table in words."""
        both = [list(self.words[lang].table_rows(table, labels)) for lang in ("en", "zh")]
        rows = together(
            tag("tr", {}, tag("td", {}, Words(en[0], zh[0])), tag("td", {}, Words(en[1], zh[1])))
            for en, zh in zip(*both, strict=True)
        )
        return tag("table", {}, tag("tbody", {}, rows))

    def _line(self, table: op.Table, id: str, labels: dict[str, str]) -> Markup:
        """The number line of a table of one number; nothing for other tables."""
        if len(table.inputs) != 1 or not self.plan.nodes[table.inputs[0]].type.numeric:
            return Markup("")
        kind = self.plan.nodes[table.inputs[0]].type
        outcomes = [list(self.words[lang].table_rows(table, labels)) for lang in ("en", "zh")]
        stretches: list[Stretch] = []
        for i, row in enumerate(table.rows):
            said = Words(outcomes[0][i][1], outcomes[1][i][1])
            for pattern in row.patterns[0] if row.patterns else ():
                found = self._stretch(pattern, said)
                if found is not None:
                    stretches.append(found)
        ends = sorted({end for one in stretches for end in (one.low, one.high) if end is not None})
        if not ends or table.first_match:
            return Markup("")
        return number_line(stretches, [(end, number_text(end, kind, EN)) for end in ends], f"h-{id}")

    def _stretch(self, pattern: op.Pattern, said: Words) -> Stretch | None:
        if isinstance(pattern, op.Equal):
            value = self._end(pattern.value)
            return None if value is None else Stretch(value, True, value, True, said)
        if isinstance(pattern, op.Between):
            low, high = (None if end is None else self._end(end) for end in (pattern.low, pattern.high))
            return Stretch(low, pattern.low_closed, high, pattern.high_closed, said)
        return None

    def _end(self, node: op.Node) -> Fraction | None:
        value = self.prepared.constants[node]
        return value if isinstance(value, Fraction) else None

    # ------------------------------------------------------------ tests

    def _examples(self) -> Iterator[Markup]:
        for example in self.given.examples:
            lines = self.given.files.get(example.file, ())[example.first : example.last]
            yield tag("h3", {}, visible(example.title))
            yield tag("pre", {}, together(tag("span", {}, visible(line) or " ") for line in lines))

"""A subject's page: its score in sentences, every item with what it lost, its observations with what cost points."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial

from markupsafe import Markup

from rubric_dsl.evaluation.arithmetic import ZERO
from rubric_dsl.explain.explanation import (
    ExplainedItem,
    ExplainedRow,
    Explanation,
    Observed,
    is_number_outcome,
    leaves,
    walk,
)
from rubric_dsl.explain.sentences import sentences
from rubric_dsl.numbers import reals
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.explanation_rows import RowsDrawing, amount_text
from rubric_dsl.render.html.elements import Text, Words, words_of
from rubric_dsl.render.html.page import template
from rubric_dsl.render.pieces import Look
from rubric_dsl.render.terminal import CHANGES
from rubric_dsl.render.values import number_text, value_text, why_absent
from rubric_dsl.render.width import visible
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.types import NUMBER
from rubric_dsl.results.model import NoValue
from rubric_dsl.text.record import dataclass

EN, ZH = Look("en"), Look("zh")


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A line of the table of items; all but the name as shown. `line`: of the rubric, `link` to it."""

    depth: int
    name: Text
    points: Text
    lost: str
    rank: str
    mean: str
    best: str
    line: int
    link: str


@dataclass(frozen=True, slots=True)
class LostHere:
    """What an item lost on a row, with the cells that were read and the words that decided."""

    name: Text
    lost: str
    read: Text
    because: Text
    link: str


@dataclass(frozen=True, slots=True)
class CallLine:
    """An observation: its number in the file, its scenario and keys, what it cost in all and where."""

    where: Text
    keys: Text
    lost: str
    items: Sequence[LostHere]


class SubjectPages:
    """Pages of the subjects of one run. `anchor` gives the link to a line of a file of the rubric."""

    def __init__(self, plan: ScoringPlan, anchor: Anchor) -> None:
        self._plan = plan
        self._anchor = anchor

    def body(self, explanation: Explanation) -> Markup:
        rows = {lang: RowsDrawing(self._plan, look, explanation.item.line.file) for lang, look in LOOKS.items()}
        said = [Words(visible(en), visible(zh)) for en, zh in zip(
            sentences(explanation, "en"), sentences(explanation, "zh"), strict=True,
        )]
        corrected = [
            (self._where(observed, rows), both(rows, partial(RowsDrawing.cells, read=[cell])))
            for observed, cell in explanation.corrected
        ]
        return Markup(template("subject.html").render(
            sentences=said, items=list(self._items(explanation.item)), calls=list(self._calls(explanation, rows)),
            corrected=corrected, with_standings=any(i.standing is not None for i in walk(explanation.item)),
        ))

    # ------------------------------------------------------------ items

    def _items(self, top: ExplainedItem) -> Iterator[ItemLine]:
        waiting = [(top, 0)]
        while waiting:
            item, depth = waiting.pop()
            waiting.extend((part, depth + 1) for part in reversed(item.parts))
            standing, line = item.standing, item.line if item.decision is None else item.decision.line
            yield ItemLine(
                depth, item_name(item), self._points(item),
                "" if item.overall is None else amount_text(item.overall, EN),
                "" if standing is None else str(standing.rank),
                "" if standing is None else number_text(standing.mean, NUMBER, EN),
                "" if standing is None else number_text(standing.best, NUMBER, EN),
                line.line, self._anchor(line.file, line.line),
            )

    def _points(self, item: ExplainedItem) -> Text:
        if isinstance(item.points, NoValue):
            return Words(why_absent(item.points, EN), why_absent(item.points, ZH))
        points = value_text(item.points, NUMBER, EN)
        if item.kind in ("limits", "rounding"):
            return points if points.startswith("−") else f"+{points}"
        if item.kind in ("penalty", "bonus", "condition") or not item.worth:
            return points
        return f"{points} / {number_text(item.worth, NUMBER, EN)}"

    # ------------------------------------------------------------ observations

    def _calls(self, explanation: Explanation, rows: dict[str, RowsDrawing]) -> Iterator[CallLine]:
        """The observations that changed the score, in order of the file."""
        found: dict[tuple[str, str, int], list[tuple[ExplainedItem, ExplainedRow, Exact]]] = {}
        for leaf in leaves(explanation.item):
            for row in leaf.rows:
                if row.lost is not None and row.lost != ZERO and leaf.scale is not None:
                    lost = row.lost if leaf.scale == 1 else reals.multiply(row.lost, leaf.scale)
                    found.setdefault(row.observed.place, []).append((leaf, row, lost))
        for key in sorted(found, key=lambda key: key[1:]):
            entries = found[key]
            observed = entries[0][1].observed
            whole = reals.total([lost for _, _, lost in entries])
            yield CallLine(
                self._where(observed, rows), both(rows, partial(RowsDrawing.cells, read=observed.keys)),
                amount_text(whole, EN), list(self._here(entries, explanation.item, rows)),
            )

    def _here(
        self, entries: Sequence[tuple[ExplainedItem, ExplainedRow, Exact]], top: ExplainedItem,
        rows: dict[str, RowsDrawing],
    ) -> Iterator[LostHere]:
        """What each item lost there; where a condition of an indicator decided, that once for all its touchpoints."""
        parents = {id(part): item for item in walk(top) for part in item.parts}
        groups: dict[tuple[object, ...], list[tuple[ExplainedItem, ExplainedRow, Exact]]] = {}
        for leaf, row, lost in entries:
            operation = self._plan.nodes[row.decision.node].operation
            of_all = row.decision.by == "condition" and isinstance(operation, op.RowScore)
            groups.setdefault((row.decision, None if of_all else id(leaf)), []).append((leaf, row, lost))
        for group in groups.values():
            leaf, row, _ = group[0]
            item = parents.get(id(leaf), leaf) if len(group) > 1 else leaf
            lost = reals.total([amount for _, _, amount in group])
            line = row.decision.line
            yield LostHere(
                item_name(item), amount_text(lost, EN),
                both(rows, partial(RowsDrawing.cells, read=row.read)),
                self._because(row, rows), self._anchor(line.file, line.line),
            )

    def _because(self, row: ExplainedRow, rows: dict[str, RowsDrawing]) -> Text:
        if row.decision.by == "rule" and not row.decision.withheld:
            return ""
        return both(rows, lambda own: own.decision(row.decision))

    def _where(self, observed: Observed, rows: dict[str, RowsDrawing]) -> Text:
        return both(rows, lambda own: own.row_and_scenario(observed))


LOOKS = {"en": EN, "zh": ZH}


class Anchor:
    """Links to lines of the rubric. `files`: their names in the order in which the page shows them."""

    def __init__(self, files: Sequence[str]) -> None:
        self._places = {file: i for i, file in enumerate(files)}

    def __call__(self, file: str, line: int) -> str:
        return f"#{self.id(file, line)}" if file in self._places else "#"

    def id(self, file: str, line: int) -> str:
        return f"r{self._places[file]}-{line}"


def item_name(item: ExplainedItem) -> Words:
    words = words_of(item.name, item.label)
    en, zh = CHANGES.get(item.kind, ("", ""))
    return Words(words.en + en, words.zh + zh)


def both(rows: dict[str, RowsDrawing], say: Callable[[RowsDrawing], str]) -> Words:
    """What a drawing says in each language."""
    return Words(say(rows["en"]), say(rows["zh"]))


def share_of(item: ExplainedItem) -> Fraction | None:
    """Points as a share of the worth, to shade by; None where there is none."""
    if not item.worth or not is_number_outcome(item.points):
        return None
    share = reals.divide(item.points, item.worth)
    return share if isinstance(share, Fraction) else reals.enclosure(share, 64)[0]

"""Why one subject is above another: the gap between them split over items, and then over the observations.

Where scores are sums the split is that of the sum, by what each lost. Where they are not (a geometric mean, the
lowest, bounds, rounding, parts that are not applicable for one of the two) there is no single split, and the Shapley
value is taken.
All of it adds up exactly, which is checked when a `Versus` is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from fractions import Fraction

from rubric_dsl.engines.contract import Subject
from rubric_dsl.engines.reference.contributions import kind_of
from rubric_dsl.engines.reference.shares import INDIVISIBLE, part_rates
from rubric_dsl.engines.run import Run
from rubric_dsl.evaluation.scores import Score
from rubric_dsl.evaluation.values import Value, is_number
from rubric_dsl.explain.explanation import (
    DoesNotAddUp,
    ExplainedItem,
    ExplainedRow,
    Explanation,
    ItemKind,
    RubricLine,
    Unobserved,
    walk,
)
from rubric_dsl.explain.game import Method, split
from rubric_dsl.explain.why import Explainer
from rubric_dsl.numbers.decimals import from_exact
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.numbers.rounding import round_to
from rubric_dsl.plan.model import NamedValue
from rubric_dsl.resolved import operations as op
from rubric_dsl.results.model import Outcome
from rubric_dsl.text.record import dataclass

ZERO = Fraction(0)
FINEST = Fraction(1, 10**6)
"""To what shares of irrational scores are rounded where no ranking declares a rounding."""
GUARD = Fraction(1, 10**12)
"""How much finer irrational scores are computed than their shares are told."""

ShareKind = ItemKind | str


@dataclass(frozen=True, slots=True)
class CallShare:
    """What one observation of one of the two adds to the gap: its losses, for the other subject's with a plus."""

    subject: Subject
    row: ExplainedRow | None
    unobserved: Unobserved | None
    share: Fraction


@dataclass(frozen=True, slots=True)
class Share:
    """What an item adds to the gap, in points of the item that is compared. `mine`, `theirs`: its own points for each.

    `method`: how it is split over its parts. `line` None, `kind` "rounding": what rounding the other shares left.
    `unsplit`: why there are no parts, where there should be some.
    """

    node: op.Node
    name: str
    label: str | None
    kind: ShareKind
    mine: Outcome | None
    theirs: Outcome | None
    worth: Fraction | None
    share: Fraction
    line: RubricLine | None
    method: Method | None = None
    parts: tuple[Share, ...] = ()
    calls: tuple[CallShare, ...] = ()
    unsplit: str | None = None

    def outline(self) -> Iterator[tuple[Share, int]]:
        """It and all below it, in order, with their depth."""
        waiting = [(self, 0)]
        while waiting:
            current, depth = waiting.pop()
            yield current, depth
            waiting.extend((part, depth + 1) for part in reversed(current.parts))


@dataclass(frozen=True, slots=True)
class Versus:
    """`mine` − `theirs` in one item. `step`: to what shares are rounded because scores are irrational; None: exact."""

    mine: Explanation
    theirs: Explanation
    top: Share
    step: Fraction | None = None
    steps: tuple[Share, ...] = field(default=())
    """The leaves of the items (not observations), which add up to the gap, largest first."""

    def __post_init__(self) -> None:
        check(self.top)

    @property
    def gap(self) -> Fraction:
        return self.top.share


class NoGap(Exception):
    """One of the two has no number there. `subject`: which."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject)
        self.subject = subject


def versus(done: Run, explainer: Explainer, mine: Subject, theirs: Subject, named: NamedValue) -> Versus:
    """Splits the gap between two subjects of a run. Raises NoGap where one of them has no number."""
    pair = tuple(explainer.explain(subject, named) for subject in (mine, theirs))
    for subject in (mine, theirs):
        if not is_number(done.values[subject][named.node]):
            raise NoGap(subject)
    comparing = _Comparing(done, pair[0], pair[1], named)
    top, step = comparing.top()
    return Versus(pair[0], pair[1], top, step, tuple(sorted(leaves(top), key=lambda leaf: -abs(leaf.share))))


def leaves(share: Share) -> Iterator[Share]:
    """The innermost items that add something, without observations."""
    waiting = [share]
    while waiting:
        current = waiting.pop()
        if current.parts:
            waiting.extend(reversed(current.parts))
        elif current.share != ZERO:
            yield current


def check(share: Share) -> None:
    """Raises DoesNotAddUp unless parts add up to their item and observations to their leaf, exactly."""
    waiting = [share]
    while waiting:
        current = waiting.pop()
        waiting.extend(current.parts)
        for what, amounts in (
            ("parts", [part.share for part in current.parts]), ("calls", [call.share for call in current.calls]),
        ):
            if amounts and sum(amounts, ZERO) != current.share:
                raise DoesNotAddUp(f"{what} of {current.name} add up to {sum(amounts, ZERO)}, not to {current.share}")


# ---------------------------------------------------------------- comparing


class _Comparing:
    def __init__(self, done: Run, mine: Explanation, theirs: Explanation, named: NamedValue) -> None:
        self._done = done
        self._mine, self._theirs = mine, theirs
        self._named = named
        self._values = done.values[mine.subject], done.values[theirs.subject]
        self._items = tuple(_by_key(explanation.item) for explanation in (mine, theirs))
        self._inexact = False

    def top(self) -> tuple[Share, Fraction | None]:
        node = self._named.node
        gap = self._rational(self._values[0][node]) - self._rational(self._values[1][node])
        share = self._share(node, gap, Fraction(1))
        if not self._inexact:
            return share, None
        rounding = self._declared()
        step = from_exact(rounding.step)
        mine, theirs = (values[node] for values in self._values)
        assert is_number(mine) and is_number(theirs)
        if not (isinstance(mine, Fraction) and isinstance(theirs, Fraction)):
            gap = round_to(mine, rounding.mode, step) - round_to(theirs, rounding.mode, step)
        return _rounded(replace(share, share=gap), step), step

    def _declared(self) -> op.Rounding:
        """The rounding of a ranking by the item, else a fine one."""
        for schema in self._done.plan.rankings:
            operation = self._done.plan.nodes[schema.node].operation
            if isinstance(operation, op.Ranking) and operation.by == self._named.node and operation.rounding:
                return operation.rounding
        return op.Rounding("half up", str(FINEST))

    def _rational(self, value: Value) -> Fraction:
        """The number itself; of an irrational one a value next to it."""
        assert is_number(value)
        if isinstance(value, Fraction):
            return value
        self._inexact = True
        return round_to(value, "half even", GUARD)

    # ------------------------------------------------------------ items

    def _share(self, node: op.Node, share: Fraction, factor: Fraction | None) -> Share:
        """`factor`: points of the whole for one point of the item; None: not known, and its parts add nothing."""
        items = [own.get((node, self._kind(node))) for own in self._items]
        made = self._made(node, items, share)
        operation = self._done.plan.nodes[node].operation
        if factor is None or not all(is_number(values[node]) for values in self._values):
            return made
        if not isinstance(operation, op.Indicator):
            if self._done.plan.nodes[node].grain.kind != "row":
                return made
            sign = -1 if made.kind == "penalty" else 1
            return replace(made, calls=tuple(self._calls(items, sign * factor)))
        if operation.row_score is not None:
            return self._on_rows(made, items, factor)
        if operation.value is not None and not operation.conditions and not operation.extras:
            return made
        return self._of_parts(made, node, operation, factor)

    def _kind(self, node: op.Node) -> ItemKind:
        operation = self._done.plan.nodes[node].operation
        if isinstance(operation, op.Touchpoint):
            return kind_of(operation)
        return "indicator"

    def _made(self, node: op.Node, items: Sequence[ExplainedItem | None], share: Fraction) -> Share:
        item = next((one for one in (*items, self._mine.item) if one is not None), self._mine.item)
        if items[0] is None and items[1] is None:  # below something that decided for both
            return self._bare(node, share)
        mine, theirs = (None if one is None else one.points for one in items)
        return Share(node, item.name, item.label, item.kind, mine, theirs, item.worth, share, item.line)

    def _bare(self, node: op.Node, share: Fraction) -> Share:
        """A part that one condition or another took the place of: only its name is known."""
        named = next(one for one in self._done.plan.values if one.node == node)
        line = RubricLine(named.lines.file, named.lines.line, None)
        return Share(node, named.name, named.label, self._kind(node), None, None, None, share, line)

    def _of_parts(self, made: Share, node: op.Node, operation: op.Indicator, factor: Fraction) -> Share:
        """An indicator of indicators: its inputs are put from one subject's value to the other's."""
        score = self._done.prepared.steps[node]
        assert isinstance(score, Score)
        inputs = list(dict.fromkeys(self._inputs(score, operation)))
        mine, theirs = self._values
        changed = [one for one in inputs if mine[one] is not theirs[one] and mine[one] != theirs[one]]

        def value(chosen: Sequence[bool]) -> Fraction | None:
            values = list(theirs)
            for one, put in zip(changed, chosen, strict=True):
                if put:
                    values[one] = mine[one]
            found = score(values, {})
            return self._rational(found) if is_number(found) else None

        found = split(len(changed), value)
        if found is None:
            return replace(made, unsplit="mixed values are impossible")
        own = dict(zip(changed, found.shares, strict=True))
        rates = self._rates(score)
        parts = []
        for one in inputs:
            share = own.get(one, ZERO)
            gap = self._gap(one)
            own_factor = share / gap if gap else rates.get(one)
            below = None if own_factor is None else own_factor * factor
            if one in own or below is not None:
                parts.append(self._input(made, score, one, share * factor, below))
        return replace(made, parts=tuple(parts), method=found.method)

    def _inputs(self, score: Score, operation: op.Indicator) -> Iterator[op.Node]:
        """All that the score reads, its parts first."""
        yield from (part.node for part in operation.parts)
        yield from operation.extras
        if operation.value is not None:
            yield operation.value
        yield from (condition.node for condition in operation.conditions)
        for condition in operation.conditions:
            if isinstance(condition.outcome, op.Value):
                yield condition.outcome.node
        for limit in operation.limits:
            yield limit.value
            if limit.when is not None:
                yield limit.when

    def _rates(self, score: Score) -> dict[op.Node, Fraction]:
        """Points of the score for one of each part, where these are the same for both: a sum of the same parts."""
        if score.combination.kind in INDIVISIBLE or any(score.decide(values) is not None for values in self._values):
            return {}
        both = [
            [part for part in score.combination.parts if is_number(values[part.node])] for values in self._values
        ]
        rates = part_rates(score, both[0]) if both[0] == both[1] else None
        found = {node: self._rational(rate) for node, rate in (rates or {}).items()}
        return found | {extra.node: Fraction(extra.sign) for extra in score.extras}

    def _gap(self, node: op.Node) -> Fraction | None:
        mine, theirs = (values[node] for values in self._values)
        return self._rational(mine) - self._rational(theirs) if is_number(mine) and is_number(theirs) else None

    def _input(self, made: Share, score: Score, node: op.Node, share: Fraction, factor: Fraction | None) -> Share:
        operation = self._done.plan.nodes[node].operation
        if isinstance(operation, (op.Indicator, op.Touchpoint)):
            return self._share(node, share, factor)
        lines = self._done.plan.nodes[node].lines
        line = RubricLine(lines[0].file, lines[0].line, None) if lines else made.line
        conditions = self._done.plan.nodes[score.node].operation
        assert isinstance(conditions, op.Indicator)
        of_condition = {condition.node: place for place, condition in enumerate(conditions.conditions)}
        if node in of_condition:
            own = self._done.plan.nodes[score.node].lines
            place = of_condition[node] + 1
            line = RubricLine(own[place].file, own[place].line, None) if place < len(own) else line
            return Share(node, made.name, made.label, "condition", None, None, None, share, line)
        kind = "rule" if node == conditions.value else "limits"
        return Share(node, made.name, made.label, kind, None, None, None, share, line)

    # ------------------------------------------------------------ rows

    def _on_rows(self, made: Share, items: Sequence[ExplainedItem | None], factor: Fraction) -> Share:
        """An indicator scored on rows: what each touchpoint lost, and on which rows, is subtracted."""
        mine, theirs = items
        if mine is None or theirs is None:
            return made
        if not (mine.additive and theirs.additive):
            return replace(made, calls=tuple(self._calls(items, self._per_point(made, mine, theirs))))
        by_key: dict[tuple[op.Node, str], list[ExplainedItem | None]] = {}
        for place, item in enumerate((mine, theirs)):
            for part in item.parts:
                by_key.setdefault((part.node, part.kind), [None, None])[place] = part
        parts = []
        for (node, kind), pair in by_key.items():
            lost = [ZERO if one is None or one.lost is None else self._rational(one.lost) for one in pair]
            share = (lost[1] - lost[0]) * factor
            parts.append(replace(
                self._made(node, pair, share), kind=kind, calls=tuple(self._calls(pair, factor)),
            ))
        return replace(made, parts=tuple(parts), method="sum")

    def _per_point(self, made: Share, mine: ExplainedItem, theirs: ExplainedItem) -> Fraction:
        """Rows of an item without parts tell what was lost in points of its parent; here in points of its own."""
        lost = [ZERO if one.lost is None else self._rational(one.lost) for one in (mine, theirs)]
        if lost[1] != lost[0]:
            return made.share / (lost[1] - lost[0])
        return ZERO if mine.scale is None else self._rational(mine.scale)

    def _calls(self, items: Sequence[ExplainedItem | None], factor: Fraction) -> Iterator[CallShare]:
        """What each row of the two adds, rows that lost nothing left out; nothing where rows lost no known points."""
        whole = [one for one in items if one is not None]
        if not any(row.lost is not None for one in whole for row in one.rows):
            return
        for explanation, item, sign in ((self._mine, items[0], -1), (self._theirs, items[1], 1)):
            if item is None:
                continue
            for row in item.rows:
                if row.lost is not None and row.lost != ZERO:
                    yield CallShare(explanation.subject, row, None, sign * factor * self._rational(row.lost))
            for gone in item.unobserved:
                if gone.lost != ZERO:
                    yield CallShare(explanation.subject, None, gone, sign * factor * self._rational(gone.lost))


def _by_key(item: ExplainedItem) -> dict[tuple[op.Node, str], ExplainedItem]:
    """Every item of a tree; of one that stands twice (before and after its bounds) the outer one."""
    found: dict[tuple[op.Node, str], ExplainedItem] = {}
    for one in walk(item):
        found.setdefault((one.node, one.kind), one)
    return found


def _rounded(share: Share, step: Fraction) -> Share:
    """The parts and observations rounded to the step, with what that leaves as a part of its own."""
    parts = [_rounded(replace(part, share=_to(part.share, step)), step) for part in share.parts]
    left = share.share - sum((part.share for part in parts), ZERO)
    if parts and left:
        parts.append(Share(share.node, share.name, share.label, "rounding", None, None, None, left, None))
    calls = [replace(call, share=_to(call.share, step)) for call in share.calls]
    left = share.share - sum((call.share for call in calls), ZERO)
    if calls and left:
        calls.append(CallShare(calls[0].subject, None, None, left))
    return replace(share, parts=tuple(parts), calls=tuple(calls))


def _to(value: Exact, step: Fraction) -> Fraction:
    return round_to(value, "half even", step)

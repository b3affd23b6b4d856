"""Whether every table says something, and one thing only, about every input that can occur."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Literal

from rubric_dsl.checks import coverage as cov
from rubric_dsl.checks.admissible import Inputs, inputs_of
from rubric_dsl.checks.pieces import Example, Where, one_value, pattern_text, row_of
from rubric_dsl.checks.repairs import Repair, close_gap, facing, part, proved, repaired, row_for_gap
from rubric_dsl.diagnostics.model import Diagnostic, Edit, Fix, Label, Witness
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved import types as ty
from rubric_dsl.resolved.domains import Shown
from rubric_dsl.resolved.expressions import Expressions
from rubric_dsl.resolved.literals import moment_text
from rubric_dsl.resolved.tables import TableFacts
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import Language
from rubric_dsl.surface.print_parts import colon, comma, not_missing, word
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span


def check_table(use: Expressions, table: TableFacts, lang: Language) -> tuple[list[Diagnostic], cov.Coverage]:
    """What is wrong with the table, and its coverage. `lang` is the file's own, for fixes that are pasted."""
    inputs = inputs_of(use, table)
    rows = [row_of(use, row.operation) for row in table.rows]
    coverage = cov.cover(inputs.axes, rows, table.first_match, inputs.constraints)
    if coverage.clean:
        return [], coverage
    check = _Table(use, table, rows, inputs, coverage, lang)
    return list(check.findings()), coverage


class _Table:
    """The findings of one table, in the order of its rows."""

    def __init__(
        self,
        use: Expressions,
        table: TableFacts,
        rows: Sequence[cov.TableRow],
        inputs: Inputs,
        coverage: cov.Coverage,
        lang: Language,
    ) -> None:
        self.use = use
        self.table = table
        self.rows = rows
        self.axes = inputs.axes
        self.constraints = inputs.constraints
        self.coverage = coverage
        self.lang = lang
        self.names = tuple(_name(use, part) for part in table.table.inputs)
        self.types = tuple(use.graph.type(node) for node in table.inputs)
        self.counted = tuple(_counted(use, node) for node in table.inputs)

    def findings(self) -> Iterator[Diagnostic]:
        coverage = self.coverage
        for never in coverage.never:
            if self.table.rows[never.row].row is not None:  # a `missing:` line for many tables need not serve each
                yield self._never(never)
        for overlap in coverage.overlaps:
            yield self._overlap(overlap)
        turned = any(never.reason == "empty" for never in coverage.never)
        for gap in () if turned else coverage.gaps:  # what an empty range leaves out is shown when it is mended
            yield self._gap(gap)
        if coverage.undecided is not None:
            yield self._made("R163", self.table.table.span, {"limit": _Met(coverage.undecided)}, fixes=[Fix("split")])

    def _made(
        self,
        code: str,
        span: Span,
        facts: dict[str, object],
        labels: Sequence[Label] = (),
        witness: cov.Value | tuple[cov.Value, ...] | None = None,
        fixes: Sequence[Fix] = (),
    ) -> Diagnostic:
        values = witness if isinstance(witness, tuple) else ()
        shown = {
            name: Witness(_exact(value, kind), one_value(value, kind, "en"))
            for name, value, kind in zip(self.names, values, self.types, strict=False)
        }
        facts = {"table": self.table.name, **facts}
        if self.table.uses:
            labels = (Label(span, "inside"), *labels)
            span = self.table.uses[0]
            fixes = tuple(Fix(fix.key, (), fix.facts) for fix in fixes)
        return Diagnostic(code, span, facts, tuple(labels), shown, tuple(fixes))

    def _row(self, index: int) -> Span:
        row = self.table.rows[index]
        return row.row.pattern_span if row.row is not None else row.span

    # ------------------------------------------------------------ gaps

    def _gap(self, gap: cov.Gap) -> Diagnostic:
        facts: dict[str, object] = {
            "gap": Where(self.names, gap.box, self.types),
            "witness": Example(self.names, gap.witness, self.types, self.counted),
        }
        if any(value is None for value in gap.witness):
            return self._made(
                "R030",
                self.table.table.span,
                facts,
                witness=gap.witness,
                fixes=self._missing_row([
                    name for name, value in zip(self.names, gap.witness, strict=True) if value is None
                ]),
            )
        labels = [label for label in (self._beside(gap, "before"), self._beside(gap, "after")) if label is not None]
        return self._made("R031", self.table.table.span, facts, labels, gap.witness, self._closing(gap))

    def _beside(self, gap: cov.Gap, side: Literal["before", "after"]) -> Label | None:
        """The row below or above the gap, with the end that looks at it."""
        index, axis = gap.before if side == "before" else gap.after, gap.axis
        if index is None or self.table.rows[index].row is None:
            return None
        box = gap.box[axis] if axis is not None else None
        if axis is None or not isinstance(box, cov.Between):
            return Label(self._row(index), "beside")
        end = facing(box, self._pieces(index, axis) or (), side)
        if end is None:
            return Label(self._row(index), "beside")
        value, closed = end
        return Label(self._row(index), side if closed else f"{side}_open", {"value": Shown(value, self.types[axis])})

    def _missing_row(self, absent: list[str]) -> list[Fix]:
        """A row for absent inputs at the end of the table: of points 0 or not applicable, else a value or none."""
        last = self.table.table.rows[-1]
        blanks = " " * last.span.column
        absence = word("MISSING", self.lang) + colon(self.lang)
        if self.table.purpose != "points":
            said = [Fix("missing_value", (), {"row": f"{absence}…"})]
            if self.table.uses:  # a formula has no `when`
                return said
            condition = f" {word('AND', self.lang)} ".join(not_missing(name, self.lang) for name in absent)
            when = f"{word('WHEN', self.lang)} {condition}"
            return [*said, Fix("no_value", (), {"when": when})]
        before = last if isinstance(last.patterns[0][0], tree.Otherwise) else None
        fixes = []
        for value in ("0", word("NOT_APPLICABLE", self.lang)):
            row = absence + value
            if before is not None:
                edit = Edit(before.span.before(), f"{row}\n{blanks}")
            else:
                edit = Edit(last.span.after(), f"\n{blanks}{row}")
            fixes.append(Fix("missing", (edit,), {"row": row}))
        return fixes

    def _closing(self, gap: cov.Gap) -> list[Fix]:
        fixes: list[Fix] = []
        axis = gap.axis
        if axis is not None and isinstance(gap.box[axis], cov.Between):
            fixes.extend(self._moved_bounds(gap, axis))
        fixes.extend(self._new_row(gap, axis))
        if len(self.names) == 1 and self.counted[0] is not None:
            fixes.append(self._rounding())
        return fixes

    def _moved_bounds(self, gap: cov.Gap, axis: int) -> Iterator[Fix]:
        box = gap.box[axis]
        assert isinstance(box, cov.Between)
        before = self._pieces(gap.before, axis)
        after = self._pieces(gap.after, axis)
        for repair in close_gap(self.axes[axis].domain, box, before, after):
            index = gap.before if repair.side == "before" else gap.after
            if index is None or not self._movable(index, axis, repair):
                continue
            fix = self._replaced(index, axis, repair.old, repair.new, "extend")
            if fix is not None:
                yield fix

    def _movable(self, index: int, axis: int, repair: Repair) -> bool:
        """Whether moving the bound mends the table: not where the outcome hangs on it, nor where the row reaches
        further than the gap does."""
        if isinstance(self.table.rows[index].operation.outcome, op.Linear):
            return False
        if len(self.names) == 1:
            return True
        rows = repaired(self.rows, index, axis, repair)
        return proved(self.axes, rows, self.table.first_match, self.constraints, self.coverage)

    def _pieces(self, index: int | None, axis: int) -> Sequence[cov.Piece] | None:
        if index is None or self.rows[index].when != "patterns":
            return None
        return self.rows[index].cells[axis]

    def _replaced(self, index: int, axis: int, old: cov.Between, new: cov.Between, key: str) -> Fix | None:
        """The fix that writes another pattern in the place of one alternative of a row."""
        row = self.table.rows[index].row
        if row is None:
            return None
        place = self.rows[index].cells[axis].index(old)
        text = pattern_text(new, self.types[axis], self.lang)
        return Fix(key, (Edit(row.patterns[axis][place].span, text),), {"row": text})

    def _new_row(self, gap: cov.Gap, axis: int | None) -> Iterator[Fix]:
        """A row that takes exactly the gap; its outcome is the author's to say."""
        box = list(gap.box)
        if axis is not None and isinstance(box[axis], cov.Between):
            between = box[axis]
            assert isinstance(between, cov.Between)
            box[axis] = row_for_gap(
                self.axes[axis].domain, between, self._pieces(gap.before, axis), self._pieces(gap.after, axis)
            )
        texts = [pattern_text(piece, kind, self.lang) for piece, kind in zip(box, self.types, strict=True)]
        yield Fix("row", (), {"row": comma(self.lang).join(texts) + colon(self.lang) + "…"})

    def _rounding(self) -> Fix:
        """Bands of whole percentages: the share rounded before it is banded."""
        span = self.table.table.inputs[0].span
        text = " 四舍五入到 1%" if self.lang == "zh" else " rounded half up to 1%"
        return Fix("round", (Edit(span.after(), text),), {"text": text.strip()})

    # ------------------------------------------------------------ clashes

    def _overlap(self, overlap: cov.Overlap) -> Diagnostic:
        facts: dict[str, object] = {
            "shared": Where(self.names, overlap.box, self.types),
            "witness": Example(self.names, overlap.witness, self.types, self.counted),
        }
        fixes = []
        if len(self.names) == 1 and self.rows[overlap.first].cells and self.rows[overlap.second].cells:
            repair = part(self.rows[overlap.first].cells[0], self.rows[overlap.second].cells[0])
            fix = self._replaced(overlap.second, 0, repair.old, repair.new, "part") if repair is not None else None
            fixes = [fix] if fix is not None else []
        fixes += self._first_match()
        return self._made(
            "R032", self._row(overlap.second), facts, [Label(self._row(overlap.first), "first")], overlap.witness, fixes
        )

    def _first_match(self) -> list[Fix]:
        """The line that lets the order of the rows decide."""
        first = self.table.rows[0].row
        if first is None:
            return []
        line = word("FIRST_MATCH", self.lang)
        edit = Edit(first.span.before(), f"{line}\n{' ' * first.span.column}")
        return [Fix("first_match", (edit,), {"word": line})]

    def _never(self, never: cov.Never) -> Diagnostic:
        span = self._row(never.row)
        labels = [Label(self._row(index), "by") for index in never.by[:3]]
        row = self.table.rows[never.row]
        drop = self._without(never.row)
        if never.reason == "empty":
            turned = self._turned(never.row)
            return self._made("R161", span, {}, fixes=[turned if turned is not None else Fix("drop", drop)])
        if never.reason == "outside":
            return self._made("R160", span, {}, fixes=[Fix("widen")])
        if never.reason == "subsumed":
            # Written before what covers it, it is an exception; behind it, more likely a repetition.
            fixes = self._first_match() if min(never.by) > never.row else []
            return self._made("R034", span, {}, labels, fixes=[*fixes, Fix("drop", drop)])
        if row.operation.when != "patterns":
            return self._made("R162", span, {}, [], fixes=[Fix("drop", drop)])
        return self._made("R033", span, {}, labels, fixes=[Fix("drop", drop)])

    def _turned(self, index: int) -> Fix | None:
        """The first range of the row that is written from its larger to its smaller end, turned round."""
        for axis, pieces in enumerate(self.rows[index].cells):
            for piece in pieces:
                if not isinstance(piece, cov.Between) or piece.low is None or piece.high is None:
                    continue
                if piece.low > piece.high:
                    new = cov.Between(piece.high, piece.high_closed, piece.low, piece.low_closed)
                    return self._replaced(index, axis, piece, new, "swap")
        return None

    def _without(self, index: int) -> tuple[Edit, ...]:
        """The edit that takes the row out, with its line."""
        row = self.table.rows[index].row
        if row is None or len(self.table.table.rows) < 2:
            return ()
        span = row.span
        return (Edit(Span(span.origin, span.line, 0, span.end_line + 1, 0), ""),)


@dataclass(frozen=True, slots=True)
class _Met:
    """What made a table too large to be checked in full."""

    limit: cov.Undecided

    def shown(self, lang: str) -> str:
        en, zh = {
            "inputs": ("it reads too many inputs at once", "判定的项过多"),
            "depth": ("its conditions are nested too deeply", "条件嵌套过深"),
            "steps": ("its inputs combine in too many ways", "各项的组合过多"),
            "search": ("its conditions between numbers leave too much to search", "数值之间的条件过于复杂"),
            "gaps": ("it has more gaps than are listed here", "空档太多，此处未能全部列出"),
            "overlaps": ("more of its rows clash than are listed here", "重叠的行太多，此处未能全部列出"),
        }[self.limit]
        return zh if lang == "zh" else en


def _name(use: Expressions, part_: tree.Expr) -> str:
    """The name of an input in witnesses: the name itself, also under a rounding."""
    inner = part_
    while isinstance(inner, tree.Group | tree.Rounded):
        inner = inner.inner if isinstance(inner, tree.Group) else inner.operand
    return inner.name if isinstance(inner, tree.Name) else use.scope.text_of(part_)


def _counted(use: Expressions, node: op.Node) -> str | None:
    """The table whose rows the input is a share of, when it is one."""
    facts = use.graph[node]
    if isinstance(facts.domain, ty.Ratio) and isinstance(facts.operation, op.Aggregate):
        return facts.operation.table
    return None


def _exact(value: cov.Value, kind: ty.ValueType) -> str | None:
    if isinstance(value, Fraction):
        return moment_text(int(value), kind.kind) if kind in (ty.DATE, ty.TIME) else exact_text(value)
    return value

"""Indicators and touchpoints: conditions pushed to where they are read, worths added up, the rules of a score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import domains, established
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved import types as ty
from rubric_dsl.resolved.beside import at_rows
from rubric_dsl.resolved.established import Established
from rubric_dsl.resolved.expressions import Expressions, Place, join
from rubric_dsl.resolved.outline import Unit
from rubric_dsl.resolved.report import Edit, Fix, Label
from rubric_dsl.resolved.tables import TableFacts, domains_of
from rubric_dsl.resolved.touchpoints import amount_of, lower_touchpoint
from rubric_dsl.resolved.words import Names, line_below
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import keywords
from rubric_dsl.surface.print_parts import colon, word
from rubric_dsl.text.source import Span

Node = op.Node
Default = tuple[op.Outcome, Span]


@dataclass(slots=True)
class Context:
    """What an indicator hands down: row conditions from the outside in, what they establish, a default for absence."""

    row_conditions: tuple[op.Condition, ...] = ()
    row_spans: tuple[Span, ...] = ()
    table: str | None = None
    known: Established = established.NOTHING
    default: Default | None = None
    own: dict[int, op.Condition] = field(default_factory=dict)
    """The indicator's own conditions that could be read already, by place among its lines."""
    weighted: bool = False
    sound: bool = True


class Scoring:
    """Resolves units in dependency order; contexts of the indicators around them are made as they are needed."""

    def __init__(self, use: Expressions, late: Mapping[int, bool]) -> None:
        """`late`: by identity of a condition's line, whether it reads a score, so that it comes after the parts."""
        self.use = use
        self.late = late
        self._contexts: dict[int, tuple[Context, list[Diagnostic], list[TableFacts]]] = {}
        self.depths: dict[str, int] = {}

    # ------------------------------------------------------------ contexts

    def context(self, parents: Sequence[tree.Indicator]) -> Context:
        """What stands around a child of the last of `parents`.

        Each child meets what was found there, so that none depends on another that may be gone after the next edit.
        """
        found = Context()
        reported, tables = self.use.report.found, self.use.tables
        for parent in parents:
            known = self._contexts.get(id(parent))
            if known is None:
                before, made = len(reported), len(tables)
                inner = self._inside(parent, found)
                self._contexts[id(parent)] = inner, reported[before:], tables[made:]
                found = inner
            else:
                found = known[0]
                reported.extend(known[1])
                tables.extend(known[2])
        return found

    def _inside(self, indicator: tree.Indicator, outer: Context) -> Context:
        """The outer context with the indicator's own conditions, as far as they can be read now."""
        inner = Context(
            outer.row_conditions,
            outer.row_spans,
            outer.table,
            outer.known,
            outer.default,
            sound=outer.sound,
            weighted=any(isinstance(line, tree.WeightsFrom) for line in indicator.lines),
        )
        for index, line in enumerate(indicator.lines):
            if isinstance(line, tree.MissingLine):
                outcome = self.outcome(line.outcome, Place(known=outer.known), None)
                inner.default = (outcome, line.span) if outcome is not None else None
                inner.sound = inner.sound and outcome is not None
            elif isinstance(line, tree.Guard | tree.Applies) and not self.late.get(id(line), False):
                self._condition(indicator, index, line, inner)
        return inner

    def _condition(
        self, indicator: tree.Indicator, index: int, line: tree.Guard | tree.Applies, inner: Context
    ) -> None:
        condition = self.condition(line, at_rows(self.use, Place(known=inner.known), line), None)
        if condition is None:
            inner.sound = False
            return
        inner.known = inner.known | self.facts(condition)
        grain = self.use.graph.grain(condition.node)
        if grain.kind != "row":
            inner.own[index] = condition
            return
        if inner.table is not None and grain.table != inner.table:
            self.use.report.add(
                "R071",
                line.span,
                facts={"one": inner.table, "two": grain.table or ""},
                labels=[Label(inner.row_spans[0], "other", {"table": inner.table})],
                fixes=[Fix("aggregate")],
            )
            inner.sound = False
            return
        if _nested(indicator) and not self._pushable(line):
            inner.sound = False
            return
        inner.table = grain.table
        inner.row_conditions = (*inner.row_conditions, condition)
        inner.row_spans = (*inner.row_spans, line.span)

    def _pushable(self, line: tree.Guard | tree.Applies) -> bool:
        """A row condition around indicators means the same in each of them, so its value is 0 or not applicable."""
        if isinstance(line, tree.Applies) or isinstance(line.outcome, tree.NotApplicableOutcome):
            return True
        value = line.outcome.value if isinstance(line.outcome, tree.ValueOutcome) else None
        if isinstance(value, tree.Number) and value.value == 0:
            return True
        zero = Fix("zero", (Edit(line.outcome.span, "0"),))
        self.use.report.add("R144", line.outcome.span, fixes=[zero, Fix("subject")])
        return False

    def facts(self, condition: op.Condition) -> Established:
        """What is established below a condition that did not decide."""
        return established.facts_from(self.use.graph, condition.node, condition.word != "if")

    def condition(self, line: tree.Guard | tree.Applies, place: Place, worth: Fraction | None) -> op.Condition | None:
        node = self.use.condition(line.condition, place)
        if isinstance(line, tree.Applies):
            return op.Condition("when", node, op.NotApplicable()) if node is not None else None
        outcome = self.outcome(line.outcome, place, worth)
        if node is None or outcome is None:
            return None
        if isinstance(outcome, op.Value) and isinstance(line.outcome, tree.ValueOutcome):
            read, parts = [node, outcome.node], [line.condition, line.outcome.value]
            outcome = outcome if self.use.grain(read, parts) is not None else None
        return None if outcome is None else op.Condition(line.kind, node, outcome)

    def outcome(self, outcome: tree.Outcome, place: Place, worth: Fraction | None) -> op.Outcome | None:
        """A value or not applicable; a value that is known must lie between 0 and the worth."""
        if isinstance(outcome, tree.NotApplicableOutcome):
            return op.NotApplicable()
        if not isinstance(outcome, tree.ValueOutcome):
            if isinstance(outcome, tree.ClassOutcome):
                facts = {"name": outcome.named.name}
                self.use.report.add("R141", outcome.span, facts=facts, fixes=[Fix("bands")])
            else:
                self.use.report.add("R142", outcome.span, fixes=[Fix("single")])
            return None
        node = self.use.numeric(outcome.value, place)
        if node is None or not self.use.present(node, outcome.value, place):
            return None
        if self.use.graph.type(node) != ty.NUMBER:
            self.use.not_a_plain_number(node, outcome.value, worth)
            return None
        self.inside_worth(node, outcome.span, worth)
        return op.Value(node)

    def inside_worth(self, node: Node, span: Span, worth: Fraction | None) -> None:
        if worth is None:
            return
        domain = self.use.graph.domain(node)
        if domains.intersect(domain, Fraction(0), worth) is None:
            facts = {"worth": exact_text(worth), "value": domains.ShownRange(domain, ty.NUMBER)}
            self.use.report.add("R185", span, facts=facts, fixes=[Fix("bound")])

    # ------------------------------------------------------------ touchpoints

    def touchpoint(self, unit: Unit) -> bind.Touchpoint | None:
        assert isinstance(unit.item, tree.Touchpoint)
        context = self.context(unit.parents)
        if not context.sound:
            return None
        return lower_touchpoint(self, unit.item, context)

    # ------------------------------------------------------------ indicators

    def indicator(self, unit: Unit) -> bind.Indicator | None:
        assert isinstance(unit.item, tree.Indicator)
        indicator = unit.item
        outer = self.context(unit.parents)
        inner = self.context((*unit.parents, indicator))
        children = self._children(indicator)
        if not inner.sound or children is None:
            return None
        self._late_conditions(indicator, inner)
        rows = [child for child in children if isinstance(child, bind.Touchpoint) and child.table is not None]
        worth = self._worth(indicator, children)
        if worth is None:
            return None
        self._given_within(indicator, inner, worth)
        if rows:
            if not self._one_kind(indicator, children, rows, inner):
                return None
            return self._on_rows(indicator, inner, children, worth, rows[0].table or "")
        if inner.row_conditions and (any(isinstance(child, bind.Touchpoint) for child in children) or not children):
            self._no_rows_to_ask(indicator, inner)
            return None
        return self._on_subjects(indicator, inner, outer, children, worth)

    def _no_rows_to_ask(self, indicator: tree.Indicator, inner: Context) -> None:
        span = inner.row_spans[-1]
        line = next((own for own in indicator.lines if own.span == span), None)
        fix = Fix("around")
        if isinstance(line, tree.Guard | tree.Applies):
            language = self.use.scope.language
            every = f"{keywords().functions['share'].shown(language)}({self.use.scope.text_of(line.condition)}) >= 100%"
            fix = Fix("subject", (Edit(line.condition.span, every),), {"rewrite": every})
        self.use.report.add("R146", span, labels=[Label(indicator.named.word.span, "indicator")], fixes=[fix])

    def _children(self, indicator: tree.Indicator) -> list[bind.Touchpoint | bind.Indicator] | None:
        found: list[bind.Touchpoint | bind.Indicator] = []
        for child in indicator.children:
            binding = self.use.scope.names.get(child.named.name)
            if not isinstance(binding, bind.Touchpoint | bind.Indicator):
                return None
            found.append(binding)
        equals = next((line for line in indicator.lines if isinstance(line, tree.Equals)), None)
        if equals is not None and found:
            self.use.report.add("R184", equals.span, labels=[Label(found[0].span, "child")], fixes=[Fix("one")])
            return None
        if equals is None and not found:
            facts, fixes = {"name": indicator.named.name}, [Fix("touchpoint"), Fix("value")]
            self.use.report.add("R097", indicator.named.word.span, facts=facts, fixes=fixes)
            return None
        return found

    def _late_conditions(self, indicator: tree.Indicator, inner: Context) -> None:
        for index, line in enumerate(indicator.lines):
            if isinstance(line, tree.Guard | tree.Applies) and self.late.get(id(line), False):
                self._condition(indicator, index, line, inner)

    def _given_within(self, indicator: tree.Indicator, inner: Context, worth: Fraction) -> None:
        """What its conditions give for the whole indicator lies between 0 and what it is worth (R185)."""
        on_rows = dict(zip(inner.row_spans, inner.row_conditions, strict=True))
        for index, line in enumerate(indicator.lines):
            condition = inner.own.get(index) or on_rows.get(line.span)
            if condition is not None and isinstance(condition.outcome, op.Value) and isinstance(line, tree.Guard):
                self.inside_worth(condition.outcome.node, line.outcome.span, worth)

    def _one_kind(
        self,
        indicator: tree.Indicator,
        children: Sequence[bind.Touchpoint | bind.Indicator],
        rows: Sequence[bind.Touchpoint],
        inner: Context,
    ) -> bool:
        """Touchpoints scored on rows read one table and stand beside no other kind."""
        table = rows[0].table
        for child in children:
            if not isinstance(child, bind.Touchpoint) or child.table != table:
                self.use.report.add(
                    "R145",
                    child.span,
                    facts={"table": table or ""},
                    labels=[Label(rows[0].span, "row")],
                    fixes=[Fix("indicator")],
                )
                return False
        if inner.table is not None and inner.table != table:
            self.use.report.add(
                "R071",
                rows[0].span,
                facts={"one": inner.table, "two": table or ""},
                labels=[Label(inner.row_spans[0], "other", {"table": inner.table})],
                fixes=[Fix("aggregate")],
            )
            return False
        home = self.use.scope.tables[table or ""]
        if home.folding.kind == "totalled":
            for child in rows:
                if child.stake == "worth":
                    self.use.report.add(
                        "R188",
                        child.span,
                        facts={"table": home.name},
                        labels=[Label(home.span, "declared")],
                        fixes=[Fix("stake")],
                    )
                    return False
        return True

    # ------------------------------------------------------------ worth

    def _worth(
        self, indicator: tree.Indicator, children: Sequence[bind.Touchpoint | bind.Indicator]
    ) -> Fraction | None:
        """The full marks: the sum of the parts, or what is stated where weights or a combination replace it."""
        stated = amount_of(self.use, indicator.worth) if indicator.worth is not None else None
        if indicator.worth is not None and stated is None:
            return None
        free = any(isinstance(line, tree.WeightsFrom | tree.CombinedBy | tree.Equals) for line in indicator.lines)
        if free:
            if stated is None:
                self._worth_unstated(indicator, sum((_worth_of(c) for c in children if _carries(c)), Fraction(0)))
            return stated
        parts = [child for child in children if _carries(child)]
        sums = self._sums(parts)
        if len(set(sums.values())) > 1:
            self._unequal_strata(indicator, sums)
            return None
        total = next(iter(sums.values()), Fraction(0))
        if stated is not None and stated != total:
            assert indicator.worth is not None
            self.use.report.add(
                "R090",
                indicator.worth.span,
                facts={
                    "name": indicator.named.name,
                    "stated": exact_text(stated),
                    "total": exact_text(total),
                    "parts": " + ".join(exact_text(_worth_of(part)) for part in parts) or "0",
                },
                labels=[Label(part.span, "part", {"worth": exact_text(_worth_of(part))}) for part in parts[:6]],
                fixes=[Fix("worth", (Edit(indicator.worth.span, exact_text(total)),), {"total": exact_text(total)})],
            )
            return None
        return total

    def _worth_unstated(self, indicator: tree.Indicator, total: Fraction) -> None:
        """Reports R091; offers the sum of the parts where they state their worths."""
        last = indicator.named.labels[-1].span if indicator.named.labels else indicator.named.word.span
        stated = f" {word('WORTH', self.use.scope.language)} {exact_text(total)}"
        fix = Fix("worth", (), {"worth": "…"})
        if total:
            fix = Fix("worth", (Edit(last.after(), stated),), {"worth": exact_text(total)})
        self.use.report.add("R091", indicator.named.word.span, facts={"name": indicator.named.name}, fixes=[fix])

    def _sums(self, parts: Sequence[bind.Touchpoint | bind.Indicator]) -> dict[str, Fraction]:
        """Sum of the worths in each scenario that has any part (under "" where no part is limited to some)."""
        limited = [part for part in parts if isinstance(part, bind.Touchpoint) and part.strata]
        if not limited:
            return {"": sum((_worth_of(part) for part in parts), Fraction(0))}
        table = self.use.scope.tables[limited[0].table or ""]
        members = table.columns[table.stratum].type.members if table.stratum is not None else ()
        sums: dict[str, Fraction] = {}
        for member in members:
            here = [p for p in parts if not isinstance(p, bind.Touchpoint) or not p.strata or member in p.strata]
            if here:
                sums[member] = sum((_worth_of(part) for part in here), Fraction(0))
        return sums

    def _unequal_strata(self, indicator: tree.Indicator, sums: Mapping[str, Fraction]) -> None:
        shown = Names(tuple(f"{name} {exact_text(total)}" for name, total in list(sums.items())[:12]))
        facts = {"name": indicator.named.name, "sums": shown}
        self.use.report.add("R180", indicator.named.word.span, facts=facts, fixes=[Fix("even")])

    # ------------------------------------------------------------ building

    def _on_rows(
        self,
        indicator: tree.Indicator,
        inner: Context,
        children: Sequence[bind.Touchpoint | bind.Indicator],
        worth: Fraction,
        table: str,
    ) -> bind.Indicator | None:
        use, name = self.use, indicator.named.name
        settled = self._settle(indicator, children, worth, Place(known=inner.known), table)
        if settled is None:
            return None
        panel, combination, limits, rounding = settled
        parts = tuple(op.Part(child.node, None) for child in children if _carries(child))
        extras = tuple(child.node for child in children if not _carries(child))
        domain = self._domain(worth, limits, rounding, children)
        irrational = use.irrational([child.node for child in children]) or combination == "geometric mean"
        irrational = irrational or (panel is not None and use.graph[panel].irrational)
        row_score = use.graph.add(
            op.RowScore(
                name,
                table,
                exact_text(worth),
                inner.row_conditions,
                parts,
                extras,
                panel,
                combination,
                limits,
                rounding,
            ),
            type=ty.NUMBER,
            grain=ty.Grain("row", table),
            domain=domain,
            span=indicator.named.word.span,
            irrational=irrational and rounding is None,
            lines=inner.row_spans,
        )
        conditions, condition_lines = _own_conditions(indicator, inner)
        return self._indicator(
            indicator,
            worth,
            conditions,
            domains.without_step(domain),
            children,
            row_score=row_score,
            table=table,
            irrational=irrational and rounding is None,
            condition_lines=condition_lines,
        )

    def _on_subjects(
        self,
        indicator: tree.Indicator,
        inner: Context,
        outer: Context,
        children: Sequence[bind.Touchpoint | bind.Indicator],
        worth: Fraction,
    ) -> bind.Indicator | None:
        place = Place(known=inner.known)
        settled = self._settle(indicator, children, worth, place, None)
        if settled is None:
            return None
        panel, combination, limits, rounding = settled
        value, missing = None, None
        equals = next((line for line in indicator.lines if isinstance(line, tree.Equals)), None)
        if equals is not None:
            value = self._equals(equals, inner, place, worth)
            if value is None:
                return None
            missing = inner.default[0] if inner.default is not None else None
        irrational = self.use.irrational([child.node for child in children]) or combination == "geometric mean"
        irrational = irrational or (panel is not None and self.use.graph[panel].irrational)
        irrational = irrational or (value is not None and self.use.graph[value].irrational)
        conditions, condition_lines = _own_conditions(indicator, inner)
        outcomes = [condition.outcome for condition in conditions] + ([missing] if missing is not None else [])
        step = self._step(value, panel, combination, limits, children, outcomes)
        return self._indicator(
            indicator,
            worth,
            conditions,
            self._domain(worth, limits, rounding, children, step),
            children,
            parts=tuple(op.Part(child.node, None) for child in children if _carries(child)),
            extras=tuple(child.node for child in children if not _carries(child)),
            value=value,
            missing=missing,
            panel=panel,
            combination=combination,
            limits=limits,
            rounding=rounding,
            irrational=irrational and rounding is None,
            condition_lines=condition_lines,
        )

    def _equals(self, line: tree.Equals, inner: Context, place: Place, worth: Fraction) -> Node | None:
        use = self.use
        node = use.numeric(line.value, place)
        if node is None:
            return None
        if use.graph.type(node) != ty.NUMBER:
            use.not_a_plain_number(node, line.value, worth)
            return None
        if use.graph.grain(node).kind == "row":
            text = use.scope.text_of(line.value)
            rewrite = use.scope.mean_of(line.value, text)
            use.report.add(
                "R081",
                line.value.span,
                facts={"text": text},
                fixes=[Fix("aggregate", (Edit(line.value.span, rewrite),), {"rewrite": rewrite}), Fix("touchpoint")],
            )
            return None
        if inner.default is None and not use.present(node, line.value, place, mend=lambda _: self._missing_line(line)):
            return None
        if domains.intersect(use.graph.domain(node), Fraction(0), worth) is None:
            facts = {"high": exact_text(worth), "value": domains.ShownRange(use.graph.domain(node), ty.NUMBER)}
            use.report.add("R098", line.value.span, facts=facts, fixes=[Fix("bound")])
            return None
        return node

    def _missing_line(self, equals: tree.Equals) -> Fix:
        """Nothing for an absent value: `missing: 0` above the calculation."""
        language = self.use.scope.language
        line = f"{word('MISSING', language)}{colon(language)}0"
        return Fix("missing", (Edit(equals.span.before(), f"{line}\n{' ' * equals.span.column}"),), {"line": line})

    def _indicator(
        self,
        indicator: tree.Indicator,
        worth: Fraction,
        conditions: tuple[op.Condition, ...],
        domain: ty.Domain,
        children: Sequence[bind.Touchpoint | bind.Indicator],
        *,
        row_score: Node | None = None,
        parts: tuple[op.Part, ...] = (),
        extras: tuple[Node, ...] = (),
        value: Node | None = None,
        missing: op.Outcome | None = None,
        panel: Node | None = None,
        combination: op.Combination = "sum",
        limits: tuple[op.Limit, ...] = (),
        rounding: op.Rounding | None = None,
        table: str | None = None,
        irrational: bool = False,
        condition_lines: tuple[Span, ...] = (),
    ) -> bind.Indicator:
        use, name = self.use, indicator.named.name
        operation = op.Indicator(
            name,
            exact_text(worth),
            conditions,
            row_score,
            parts,
            extras,
            value,
            missing,
            panel,
            combination,
            limits,
            rounding,
        )
        absent = self._may_be_absent(operation, children, row_score, table)
        node = use.graph.add(
            operation,
            type=ty.NUMBER,
            grain=ty.SUBJECT,
            domain=domain,
            span=indicator.named.word.span,
            source=absent,
            irrational=irrational,
            lines=condition_lines,
        )
        if absent:
            use.scope.sources.setdefault(node, name)
        notes = tuple(line.text.text for line in indicator.lines if isinstance(line, tree.Note))
        return bind.Indicator(
            name,
            indicator.named,
            node,
            worth,
            table,
            tuple(child.name for child in children),
            notes,
            indicator.named.word.span,
        )

    def _may_be_absent(
        self,
        operation: op.Indicator,
        children: Sequence[bind.Touchpoint | bind.Indicator],
        row_score: Node | None,
        table: str | None,
    ) -> bool:
        """Whether the score may be not applicable for some subject."""
        use = self.use
        if any(isinstance(condition.outcome, op.NotApplicable) for condition in operation.conditions):
            return True
        if row_score is not None and table is not None:
            rows = use.graph[row_score].operation
            assert isinstance(rows, op.RowScore)
            if any(isinstance(condition.outcome, op.NotApplicable) for condition in rows.conditions):
                return True
            if use.scope.tables[table].observe.missing is not None:
                return True
            return all(self._touchpoint_absent(part.node) for part in rows.parts) and bool(rows.parts)
        if operation.value is not None:
            return bool(use.graph[operation.value].needs) and isinstance(operation.missing, op.NotApplicable | None)
        carrying = [child for child in children if _carries(child)]
        return bool(carrying) and all(map(self._absent, carrying))

    def _absent(self, child: bind.Touchpoint | bind.Indicator) -> bool:
        """Whether the part may be not applicable."""
        if isinstance(child, bind.Indicator):
            return bool(self.use.graph[child.node].needs)
        return self._touchpoint_absent(child.node)

    def _touchpoint_absent(self, node: Node) -> bool:
        operation = self.use.graph[node].operation
        assert isinstance(operation, op.Touchpoint)
        if operation.strata or isinstance(operation.missing, op.NotApplicable):
            return True
        if any(isinstance(condition.outcome, op.NotApplicable) for condition in operation.conditions):
            return True
        rule = self.use.graph[operation.rule].operation
        return isinstance(rule, op.Table) and any(isinstance(row.outcome, op.NotApplicable) for row in rule.rows)

    # ------------------------------------------------------------ weights, combination, limits

    _Settled = tuple[Node | None, op.Combination, tuple[op.Limit, ...], op.Rounding | None]

    def _settle(
        self,
        indicator: tree.Indicator,
        children: Sequence[bind.Touchpoint | bind.Indicator],
        worth: Fraction,
        place: Place,
        table: str | None,
    ) -> _Settled | None:
        panel: Node | None = None
        combination: op.Combination = "sum"
        limits: list[op.Limit] = []
        rounding: op.Rounding | None = None
        sound = True
        for line in indicator.lines:
            if isinstance(line, tree.WeightsFrom):
                panel = self._panel(line, children, worth)
                sound = sound and panel is not None
            elif isinstance(line, tree.CombinedBy):
                combination = line.method
                sound = self._combinable(line, children) and sound
            elif isinstance(line, tree.Bound):
                limit = self._limit(line, place, table)
                sound = sound and limit is not None
                limits.extend([limit] if limit is not None else [])
            elif isinstance(line, tree.RoundedLine):
                step = self.use.step(line.rounding, ty.NUMBER)
                sound = sound and step is not None
                rounding = op.Rounding(line.rounding.mode, exact_text(step)) if step is not None else None
        if not self._extras_bounded(indicator, children) or not sound:
            return None
        return panel, combination, tuple(limits), rounding

    def _panel(
        self, line: tree.WeightsFrom, children: Sequence[bind.Touchpoint | bind.Indicator], worth: Fraction
    ) -> Node | None:
        use = self.use
        binding = use.scope.names.get(line.word.text)
        if isinstance(binding, bind.Broken):
            return None
        if not isinstance(binding, bind.Weights):
            panels = [name for name, other in use.scope.names.items() if isinstance(other, bind.Weights)]
            use.scope.unknown(line.word.text, line.word.span, panels, "R187")
            return None
        parts = [child.name for child in children if _weighs(child)]
        if sorted(parts) != sorted(binding.items):
            missing = [name for name in parts if name not in binding.items]
            extra = [name for name in binding.items if name not in parts]
            use.report.add(
                "R093",
                line.word.span,
                facts={"missing": Names(tuple(missing)), "extra": Names(tuple(extra))},
                labels=[Label(binding.span, "declared")],
                fixes=[Fix("same")],
            )
            return None
        return binding.node

    def _combinable(self, line: tree.CombinedBy, children: Sequence[bind.Touchpoint | bind.Indicator]) -> bool:
        """`lowest` and `highest` compare shares of unequal full marks, which hides what they weigh: refused."""
        worths = {_worth_of(child) for child in children if _weighs(child)}
        if line.method in ("lowest", "highest") and len(worths) > 1:
            shown = Names(tuple(exact_text(worth) for worth in sorted(worths)))
            self.use.report.add("R094", line.span, facts={"worths": shown}, fixes=[Fix("equal")])
            return False
        return True

    def _limit(self, line: tree.Bound, place: Place, table: str | None) -> op.Limit | None:
        use = self.use
        value = use.numeric(line.value, place)
        when = use.condition(line.when, place) if line.when is not None else None
        if value is None or (line.when is not None and when is None):
            return None
        if use.graph.type(value) != ty.NUMBER:
            use.not_a_plain_number(value, line.value)
            return None
        if not use.present(value, line.value, place):
            return None
        grain = join(use.graph.grain(value), use.graph.grain(when)) if when is not None else use.graph.grain(value)
        if grain is None or (table is None and grain.kind == "row"):
            text = use.scope.text_of(line.when or line.value)
            use.report.add(
                "R149",
                (line.when or line.value).span,
                facts={"text": text},
                fixes=[use.any_row("count", line.when) if line.when is not None else Fix("other")],
            )
            return None
        if table is not None and grain.kind not in ("row", "constant"):
            use.report.add("R189", (line.when or line.value).span, fixes=[Fix("around")])
            return None
        if table is not None and grain.table not in (None, table):
            use.report.add(
                "R071",
                (line.when or line.value).span,
                facts={"one": table, "two": grain.table or ""},
                labels=[Label(use.scope.tables[table].span, "other", {"table": table})],
                fixes=[Fix("aggregate")],
            )
            return None
        return op.Limit(line.kind, value, when)

    def _extras_bounded(self, indicator: tree.Indicator, children: Sequence[bind.Touchpoint | bind.Indicator]) -> bool:
        """An indicator with a penalty says its `at least`, one with a bonus its `at most`."""
        sound = True
        wanted: tuple[tuple[Literal["penalty", "bonus"], str, str], ...] = (
            ("penalty", "at least", "R095"),
            ("bonus", "at most", "R096"),
        )
        for stake, word_, code in wanted:
            extra = next((c for c in children if isinstance(c, bind.Touchpoint) and c.stake == stake), None)
            stated = any(
                isinstance(line, tree.Bound) and line.kind == word_ and line.when is None for line in indicator.lines
            )
            if extra is not None and not stated:
                self.use.report.add(
                    code,
                    indicator.named.word.span,
                    facts={"name": indicator.named.name},
                    labels=[Label(extra.span, "extra")],
                    fixes=[self._bound_line(indicator, word_, children)],
                )
                sound = False
        return sound

    def _bound_line(
        self, indicator: tree.Indicator, kind: str, children: Sequence[bind.Touchpoint | bind.Indicator]
    ) -> Fix:
        """The line that bounds the score: at 0 for penalties, at the full marks for bonuses."""
        full = sum((_worth_of(child) for child in children if _carries(child)), Fraction(0))
        bonuses = (child.amount for child in children if isinstance(child, bind.Touchpoint) and child.stake == "bonus")
        full = full or sum(bonuses, Fraction(0))
        end, token = (Fraction(0), "AT_LEAST") if kind == "at least" else (full, "AT_MOST")
        line = f"{word(token, self.use.scope.language)} {exact_text(end)}"
        return Fix("add", (line_below(indicator.span, line),), {"line": line})

    def _domain(
        self,
        worth: Fraction,
        limits: Sequence[op.Limit],
        rounding: op.Rounding | None,
        children: Sequence[bind.Touchpoint | bind.Indicator],
        step: Fraction | None = None,
    ) -> ty.Domain:
        """The scores that may come out; `step`: all are multiples of it before the rounding."""
        low: Fraction | None = Fraction(0)
        high: Fraction | None = worth
        for child in children:
            if isinstance(child, bind.Touchpoint) and child.stake == "penalty" and low is not None:
                low -= child.amount
            elif isinstance(child, bind.Touchpoint) and child.stake == "bonus" and high is not None:
                high += child.amount
            elif isinstance(child, bind.Indicator):
                low = _least(low, domains.as_interval(self.use.graph.domain(child.node)).low, child.worth, worth)
                highest = domains.as_interval(self.use.graph.domain(child.node)).high
                high = high if highest is not None and highest <= child.worth else None
        for limit in limits:
            value = domains.single(self.use.graph.domain(limit.value))
            if value is None or limit.when is not None:
                continue
            if limit.word == "at least":
                low = value if low is None else max(low, value)
            else:
                high = value if high is None else min(high, value)
        found = ty.Interval(low, high, step=step)
        return found if rounding is None else domains.rounded(found, rounding.mode, Fraction(rounding.step))

    def _step(
        self,
        value: Node | None,
        panel: Node | None,
        combination: op.Combination,
        limits: Sequence[op.Limit],
        children: Sequence[bind.Touchpoint | bind.Indicator],
        outcomes: Sequence[op.Outcome],
    ) -> Fraction | None:
        """What every score of one value a subject is a multiple of: points that are added up, and what may take their
        place. None where the parts may be weighed anew, because one of them is not applicable, or by weights."""
        weighed = [child for child in children if _weighs(child)]
        if panel is not None or combination != "sum" or any(map(self._absent, weighed)):
            return None
        nodes = [child.node for child in children] + [limit.value for limit in limits]
        found = [self.use.graph.domain(node) for node in (nodes if value is None else [*nodes, value])]
        return domains.as_interval(domains.hull([*found, *domains_of(self.use, outcomes)])).step


def _least(
    low: Fraction | None, own: Fraction | None, own_worth: Fraction, worth: Fraction
) -> Fraction | None:
    """A lower end for an indicator one of whose parts, worth `own_worth`, may be as low as `own`."""
    if low is None or own is None:
        return None
    return low + min(Fraction(0), own if own_worth == 0 else own / own_worth * worth)


def _own_conditions(
    indicator: tree.Indicator, inner: Context
) -> tuple[tuple[op.Condition, ...], tuple[Span, ...]]:
    """The indicator's conditions of one value a subject, in written order, and their lines."""
    places = sorted(inner.own)
    return tuple(inner.own[place] for place in places), tuple(indicator.lines[place].span for place in places)


def _nested(indicator: tree.Indicator) -> bool:
    return any(isinstance(child, tree.Indicator) for child in indicator.children)


def _carries(child: bind.Touchpoint | bind.Indicator) -> bool:
    """Whether the child carries worth; penalties and bonuses do not."""
    return isinstance(child, bind.Indicator) or child.stake == "worth"


def _weighs(child: bind.Touchpoint | bind.Indicator) -> bool:
    """Whether the child is weighed against the others: not an indicator of extras alone, which adds its points."""
    return _carries(child) and not (isinstance(child, bind.Indicator) and child.worth == 0)


def _worth_of(child: bind.Touchpoint | bind.Indicator) -> Fraction:
    return child.worth if isinstance(child, bind.Indicator) else child.amount

"""From the items as written to a rubric as meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import calls as _calls  # registers how calls are lowered
from rubric_dsl.resolved.definitions import resolve_bands, resolve_formula, resolve_measure, resolve_parameter
from rubric_dsl.resolved.expressions import Expressions, Place
from rubric_dsl.resolved.graph import Graph, TooManyNodes
from rubric_dsl.resolved.model import Place as OutlinePlace
from rubric_dsl.resolved.model import Promise, Resolved
from rubric_dsl.resolved.observing import Members, declare_table, resolve_conditions
from rubric_dsl.resolved.ordering import in_order
from rubric_dsl.resolved.panels import ReadGrid, resolve_weights
from rubric_dsl.resolved.rankings import ranking_names, resolve_ranking
from rubric_dsl.resolved.references import names_in
from rubric_dsl.resolved.report import Label, Report
from rubric_dsl.resolved.scope import KindWord, Scope
from rubric_dsl.resolved.scoring import Scoring, Unit
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import function_id
from rubric_dsl.text.lookalikes import skeleton
from rubric_dsl.text.source import Span

__all__ = ["resolve"]
assert _calls is not None


@dataclass(slots=True)
class Declared:
    """A name with what declares it."""

    name: str
    kind: str
    span: Span


def resolve(
    header: tree.Header | None,
    items: Sequence[tree.Item],
    report: Report,
    *,
    settings: Mapping[str, str],
    members: Members,
    read_grid: ReadGrid,
    lost: Set[str] = frozenset(),
    incomplete: Set[int] = frozenset(),
) -> Resolved:
    """Binds and types everything; what cannot be resolved is reported once and stays silent afterwards.

    `lost`: names that stand in lines that could not be read; `incomplete`: items (by identity) that lack such a line.
    """
    graph = Graph()
    scope = Scope(graph, report, lost)
    use = Expressions(graph, scope, report)
    resolved = Resolved(header, tuple(items), graph, scope, use, report)
    work = _Work(resolved, settings, read_grid, incomplete)
    try:
        work.declare(members)
        work.run()
    except TooManyNodes:
        span = items[0].span if items else Span(report_origin(header), 0, 0, 0, 0)
        report.add("R119", span)
        resolved.sound = False
    resolved.tables = use.tables
    return resolved


def report_origin(header: tree.Header | None):  # type: ignore[no-untyped-def]  # an Origin
    from rubric_dsl.text.source import Origin

    return header.span.origin if header is not None else Origin("", 1)


class _Work:
    def __init__(
        self, resolved: Resolved, settings: Mapping[str, str], read_grid: ReadGrid, incomplete: Set[int]
    ) -> None:
        self.resolved = resolved
        self.scope = resolved.scope
        self.use = resolved.use
        self.report = resolved.report
        self.settings = settings
        self.read_grid = read_grid
        self.incomplete = incomplete
        self.units: dict[str, Callable[[], object]] = {}
        self.reads: dict[str, set[str]] = {}
        self.spans: dict[str, Span] = {}

    # ------------------------------------------------------------ declaring

    def declare(self, members: Members) -> None:
        observes = [item for item in self.resolved.items if isinstance(item, tree.Observe)]
        self.scope.subject = observes[0].subject.text if observes else None
        seen: dict[str, Declared] = {}
        shapes: dict[str, Declared] = {}
        for declared in _declared(self.resolved.items, self.scope.subject):
            first = seen.setdefault(declared.name, declared)
            if first is not declared:
                self.report.add(
                    "R040",
                    declared.span,
                    facts={"name": declared.name, "kind": KindWord(first.kind)},
                    labels=[Label(first.span, "first")],
                )
                self.resolved.sound = False
                continue
            alike = shapes.setdefault(skeleton(declared.name), declared)
            if alike is not declared:
                self.report.add(
                    "R041",
                    declared.span,
                    facts={"name": declared.name, "other": alike.name},
                    labels=[Label(alike.span, "first")],
                )
        for observe in observes:
            self._table(observe, members, observes[0])

    def _table(self, observe: tree.Observe, members: Members, first: tree.Observe) -> None:
        if observe.subject.text != first.subject.text:
            self.report.add(
                "R120",
                observe.subject.span,
                facts={"name": observe.subject.text, "subject": first.subject.text},
                labels=[Label(first.subject.span, "first")],
            )
            self.resolved.sound = False
        if observe.named.name in self.scope.tables:
            return
        before = len(self.report.found)
        table = declare_table(observe, self.report, members)
        self.resolved.sound = self.resolved.sound and len(self.report.found) == before
        self.scope.tables[table.name] = table
        self.scope.names.setdefault(table.name, table)
        for column in table.columns.values():
            self.scope.names.setdefault(column.name, column)

    # ------------------------------------------------------------ resolving in order

    def run(self) -> None:
        for item in self.resolved.items:
            self._unit(item)
        scores = {name for name, _ in _outline(self.resolved.items)}
        late = self._late(scores)
        scoring = Scoring(self.use, late)
        for unit in _units(self.resolved.items):
            self._scored(unit, scoring, late)
        self._conditions()
        order, circles = in_order(list(self.units), self.reads)
        for circle in circles:
            self._circle(circle)
        in_circle = {name for circle in circles for name in circle}
        for name in order:
            if name in in_circle:
                self._broken(name)
            else:
                self._resolve(name)
        self._rankings()
        self._promises()
        self.resolved.outline = [OutlinePlace(name, depth) for name, depth in _outline(self.resolved.items)]
        for item in self.resolved.items:
            if isinstance(item, tree.Test):
                self.resolved.tests.append(item)
            elif isinstance(item, tree.Example):
                self.resolved.examples.setdefault(item.word.text, item)

    def _conditions(self) -> None:
        """Conditions between columns first: parameters that they read are made before."""
        parameters = [n for n, b in self.reads.items() if n in self.units and not b]
        for item in self.resolved.items:
            if isinstance(item, tree.Parameter) and item.named.name in parameters and item.named.name in self.units:
                self._resolve(item.named.name)
                del self.units[item.named.name]
        before = len(self.report.found)
        for table in self.scope.tables.values():
            resolve_conditions(self.use, table)
        self.resolved.sound = self.resolved.sound and len(self.report.found) == before

    def _unit(self, item: tree.Item) -> None:
        """Notes how an item is resolved and what it reads."""
        use = self.use
        if isinstance(item, tree.Parameter):
            self._note(
                item.named.name, item.named.word.span, set(), lambda: resolve_parameter(use, item, self.settings)
            )
        elif isinstance(item, tree.Measure):
            for named in item.names:
                reads = names_in(item.body, item.when)
                self._note(named.name, named.word.span, reads, lambda: resolve_measure(use, item))
        elif isinstance(item, tree.Bands):
            self._note(item.named.name, item.named.word.span, names_in(item.table), lambda: resolve_bands(use, item))
        elif isinstance(item, tree.Weights):
            self._note(item.named.name, item.named.word.span, set(), lambda: resolve_weights(use, item, self.read_grid))
        elif isinstance(item, tree.Formula):
            order = {
                other.word.text: place
                for place, other in enumerate(self.resolved.items)
                if isinstance(other, tree.Formula)
            }
            reads = names_in(item.body) - {word.text for word in item.arguments}
            self._note(
                item.word.text, item.word.span, reads - {item.word.text}, lambda: resolve_formula(use, item, order)
            )

    def _note(self, name: str, span: Span, reads: set[str], how: Callable[[], object]) -> None:
        if name not in self.units:
            self.units[name] = how
            self.reads[name] = reads
            self.spans[name] = span

    def _late(self, scores: set[str]) -> dict[int, bool]:
        """By condition line: whether it reads a score, directly or through measures and bands."""
        order, _ = in_order(list(self.units), self.reads)
        reaching = set(scores)
        for name in order:
            if self.reads[name] & reaching:
                reaching.add(name)
        late: dict[int, bool] = {}
        for unit in _units(self.resolved.items):
            if isinstance(unit.item, tree.Indicator):
                for line in unit.item.lines:
                    if isinstance(line, tree.Guard | tree.Applies):
                        late[id(line)] = bool(names_in(line) & reaching)
        return late

    def _scored(self, unit: Unit, scoring: Scoring, late: Mapping[int, bool]) -> None:
        item = unit.item
        around: set[str] = set()
        for parent in unit.parents:
            for line in parent.lines:
                if isinstance(line, tree.MissingLine) or not late.get(id(line), True):
                    around |= names_in(line)
        if isinstance(item, tree.Indicator):
            reads = names_in(item.lines) | {child.named.name for child in item.children} | around
            self._note(item.named.name, item.named.word.span, reads, lambda: scoring.indicator(unit))
        else:
            reads = names_in(item.rule, item.lines, item.stake) | around
            self._note(item.named.name, item.named.word.span, reads, lambda: scoring.touchpoint(unit))

    def _resolve(self, name: str) -> None:
        if name in self.scope.names and not isinstance(self.scope.names[name], bind.Broken):
            return
        result = self.units[name]()
        if isinstance(result, tuple):
            for measure in result:
                self.scope.names[measure.name] = measure
        elif result is not None:
            self.scope.names[name] = result  # type: ignore[assignment]  # units give bindings
        else:
            self._broken(name)

    def _broken(self, name: str) -> None:
        self.resolved.sound = False
        self.scope.names[name] = bind.Broken(name, "", self.spans[name])

    def _circle(self, circle: list[str]) -> None:
        self.report.add(
            "R043",
            self.spans[circle[0]],
            facts={"circle": " → ".join([*circle, circle[0]])},
            labels=[Label(self.spans[name], "member") for name in circle[1:]],
        )

    # ------------------------------------------------------------ rankings and promises

    def _rankings(self) -> None:
        for item in self.resolved.items:
            if isinstance(item, tree.Ranking):
                found = resolve_ranking(self.use, item)
                if found is None:
                    self.resolved.sound = False
                else:
                    self.resolved.rankings.extend(found)
                    for ranking in found:
                        self.scope.names.setdefault(ranking.name, ranking)

    def _promises(self) -> None:
        for item in self.resolved.items:
            if isinstance(item, tree.Promise):
                promise = self._promise(item)
                if promise is None:
                    self.resolved.sound = False
                else:
                    self.resolved.promises.append(promise)

    def _promise(self, item: tree.Promise) -> Promise | None:
        claim = item.claim
        while isinstance(claim, tree.Group):
            claim = claim.inner
        function = function_id(claim.function.text) if isinstance(claim, tree.Call) else None
        if isinstance(claim, tree.Call) and function in ("never_rises", "never_falls"):
            names = [argument.name for argument in claim.arguments if isinstance(argument, tree.Name)]
            item_, column = (self.scope.names.get(name) for name in names) if len(names) == 2 else (None, None)
            numeric = isinstance(column, bind.Column) and column.type.ordered
            if (
                len(claim.arguments) != 2
                or not numeric
                or not isinstance(item_, bind.Indicator | bind.Touchpoint | bind.Measure)
            ):
                if not isinstance(item_, bind.Broken):
                    self.report.add("R121", claim.span, facts={"function": claim.function.text})
                return None
            return Promise(item.title.text, function, None, names[0], names[1], item.span)  # type: ignore[arg-type]
        node = self.use.condition(claim, Place())
        if node is None:
            return None
        if self.use.graph.grain(node).kind == "row":
            self.report.add("R108", claim.span, facts={"text": self.scope.text_of(claim)})
            return None
        return Promise(item.title.text, "always", node, None, None, item.span)


# ---------------------------------------------------------------- walking the items


def _declared(items: Sequence[tree.Item], subject: str | None) -> Iterator[Declared]:
    """Every declared name in written order; the subject column once."""
    subject_seen = False
    for item in items:
        if isinstance(item, tree.Observe):
            yield Declared(item.named.name, "table", item.named.word.span)
            for line in item.columns:
                for named in line.names:
                    if named.name == subject and subject_seen and named not in line.names[1:]:
                        continue
                    subject_seen = subject_seen or named.name == subject
                    yield Declared(named.name, "column", named.word.span)
        elif isinstance(item, tree.Measure):
            for named in item.names:
                yield Declared(named.name, "measure", named.word.span)
        elif isinstance(item, tree.Formula):
            yield Declared(item.word.text, "formula", item.word.span)
        elif isinstance(item, tree.Example):
            yield Declared(item.word.text, "example", item.word.span)
        elif isinstance(item, tree.Parameter | tree.Bands | tree.Weights):
            kind = type(item).__name__.lower()
            yield Declared(item.named.name, kind, item.named.word.span)
        elif isinstance(item, tree.Ranking):
            for name in ranking_names(item):
                yield Declared(name, "ranking", item.named.word.span if item.named is not None else item.span)
        elif isinstance(item, tree.Indicator | tree.Touchpoint):
            for unit in _units([item]):
                kind = "indicator" if isinstance(unit.item, tree.Indicator) else "touchpoint"
                yield Declared(unit.item.named.name, kind, unit.item.named.word.span)


def _units(items: Sequence[tree.Item]) -> Iterator[Unit]:
    """Indicators and touchpoints with the indicators around them, each before its parts."""
    pending: list[Unit] = [
        Unit(item, ()) for item in reversed(items) if isinstance(item, tree.Indicator | tree.Touchpoint)
    ]
    while pending:
        unit = pending.pop()
        yield unit
        if isinstance(unit.item, tree.Indicator):
            inside = (*unit.parents, unit.item)
            pending.extend(Unit(child, inside) for child in reversed(unit.item.children))


def _outline(items: Sequence[tree.Item]) -> list[tuple[str, int]]:
    return [(unit.item.named.name, len(unit.parents)) for unit in _units(items)]


def subjects_of(resolved: Resolved) -> tuple[tuple[str, ...] | None, str | None]:
    """Declared subjects and the register: the members of the subject choice, or the table whose rows are the subjects."""
    register = next((table.name for table in resolved.scope.tables.values() if table.register), None)
    for table in resolved.scope.tables.values():
        column = table.columns.get(table.subject)
        if column is not None and column.type.kind == "choice":
            return column.type.members, register
    return None, register

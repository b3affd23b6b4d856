"""From the items as written to a rubric as meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set

from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import calls  # noqa: F401  # registers how calls are lowered
from rubric_dsl.resolved.definitions import resolve_bands, resolve_formula, resolve_measure, resolve_parameter
from rubric_dsl.resolved.expressions import Expressions
from rubric_dsl.resolved.graph import MAX_NODES, TooManyNodes
from rubric_dsl.resolved.memo import Kept, Memo, same_objects
from rubric_dsl.resolved.model import Place, Resolved
from rubric_dsl.resolved.observing import Members, declare_table, resolve_conditions
from rubric_dsl.resolved.ordering import in_order
from rubric_dsl.resolved.outline import Declared, Unit, declared, units
from rubric_dsl.resolved.panels import ReadGrid, resolve_weights
from rubric_dsl.resolved.promises import resolve_promise
from rubric_dsl.resolved.rankings import resolve_ranking
from rubric_dsl.resolved.references import computed_in, names_in
from rubric_dsl.resolved.report import Fix, Label, Report
from rubric_dsl.resolved.scope import KindWord, Scope
from rubric_dsl.resolved.scoring import Scoring
from rubric_dsl.resolved.words import without_line
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import Language
from rubric_dsl.text.lookalikes import skeleton
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span


@dataclass(frozen=True, slots=True)
class Outside:
    """What a rubric takes from outside its text: `--set` values by parameter, and data in files beside it."""

    settings: Mapping[str, str]
    members: Members
    read_grid: ReadGrid
    language: Language = "en"
    """Of the rubric's own words, for what findings offer to paste."""


class _EveryName(frozenset[str]):
    """Where a whole file could not be read, any name may have stood in it."""

    def __contains__(self, name: object) -> bool:
        return True


EVERY_NAME: Set[str] = _EveryName()


@dataclass(frozen=True, slots=True)
class Damage:
    """What unreadable lines left behind: names that stood in them, and items (by identity) that lack one."""

    lost: Set[str] = frozenset()
    incomplete: Set[int] = frozenset()


def resolve(
    header: tree.Header | None,
    items: Sequence[tree.Item],
    report: Report,
    outside: Outside,
    damage: Damage,
    memo: Memo,
) -> Resolved:
    """Binds and types everything; what cannot be resolved is reported once and stays silent afterwards."""
    memo.trim(_period(items))
    scope = Scope(memo.graph, report, damage.lost, outside.language)
    scope.sources, scope.conditions = memo.sources, memo.conditions
    use = Expressions(memo.graph, scope, report)
    resolved = Resolved(header, tuple(items), memo.graph, scope, use, report)
    work = _Work(resolved, outside, damage, memo)
    try:
        work.declare()
        work.run()
    except TooManyNodes:
        whole = header or next(iter(items), None)
        if whole is not None:
            report.add("R119", whole.span, facts={"limit": MAX_NODES}, fixes=[Fix("measure")])
        resolved.sound = False
    resolved.tables = use.tables
    return resolved


@dataclass(frozen=True, slots=True)
class _Unit:
    """How a name is resolved, from which objects of the tree, reading which names."""

    how: Callable[[], object]
    identity: tuple[object, ...]
    reads: frozenset[str]
    span: Span
    broken: bool


class _Work:
    def __init__(self, resolved: Resolved, outside: Outside, damage: Damage, memo: Memo) -> None:
        self.resolved = resolved
        self.scope = resolved.scope
        self.use = resolved.use
        self.report = resolved.report
        self.outside = outside
        self.damage = damage
        self.memo = memo
        self.units: dict[str, _Unit] = {}
        self.scored = list(units(resolved.items))
        parameters = {item.named.name for item in resolved.items if isinstance(item, tree.Parameter)}
        self.parameters = frozenset(parameters | damage.lost)
        """Also names in broken lines, which may be parameters."""

    # ------------------------------------------------------------ declaring

    def declare(self) -> None:
        observes = [item for item in self.resolved.items if isinstance(item, tree.Observe)]
        self.scope.subject = observes[0].subject.text if observes else None
        self.scope.period = _period(self.resolved.items)
        seen: dict[str, Declared] = {}
        shapes: dict[str, Declared] = {}
        for name in declared(self.resolved.items, self.scope.subject):
            first = seen.setdefault(name.name, name)
            if first is not name:
                facts: dict[str, object] = {"name": name.name, "kind": KindWord(first.kind)}
                labels, fixes = [Label(first.span, "first")], [Fix("rename")]
                self.report.add("R040", name.span, facts=facts, labels=labels, fixes=fixes)
                self.resolved.sound = False
                continue
            if name.kind in ("ranking", "example"):
                self.scope.valueless[name.name] = (name.kind, name.span)
            alike = shapes.setdefault(skeleton(name.name), name)
            if alike is not name:
                facts = {"name": name.name, "other": alike.name}
                labels, fixes = [Label(alike.span, "first")], [Fix("rename")]
                self.report.add("R041", name.span, facts=facts, labels=labels, fixes=fixes)
        for observe in observes:
            self._table(observe, observes[0])
        register = next((table for table in self.scope.tables.values() if table.register), None)
        if register is not None and register.observe.missing is not None:
            span = register.observe.missing.span
            fixes = [Fix("remove", (without_line(span),))]
            self.report.add("R114", span, facts={"table": register.name}, fixes=fixes)
            self.resolved.sound = False

    def _table(self, observe: tree.Observe, first: tree.Observe) -> None:
        if observe.subject.text != first.subject.text:
            facts = {"name": observe.subject.text, "subject": first.subject.text}
            labels = [Label(first.subject.span, "first")]
            self.report.add("R120", observe.subject.span, facts=facts, labels=labels, fixes=[Fix("same")])
            self.resolved.sound = False
        if observe.named.name in self.scope.tables:
            return
        whole = id(observe) not in self.damage.incomplete
        self.resolved.sound = self.resolved.sound and whole
        key = f"observe {observe.named.name}"
        before = self.memo.units.get(key)
        table = self._kept(
            key,
            _Unit(
                lambda: declare_table(observe, self.report, self.outside.members, whole, self.scope.language),
                (observe,),
                frozenset(),
                observe.span,
                False,
            ),
            (),
        )
        assert isinstance(table, bind.Table)
        if before is not None and isinstance(before.result, bind.Table):
            # An edit of one column leaves the others what they were, and with them all that reads them.
            old = before.result.columns
            table.columns.update({name: old[name] for name, own in table.columns.items() if old.get(name) == own})
        self.scope.tables[table.name] = table
        if table.period is not None:
            self._same_period(table)
        self.scope.names.setdefault(table.name, table)
        for column in table.columns.values():
            self.scope.names.setdefault(column.name, column)

    def _same_period(self, table: bind.Table) -> None:
        """All tables with `each` have one period column of one type: their rows meet by it."""
        first = next(other for other in self.scope.tables.values() if other.period is not None)
        assert table.period is not None and first.period is not None
        own, other = table.columns[table.period], first.columns[first.period]
        if (own.name, own.kind, own.type) == (other.name, other.kind, other.type):
            return
        span = table.observe.period.span if table.observe.period is not None else table.span
        facts = {"table": table.name, "name": own.name, "other": first.name, "period": other.name}
        self.report.add("R206", span, facts=facts, labels=[Label(other.span, "first")], fixes=[Fix("same")])
        self.resolved.sound = False

    # ------------------------------------------------------------ units: what each name reads

    def run(self) -> None:
        for item in self.resolved.items:
            self._unit(item)
        late = self._late()
        scoring = Scoring(self.use, late)
        for unit in self.scored:
            self._scored(unit, scoring, late)
        self._conditions()
        order, circles = in_order(list(self.units), {name: unit.reads for name, unit in self.units.items()})
        for circle in circles:
            self._circle(circle)
        in_circle = {name for circle in circles for name in circle}
        for name in order:
            if name in in_circle:
                self._broken(name)
            else:
                self._resolve(name)
        self._stratum_weights()
        self._rankings()
        self._promises()
        self.resolved.outline = [Place(unit.item.named.name, len(unit.parents)) for unit in self.scored]
        for item in self.resolved.items:
            if isinstance(item, tree.Test):
                self.resolved.tests.append(item)
            elif isinstance(item, tree.Example):
                self.resolved.examples.setdefault(item.word.text, item)

    def _names(self, *pieces: object) -> frozenset[str]:
        """The names that the pieces read, kept by the identity of each piece.

        A member of a choice, or a class, may have the name of something else and is not that: where nothing but
        members and parameters can stand, only parameters are read.
        """
        found: set[str] = set()
        for piece in pieces:
            if piece is None:
                continue
            kept = self.memo.names.get(id(piece))
            if kept is None or kept[0] is not piece:
                names = (piece, frozenset(computed_in(piece)), frozenset(names_in(piece)))
                kept = self.memo.names[id(piece)] = names
            found |= kept[1] | (kept[2] & self.parameters)
        return frozenset(found)

    def _unit(self, item: tree.Item) -> None:
        """Notes how an item is resolved and what it reads."""
        use = self.use
        if isinstance(item, tree.Parameter):
            name = item.named.name
            settings = self.outside.settings
            self._note(item.named, item, (item, settings.get(name)), (), lambda: resolve_parameter(use, item, settings))
        elif isinstance(item, tree.Measure):
            for named in item.names:
                self._note(named, item, (item,), (item.body, item.when), lambda: resolve_measure(use, item))
        elif isinstance(item, tree.Bands):
            # What its rows give are classes, never what else has their names.
            reading = (item.table.inputs, *(row.patterns for row in item.table.rows))
            self._note(item.named, item, (item,), (*reading, item.when), lambda: resolve_bands(use, item))
        elif isinstance(item, tree.Weights):
            self._note(item.named, item, (item,), (), lambda: resolve_weights(use, item, self.outside.read_grid))
        elif isinstance(item, tree.Formula):
            self._formula(item)

    def _formula(self, item: tree.Formula) -> None:
        formulas = [other for other in self.resolved.items if isinstance(other, tree.Formula)]
        order = {other.word.text: place for place, other in enumerate(formulas)}
        own = {word.text for word in item.arguments} | {item.word.text}
        reads = self._names(item.body) - own
        earlier = tuple(other.word.text for other in formulas[: order[item.word.text]])
        unit = _Unit(
            lambda: resolve_formula(self.use, item, order), (item, earlier), reads, item.word.span,
            id(item) in self.damage.incomplete,
        )
        self.units.setdefault(item.word.text, unit)

    def _note(
        self, named: tree.Named, item: object, identity: tuple[object, ...], reading: Sequence[object],
        how: Callable[[], object], around: Set[str] = frozenset(),
    ) -> None:
        if named.name not in self.units and named.name not in self.scope.names:  # else R040, which is enough
            reads = self._names(*reading) | around
            broken = id(item) in self.damage.incomplete
            self.units[named.name] = _Unit(how, identity, reads, named.word.span, broken)

    def _late(self) -> dict[int, bool]:
        """By condition line of an indicator: whether it reads a score, directly or through measures and bands."""
        order, _ = in_order(list(self.units), {name: unit.reads for name, unit in self.units.items()})
        reaching = {unit.item.named.name for unit in self.scored}
        for name in order:
            if self.units[name].reads & reaching:
                reaching.add(name)
        late: dict[int, bool] = {}
        for unit in self.scored:
            if isinstance(unit.item, tree.Indicator):
                for line in unit.item.lines:
                    if isinstance(line, tree.Guard | tree.Applies):
                        late[id(line)] = bool(self._names(line) & reaching)
        return late

    def _scored(self, unit: Unit, scoring: Scoring, late: Mapping[int, bool]) -> None:
        item = unit.item
        handed_down = [
            line
            for parent in unit.parents
            for line in parent.lines
            if isinstance(line, tree.MissingLine) or not late.get(id(line), True)
        ]
        around = self._names(*handed_down)
        outer = tuple(line for parent in unit.parents for line in parent.lines)
        nested = any(_nested(parent) for parent in unit.parents)
        if isinstance(item, tree.Indicator):
            children = tuple(child.named.name for child in item.children)
            self._note(
                item.named, item, (item.named, item.worth, *item.lines, *children, *outer, nested), item.lines,
                lambda: scoring.indicator(unit), around | set(children),
            )
        else:
            identity, reading = (item, *outer, nested), (item.rule, *item.lines)
            self._note(item.named, item, identity, reading, lambda: scoring.touchpoint(unit), around)

    # ------------------------------------------------------------ resolving in order

    def _conditions(self) -> None:
        """Conditions between columns, after the parameters that they may read."""
        for item in self.resolved.items:
            if isinstance(item, tree.Parameter) and item.named.name in self.units:
                self._resolve(item.named.name)
        parameters = tuple(b for b in self.scope.names.values() if isinstance(b, bind.Parameter))
        self.scope.later = frozenset(self.units)
        for table in self.scope.tables.values():
            unit = _Unit(
                lambda table=table: resolve_conditions(self.use, table), (table,), frozenset(), table.span, False  # type: ignore[misc]
            )
            # A name in a broken line is not missed here; once it stands there no longer, it is. One that another table
            # has as well is that of the first.
            names = sorted(self._names(table.observe))
            read = tuple(self.scope.names.get(name, name in self.damage.lost) for name in names)
            self._kept(f"conditions {table.name}", unit, (*parameters, *read))
        self.scope.later = None

    def _kept(self, key: str, unit: _Unit, reads: tuple[object, ...]) -> object:
        """The outcome of a unit, from last time if nothing that it is made from is another object."""
        kept = self.memo.units.get(key)
        # A finding may speak of names that are declared elsewhere by now, or were: it is made anew.
        reusable = kept is not None and not kept.found
        if kept and reusable and same_objects(kept.identity, unit.identity) and same_objects(kept.reads, reads):
            self.use.tables.extend(kept.tables)
        else:
            found, tables = len(self.report.found), len(self.use.tables)
            result = unit.how()
            if kept is not None and kept.result == result:
                result = kept.result
            kept = Kept(
                unit.identity, reads, result, tuple(self.report.found[found:]), tuple(self.use.tables[tables:])
            )
            self.memo.units[key] = kept
        if kept.found and key.startswith(("observe ", "conditions ")):
            self.resolved.sound = False
        return kept.result

    def _resolve(self, name: str) -> None:
        if name in self.scope.names and not isinstance(self.scope.names[name], bind.Broken):
            return
        unit = self.units[name]
        if unit.broken:
            self._broken(name)
            return
        # A name that stands in a broken line is not missed; one that nobody declares is.
        reads = tuple(part for read in sorted(unit.reads) for part in self._read(read))
        result = self._kept(name, unit, reads)
        if isinstance(result, tuple):
            for measure in result:
                self.scope.names[measure.name] = measure
        elif result is not None:
            self.scope.names[name] = result  # type: ignore[assignment]  # units give bindings
        else:
            self._broken(name)

    def _read(self, name: str) -> Iterator[object]:
        """What a name stands for; of a column also its nodes, which tell when it is present, and of what is made of
        rows their tables, which say what a subject without rows means."""
        binding = self.scope.names.get(name, name in self.damage.lost)
        if not isinstance(binding, bind.Table):
            yield binding
        if isinstance(binding, bind.Column):
            table = self.scope.tables[binding.table]
            for nodes in (table.column_nodes, table.fact_nodes):
                yield self.scope.graph[nodes[name]] if name in nodes else None
            yield from _shape(table)
        elif isinstance(binding, bind.Table):
            yield from _shape(binding)
        elif isinstance(binding, bind.Indicator):
            for home in self.scope.tables.values():
                yield from _shape(home)
        elif isinstance(binding, bind.Measure | bind.Bands | bind.Touchpoint):
            rows_of = self.scope.tables.get(self.scope.graph.grain(binding.node).table or "")
            if rows_of is not None:
                yield from _shape(rows_of)

    def _broken(self, name: str) -> None:
        self.resolved.sound = False
        self.scope.names[name] = bind.Broken(name, "", self.units[name].span)

    def _circle(self, circle: list[str]) -> None:
        self.report.add(
            "R043",
            self.units[circle[0]].span,
            facts={"circle": " → ".join([*circle, circle[0]])},
            labels=[Label(self.units[name].span, "member") for name in circle[1:]],
            fixes=[Fix("cut")],
        )

    def _stratum_weights(self) -> None:
        """`weighted by W`: the panel whose items are exactly the scenarios."""
        for table in self.scope.tables.values():
            word = table.folding.weighted_by
            if word is None or table.stratum is None:
                continue
            binding = self.scope.names.get(word.text)
            members = table.columns[table.stratum].type.members
            if isinstance(binding, bind.Weights) and sorted(binding.items) == sorted(members):
                table.stratum_weights = binding.node
                continue
            self.resolved.sound = False
            if isinstance(binding, bind.Weights):
                facts = {"column": table.stratum}
                missing = [name for name in members if name not in binding.items]
                extra = [name for name in binding.items if name not in members]
                fixes = [Fix("missing", (), {"names": ", ".join(missing)})] if missing else []
                fixes += [Fix("extra", (), {"names": ", ".join(extra)})] if extra else []
                labels = [Label(binding.span, "declared")]
                self.report.add("R173", word.span, facts=facts, labels=labels, fixes=fixes)
            elif not isinstance(binding, bind.Broken):
                panels = [name for name, other in self.scope.names.items() if isinstance(other, bind.Weights)]
                self.scope.unknown(word.text, word.span, panels, "R187")

    # ------------------------------------------------------------ rankings and promises

    def _rankings(self) -> None:
        for item in self.resolved.items:
            if not isinstance(item, tree.Ranking):
                continue
            found = None if id(item) in self.damage.incomplete else resolve_ranking(self.use, item)
            if found is None:
                self.resolved.sound = False
                continue
            self.resolved.rankings.extend(found)
            for ranking in found:
                self.scope.names.setdefault(ranking.name, ranking)

    def _promises(self) -> None:
        for item in self.resolved.items:
            if isinstance(item, tree.Promise):
                promise = resolve_promise(self.use, item)
                if promise is None:
                    self.resolved.sound = False
                else:
                    self.resolved.promises.append(promise)


def _period(items: Sequence[tree.Item]) -> str | None:
    """The column of the first `each`."""
    return next((i.period.text for i in items if isinstance(i, tree.Observe) and i.period is not None), None)


def _shape(table: bind.Table) -> Iterator[object]:
    """What of a table counts for those that read one of its columns: all but its other columns."""
    yield from (table.observe.named, table.observe.subject, table.observe.period, table.folding, table.observe.missing)
    yield table.columns.get(table.subject)
    yield None if table.stratum is None else table.columns[table.stratum]
    yield None if table.period is None else table.columns[table.period]


def _nested(indicator: tree.Indicator) -> bool:
    return any(isinstance(child, tree.Indicator) for child in indicator.children)


def subjects_of(resolved: Resolved) -> tuple[tuple[str, ...] | None, str | None]:
    """The members of the subject choice, if it is one, and the register: the table whose rows are the subjects."""
    register = next((table.name for table in resolved.scope.tables.values() if table.register), None)
    for table in resolved.scope.tables.values():
        column = table.columns.get(table.subject)
        if column is not None and column.type.kind == "choice":
            return column.type.members, register
    return None, register

"""Names: what each stands for, what it gives where it is read, and what is near it when it is unknown."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Set

from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved import types as ty
from rubric_dsl.resolved.graph import Graph, NodeFacts
from rubric_dsl.resolved.references import find_name, names_in
from rubric_dsl.resolved.report import Edit, Fix, Label, Report
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import Language, keywords
from rubric_dsl.surface.print_parts import IF, print_expr, word
from rubric_dsl.text.source import Span

_KINDS = {
    bind.Table: "table",
    bind.Column: "column",
    bind.Parameter: "parameter",
    bind.Measure: "measure",
    bind.Bands: "bands",
    bind.Formula: "formula",
    bind.Weights: "weights",
    bind.Touchpoint: "touchpoint",
    bind.Indicator: "indicator",
    bind.Ranking: "ranking",
}


class KindWord:
    """A kind of declared thing in the reader's language."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def shown(self, lang: str) -> str:
        zh = {
            "table": "观测表",
            "column": "列",
            "parameter": "参数",
            "measure": "测算",
            "bands": "分档",
            "formula": "公式",
            "weights": "权重",
            "touchpoint": "触点",
            "indicator": "指标",
            "ranking": "排名",
            "example": "样例",
        }
        en = {"table": "table of observations", "bands": "set of bands", "weights": "set of weights"}
        return zh.get(self.kind, self.kind) if lang == "zh" else en.get(self.kind, self.kind)


def near(name: str, candidates: Iterable[str], most: int = 3) -> list[str]:
    """The candidates that a slip of the pen would turn into the name, nearest first."""
    pool = sorted(set(candidates) - {name})
    found = difflib.get_close_matches(name, pool, n=most, cutoff=0.6)
    found = found or [other for other in pool if sorted(other) == sorted(name)][:most]
    if not found:
        found = [other for other in pool if len(other) >= 2 and (other in name or name in other)][:most]
    return found


class Scope:
    """All declared names of a rubric and the nodes they give."""

    def __init__(
        self, graph: Graph, report: Report, lost: Set[str] = frozenset(), language: Language = "en"
    ) -> None:
        self.graph = graph
        self.language = language
        """Of the rubric's own words, for what is pasted into it."""
        self.lost = lost
        """Names in lines that could not be read: that one of them is unknown is no finding of its own."""
        self.report = report
        self.names: dict[str, bind.Binding] = {}
        self.valueless: dict[str, tuple[str, Span]] = {}
        """Rankings and examples, which no calculation reads: kind and place of each name."""
        self.subject: str | None = None
        self.period: str | None = None
        """The column of `each`."""
        self.tables: dict[str, bind.Table] = {}
        self.sources: dict[op.Node, str] = {}
        """Name of each source of absence."""
        self.later: Set[str] | None = None
        """While the conditions of columns are read, which know the cells of one row: names with no value yet."""
        self.conditions: dict[op.Node, str] = {}
        """Text of the condition under which a source is present."""

    # ------------------------------------------------------------ values

    def value(self, name: tree.Name, table: str | None) -> op.Node | None:
        """The node that a name gives in an expression; reports names that give none."""
        if name.name == self.subject and self.subject is not None:
            return self._subject(name, table)
        if name.name == self.period and self.period is not None:
            return self._period(name, table)
        binding = self.names.get(name.name)
        if self.later is not None and self._comes_later(name.name, binding, table):
            self.report.add("R182", name.span, facts={"name": name.name}, fixes=[Fix("columns")])
            return None
        if binding is None and name.name in self.valueless:
            self._not_a_value(name, *self.valueless[name.name])
            return None
        if binding is None:
            self.unknown(name.name, name.span, self.names)
            return None
        if isinstance(binding, bind.Broken):
            return None
        if isinstance(binding, bind.Column):
            return self.column(binding, table)
        if isinstance(binding, bind.Parameter | bind.Measure | bind.Bands | bind.Indicator):
            return binding.node
        if isinstance(binding, bind.Touchpoint) and binding.table is None:
            return binding.node
        self._not_a_value(name, _KINDS[type(binding)], binding.span)
        return None

    def _comes_later(self, name: str, binding: bind.Binding | None, table: str | None) -> bool:
        """Whether the name is no cell of the row and no parameter: a computed value, or a cell of another table."""
        if isinstance(binding, bind.Column):
            return table is not None and binding.table != table
        return binding is None and self.later is not None and name in self.later

    def column(self, column: bind.Column, table: str | None) -> op.Node | None:
        """A row's cell; of a register read outside its own rows, the subject's fact."""
        home = self.tables[column.table]
        nodes = home.fact_nodes if home.register and table != home.name else home.column_nodes
        return nodes.get(column.name)

    def _period(self, name: tree.Name, table: str | None) -> op.Node | None:
        """A row's own cell; elsewhere the period that the subject is scored in."""
        if table is not None and name.name in self.tables[table].column_nodes:
            return self.tables[table].column_nodes[name.name]
        column = self.names.get(name.name)
        if not isinstance(column, bind.Column):
            return None
        return self.graph.add(
            op.Period(), type=column.type, grain=ty.SUBJECT, domain=column.domain, span=name.span
        )

    def _subject(self, name: tree.Name, table: str | None) -> op.Node | None:
        if table is not None and name.name in self.tables[table].column_nodes:
            return self.tables[table].column_nodes[name.name]
        members: tuple[str, ...] = ()
        for home in self.tables.values():
            column = home.columns.get(name.name)
            if column is not None and column.type.members:
                members = column.type.members
        kind = ty.ValueType("choice", members) if members else ty.TEXT
        domain: ty.Domain = ty.Members(members) if members else ty.AnyText()
        return self.graph.add(op.Subject(), type=kind, grain=ty.SUBJECT, domain=domain, span=name.span)

    def _not_a_value(self, name: tree.Name, kind: str, declared: Span) -> None:
        self.report.add(
            "R046",
            name.span,
            facts={"name": name.name, "kind": KindWord(kind)},
            labels=[Label(declared, "declared")],
            fixes=[Fix(kind)],
        )

    # ------------------------------------------------------------ unknown names

    def unknown(self, name: str, span: Span, candidates: Iterable[str], code: str = "R042") -> None:
        """Reports a name that nothing declares, with the nearest declared ones."""
        if name in self.lost:
            return
        fixes = [Fix("near", (Edit(span, other),), {"near": other}) for other in near(name, candidates)]
        if code == "R042":
            fixes = self._as_member(name) + fixes
        fixes = fixes or [Fix("declare")]
        self.report.add(code, span, facts={"name": name}, fixes=fixes)

    def _as_member(self, name: str) -> list[Fix]:
        """That the unknown name is a value of a choice or a class of bands, which is asked for with `is`."""
        for table in self.tables.values():
            for column in table.columns.values():
                if name in column.type.members:
                    return [self._asked_with_is(column.name, name)]
        for binding in self.names.values():
            if isinstance(binding, bind.Bands) and name in (named.name for named in binding.classes):
                return [self._asked_with_is(binding.name, name)]
        return []

    def _asked_with_is(self, column: str, member: str) -> Fix:
        return Fix("member", (), {"column": column, "rewrite": f"{column} {word('IS', self.language)} {member}"})

    def is_member(self, member: tree.Word | tree.Quoted, kind: ty.ValueType, facts: NodeFacts) -> bool:
        """Whether the word is a member of the choice; reports it, with the near ones, where it is not."""
        if isinstance(member, tree.Word) and member.text in kind.members:
            return True
        by_label = self.member_by_label(member.text, facts)
        close = [by_label] if by_label else near(member.text, kind.members)
        self.report.add(
            "R045",
            member.span,
            facts={"name": member.text, "members": " | ".join(kind.members[:12])},
            fixes=[Fix("near", (Edit(member.span, other),), {"near": other}) for other in close] or [Fix("names")],
        )
        return False

    def member_by_label(self, label: str, facts: NodeFacts) -> str | None:
        """The member that bears the label, for a choice column."""
        operation = facts.operation
        if isinstance(operation, op.Column):
            for member in self.tables[operation.table].columns[operation.column].members:
                if label in (quoted.text for quoted in member.labels):
                    return member.name
        return None

    # ------------------------------------------------------------ words for messages

    def name_of_source(self, source: op.Node) -> str | None:
        return self.sources.get(source)

    def presence_text(self, source: op.Node) -> str | None:
        return self.conditions.get(source)

    def declaration(self, name: str | None) -> Span | None:
        binding = self.names.get(name) if name else None
        return binding.span if binding is not None else None

    def span_in(self, expression: object, name: str) -> Span | None:
        return find_name(expression, name)

    def text_of(self, expression: object, holds: int = IF) -> str:
        """The expression as an author would write it; in brackets where it would fall apart in its new place."""
        return print_expr(expression, self.language, holds)  # type: ignore[arg-type]  # only expressions have grains

    def any_of(self, expression: object, text: str) -> str:
        """The question whether any row of a subject is so, guarded as its columns need."""
        return self.mean_of(expression, text, "count") + " > 0"

    def mean_of(self, expression: object, text: str, function: str | None = None) -> str:
        """The aggregate that turns a row expression into one value a subject, guarded as its columns need."""
        guards: list[str] = []
        for name in sorted(names_in(expression)):
            binding = self.names.get(name)
            if isinstance(binding, bind.Column):
                node = self.tables[binding.table].column_nodes.get(name)
                condition = self.conditions.get(node) if node is not None else None
                if condition and condition not in guards:
                    guards.append(condition)
        both = f" {word('AND', self.language)} "
        where = f" {word('WHERE', self.language)} {both.join(guards)}" if guards else ""
        name = keywords().functions[function or self._aggregate_for(expression)].shown(self.language)
        return f"{name}({text}{where})"

    def _aggregate_for(self, expression: object) -> str:
        if isinstance(expression, tree.Name):
            binding = self.names.get(expression.name)
            if isinstance(binding, bind.Column) and binding.type == ty.YES_NO:
                return "share"
        if isinstance(expression, tree.Compare | tree.Is | tree.And | tree.Or | tree.Not | tree.IsMissing):
            return "share"
        return "mean"

"""Every word and every form of the language occurs in some case, as the parsed trees of the cases tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args

from rubric_dsl.surface import tree
from rubric_dsl.surface.from_text import parse
from rubric_dsl.surface.keywords import function_id, keywords
from rubric_dsl.surface.lines import logical_lines
from rubric_dsl.surface.tokens import tokens_of
from rubric_dsl.text.files import read_source
from rubric_dsl.text.source import Origin
from tests.conformance.cases import HERE

WORDS_WITHOUT_A_CASE: Mapping[str, str] = {}
"""Keyword tokens that no case holds, each with its reason."""


@cache
def documents() -> tuple[tree.Document, ...]:
    """The trees of all rubric files of the cases."""
    found = []
    for path in sorted(HERE.rglob("*.rubric")):
        source, faults = read_source(str(path), path.read_bytes())
        assert source is not None and not faults, path
        parsed = parse(source)
        assert not parsed.diagnostics, (path, parsed.diagnostics)
        found.append(parsed.document)
    return tuple(found)


@cache
def words() -> frozenset[str]:
    """The keyword tokens of all rubric files of the cases."""
    found: set[str] = set()
    for path in HERE.rglob("*.rubric"):
        for line in logical_lines(path.read_text(encoding="utf-8"), 10_000).lines:
            found.update(tokens_of(line.text, Origin(str(path), line.number)).kinds)
    return frozenset(found)


def parts(node: object) -> Iterator[object]:
    """A node and everything in it."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, tuple):
            waiting.extend(one)
        elif is_dataclass(one) and type(one).__module__ == tree.__name__:
            waiting.extend(getattr(one, field.name) for field in fields(one))


@cache
def nodes() -> tuple[object, ...]:
    return tuple(part for document in documents() for part in parts(document) if is_dataclass(part))


def of(kind: type) -> list[Any]:
    return [node for node in nodes() if isinstance(node, kind)]


def without_a_case(wanted: object, found: object) -> list[Any]:
    return sorted(set(wanted) - set(found), key=str)  # type: ignore[call-overload]


def test_every_keyword_occurs() -> None:
    used = {word.removeprefix("_") for word in words()}
    assert without_a_case(keywords().tokens, used) == sorted(WORDS_WITHOUT_A_CASE)


def test_every_function_occurs() -> None:
    assert without_a_case(keywords().functions, {function_id(call.function.text) for call in of(tree.Call)}) == []


def test_every_unit_occurs() -> None:
    written = {cell.unit for cell in of(tree.Cell)} | {number.unit for number in of(tree.Number)}
    assert without_a_case(keywords().units, written) == []


def test_every_weight_method_and_combination_occurs() -> None:
    assert without_a_case(keywords().weight_methods, {weights.method for weights in of(tree.Weights)}) == []
    assert without_a_case(keywords().combine_methods, {line.method for line in of(tree.CombinedBy)}) == []
    assert {weights.meet for weights in of(tree.Weights)} == {None, "judgements", "weights"}
    assert {weights.grid is None for weights in of(tree.Weights)} == {True, False}
    assert any(weights.steps for weights in of(tree.Weights))
    assert any(weights.consistency for weights in of(tree.Weights))
    assert {"%", "points", ""} <= {cell.unit for weights in of(tree.Weights) for cell in parts(weights)
                                   if isinstance(cell, tree.Cell)}


def test_every_kind_of_node_occurs() -> None:
    """All expressions, patterns, outcomes, rules, lines and statements are classes of the tree."""
    kinds = {
        *get_args(tree.Expr), *get_args(tree.Pattern), *get_args(tree.Outcome), *get_args(tree.Rule),
        *get_args(tree.TouchpointLine), *get_args(tree.IndicatorLine), *get_args(tree.RankingLine),
        *get_args(tree.Item),
    }
    assert [kind.__name__ for kind in without_a_case(kinds, {type(node) for node in nodes()})] == []


def test_every_range_pattern_occurs() -> None:
    ends = [(True, True), (True, False), (False, True), (False, False)]
    between = [("between", low, high) for low, high in ends]
    found = {_shape(pattern) for pattern in of(tree.Range)}
    assert without_a_case([*between, ("from", True), ("from", False), ("to", True), ("to", False)], found) == []


def _shape(pattern: tree.Range) -> tuple[object, ...]:
    if pattern.low is None:
        return "to", pattern.high_closed
    if pattern.high is None:
        return "from", pattern.low_closed
    return "between", pattern.low_closed, pattern.high_closed


def test_every_exact_pattern_and_end_occurs() -> None:
    exact = {type(pattern.value) for pattern in of(tree.Exactly)}
    assert without_a_case([tree.Number, tree.Name, tree.Text, tree.YesNo], exact) == []
    ends = {type(end) for pattern in of(tree.Range) for end in (pattern.low, pattern.high)}
    assert without_a_case([tree.Number, tree.Negate, tree.Name, tree.Text], ends) == []
    alternatives = [place for row in of(tree.Row) for place in row.patterns]
    assert any(len(place) > 1 for place in alternatives)
    assert any({tree.Range, tree.MissingValue} <= {type(pattern) for pattern in place} for place in alternatives)
    assert {len(table.inputs) for table in of(tree.Table)} >= {1, 2, 3}
    assert any(table.first_match for table in of(tree.Table))


def test_every_outcome_occurs_both_ways() -> None:
    assert {outcome.falling for outcome in of(tree.LinearOutcome)} == {True, False}
    assert any(len(row.outcomes) > 1 for row in of(tree.Row))
    assert {type(line.outcome) for line in of(tree.MissingLine)} == {tree.ValueOutcome, tree.NotApplicableOutcome}
    assert {(guard.kind, type(guard.outcome)) for guard in of(tree.Guard)} >= {
        (kind, outcome) for kind in ("unless", "if") for outcome in (tree.ValueOutcome, tree.NotApplicableOutcome)
    }


def test_every_column_type_and_presence_occurs() -> None:
    types, lines = of(tree.ColumnType), of(tree.ColumnLine)
    assert without_a_case(get_args(tree.ColumnKind), {type.kind for type in types}) == []
    assert {type.written.text for type in types if type.written} == {"87.5", "0.875", "m:ss", "h:mm", "分:秒"}
    limited = [type.limits for type in types if type.limits]
    assert {(limits.low is None, limits.high is None) for limits in limited} == {
        (False, False), (False, True), (True, False),
    }
    assert any(type.kind == "choice" and not type.members for type in types)
    assert any(len(member.labels) > 1 for type in types for member in type.members)
    assert {type(line.presence) for line in lines} == {type(None), tree.Optional, tree.PresentWhen}
    assert any(isinstance(line.presence, tree.Optional) and line.presence.written for line in lines)
    assert all(any(getattr(line, mark) for line in lines) for mark in ("key", "private", "decimals"))
    assert any(len(line.names) > 1 for line in lines)
    assert of(tree.Must)


def test_every_folding_occurs() -> None:
    found = {(f.kind, f.by is not None, f.one_row_each, f.weighted_by is not None) for f in of(tree.Folding)}
    assert found >= {
        ("averaged", False, False, False), ("averaged", True, False, False), ("averaged", True, True, False),
        ("averaged", True, False, True), ("averaged", True, True, True), ("totalled", False, False, False),
        ("one row each", False, False, False),
    }
    assert {observe.missing is not None for observe in of(tree.Observe)} == {True, False}


def test_every_ranking_line_occurs() -> None:
    rankings = of(tree.Ranking)
    modes = {line.rounding.mode if line.rounding else "exact" for line in of(tree.Precision)}
    assert modes >= {"exact", "half up", "half even"}
    assert {ties.kind for ties in of(tree.Ties)} == {"share", "dense", "by"}
    assert {key.lowest_first for key in of(tree.TieKey)} == {True, False}
    assert {ranking.lowest_first for ranking in rankings} == {True, False}
    assert {ranking.within is not None for ranking in rankings} == {True, False}
    assert {len(ranking.by) > 1 for ranking in rankings} == {True, False}
    assert {ranking.named is not None for ranking in rankings} == {True, False}


def test_every_rounding_relation_and_rule_occurs() -> None:
    assert {rounding.mode for rounding in of(tree.Rounding)} == set(get_args(tree.RoundingMode))
    relations = {relation for compare in of(tree.Compare) for relation in compare.relations}
    assert without_a_case(get_args(tree.Relation), relations) == []
    assert any(len(compare.relations) > 1 for compare in of(tree.Compare))
    assert {rule.kind for rule in of(tree.PerRule)} == {"minus", "plus"}
    assert {stake.kind for stake in of(tree.Stake)} == {"worth", "penalty", "bonus"}
    assert {(bound.kind, bound.when is not None) for bound in of(tree.Bound)} >= {
        ("at least", False), ("at most", False), ("at most", True),
    }
    assert any(touchpoint.strata for touchpoint in of(tree.Touchpoint))
    assert any(touchpoint.stake is None for touchpoint in of(tree.Touchpoint))
    assert {line.kind for line in of(tree.HeaderLine)} == {"edition", "source", "note", "amends"}


def test_every_way_to_declare_and_to_aggregate_occurs() -> None:
    calls, measures = of(tree.Call), of(tree.Measure)
    assert {(call.where is not None, call.across is not None) for call in calls} == {
        (where, across) for where in (True, False) for across in (True, False)
    }
    assert any(call.within for call in calls)
    assert {isinstance(measure.body, tree.Table) for measure in measures} == {True, False}
    assert {isinstance(formula.body, tree.Table) for formula in of(tree.Formula)} == {True, False}
    assert all(any(getattr(measure, said) for measure in measures) for said in ("limits", "optional", "when"))
    assert any(len(measure.names) > 1 for measure in measures)
    assert {given.one for given in of(tree.Given)} == {True, False}
    assert {expect.refused is not None for expect in of(tree.Expect)} == {True, False}

"""Rankings: by what, how precisely, what decides ties, who is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.resolved import bindings as bind
from rubric_dsl.resolved import established
from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved import types as ty
from rubric_dsl.resolved.expressions import Expressions, Place
from rubric_dsl.resolved.report import Edit, Fix
from rubric_dsl.resolved.words import line_below
from rubric_dsl.surface import tree
from rubric_dsl.surface.print_parts import comma, print_number
from rubric_dsl.surface.print_parts import word as print_word

Node = op.Node


def ranking_names(ranking: tree.Ranking) -> list[str]:
    """The names of the rankings that the line makes: its own, `ranking` for a single one, else `rank_ITEM` each."""
    if len(ranking.by) == 1:
        return [ranking.named.name if ranking.named is not None else "ranking"]
    stem = ranking.named.name if ranking.named is not None else "rank"
    return [f"{stem}_{word.text}" for word in ranking.by]


def resolve_ranking(use: Expressions, ranking: tree.Ranking) -> list[bind.Ranking] | None:
    """One ranking an item named; None after an error."""
    precision = [line for line in ranking.lines if isinstance(line, tree.Precision)]
    ties = [line for line in ranking.lines if isinstance(line, tree.Ties)]
    if not _said(use, ranking, precision, ties):
        return None
    place, conditions = _excludes(use, ranking)
    caps = _caps(use, ranking, place)
    within = _within(use, ranking)
    keys = _keys(use, ties[0])
    if conditions is None or caps is None or keys is None or (ranking.within is not None and within is None):
        return None
    found: list[bind.Ranking] = []
    for word, name in zip(ranking.by, ranking_names(ranking), strict=True):
        by = _ranked(use, ranking, word, place)
        if by is None:
            return None
        rounding = _precision(use, precision[0], by, word)
        if rounding is False:
            return None
        node = use.graph.add(
            op.Ranking(name, by, within, ranking.lowest_first, rounding, ties[0].kind, keys, caps, conditions),
            type=ty.NUMBER,
            grain=ty.SUBJECT,
            domain=ty.Interval(),
            span=ranking.span,
        )
        found.append(bind.Ranking(name, ranking.named, node, word.text, ranking.span))
    return found


def _said(
    use: Expressions, ranking: tree.Ranking, precision: Sequence[tree.Precision], ties: Sequence[tree.Ties]
) -> bool:
    sound = True
    for lines, code in ((precision, "R101"), (ties, "R102")):
        if not lines:
            use.report.add(code, ranking.span, fixes=[_line_to_add(use, ranking, code)])
            sound = False
    return sound


def _line_to_add(use: Expressions, ranking: tree.Ranking, code: str) -> Fix:
    """The line that says the precision or the ties, with its other forms in words."""
    language = use.scope.language
    line = print_word("EXACT" if code == "R101" else "TIES_SHARE", language)
    facts = {
        "line": line,
        "rounding": f"{print_word('HALF_UP', language)} 0.01",
        "dense": f"{print_word('TIES_SHARE', language)}{comma(language)}{print_word('DENSE', language)}",
        "by": print_word("TIES_BY", language),
    }
    return Fix("add", (line_below(ranking.span, line),), facts)


def _excluded(use: Expressions, ranking: tree.Ranking, name: str) -> Fix:
    """The line that leaves out the subjects for which the value is absent."""
    line = " ".join(name if token == "" else print_word(token, use.scope.language) for token in _ABSENT)
    return Fix("exclude", (line_below(ranking.span, line),), {"line": line})


_ABSENT = ("EXCLUDE", "WHEN", "", "IS", "MISSING")


def _ranked(use: Expressions, ranking: tree.Ranking, word: tree.Word, place: Place) -> Node | None:
    """The node that a ranking goes by: an indicator, or a measure with one value a subject."""
    node = use.lower(tree.Name(word.text, word.span), Place())
    if node is None:
        return None
    if not use.graph.type(node).numeric or use.graph.grain(node).kind not in ("subject", "cohort"):
        use.report.add("R106", word.span, facts={"name": word.text}, fixes=[Fix("number")])
        return None
    indicator = isinstance(use.scope.names.get(word.text), bind.Indicator)
    left = established.outstanding(use.graph, use.graph[node].needs, place.known)
    if left and not indicator:
        use.report.add("R103", word.span, facts={"name": word.text}, fixes=[_excluded(use, ranking, word.text)])
        return None
    return node


def _precision(
    use: Expressions, line: tree.Precision, by: Node, word: tree.Word
) -> op.Rounding | Literal[False] | None:
    """The rounding that decides ranks, None for exact, False after an error."""
    if line.rounding is None:
        if use.graph[by].irrational:
            finest = "0.001%" if use.graph.type(by) == ty.PERCENT else "0.001"
            rounding = f"{print_word('HALF_UP', use.scope.language)} {finest}"
            fix = Fix("round", (Edit(line.span, rounding),), {"rounding": rounding})
            use.report.add("R100", line.span, facts={"name": word.text}, fixes=[fix])
            return False
        return None
    step = use.step(line.rounding, use.graph.type(by))
    return op.Rounding(line.rounding.mode, exact_text(step)) if step is not None else False


def _excludes(use: Expressions, ranking: tree.Ranking) -> tuple[Place, tuple[Node, ...] | None]:
    """The conditions that leave a subject out, and what is established for those that stay."""
    place = Place()
    found: list[Node] = []
    sound = True
    for line in ranking.lines:
        if not isinstance(line, tree.Exclude):
            continue
        node = _of_subject(use, line.condition, place)
        if node is None:
            sound = False
            continue
        found.append(node)
        place = place.knowing(established.facts_from(use.graph, node, False))
    return place, tuple(found) if sound else None


def _caps(use: Expressions, ranking: tree.Ranking, place: Place) -> tuple[op.RankCap, ...] | None:
    found: list[op.RankCap] = []
    for line in ranking.lines:
        if not isinstance(line, tree.Cap):
            continue
        node = _of_subject(use, line.condition, place)
        if node is None:
            return None
        if line.rank.unit != "" or line.rank.value.denominator != 1 or line.rank.value < 1:
            text = print_number(line.rank, use.scope.language)
            use.report.add("R107", line.rank.span, facts={"text": text}, fixes=[Fix("rank")])
            return None
        found.append(op.RankCap(int(line.rank.value), node))
    return tuple(found)


def _of_subject(use: Expressions, condition: tree.Expr, place: Place) -> Node | None:
    node = use.condition(condition, place)
    if node is None:
        return None
    if use.graph.grain(node).kind == "row":
        text = use.scope.text_of(condition)
        use.report.add(
            "R108",
            condition.span,
            facts={"text": text},
            fixes=[use.any_row("count", condition)],
        )
        return None
    return node


def _within(use: Expressions, ranking: tree.Ranking) -> Node | None:
    if ranking.within is None:
        return None
    word = ranking.within
    node = use.lower(tree.Name(word.text, word.span), Place())
    if node is None:
        return None
    if use.graph.grain(node).kind != "subject" or use.graph.type(node).kind not in ("choice", "text", "yes/no"):
        use.report.add("R084", word.span, facts={"name": word.text}, fixes=[Fix("fact")])
        return None
    return node if use.present(node, tree.Name(word.text, word.span), Place()) else None


def _keys(use: Expressions, ties: tree.Ties) -> tuple[op.TieKey, ...] | None:
    found: list[op.TieKey] = []
    for key in ties.keys:
        node = use.lower(tree.Name(key.word.text, key.word.span), Place())
        if node is None:
            return None
        if not use.graph.type(node).numeric or use.graph.grain(node).kind == "row":
            use.report.add("R106", key.word.span, facts={"name": key.word.text}, fixes=[Fix("number")])
            return None
        if use.graph[node].irrational:
            use.report.add("R109", key.word.span, facts={"name": key.word.text}, fixes=[Fix("round")])
            return None
        found.append(op.TieKey(node, key.lowest_first))
    return tuple(found)

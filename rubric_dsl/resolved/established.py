"""What is established where an expression is read: facts from guards, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from rubric_dsl.resolved import operations as op
from rubric_dsl.resolved.graph import Fact, Graph, Need

Established = frozenset[Fact]
NOTHING: Established = frozenset()


def facts_from(graph: Graph, node: op.Node, holds: bool) -> Established:
    """All that is known once the yes/no node is known to be yes (or no)."""
    found: set[Fact] = set()
    pending = [(node, holds)]
    while pending:
        current, yes = pending.pop()
        fact = Fact(current, yes)
        if fact in found:
            continue
        found.add(fact)
        operation = graph[current].operation
        if isinstance(operation, op.Not):
            pending.append((operation.operand, not yes))
        elif (isinstance(operation, op.All) and yes) or (isinstance(operation, op.Any) and not yes):
            pending.extend((part, yes) for part in operation.operands)
    return frozenset(found)


def implies(graph: Graph, known: Established, node: op.Node, holds: bool) -> bool:
    """Whether the known facts alone make the yes/no node yes (or no); False where that cannot be told."""
    if Fact(node, holds) in known:
        return True
    operation = graph[node].operation
    if isinstance(operation, op.Constant):
        return (operation.value == "yes") == holds
    if isinstance(operation, op.Not):
        return implies(graph, known, operation.operand, not holds)
    if isinstance(operation, op.All | op.Any):
        every = isinstance(operation, op.All) == holds
        verdicts = (implies(graph, known, part, holds) for part in operation.operands)
        return all(verdicts) if every else any(verdicts)
    if isinstance(operation, op.Present) and holds:
        return not outstanding(graph, graph[operation.operand].needs, known, through_present=False)
    if isinstance(operation, op.Member):
        return _member_follows(graph, known, operation, holds)
    if isinstance(operation, op.Compare):
        return _comparison_follows(graph, known, operation, holds)
    return False


def _member_follows(graph: Graph, known: Established, wanted: op.Member, holds: bool) -> bool:
    """`period is peak` from `period is not off_peak`, and the like."""
    possible = set(graph[wanted.operand].type.members)
    if not possible:
        return False
    for fact in known:
        operation = graph[fact.node].operation
        if isinstance(operation, op.Member) and operation.operand == wanted.operand:
            possible = possible & set(operation.values) if fact.holds else possible - set(operation.values)
    values = set(wanted.values)
    return possible <= values if holds else not possible & values


_OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def _as_bound(graph: Graph, comparison: op.Compare, holds: bool) -> tuple[op.Node, str, Fraction] | None:
    """`x < 5` as (x, "<", 5) when the right side is a numeric constant."""
    right = graph[comparison.right]
    if not isinstance(right.operation, op.Constant) or not right.type.numeric:
        return None
    relation = comparison.relation if holds else _OPPOSITE[comparison.relation]
    return comparison.left, relation, Fraction(right.operation.value)


def _comparison_follows(graph: Graph, known: Established, wanted: op.Compare, holds: bool) -> bool:
    """`wait > 3 s` from `wait > 60 s`, over one and the same left side and constants."""
    aim = _as_bound(graph, wanted, holds)
    if aim is None:
        return False
    left, relation, limit = aim
    for fact in known:
        operation = graph[fact.node].operation
        if not isinstance(operation, op.Compare):
            continue
        bound = _as_bound(graph, operation, fact.holds)
        if bound is not None and bound[0] == left and _bound_follows(bound[1], bound[2], relation, limit):
            return True
    return False


def _bound_follows(have: str, value: Fraction, relation: str, limit: Fraction) -> bool:
    if have == "=":
        return {
            "=": value == limit,
            "<>": value != limit,
            "<": value < limit,
            "<=": value <= limit,
            ">": value > limit,
            ">=": value >= limit,
        }[relation]
    if relation == "<>":
        return (have, value == limit) == ("<>", True) or _strictly_apart(have, value, limit)
    if relation in (">", ">=") and have in (">", ">="):
        return value > limit or (value == limit and (relation == ">=" or have == ">"))
    if relation in ("<", "<=") and have in ("<", "<="):
        return value < limit or (value == limit and (relation == "<=" or have == "<"))
    return False


def _strictly_apart(have: str, value: Fraction, limit: Fraction) -> bool:
    return {
        ">": value >= limit,
        ">=": value > limit,
        "<": value <= limit,
        "<=": value < limit,
    }.get(have, False)


def outstanding(
    graph: Graph, needs: Iterable[Need], known: Established, *, through_present: bool = True
) -> frozenset[Need]:
    """The needs that nothing known takes care of."""
    return frozenset(need for need in needs if not _met(graph, need, known, through_present))


def _met(graph: Graph, need: Need, known: Established, through_present: bool) -> bool:
    facts = known | need.under if need.under else known
    for fact in facts:
        operation = graph[fact.node].operation
        if isinstance(operation, op.Present) and fact.holds and operation.operand == need.source:
            return True
    if through_present and _present_through_other(graph, need, facts):
        return True
    condition = graph[need.source].present_if
    return condition is not None and implies(graph, facts, condition, True)


def _present_through_other(graph: Graph, need: Need, facts: Established) -> bool:
    """`x + y is not missing` makes x and y present."""
    for fact in facts:
        operation = graph[fact.node].operation
        if isinstance(operation, op.Present) and fact.holds:
            inner = graph[operation.operand].needs
            if any(other.source == need.source and not other.under for other in inner):
                return True
    return False


def under(needs: frozenset[Need], facts: Established) -> frozenset[Need]:
    """The same needs, read only where the facts hold."""
    if not facts or not needs:
        return needs
    return frozenset(Need(need.source, need.under | facts) for need in needs)


def met_under(graph: Graph, needs: frozenset[Need], facts: Established) -> frozenset[Need]:
    """Needs of something that is read only where the facts hold; those that the facts meet are gone."""
    return under(outstanding(graph, needs, facts), facts) if needs else needs

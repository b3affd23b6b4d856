"""What a run could not compute, as findings in the rubric: the line that asks for the impossible value."""

from __future__ import annotations

from collections.abc import Iterable

from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.engines.problems import RunProblem
from rubric_dsl.plan.model import Lines, ScoringPlan
from rubric_dsl.text.source import Origin, Span


def problem_diagnostics(problems: Iterable[RunProblem], plan: ScoringPlan) -> list[Diagnostic]:
    return [Diagnostic(problem.code, _span(plan, problem), problem.facts) for problem in problems]


def _span(plan: ScoringPlan, problem: RunProblem) -> Span:
    """The first line that the plan knows for the node, else those of the value that needs it, else the first line."""
    lines = list(plan.nodes[problem.node].lines)
    lines += [named.lines for named in plan.values if named.name == problem.item]
    return _span_of(lines[0]) if lines else Span(Origin("", 1), 0, 0, 0, 0)


def _span_of(lines: Lines) -> Span:
    return Span(Origin(lines.file, lines.line), 0, lines.column - 1, lines.end_line - lines.line, lines.end_column - 1)

"""All findings of a run in the order a reader wants, each once, and not more than anybody reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rubric_dsl.diagnostics.model import Diagnostic, Facts
from rubric_dsl.diagnostics.prose import severity
from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span

MOST_PER_FILE = 50
"""How many findings of one severity are shown of one file."""


@dataclass(frozen=True, slots=True)
class Report:
    """Findings by file and place, without exact duplicates. Files stand in the given order, then by name."""

    diagnostics: tuple[Diagnostic, ...]

    @classmethod
    def of(cls, found: Iterable[Diagnostic], files: Sequence[str] = ()) -> Report:
        order = {file: place for place, file in enumerate(files)}
        once = {_identity(diagnostic): diagnostic for diagnostic in found}

        def position(diagnostic: Diagnostic) -> tuple[int, Place, str]:
            return order.get(diagnostic.span.file, len(order)), _place(diagnostic.span), diagnostic.code

        return cls(tuple(sorted(once.values(), key=position)))

    @property
    def has_errors(self) -> bool:
        return any(severity(diagnostic.code) == "error" for diagnostic in self.diagnostics)

    def shown(self) -> tuple[tuple[Diagnostic, ...], dict[tuple[str, str], int]]:
        """At most `MOST_PER_FILE` findings of each file and severity, and how many more there are of which."""
        seen: Counter[tuple[str, str]] = Counter()
        kept = []
        for diagnostic in self.diagnostics:
            group = (diagnostic.span.file, severity(diagnostic.code))
            seen[group] += 1
            if seen[group] <= MOST_PER_FILE:
                kept.append(diagnostic)
        return tuple(kept), {group: count - MOST_PER_FILE for group, count in seen.items() if count > MOST_PER_FILE}


Place = tuple[str, int, int, int, int]


def _place(span: Span) -> Place:
    return span.file, span.first_line, span.column, span.last_line, span.end_column


def _identity(diagnostic: Diagnostic) -> tuple[object, ...]:
    """Two findings are the same when they say the same about the same places."""
    return (
        diagnostic.code,
        _place(diagnostic.span),
        _said(diagnostic.facts),
        tuple((label.key, _place(label.span), _said(label.facts)) for label in diagnostic.labels),
    )


def _said(facts: Facts) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, repr(fact)) for name, fact in facts.items()))

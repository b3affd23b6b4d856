"""Collecting what is found while resolving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rubric_dsl.diagnostics.model import Diagnostic, Edit, Fix, Label, Witness
from rubric_dsl.text.source import Span

__all__ = ["Edit", "Fix", "Label", "Report", "Witness"]


class Report:
    """Diagnostics in the order they were found.

    While a formula is put in (`uses`), a finding shows the use first and the line inside second.
    """

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []
        self.uses: list[Span] = []

    def add(
        self,
        code: str,
        span: Span,
        *,
        facts: Mapping[str, object] | None = None,
        labels: Sequence[Label] = (),
        witness: Mapping[str, Witness] | None = None,
        fixes: Sequence[Fix] = (),
    ) -> None:
        if self.uses:
            labels = (Label(span, "inside"), *labels)
            span = self.uses[0]
            fixes = tuple(Fix(fix.key, (), fix.facts) for fix in fixes)
        self.found.append(Diagnostic(code, span, facts or {}, tuple(labels), witness or {}, tuple(fixes)))

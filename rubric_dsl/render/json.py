"""Findings and the summary of a check as JSON objects (`rubric-check/1`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.model import Diagnostic, Fix, Witness
from rubric_dsl.text.source import Span

FORMAT = "rubric-check/1"

Json = dict[str, Any]


def check_json(diagnostics: Iterable[Diagnostic], summary: Mapping[str, object] | None, lang: str = "en") -> Json:
    """What `rubric check --json` prints of one file. Messages are in `lang`, everything else is for machines."""
    found = [diagnostic_json(diagnostic, lang) for diagnostic in diagnostics]
    return {"format": FORMAT, "diagnostics": found, "summary": dict(summary or {})}


def diagnostic_json(diagnostic: Diagnostic, lang: str = "en") -> Json:
    """The primary place comes first among the spans."""
    spans = [span_json(diagnostic.span, prose.label_text(diagnostic, None, lang), primary=True)]
    for label in diagnostic.labels:
        spans.append(span_json(label.span, prose.label_text(diagnostic, label, lang), primary=False))
    return {
        "code": diagnostic.code,
        "name": prose.name(diagnostic.code),
        "severity": prose.severity(diagnostic.code),
        "message": prose.message(diagnostic, lang),
        "spans": spans,
        "witness": {name: witness_json(witness) for name, witness in diagnostic.witness.items()},
        "fixes": [fix_json(diagnostic, fix, lang) for fix in diagnostic.fixes],
    }


def place_json(span: Span) -> Json:
    """Lines and columns from 1; `end_column` is the one behind the last character. Columns count code points."""
    return {
        "line": span.first_line,
        "column": span.column + 1,
        "end_line": span.last_line,
        "end_column": span.end_column + 1,
    }


def span_json(span: Span, label: str, primary: bool) -> Json:
    return {"file": span.file, **place_json(span), "label": label, "primary": primary}


def witness_json(witness: Witness) -> Json:
    return {"exact": witness.exact, "shown": witness.shown}


def fix_json(diagnostic: Diagnostic, fix: Fix, lang: str) -> Json:
    return {
        "title": prose.help_text(diagnostic, fix, lang),
        "edits": [{"file": edit.span.file, **place_json(edit.span), "text": edit.text} for edit in fix.edits],
    }

"""What was found, as data: facts and places here, all prose in `prose/*.toml`.

A finding is reported by its code with the facts that the prose needs; the text in a language is made when somebody
reads it (`prose.message`, `prose.label`, …).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from rubric_dsl.text.record import dataclass
from rubric_dsl.text.source import Span

Severity = Literal["error", "warning", "hint"]
Facts = Mapping[str, object]
"""What a template may name. A value is a str or int shown as it is, or an object with `shown(lang) -> str`."""


@dataclass(frozen=True, slots=True)
class Label:
    """A second place, with the key of its text among the code's `labels`."""

    span: Span
    key: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what the span covers by the text (an empty span inserts)."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """One next act: the key of its text among the code's `helps`, and the edits that do it (none: advice only)."""

    key: str
    edits: tuple[Edit, ...] = ()
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Witness:
    """A concrete value that shows the fault: exact (`"16/17"`, a member, a text; None: missing) and as read."""

    exact: str | None
    shown: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding in a rubric. The first fix, when it has edits, mends the fault when pasted."""

    code: str
    span: Span
    facts: Facts = field(default_factory=dict)
    labels: tuple[Label, ...] = ()
    witness: Mapping[str, Witness] = field(default_factory=dict)
    fixes: tuple[Fix, ...] = ()

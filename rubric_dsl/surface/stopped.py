"""Why a line stopped making sense: what was expected there in the author's words, and an edit that mends it."""

from __future__ import annotations

from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.surface.sentence import accepted, states_before
from rubric_dsl.surface.tokens import Tokens


def explain(tokens: Tokens, place: str, index: int) -> Diagnostic:
    states = states_before(tokens, place, index)
    expected = accepted(states, place)
    at = min(index, len(tokens.kinds) - 1)
    return Diagnostic("R020", tokens.span(at, at), {"expected": " ".join(sorted(expected)), "place": place})

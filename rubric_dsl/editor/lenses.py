"""Above each test: run it, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lsprotocol import types as lsp

from rubric_dsl.editor.project import Analysis, Loader
from rubric_dsl.editor.text import Document
from rubric_dsl.editor.words import say
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.render.pieces import Look, plain
from rubric_dsl.render.refusals import refusal_line
from rubric_dsl.render.tests import mismatch_text
from rubric_dsl.surface import tree
from rubric_dsl.testing.run import Outcome, run_test

RUN = "rubric.runTests"


def tested(path: str, load: Loader, titles: frozenset[str] | None) -> dict[str, Outcome] | None:
    """The outcomes of the tests with these titles (None: of all) in the rubric as it is; None: it has errors."""
    compiled = compile_rubric(path, load)
    plan = compiled.plan
    if plan is None:
        return None
    tests = [test for test in compiled.resolved.tests if titles is None or test.title.text in titles]
    return {test.title.text: run_test(plan, test, compiled.resolved.examples) for test in tests}


def lenses(
    analysis: Analysis, document: Document, uri: str, outcomes: Mapping[str, Outcome], lang: str
) -> list[lsp.CodeLens]:
    if analysis.parsed is None:
        return []
    tests = [item for item in analysis.parsed.document.items if isinstance(item, tree.Test)]
    found: list[lsp.CodeLens] = []
    for test in tests:
        place = document.range(test.span)
        title = test.title.text
        found.append(lsp.CodeLens(place, lsp.Command(title=say("lens.run", lang), command=RUN, arguments=[uri, title])))
        if title in outcomes:
            said = verdict(outcomes[title], lang)
            found.append(lsp.CodeLens(place, lsp.Command(title=said, command=RUN, arguments=[uri, title])))
    if len(tests) > 1:
        everything = lsp.Command(title=say("lens.run-all", lang, count=len(tests)), command=RUN, arguments=[uri])
        found.append(lsp.CodeLens(document.range(tests[0].span), everything))
    return found


def verdict(outcome: Outcome, lang: str) -> str:
    if outcome.passed:
        return "✓ " + say("lens.passed", lang)
    what = next(_faults(outcome, lang), "")
    return "✗ " + say("lens.failed", lang, what=what)


def _faults(outcome: Outcome, lang: str) -> Iterator[str]:
    look = Look(lang)
    if outcome.not_refused:
        yield say("lens.not-refused", lang)
    for refusal in outcome.refusals:
        yield plain([refusal_line(refusal, look)]).strip()
    if outcome.problems:
        yield say("lens.problem", lang)
    for wrong in outcome.mismatches:
        yield mismatch_text(wrong, look)

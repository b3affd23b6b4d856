"""What has no meaning does not change a plan's identity, and whatever has one does."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

import pytest

from rubric_dsl.plan.identity import canonical_json, plan_hash
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.surface.from_text import parse
from rubric_dsl.surface.keywords import LANGUAGES, Language
from rubric_dsl.surface.print import print_document
from rubric_dsl.text.files import Source
from tests.properties import model as m
from tests.properties.changes import of_rubric, without_unused
from tests.properties.long import count
from tests.properties.made import made
from tests.properties.program import Style, compiled_text, errors, plan_of, rubric_text
from tests.surface.compare import said

CASES = count(60, 3000)
SEEDS = count(45, 3000)
CHANGES = 12
"""The most changes tried of one rubric."""
MOST_TRIED = 40


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_printed_rubric_says_the_same_and_is_the_same_plan(lang: Language) -> None:
    for seed in range(CASES):
        built = made(seed)
        document = parse(Source("made.rubric", built.text)).document
        printed = print_document(document, lang)
        again = parse(Source("made.rubric", printed))
        assert again.diagnostics == () and said(again.document) == said(document)
        assert print_document(again.document, lang) == printed
        assert plan_hash(plan_of(printed)) == plan_hash(built.plan), printed


def test_a_plan_comes_back_from_its_json() -> None:
    for seed in range(CASES):
        plan = made(seed).plan
        text = canonical_json(plan)
        again = ScoringPlan.model_validate_json(text)
        assert again == plan and plan_hash(again) == plan_hash(plan) and canonical_json(again) == text


def test_spelling_order_and_layout_do_not_change_the_plan() -> None:
    """Comments, blank lines, indentation, brackets, units, signs for words, order of statements, rows and parts."""
    for seed in range(CASES):
        built = made(seed)
        text = rubric_text(built.case.rubric, Style(seed))
        assert text != built.text
        assert plan_hash(plan_of(text)) == plan_hash(built.plan), f"seed {seed}\n{text}"


def test_any_single_change_of_meaning_changes_the_plan() -> None:
    """A bound, a worth, a strictness, a condition, a tie rule, a rounding, a label of a column or choice, …"""
    seen: Counter[str] = Counter()
    for seed in range(SEEDS):
        built = made(seed)
        identity = plan_hash(built.plan)
        rubric = without_unused(built.case.rubric)
        found = of_rubric(rubric, random.Random(seed))[:MOST_TRIED]
        for where, changed in islice(_valid(found, rubric_text(rubric)), CHANGES):
            seen[where] += 1
            assert plan_hash(changed[0]) != identity, f"seed {seed}: {where}\n{changed[1]}\n{built.text}"
    rare = {where for where, times in seen.items() if times == 1}
    assert len(seen) - len(rare) >= 30 and sum(seen.values()) > 6 * SEEDS, seen
    wanted = {
        "Num.value", "Between.low_closed", "Touchpoint.stake", "Condition.word", "Ranking.ties", "Rounding.mode",
        "Rounding.step", "Column.label", "Column.member_labels", "Bound.value", "Per.each",
        "Weights.rows", "Indicator.combined", "Ranking.lowest_first", "Column.private", "Observed.missing",
        "Aggregate.name", "Ranking.caps", "Table.first_match",
    }  # fmt: skip
    assert wanted - set(seen) == set()


def _valid(found: Iterable[tuple[str, m.Rubric]], before: str) -> Iterator[tuple[str, tuple[ScoringPlan, str]]]:
    """The changes that leave a rubric which is accepted, with their plan and text."""
    for where, rubric in found:
        try:
            text = rubric_text(rubric)
        except AssertionError:
            continue  # a number that is no decimal
        if text == before:
            continue  # a mark that is not written here
        compiled = compiled_text(text)
        if not errors(compiled) and compiled.plan is not None:
            yield where, (compiled.plan, text)

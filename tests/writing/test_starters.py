"""Every starter passes its checks and its tests, whatever the answers are."""

from __future__ import annotations

import csv
import io
from fractions import Fraction

import pytest

from rubric_dsl.cli.outputs import csv_bytes
from rubric_dsl.engines.run import run
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import Compiled, compile_rubric
from rubric_dsl.results.score import result_of
from rubric_dsl.surface.keywords import LANGUAGES, Language
from rubric_dsl.surface.layout import formatted
from rubric_dsl.testing.run import run_tests
from rubric_dsl.text.files import Source
from rubric_dsl.writing.naming import Names, name_from
from rubric_dsl.writing.starters import (
    KINDS,
    WITH_SCENARIOS,
    Answers,
    Item,
    Kind,
    Starter,
    Ties,
    default_items,
    default_ranked,
    starter,
    whole_percents,
)
from tests.diagnostics.gallery import File

# Names with blanks, digits and signs, names that are keywords, and names that the starter uses itself.
AWKWARD = (
    Item("办理 时效2", Fraction("7.5")), Item("rank", Fraction(3)), Item("total", Fraction("0.5")),
    Item("ties share!", Fraction(1)), Item("指标", Fraction(12)), Item("接通", Fraction(1)),
)
RULES: tuple[Ties, ...] = ("share", "dense", "by")


def compiled(made: Starter) -> Compiled:
    return compile_rubric("a.rubric", lambda path: made.rubric.encode())


def answers(
    kind: Kind, lang: Language, *, scenarios: tuple[str, ...] = (), items: tuple[Item, ...] = (),
    experts: tuple[str, ...] = (), ties: Ties = "share",
) -> Answers:
    ranked = default_ranked(kind, lang)
    return Answers('A "b"', lang, kind, ranked, scenarios, items or default_items(kind, lang), experts, ties)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("ties", RULES)
@pytest.mark.parametrize("items", [(), AWKWARD], ids=["usual", "awkward"])
def test_a_starter_is_clean_and_its_tests_pass(
    kind: Kind, lang: Language, ties: Ties, items: tuple[Item, ...]
) -> None:
    places = ("tax office", "社保", "tax office") if kind in WITH_SCENARIOS else ()
    for scenarios in {(), places}:
        for experts in ((), ("Li", "王 2", "Li")):
            made = starter(answers(kind, lang, scenarios=scenarios, items=items, experts=experts, ties=ties))
            done = compiled(made)
            assert done.diagnostics == (), made.rubric
            assert done.language == lang
            assert done.plan is not None
            outcomes = list(run_tests(done.plan, done.resolved.tests, done.resolved.examples))
            assert [outcome.passed for outcome in outcomes] == [True, True], made.rubric
            assert formatted(Source("a", made.rubric)).text == made.rubric


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_its_observations_are_read_and_rank_full_marks_over_half_over_nothing(kind: Kind, lang: Language) -> None:
    made = starter(answers(kind, lang, scenarios=("a", "b") if kind in WITH_SCENARIOS else ()))
    plan = compiled(made).plan
    assert plan is not None
    observations = read_observations(plan, {made.table: File("data.csv", csv_bytes(made.observations))})
    assert observations.tables[made.table].ledger.refusals == ()
    (ranking,) = result_of(run(plan, observations)).rankings
    assert [(row.rank, row.score) for row in ranking.rows][::2] == [(1, Fraction(sum(
        item.worth for item in default_items(kind, lang)))), (3, Fraction(0))]
    assert 0 < ranking.rows[1].score < ranking.rows[0].score  # type: ignore[operator]  # exact numbers, both


def test_shares_in_whole_percents_add_up() -> None:
    assert whole_percents([Fraction(1)] * 3) == [34, 33, 33]
    assert whole_percents([Fraction(2), Fraction(1), Fraction(4)]) == [29, 14, 57]
    assert whole_percents([Fraction(5)]) == [100]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("access", "access"), ("接通率", "接通率"), ("Call centre 2", "call_centre_2"), ("第1季度", "第一季度"),
        ("2nd", "_2nd"), ("!!!", "_"), ("IVR 接通", "IVR接通"),
    ],
)
def test_a_text_becomes_a_name(text: str, name: str) -> None:
    assert name_from(text) == name


def test_a_name_is_given_once_and_never_a_keyword() -> None:
    names = Names()
    assert [names.take(text).name for text in ("a", "a", "bands", "指标", "指标")] == [
        "a", "a_2", "bands_2", "指标_二", "指标_三"]


def test_a_formula_in_an_answer_stays_text_in_the_data() -> None:
    made = starter(answers("contest", "en", items=(Item("=cmd()", Fraction(5)),)))
    rows = list(csv.reader(io.StringIO(csv_bytes(made.observations).decode("utf-8-sig"))))
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)

"""Any two editions mixed: with no change made it is the old one, with all made the new one, value by value."""

from __future__ import annotations

import random
from collections import Counter

from rubric_dsl.editions.comparison import compare
from rubric_dsl.editions.impact import impact
from rubric_dsl.editions.universe import Universe
from rubric_dsl.engines.run import Run, run
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.read import read_observations, stopped_by
from rubric_dsl.plan.identity import plan_hash
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.results.placement import ranking_of
from tests.properties.changes import of_rubric
from tests.properties.long import count
from tests.properties.made import Made, made
from tests.properties.program import compiled_text, files
from tests.properties.write import rubric_text

CASES = count(20, 2000)


def edited(built: Made, seed: int) -> ScoringPlan | None:
    """The rubric with one to four changes of meaning that a compiler accepts; None where none was."""
    choose = random.Random(seed)
    rubric, plan = built.case.rubric, None
    for _ in range(choose.randint(1, 4)):
        for _, changed in choose.sample(of_rubric(rubric, choose), 3):
            compiled = compiled_text(rubric_text(changed))
            if not compiled.has_errors and compiled.plan is not None:
                rubric, plan = changed, compiled.plan
                break
    return None if plan is None or plan_hash(plan) == plan_hash(built.plan) else plan


def read(plan: ScoringPlan, built: Made) -> Observations | None:
    """The case's data as this edition reads them; None where it refuses rows."""
    found = read_observations(plan, files(built.case))
    return None if stopped_by(found) else found


def values_of(done: Run, plan: ScoringPlan) -> dict[str, dict[str, object]]:
    return {
        named.name: {subject: of_subject[named.node] for subject, of_subject in done.values.items()}
        for named in plan.values
    }


def places_of(done: Run) -> dict[str, list[tuple[str, int | None]]]:
    return {
        schema.name: [(placed.subject, placed.rank) for placed in ranking_of(done, schema).rows]
        for schema in done.plan.rankings
    }


def plain(value: object) -> object:
    """A fault without its node, whose number is another in every plan."""
    return type(value) if type(value).__name__ == "Undefined" else value


def test_a_mixture_of_all_or_nothing_is_an_edition() -> None:
    seen: Counter[str] = Counter()
    for seed in range(CASES):
        built = made(seed)
        plan = edited(built, seed)
        if plan is None:
            continue
        comparison = compare(built.plan, plan)
        assert comparison.changes, built.text
        seen["changes"] += len(comparison.changes)
        for edition, made_all in ((built.plan, 0), (plan, (1 << len(comparison.changes)) - 1)):
            observations = read(edition, built)
            if observations is None:
                continue
            universe = Universe(comparison)
            nodes = {named.name: universe.item(named.name, made_all) for named in edition.values}
            rankings = {schema.name: universe.ranking(schema.name, made_all) for schema in edition.rankings}
            universe.prepare_tables(made_all)
            mixed, own = run(universe.plan(made_all), observations), run(edition, observations)
            for name, expected in values_of(own, edition).items():
                got = {subject: of_subject[nodes[name]] for subject, of_subject in mixed.values.items()}
                assert {s: plain(v) for s, v in got.items()} == {s: plain(v) for s, v in expected.items()}, name
            if not own.problems.count:
                for schema in edition.rankings:
                    rows = ranking_of(mixed, schema.model_copy(update={"node": rankings[schema.name]})).rows
                    assert [(placed.subject, placed.rank) for placed in rows] == places_of(own)[schema.name]
                    seen["rankings"] += 1
        seen["pairs"] += 1
    assert seen["pairs"] > CASES // 2 and seen["rankings"] > CASES // 2 and seen["changes"] > seen["pairs"], seen


def test_shares_add_up_exactly() -> None:
    seen: Counter[str] = Counter()
    for seed in range(CASES):
        built = made(seed)
        plan = edited(built, seed)
        if plan is None or built.result.problem_count:
            continue
        data = (built.observations, read(plan, built))
        if data[1] is None or run(plan, data[1]).problems.count:
            continue
        for ranking in impact(compare(built.plan, plan), lambda which, side, data=data: data[side]):  # type: ignore[misc]
            for one in ranking.subjects:
                if one.score is not None:
                    seen["scores"] += one.score_difference != 0
                    assert sum(one.score.shares) == one.score_difference  # type: ignore[arg-type]
                if one.rank is not None:
                    seen["ranks"] += one.moves
                    assert sum(one.rank.shares) == one.rank_difference  # type: ignore[arg-type]
                    assert one.own is not None and one.others is not None and one.rule is not None
                    assert one.own + one.others + one.rule == one.rank_difference
    assert seen["scores"] > CASES // 10 and seen["ranks"] > 0, seen


def test_an_edition_beside_itself_has_no_change_and_no_impact() -> None:
    for seed in range(CASES):
        built = made(seed)
        again = compiled_text(built.text).plan
        assert again is not None
        comparison = compare(built.plan, again)
        assert comparison.changes == ()
        if built.result.problem_count:
            continue
        for ranking in impact(comparison, lambda which, side, built=built: built.observations):  # type: ignore[misc]
            assert not any(one.changed for one in ranking.subjects)
            assert ranking.players == ()

"""What it would have taken: proposals reach their goal, nothing smaller does, and it is said what is proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction as F
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubric_dsl.engines.run import run
from rubric_dsl.explain.changes import as_corrections
from rubric_dsl.explain.goals import ClassGoal, RankGoal, ScoreGoal
from rubric_dsl.explain.reach import Reach, reach
from rubric_dsl.observations.corrected import Correcting
from rubric_dsl.observations.corrections import read_corrections
from rubric_dsl.observations.read import read_observations, stopped_by
from tests import program
from tests.explain.explained import Case, File, of_texts, zhejiang
from tests.tables import ROOT
from tests.zhejiang.independent import EXAMPLE

RUBRIC = Path(ROOT) / "rubrics" / "zhejiang_12345_2020.rubric"
HEADER = "table,row key,column,old,new,reason,decided by,date\n"


def named(case: Case, name: str) -> Any:
    return next(one for one in case.plan.values if one.name == name)


def holds(case: Case, subject: str, found: Reach) -> int:
    """Applies every proposal as corrections, through the whole of reading and scoring; how many there were."""
    for proposal in found.proposals:
        lines = as_corrections(proposal.changes)
        text = HEADER + "".join(
            f"{line['table']},{line['row key']},{line['column']},{line['old']},{line['new']},r,b,2021-01-20\n"
            for line in lines
        )
        correcting = Correcting(case.plan, case.done.observations, read_corrections(File("c.csv", text.encode())))
        assert correcting.refusals == (), text
        observations, refusals = correcting.applied(correcting.accepted())
        assert refusals == (), text
        after = run(case.plan, observations)
        assert not after.problems.count and found.goal.reached(after, subject), text
    return len(found.proposals)


# ---------------------------------------------------------------- the example


@pytest.fixture(scope="module")
def fourth() -> Reach:
    return reach(zhejiang().done, "台州", RankGoal(zhejiang().plan.rankings[0], 4))


def test_one_touchpoint_of_taizhou_worth_three_eighths_ties_and_one_of_four_passes(fourth: Reach) -> None:
    """杭州 has 610 eighths, 台州 607: single changes that win 3 tie with it, those that win more pass it."""
    assert fourth.proved and not fourth.already
    assert {proposal.cost[:2] for proposal in fourth.proposals} == {(1, 1)}
    seen = {"ties": 0, "passes": 0}
    for proposal in fourth.proposals:
        assert isinstance(proposal.score, F)
        won = proposal.score * 8 - 607
        stand = proposal.stands["overall"]
        assert won >= 3 and stand.rank == 4
        assert (stand.beside == ("杭州",)) == (won == 3) and (proposal.passes == ("杭州",)) == (won > 3)
        seen["ties" if won == 3 else "passes"] += 1
    assert seen["ties"] >= 2 and seen["passes"] >= 10
    changes = {(p.changes[0].row.number, p.changes[0].cells[0].column.name) for p in fourth.proposals}
    assert {(77, "transfers"), (79, "mandarin_standard")} <= changes


def test_every_cell_that_could_have_won_three_eighths_is_proposed(fourth: Reach) -> None:
    """Every yes and no of 台州 turned round, one by one, by the whole of reading and scoring."""
    case = zhejiang()
    rows = case.done.rows["calls"]["台州"]
    yes_no = [c.name for c in case.plan.tables[0].columns if c.type == "yes/no" and c.name != "connected"]
    reaching = set()
    for row, name in product(rows, yes_no):
        now = row.values[name]
        line = f"calls,row {row.number},{name},{'yes' if now else 'no'},{'no' if now else 'yes'},r,b,2021-01-20\n"
        read = read_corrections(File("c", (HEADER + line).encode()))
        correcting = Correcting(case.plan, case.done.observations, read)
        observations, refusals = correcting.applied(correcting.accepted())
        if not refusals:
            score = run(case.plan, observations).values["台州"][named(case, "total").node]
            if score >= F(610, 8):  # type: ignore[operator]
                reaching.add((row.number, name))
    proposed = {(p.changes[0].row.number, p.changes[0].cells[0].column.name) for p in fourth.proposals}
    assert {cell for cell in proposed if cell[1] in yes_no} == reaching


def test_a_call_that_nobody_answered_needs_all_its_cells_to_be_answered() -> None:
    case = zhejiang()
    found = reach(case.done, "嘉兴", ClassGoal(named(case, "heat"), "hot"))
    proposal = found.proposals[0]
    (change,) = proposal.changes
    assert change.row.number == 30 and [cell.needed for cell in change.cells].count(False) == 1
    assert not found.proved and holds(case, "嘉兴", found) >= 1


def test_what_would_lose_a_rank() -> None:
    """杭州 stands three eighths above 台州: what loses four lets it fall behind."""
    case = zhejiang()
    found = reach(case.done, "杭州", RankGoal(case.plan.rankings[0], 4, lose=True))
    assert found.proved and all(
        isinstance(p.score, F) and p.score * 8 < 607 for p in found.proposals
    ) and holds(case, "杭州", found) > 20


def test_the_command_says_it_in_both_languages() -> None:
    words = ("explain", RUBRIC, f"calls={EXAMPLE / 'calls.csv'}", "台州", "--reach", "rank=4")
    status, found = program.run(*words)
    assert status == 0 and found["proved_least"] and found["goal"] == {"ranking": "overall", "rank": 4, "lose": False}
    assert {tuple(one["passes"]) for one in found["proposals"]} == {(), ("杭州",)}
    assert found["classes"] == [
        {"bands": "heat", "class": "warm", "more": -1, "rows": 8, "share": {"exact": "7/8", "shown": "87.5%"}},
    ]
    total = next(one for one in found["places"] if one["item"] == "total")
    assert total["above"] == {"distance": {"exact": "3/8", "shown": "0.375"}, "subjects": ["杭州"]}


# ---------------------------------------------------------------- against all smaller changes

SMALL = """\
rubric "small"
observe calls of city, averaged
  city     text
  answered yes/no
  wait     seconds 0 to 9 when answered
  tone     choice kind | flat | rude when answered
  must not (wait > 7 s and tone is kind) "nobody is kind then"
measure rate = share(answered)
bands heat by rate
  from 60%:          hot
  30% to under 60%:  warm
  under 30%:         cold
indicator total worth 10
  unless answered: 0
  touchpoint quick worth 5 by wait
    up to 2 s:         5
    over 2 s to 5 s:   3
    over 5 s:          0
  touchpoint manner worth 5 by tone
    kind: 5
    flat: 2
    rude: 0
ranking by total
  exact
  ties share
"""
Call = st.tuples(st.integers(-1, 9), st.sampled_from(("kind", "flat", "rude")))


def table(calls: list[tuple[str, int, str]]) -> str:
    return "city,answered,wait,tone\n" + "".join(
        f"{city},no,,\n" if wait < 0 else f"{city},yes,{wait},{tone}\n" for city, wait, tone in calls
    )


def neighbours(call: tuple[int, str]) -> Iterator[tuple[int, int, tuple[int, str]]]:
    """Every other row with its distance: cells and steps. Blank cells are filled, or cleared, at one step each."""
    wait, tone = call
    rows = [(-1, "")] + [(w, t) for w in range(10) for t in ("kind", "flat", "rude") if not (w > 7 and t == "kind")]
    for new in rows:
        if new == call or (wait < 0 and new[0] < 0):
            continue
        if (wait < 0) != (new[0] < 0):
            yield 3, 3, new
        else:
            cells = (new[0] != wait) + (new[1] != tone)
            yield cells, abs(new[0] - wait) + (new[1] != tone), new


@settings(max_examples=30, deadline=None)
@given(
    calls=st.lists(Call.filter(lambda call: not (call[0] > 7 and call[1] == "kind")), min_size=2, max_size=3),
    kind=st.sampled_from(("score", "class", "rank")), wanted=st.integers(1, 10),
)
def test_no_smaller_change_reaches_what_a_proposal_reaches(
    calls: list[tuple[int, str]], kind: str, wanted: int
) -> None:
    """All changes of one call (30 rows each), of two and of three, by brute force."""
    others = [("乙", 2, "flat"), ("乙", 6, "kind")]
    case = of_texts(SMALL, calls=table([("甲", *call) for call in calls] + others))
    goal: Any = {
        "score": ScoreGoal(named(case, "total"), F(wanted)), "class": ClassGoal(named(case, "heat"), "hot"),
        "rank": RankGoal(case.plan.rankings[0], 1),
    }[kind]

    def reached(changed: list[tuple[int, str]]) -> bool:
        text = table([("甲", *call) for call in changed] + others)
        observed = read_observations(case.plan, {"calls": File("calls.csv", text.encode())})
        assert not stopped_by(observed)
        return bool(goal.reached(run(case.plan, observed), "甲"))

    found = reach(case.done, "甲", goal)
    assert found.already == reached(calls)
    holds(case, "甲", found)
    if found.already:
        return

    def by_hand(changed: Sequence[tuple[int, str]]) -> bool:
        if kind == "class":
            return sum(call[0] >= 0 for call in changed) * 5 >= 3 * len(changed)
        # 乙 has 7 and 5 points, 6 on average; a tie is a first rank too.
        return sum(map(points, changed)) >= (wanted if kind == "score" else 6) * len(changed)

    one_by_one = [[(0, 0, 0, call), *((1, *near) for near in neighbours(call))] for call in calls]
    least = None
    for chosen in product(*one_by_one):
        cost = tuple(sum(own[k] for own in chosen) for k in range(3))
        if (least is None or cost < least) and by_hand([own[3] for own in chosen]):
            least = cost
            assert reached([own[3] for own in chosen])
    assert (found.proposals[0].cost if found.proposals else None) == least and found.proved, (calls, kind, wanted)


def points(call: tuple[int, str]) -> int:
    """Of ten, as the rubric gives them."""
    wait, tone = call
    if wait < 0:
        return 0
    return (5 if wait <= 2 else 3 if wait <= 5 else 0) + {"kind": 5, "flat": 2, "rude": 0}[tone]


def test_several_observations_are_found_and_reach_it() -> None:
    """Three calls without a point: 8 of 10 on average takes all three, as two have 20 of the 24 that it takes."""
    case = of_texts(SMALL, calls=table([("甲", 9, "rude")] * 3 + [("乙", 0, "kind")]))
    found = reach(case.done, "甲", ScoreGoal(named(case, "total"), F(8)))
    assert len(found.proposals[0].changes) == 3 and found.proved
    assert holds(case, "甲", found) == len(found.proposals)


def test_what_no_change_reaches_is_proved_to_be_out_of_reach() -> None:
    """Nobody has more than 10 points; and of 41 calls nothing is claimed that was not tried."""
    case = of_texts(SMALL, calls=table([("甲", 9, "rude"), ("甲", 1, "flat"), ("乙", 0, "kind")]))
    found = reach(case.done, "甲", ScoreGoal(named(case, "total"), F(11)))
    assert found.proposals == () and found.proved
    many = of_texts(SMALL, calls=table([("甲", 9, "rude")] * 41 + [("乙", 0, "kind")]))
    found = reach(many.done, "甲", ScoreGoal(named(many, "total"), F(1)))
    assert found.proposals and not found.proved
    assert holds(many, "甲", found) == len(found.proposals)


@pytest.mark.parametrize("wanted, expected", [
    ("hot", {"class": "hot", "of": "heat"}), ("heat=cold", {"class": "cold", "of": "heat"}),
    ("score=9.5", {"item": "total", "score": "19/2"}), ("total=8", {"item": "total", "score": "8"}),
    ("1", {"ranking": "ranking", "rank": 1, "lose": False}),
    ("名次=2", {"ranking": "ranking", "rank": 2, "lose": False}),
])
def test_goals_are_said_shortly(tmp_path: Path, wanted: str, expected: dict[str, Any]) -> None:
    (tmp_path / "small.rubric").write_text(SMALL, "utf-8")
    (tmp_path / "calls.csv").write_text(table([("甲", 3, "flat"), ("乙", 0, "kind")]), "utf-8")
    words = ("explain", tmp_path / "small.rubric", f"calls={tmp_path / 'calls.csv'}", "甲", "--reach")
    assert program.run(*words, wanted)[1]["goal"] == expected


def test_two_cells_are_proved_least_where_no_single_one_is_enough() -> None:
    case = of_texts(SMALL, calls=table([("甲", 6, "rude"), ("乙", 0, "kind")]))
    found = reach(case.done, "甲", ScoreGoal(named(case, "total"), F(10)))
    assert found.proposals[0].cost == (1, 2, 5) and found.proved
    assert not any(
        reached.cost[1] == 1 for reached in found.proposals
    ) and holds(case, "甲", found) == len(found.proposals)


def test_what_is_reached_already_needs_nothing() -> None:
    found = reach(zhejiang().done, "湖州", RankGoal(zhejiang().plan.rankings[0], 2))
    assert found.already and found.proposals == ()

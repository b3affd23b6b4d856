"""`prove`: equal is proved by every means alike, and what differs has a witness that both editions confirm."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from rubric_dsl.cli.main import run
from rubric_dsl.editions.edition import Edition
from rubric_dsl.editions.equivalence import Equivalence, equivalence
from rubric_dsl.editions.mutants import Mutants
from rubric_dsl.editions.promising import promises
from rubric_dsl.editions.proving import Difference, Proof, by_cases, by_intervals
from rubric_dsl.editions.question import row_question
from rubric_dsl.editions.solving import by_solver
from rubric_dsl.editions.trials import Subject, observations_of
from rubric_dsl.editions.witness_test import witness_test
from rubric_dsl.engines.run import run as run_plan
from rubric_dsl.evaluation.prepare import prepare
from rubric_dsl.plan.compile import Compiled
from rubric_dsl.surface.from_text import parse
from rubric_dsl.surface.print import print_document
from rubric_dsl.testing.run import run_tests
from rubric_dsl.text.files import Source
from tests.editions.test_changes import BASE, CHANGES, edited
from tests.editions.test_mixtures import edited as edited_plan
from tests.properties.long import count
from tests.properties.made import made
from tests.properties.program import compiled_text, plan_of

ROOT = Path(__file__).parents[2]
ZHEJIANG = (ROOT / "rubrics" / "zhejiang_12345_2020.rubric").read_text("utf-8")
CASES = count(12, 400)


def statuses(found: Equivalence) -> dict[str, str]:
    return {verdict.item: verdict.status for verdict in found.verdicts}


def means(found: Equivalence) -> Counter[str]:
    return Counter(verdict.proof.means for verdict in found.verdicts if verdict.proof is not None)


# ---------------------------------------------------------------- every means alike


def row_items(sides: tuple[Edition, Edition]) -> list[tuple[str, tuple[int, int]]]:
    """The items of rows that both have, by table."""
    found = []
    for named in sides[1].plan.values:
        before = sides[0].values.get(named.name)
        if before is not None:
            grains = sides[0].plan.nodes[before.node].grain, sides[1].plan.nodes[named.node].grain
            if grains[0] == grains[1] and grains[0].kind == "row":
                found.append((grains[0].table or "", (before.node, named.node)))
    return found


def test_intervals_cases_and_solver_never_disagree() -> None:
    seen: Counter[str] = Counter()
    for seed in range(CASES):
        built = made(seed)
        plan = edited_plan(built, seed)
        if plan is None:
            continue
        sides, prepared = (Edition(built.plan), Edition(plan)), (prepare(built.plan), prepare(plan))
        for table, roots in row_items(sides):
            question = row_question(sides, prepared, table, roots)
            answers = [by_intervals(question), by_cases(question), by_solver(question)]
            decided = [type(answer) for answer in answers if isinstance(answer, Proof | Difference)]
            assert len(set(decided)) <= 1, (seed, answers)
            seen["decided"] += bool(decided)
            seen["twice"] += len(decided) > 1
            seen["asked"] += 1
            for answer in answers:
                assert not isinstance(answer, Difference) or question.differs(answer.inputs)
    assert seen["decided"] >= seen["asked"] * 9 // 10 > 10 and seen["twice"] > 10, seen


TABLES = """\
rubric "r"
observe calls of city, averaged
  city   text
  a      whole number 0 to 30
  b      number from 0 when a > 3
  c      yes/no
  must a < 30 "a"
indicator total worth 20
  touchpoint left worth 10 by a
    {left}
  touchpoint right worth 10 {right}
ranking by total
  exact
  ties share
"""


@pytest.mark.parametrize(("old", "new", "expected"), [
    ("up to 9: 10\n    over 9: 0", "under 10: 10\n    from 10: 0", "intervals"),  # whole numbers
    ("up to 9: 10\n    over 9: 0", "under 10: 10\n    10 to 12: 0\n    over 12: 0", "intervals"),
    ("up to 29: 10\n    over 29: 0", "-: 10", "intervals"),  # 30 breaks the rule between cells
    ("0 to 10: 0 rising to 10\n    over 10: 10",
     "0 to 5: 0 rising to 5\n    over 5 to 10: 5 rising to 10\n    over 10: 10", "intervals"),
    ("up to 9: 10\n    over 9: 0", "up to 10: 10\n    over 10: 0", 10),
    ("0 to 10: 0 rising to 10\n    over 10: 10", "0 to 11: 0 rising to 10\n    over 11: 10", 1),
])  # fmt: skip
def test_tables_that_say_the_same_in_other_words(old: str, new: str, expected: str | int) -> None:
    plans = [plan_of(TABLES.format(left=text, right="when c")) for text in (old, new)]
    found = {verdict.item: verdict for verdict in equivalence(plans[0], plans[1]).verdicts}
    if isinstance(expected, str):
        proof = found["left"].proof
        assert proof is not None and proof.means == expected and found["total"].status == "equal"
    else:
        assert found["left"].witness is not None and found["left"].witness.rows["calls"][0]["a"] == expected


RULES = [
    ("two columns", "when 2 * a >= b", "when a + a >= b", "solver"),
    ("a product", "= if c then min(10, a * a) else 0", "= if c then min(10, a ^ 2) else 0", None),
    ("a rounding of what changes", "= clamp(b rounded half up to 1, 0, 10)",
     "= clamp(floor(b + 0.5), 0, 10)", "solver"),
    ("half even is not half up", "= clamp(b rounded half up to 1, 0, 10)",
     "= clamp(b rounded half even to 1, 0, 10)", "differs"),
]


@pytest.mark.parametrize(("old", "new", "expected"), [case[1:] for case in RULES], ids=[case[0] for case in RULES])
def test_what_intervals_cannot_tell_the_solver_does(old: str, new: str, expected: str | None) -> None:
    text = TABLES.replace("when a > 3", "")
    plans = [plan_of(text.format(left="-: 10", right=rule)) for rule in (old, new)]
    found = {verdict.item: verdict for verdict in equivalence(plans[0], plans[1]).verdicts}["right"]
    if expected == "differs":
        assert found.status == "differs" and found.witness is not None
    elif expected is None:  # by whichever means: it is finite
        assert found.status == "equal"
    else:
        assert found.proof is not None and found.proof.means == expected


# ---------------------------------------------------------------- whole rubrics


def formatted(text: str, lang: str = "en") -> str:
    document = parse(Source("r.rubric", text)).document
    assert document is not None
    return print_document(document, "zh" if lang == "zh" else "en")


REFACTORED = [
    ("when wait_seconds <= 15 s", "when not (wait_seconds > 15 s)"),
    ("when 2 * key_points_hit >= key_points_total", "when key_points_hit + key_points_hit >= key_points_total"),
    ("when 100 <= speech_rate_cpm <= 140", "when not (speech_rate_cpm < 100 or speech_rate_cpm > 140)"),
    ("worth 4 when tone_rating >= 4", "worth 4 when tone_rating = 4 or tone_rating = 5"),
    ("when key_points_hit = key_points_total", "when key_points_hit >= key_points_total"),
    ("share(connected)", "share(not (not connected))"),
    ("worth 6 when connected", "worth 6 by connected\n      yes: 6\n      no: 0"),
]
"""The same in other words. The last but two holds by a rule between cells alone."""


def test_a_rubric_is_equal_to_its_formatted_translated_and_refactored_self() -> None:
    plan = plan_of(ZHEJIANG)
    for other in (formatted(ZHEJIANG), formatted(ZHEJIANG, "zh")):
        found = equivalence(plan, plan_of(other))
        assert found.equal and set(means(found)) == {"same"}
    text = ZHEJIANG
    for old, new in REFACTORED:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    found = equivalence(plan, plan_of(text))
    assert found.equal, statuses(found)
    assert means(found)["intervals"] >= 4 and means(found)["solver"] >= 2
    reordered = "\n\n".join(reversed(formatted(ZHEJIANG).strip().split("\n\n")[1:]))
    header = formatted(ZHEJIANG).split("\n\n")[0]
    assert equivalence(plan, plan_of(f"{header}\n\n{reordered}\n")).equal


def confirmed(old: Compiled, item: str, test: str, new_text: str, old_text: str) -> None:
    """The witness as a test: the old edition passes it, the new one fails."""
    sides = compiled_text(old_text + "\n" + test), compiled_text(new_text + "\n" + test)
    outcomes = []
    for side in sides:
        assert side.plan is not None, [(one.code, one.facts) for one in side.diagnostics]
        outcomes.append(list(run_tests(side.plan, side.resolved.tests, side.resolved.examples))[-1])
    assert outcomes[0].passed, (item, test, outcomes[0])
    assert not outcomes[1].passed, (item, test)


CHANGING = [case for case in CHANGES if case[3] != "wording" and case[0] not in (
    "a column's range", "another ranking", "a row that is split", "a rule taken away and what stood under it")]


@pytest.mark.parametrize("pairs", [case[1] for case in CHANGING], ids=[case[0] for case in CHANGING])
def test_a_change_has_a_witness_that_the_old_edition_passes_and_the_new_one_fails(pairs: list[tuple[str, str]]) -> None:
    new = edited(pairs)
    old = compiled_text(BASE)
    assert old.plan is not None
    found = equivalence(old.plan, plan_of(new))
    assert found.differing and not found.undecided, statuses(found)
    written = 0
    for verdict in found.differing:
        if verdict.witness is not None:
            test = witness_test(old.plan, plan_of(new), verdict.item, verdict.witness, "witness")
            assert test is not None
            confirmed(old, verdict.item, test, new, BASE)
            written += 1
    assert written


def test_a_rule_for_all_touchpoints_is_the_rule_for_what_is_missing_in_each() -> None:
    """`unless connected: 0` around touchpoints that are all 0 where nothing was observed."""
    pairs = next(case[1] for case in CHANGES if case[0] == "a rule taken away and what stood under it")
    found = equivalence(plan_of(BASE), plan_of(edited(pairs)))
    assert found.equal and means(found)["intervals"] >= 1


def test_columns_that_are_read_otherwise_are_no_proof() -> None:
    found = equivalence(plan_of(BASE), plan_of(BASE.replace("0 to 600 when", "0 to 900 when")))
    assert not found.equal and statuses(found)["calls"] == "differs"


def test_a_table_that_folds_otherwise_is_not_the_same() -> None:
    text = TABLES.format(left="-: 10", right="when c").replace("  must a", "  s      choice x | y\n  must a")
    old, new = plan_of(text), plan_of(text.replace("of city, averaged", "of city, averaged by s"))
    found = equivalence(old, new)
    assert statuses(found) == {
        "calls": "differs", "total": "differs", "left": "equal", "right": "equal", "ranking": "differs"
    }
    verdict = next(one for one in found.verdicts if one.item == "total")
    assert verdict.witness is not None and verdict.witness.answers[0] != verdict.witness.answers[1]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, same = tmp_path / "old.rubric", tmp_path / "new.rubric", tmp_path / "same.rubric"
    old.write_text(BASE, "utf-8")
    new.write_text(BASE.replace("warm: 6", "warm: 7"), "utf-8")
    same.write_text(BASE.replace("over 60 s:         0", "over 1 min:        0"), "utf-8")
    assert run(["prove", str(old), str(same), "--lang", "en"]) == 0
    assert capsys.readouterr().out.startswith("equal: ")
    assert run(["prove", str(old), str(new), "--json"]) == 5
    found = json.loads(capsys.readouterr().out)
    assert found["format"] == "rubric-prove/1" and found["status"] == "differs"
    line = next(one for one in found["items"] if one["item"] == "line")
    assert (line["witness"]["old"], line["witness"]["new"]) == ("6", "7")
    confirmed(compiled_text(BASE), "line", line["witness"]["test"], new.read_text("utf-8"), BASE)


def test_what_is_not_decided_is_named_with_exit_code_7(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = """\
rubric "r"
observe calls of city, averaged
  city text
  a    number 0 to 10
indicator total worth 10
  touchpoint t worth 10 = min(10, {rule})
ranking by total
  rounded half up to 0.1
  ties share
"""
    old, new = tmp_path / "old.rubric", tmp_path / "new.rubric"
    old.write_text(text.format(rule="sqrt(a) * sqrt(a)"), "utf-8")
    new.write_text(text.format(rule="sqrt(a * a)"), "utf-8")
    assert run(["prove", str(old), str(new), "--lang", "en"]) == 7
    assert "t: neither proved nor a witness found" in capsys.readouterr().out


PROMISES = """\
rubric "p"
observe calls of city, averaged
  city  text
  there yes/no
  wait  seconds when there
  x     number
indicator total worth 10
  unless there: 0
  touchpoint a worth 10 by wait
    up to 15 s:        10
    over 15 s to 60 s: 9 falling to 2
    over 60 s:         {last}
indicator other worth 5
  touchpoint c worth 5 = clamp(x * x - x, 0, 5)
promise "waiting never helps": never_rises(total, wait)
promise "both at most 15": total + other <= 15
promise "{title}": {claim}
"""


@pytest.mark.parametrize(("last", "claim", "expected"), [
    ("0", "total + 1 > 0", ["solver", "cases or ranges", "cases or ranges"]),
    ("3", "total + 1 > 0", ["broken", "cases or ranges", "cases or ranges"]),  # 2 at 60 s, 3 over it
    ("0", "total >= other", ["solver", "cases or ranges", "broken"]),
])  # fmt: skip
def test_promises_that_compiling_left_open(last: str, claim: str, expected: list[str]) -> None:
    """`wait` has no upper end and `x` any decimals, so that rows cannot all be tried."""
    text = PROMISES.format(last=last, title="third", claim=claim)
    plan = compiled_text(text).plan
    if plan is None:  # a promise that a few values break is an error of the rubric already
        assert expected[0] == "broken"
        return
    kept = promises(plan)
    said = ["broken" if one.status == "broken" else "solver" if one.proof and one.proof.means == "solver" else
            "cases or ranges" if one.proof else "undecided" for one in kept]
    assert said == expected
    if kept[2].rows is not None:
        done = run_plan(plan.model_copy(update={"subjects": None}), observations_of(
            plan.tables, [Subject("1", {"calls": [{**row, "city": "1"} for row in kept[2].rows["calls"]]})]))
        values = {named.name: done.values["1"][named.node] for named in plan.values}
        assert values["total"] < values["other"]  # type: ignore[operator]


def test_the_command_proves_the_promises_of_one_rubric(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rubric = tmp_path / "r.rubric"
    rubric.write_text(PROMISES.format(last="0", title="third", claim="total >= other"), "utf-8")
    assert run(["prove", str(rubric), "--lang", "en"]) == 5
    out = capsys.readouterr().out
    assert "promise “waiting never helps”: proved by the solver" in out and "promise “third”: broken" in out
    rubric.write_text(BASE, "utf-8")
    assert run(["prove", str(rubric), "--lang", "en"]) == 0


def test_without_the_solver_what_it_might_decide_is_exit_code_6(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    rubric = tmp_path / "r.rubric"
    rubric.write_text(PROMISES.format(last="0", title="third", claim="total + 1 > 0"), "utf-8")
    assert run(["prove", str(rubric), "--lang", "en"]) == 6
    assert "pip install \"z3-solver" in capsys.readouterr().err


def test_changes_of_rules_about_facts_have_witnesses() -> None:
    """Every change of the tables of `breathing`: one row a subject, at whose bounds rows are made up."""
    plan = plan_of((ROOT / "rubrics/news2/news2.rubric").read_text("utf-8"))
    told = Counter[str]()
    for mutant in Mutants(plan).all():
        if mutant.item == "breathing":
            found = equivalence(plan, mutant.made(), first=True)
            told["equal" if found.equal else "witness" if any(one.witness for one in found.differing) else "?"] += 1
    assert told["witness"] > 15 and told["?"] == 0


def test_a_limit_that_few_subjects_meet_has_a_witness() -> None:
    """Without `at most 59 when vetoes > 0` a hall differs that is as good as can be in all but one visit."""
    text = (ROOT / "rubrics/window_visits/window_visits.rubric").read_text("utf-8")
    without = text.replace("  at most 59 when vetoes > 0\n", "")
    assert without != text
    found = equivalence(plan_of(text), plan_of(without), first=True)
    assert any(one.witness is not None for one in found.differing)

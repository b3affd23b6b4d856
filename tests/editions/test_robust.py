"""How firm ranks are: exact parts against plain rational arithmetic, simulated ones against known answers."""

from __future__ import annotations

import json
import math
import random
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest

from rubric_dsl.cli.main import run
from rubric_dsl.editions.chance import places, words
from rubric_dsl.editions.extremes import extremes
from rubric_dsl.editions.linear import Weighted
from rubric_dsl.editions.robustness import ranks_of
from rubric_dsl.editions.samples import loses_one, wilson
from rubric_dsl.editions.sensitivity import sobol
from rubric_dsl.editions.simulation import Drawing, Spread, Step, drawn_weights
from rubric_dsl.editions.strictness import strictness
from rubric_dsl.editions.swaps import firsts, game, rooms
from rubric_dsl.engines.run import run as score_run
from rubric_dsl.observations.model import Observations, Row, TableData
from rubric_dsl.observations.raw import Given
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import compile_rubric
from tests.program import run as program

ROOT = Path(__file__).parents[2]
ZHEJIANG = ROOT / "rubrics" / "zhejiang_12345_2020.rubric"
CALLS = ROOT / "examples" / "zhejiang_12345_2020" / "calls.csv"


def model(choose: random.Random, subjects: int, parts: int) -> Weighted:
    weights = [Fraction(choose.randint(1, 9)) for _ in range(parts)]
    whole = sum(weights)
    return Weighted(
        Fraction(100), tuple(f"p{i}" for i in range(parts)), tuple(weight / whole for weight in weights),
        tuple(f"s{i}" for i in range(subjects)),
        tuple(tuple(choose.randint(0, 40) for _ in range(parts)) for _ in range(subjects)), 40,
    )


def order(found: Weighted, place: int, weight: Fraction) -> list[set[int]]:
    """Who stands where with this weight of a part, the others in proportion; equals together. Plain arithmetic."""
    rest = 1 - found.weights[place]
    weights = [own * (1 - weight) / rest for own in found.weights]
    weights[place] = weight
    scores = [sum(w * s for w, s in zip(weights, shares, strict=True)) for shares in found.shares]
    return [{i for i, score in enumerate(scores) if score == value} for value in sorted(set(scores), reverse=True)]


def ranks_kept(before: list[set[int]], after: list[set[int]]) -> bool:
    """No two that stood one above the other stand the other way round or level."""
    place = {one: i for i, group in enumerate(after) for one in group}
    return all(
        place[a] < place[b] for i, group in enumerate(before) for below in before[i + 1 :] for a in group for b in below
    )


def test_weights_have_the_room_that_brute_force_finds() -> None:
    choose, swaps = random.Random(1), 0
    for _ in range(60):
        found = model(choose, choose.randint(2, 9), choose.randint(2, 5))
        for place, room in enumerate(rooms(found)):
            now = order(found, place, room.weight)
            for swap, sign, end in ((room.lower, -1, Fraction(0)), (room.upper, 1, Fraction(1))):
                limit = end if swap is None else swap.weight
                inside = [room.weight + (limit - room.weight) * Fraction(step, 7) for step in range(1, 7)]
                assert all(ranks_kept(now, order(found, place, weight)) for weight in inside)
                if swap is not None:
                    swaps += 1
                    assert not ranks_kept(now, order(found, place, swap.weight))
                    beyond = swap.weight + sign * Fraction(1, 10**9)
                    assert not ranks_kept(now, order(found, place, beyond))
    assert swaps > 100


def test_who_can_be_first_agrees_with_trying_many_weights() -> None:
    choose, alone = random.Random(2), 0
    for _ in range(40):
        found = model(choose, choose.randint(2, 8), 3)
        possible = {one.subject: one for one in firsts(found)}
        for subject, one in possible.items():
            if one.weights is None:
                continue
            alone += one.alone
            assert sum(one.weights) == 1 and min(one.weights) >= 0
            scores = [sum(w * s for w, s in zip(one.weights, shares, strict=True)) for shares in found.shares]
            mine = scores[found.subjects.index(subject)]
            assert mine == max(scores) and (not one.alone or scores.count(mine) == 1)
        for a in range(0, 13):
            for b in range(0, 13 - a):
                scores = [sum(map(int.__mul__, (a, b, 12 - a - b), shares)) for shares in found.shares]
                best = [found.subjects[i] for i, score in enumerate(scores) if score == max(scores)]
                assert all(possible[subject].weights is not None for subject in best)
                assert len(best) > 1 or possible[best[0]].alone
    assert alone > 40


def test_a_matrix_game_of_known_value() -> None:
    """Odds and evens: each of two weights a half, and nothing is won."""
    assert game([[1, -1], [-1, 1]]) == (0, (Fraction(1, 2), Fraction(1, 2)))
    assert game([[3, 1], [2, 4]])[0] == Fraction(5, 2)


def test_sobol_indices_of_ishigami() -> None:
    """Ishigami and Homma (1990), a = 7, b = 0.1: known in closed form.

    The points are Halton's, of one prime for each of the six coordinates of a pair of draws.
    """

    def draw(place: int, number: int) -> float:
        prime, point, size = (2, 3, 5, 7, 11, 13)[place + 3 * (number % 2)], 0.0, 1.0
        rest = number // 2 + 1
        while rest:
            rest, digit = divmod(rest, prime)
            size /= prime
            point += digit * size
        return (2 * point - 1) * math.pi

    def ishigami(x: object) -> float:
        a, b, c = x  # type: ignore[misc]
        return math.sin(a) + 7 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)

    found = sobol(3, 16_384, draw, ishigami)
    assert found.first is not None and found.total is not None
    assert found.first == pytest.approx((0.3139, 0.4424, 0.0), abs=0.01)
    assert found.total == pytest.approx((0.5576, 0.4424, 0.2437), abs=0.01)


def test_drawn_weights_add_up_and_keep_the_panels_means() -> None:
    votes, draws = (20, 30, 50), 4000
    sums = [0, 0, 0]
    for seed in range(draws):
        weights = drawn_weights(votes, seed)
        assert sum(weights) == 2**64 and min(weights) >= 0
        sums = [a + b for a, b in zip(sums, weights, strict=True)]
    for vote, total in zip(votes, sums, strict=True):
        # The standard deviation of a weight is under 0.05, of a mean over the draws under 0.0008: five of these.
        assert abs(total / (draws * 2**64) - vote / 100) < 0.004


def test_places_are_drawn_evenly_and_anew_for_each_key() -> None:
    """24 of a size have a standard deviation under 24: six of these, for each of the sizes."""
    for size in (3, 7, 8, 200, 1000):
        found = places(size, 600 * size, 1, 2)
        counts = [0] * size
        for place in found:
            counts[place] += 1
        assert max(abs(count - 600) for count in counts) < 150
    assert places(8, 20, 1, 2) == places(8, 50, 1, 2)[:20] != places(8, 20, 1, 3)
    assert words(3, 1) != words(3, 2)


MADE = """\
rubric "r"
observe calls of city, averaged by scenario
  city     text
  scenario choice a | b
  wait     whole number 0 to 200
  tone     whole number 0 to 9
weights shares by mean
  expert | waiting | manner
  anna   | 70%     | 30%
  bert   | 50%     | 50%
indicator total worth 10
  weights from shares
  indicator waiting worth 7
    touchpoint waited worth 7 by wait
      up to 20:        7
      over 20 to 60:   7 falling to 1
      over 60:         0
  indicator manner worth 3
    touchpoint toned worth 3 when tone >= 5
ranking by total
  rounded half up to 0.1
  ties share
"""


def drawing(steps: tuple[Step, ...], text: str = MADE) -> Drawing:
    """60 rows of five cities at random, many of them on a bound."""
    choose = random.Random(5)
    compiled = compile_rubric("r.rubric", lambda path: text.encode())
    assert compiled.plan is not None, compiled.diagnostics
    lines = ["city,scenario,wait,tone"]
    for number in range(60):
        city, scenario = "vwxyz"[number % 5], "aab"[number % 3]
        lines.append(f"{city},{scenario},{choose.choice([19, 20, 21, 33, 59, 60, 61])},{choose.randint(3, 6)}")
    read = read_observations(compiled.plan, {"calls": Given("calls.csv", "\n".join(lines).encode())})
    done = score_run(compiled.plan, read)
    assert not done.problems.count
    return Drawing(done, compiled.plan.rankings[0], steps, 1, None)


def test_ranks_of_drawn_rows_are_those_of_the_engine() -> None:
    found = drawing(("rows",))
    done, table = found.done, found.done.observations.tables["calls"]
    compared = set()
    for number in range(40):
        drawn = found.draw(0, number)
        rows: list[Row] = []
        for (size, groups), chosen in zip(found.rows.groups.items(), drawn, strict=True):  # type: ignore[call-overload]
            for place, group in enumerate(groups):
                own = done.rows["calls"][found.weighted.subjects[group.subject]]
                strata = [[row for row in own if row.values["scenario"] == name] for name in "ab"]
                stratum = strata[sum(one.subject == group.subject for one in groups[:place])] if all(
                    len(one) == size for one in strata) else next(one for one in strata if len(one) == size)
                rows += [stratum[at] for at in chosen[place * size : (place + 1) * size]]
        again = score_run(done.plan, Observations({"calls": TableData("calls", tuple(rows), table.ledger)}))
        assert dict(zip(found.weighted.subjects, found.ranks([drawn]), strict=True)) == ranks_of(again, "ranking")
        compared.add(tuple(found.ranks([drawn])))
    assert len(compared) > 10


def test_bounds_that_move_together_give_what_the_rubric_with_them_gives() -> None:
    """Both ends of a falling row change the same rows: what they do together is not the sum of what each does."""
    found = drawing(("bounds",))
    orders = set()
    for low in (-1, 0, 1):
        for high in (-1, 0, 1):
            for tone in (-1, 0, 1):
                text = MADE.replace("20", str(20 + low)).replace("60", str(60 + high)).replace(">= 5", f">= {5 + tone}")
                text = text.replace(f"0 to {20 + low}0", "0 to 200")
                ranks = found.ranks([(low, high, tone)])
                assert ranks == drawing(("bounds",), text).nominal
                orders.add(tuple(ranks))
    assert len(orders) > 3


def test_quantiles_are_ranks_that_occurred() -> None:
    spread = Spread("a", 2, (10, 70, 0, 20))
    assert [spread.quantile(Fraction(share, 100)) for share in (5, 10, 11, 50, 80, 81, 95)] == [1, 1, 2, 2, 2, 4, 4]


def test_small_samples_by_hand() -> None:
    """8 of 8: n / (n + z²) = 8 / (8 + 3.8415) = 0.6756. 1 − 0.95^8 = 0.3366."""
    low, high = wilson(8, 8)
    assert round(low, 4) == Fraction("0.6756") and high == 1
    assert round(loses_one(Fraction(95, 100), 8), 4) == Fraction("0.3366")
    assert wilson(0, 8)[0] == 0 and 1 - wilson(0, 8)[1] == low


def test_the_program_on_the_hotlines() -> None:
    few = ("robust", ZHEJIANG, f"calls={CALLS}", "--draws", "50", "--vary", "weights")
    assert program(*few) == program(*few)  # the same seed, the same answer
    assert program(*few, "--seed", "2")[1]["simulation"] != program(*few)[1]["simulation"]
    status, found = program(*few[:3], "--draws", "200", "--vary", "weights,bounds,rows,experts,ties")
    assert status == 0
    subjects = found["simulation"]["subjects"]
    assert [one["nominal"] for one in subjects] == list(range(1, 12))
    assert all(one["5%"] <= one["median"] <= one["95%"] and sum(one["times"]) == 200 for one in subjects)
    wait = next(one for one in found["weights"] if one["part"] == "wait")
    assert (wait["weight"], wait["upper"]["above"], wait["upper"]["below"]) == ("1/5", "杭州", "台州")
    heat = found["classes"][0]
    assert heat["rows"] == 8 and ["hot", "warm"] in heat["never_told_apart"] and heat["seen"]["cold"] == [1, 2]


def test_values_of_a_private_column_are_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["robust", str(ZHEJIANG), f"calls={CALLS}", "--vary", "experts", "--by", "tester_id", "--lang", "en"]
    assert run(words) == 0
    out = capsys.readouterr().out
    assert "without tester_id ••• 1" in out and "M1" not in out


def test_what_cannot_be_varied_is_an_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rubric = tmp_path / "r.rubric"
    text = ZHEJIANG.read_text("utf-8")
    connect = 'indicator connect "呼入接通" worth 6\n'
    rubric.write_text(text.replace(connect, f"{connect}    at most 5\n"), "utf-8")
    assert run(["robust", str(rubric), f"calls={CALLS}", "--vary", "aggregation", "--lang", "en"]) == 0
    rubric.write_text(text.replace("  weights from shares\n", "  weights from shares\n  at most 90\n"), "utf-8")
    capsys.readouterr()
    assert run(["robust", str(rubric), f"calls={CALLS}", "--lang", "en"]) == 7
    assert "cannot be varied: total: it has conditions, limits" in capsys.readouterr().err
    assert run(["robust", str(rubric), f"calls={CALLS}", "--vary", "moon"]) == 2


def test_all_that_cannot_be_varied_is_listed_with_the_command_for_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    """Halls have veto limits and no panel; what the command names can be varied."""
    rubric = str(ROOT / "rubrics/window_visits/window_visits.rubric")
    visits = f"visits={ROOT / 'examples/window_visits/visits.csv'}"
    for lang, said in (("en", " cannot be varied: "), ("zh", " 无法变动：")):
        assert run(["robust", rubric, visits, "--vary", "all", "--seed", "7", "--lang", lang]) == 7
        *reasons, last = capsys.readouterr().err.splitlines()
        assert len(reasons) == 6 and all(said in line for line in reasons)
        command = last[last.index("rubric robust") :].split()
        assert command[-4:] == ["--vary", "parts,rounding,ties,aggregation", "--seed", "7"]
        assert run(command[1:]) == 0
        capsys.readouterr()


def test_ranks_that_depend_on_a_choice_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """a: 9.96 and b: 9.98 are level when rounded to 0.1; c scored 0 for the call that was lost, else 10."""
    rubric, calls = tmp_path / "r.rubric", tmp_path / "calls.csv"
    rubric.write_text("""\
rubric "r"
observe calls of city, averaged
  city  text
  there yes/no
  marks number 0 to 10 when there
indicator total worth 10
  unless there: 0
  touchpoint marked worth 10 = marks
ranking by total
  exact
  ties share
""", "utf-8")
    calls.write_text("city,there,marks\na,yes,9.96\nb,yes,9.98\nc,yes,10\nc,no,\nd,yes,1\n", "utf-8")
    assert run(["check", str(rubric), "--choices", f"calls={calls}", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["rankings"][0]
    assert found["depends"] == ["a", "b", "c"]
    moved = {(one["kind"], one["new"]): [m["subject"] for m in one["moves"]] for one in found["choices"]}
    assert moved["precision", "half up 1/10"] == ["a"]  # 9.96 and 9.98 are both 10.0
    assert moved["missing rule", "not applicable"] == ["b", "a", "c"]
    assert moved["ties", "dense"] == []


MARKS = """\
rubric "r"
observe calls of city, averaged
  city  text
  there yes/no
  marks whole number 0 to 2 when there
  extra whole number 0 to 2 optional
indicator total worth 4
  indicator seen worth 2
    unless there: 0
    touchpoint marked worth 2 = marks
  indicator more worth 2
    touchpoint extras worth 2 = extra
      missing: 1
ranking by total
  exact
  ties share
"""


def test_missing_values_at_their_worst_and_best_are_the_ends_of_every_filling() -> None:
    """Every way to fill what is missing with 0, 1 or 2, scored by plain arithmetic."""
    rows = [("a", 1, 2), ("a", None, 1), ("b", 1, None), ("b", 1, 0), ("c", 2, 2), ("c", 1, 2), ("d", None, 0)]
    compiled = compile_rubric("r.rubric", lambda path: MARKS.encode())
    assert compiled.plan is not None, compiled.diagnostics
    lines = ["city,there,marks,extra"] + [
        f"{city},{'no' if marks is None else 'yes'},{'' if marks is None else marks},{'' if extra is None else extra}"
        for city, marks, extra in rows
    ]
    read = read_observations(compiled.plan, {"calls": Given("calls.csv", "\n".join(lines).encode())})
    done = score_run(compiled.plan, read)
    seen: dict[str, set[int]] = {}
    scores: dict[str, set[Fraction]] = {}
    gaps = [(i, j) for i, row in enumerate(rows) for j in (1, 2) if row[j] is None]
    for filling in product((0, 1, 2), repeat=len(gaps)):
        filled = [list(row) for row in rows]
        for (i, j), value in zip(gaps, filling, strict=True):
            filled[i][j] = value
        total = {}
        for city in "abcd":
            own = [Fraction(int(row[1]) + int(row[2])) for row in filled if row[0] == city]  # type: ignore[arg-type]
            total[city] = sum(own) / len(own)
        for city in "abcd":
            scores.setdefault(city, set()).add(Fraction(total[city]))
            seen.setdefault(city, set()).add(1 + sum(other > total[city] for other in total.values()))
    found = extremes(done, compiled.plan.rankings[0])
    assert {one.subject: (one.low, one.high) for one in found} == {
        city: (min(own), max(own)) for city, own in scores.items()}
    assert {one.subject: (one.best, one.worst) for one in found} == {
        city: (min(own), max(own)) for city, own in seen.items()}


def test_bounds_may_move_by_a_share_of_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["robust", str(ZHEJIANG), f"calls={CALLS}", "--vary", "bounds", "--draws", "40", "--lang", "en"]
    assert run([*words, "--bounds-by", "10%"]) == 0
    assert "moves 10% down or up" in capsys.readouterr().out
    assert run([*words, "--bounds-by", "10"]) == 2
    assert run([*words[:4], "rows", "--bounds-by", "10%"]) == 2


def test_a_tester_who_takes_points_off_is_found() -> None:
    """Two testers go to every city; one gives 2 points less on each row than the other would."""
    text = MARKS.replace("  city  text\n", "  city  text\n  tester text private\n")
    compiled = compile_rubric("r.rubric", lambda path: text.encode())
    assert compiled.plan is not None
    lines = ["city,tester,there,marks,extra"]
    for number in range(40):
        strict = number % 2
        lines.append(f"{'abcde'[number // 8]},{'st'[strict]},yes,{0 if strict else 2},{number // 2 % 2}")
    read = read_observations(compiled.plan, {"calls": Given("calls.csv", "\n".join(lines).encode())})
    found = strictness(score_run(compiled.plan, read), compiled.plan.rankings[0], "calls", "tester", 1)
    first, second = found.leanings
    assert (first.rows, first.difference, second.difference) == (20, 1, -1)
    assert first.by_chance == second.by_chance <= Fraction(1, 1000)
    assert "s" not in first.value  # the column is private

"""How firm ranks are: exact parts against plain rational arithmetic, simulated ones against known answers."""

from __future__ import annotations

import json
import math
import random
from fractions import Fraction
from pathlib import Path

import pytest

from rubric_dsl.cli.main import run
from rubric_dsl.editions.chance import Chance
from rubric_dsl.editions.linear import Weighted
from rubric_dsl.editions.samples import loses_one, wilson
from rubric_dsl.editions.sensitivity import sobol
from rubric_dsl.editions.simulation import Spread, drawn_weights
from rubric_dsl.editions.swaps import firsts, game, rooms
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
        weights = drawn_weights(votes, Chance(seed))
        assert sum(weights) == 2**64 and min(weights) >= 0
        sums = [a + b for a, b in zip(sums, weights, strict=True)]
    for vote, total in zip(votes, sums, strict=True):
        # The standard deviation of a weight is under 0.05, of a mean over the draws under 0.0008: five of these.
        assert abs(total / (draws * 2**64) - vote / 100) < 0.004


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

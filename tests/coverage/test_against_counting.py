"""The check and the oracle agree on generated tables: every gap, every clash, every idle row, and no other."""

from __future__ import annotations

import os
import random
from fractions import Fraction

from rubric_dsl.checks.coverage import ANYTHING, MISSING, PRESENT, AllBut, Between, Coverage, OneOf, Piece, cover
from rubric_dsl.resolved.types import Ratio
from tests.coverage import oracle
from tests.coverage.cases import OTHER, Generated, generated

LONG = bool(os.environ.get("RUBRIC_LONG"))
CASES = int(os.environ.get("RUBRIC_CASES", "100000")) if LONG else 3_200
SEED = int(os.environ.get("RUBRIC_SEED", "1"))


def test_generated_tables_agree_with_counting() -> None:
    rng = random.Random(SEED)
    compared = findings = 0
    for number in range(CASES):
        case = generated(rng)
        coverage = cover(case.axes, case.rows, case.first_match, case.constraints)
        assert coverage.undecided is None, number
        truth = oracle.judge(case.plain)
        try:
            same_gaps(case, coverage, truth)
            same_clashes(case, coverage, truth)
            same_idle_rows(case, coverage, truth)
            same_reach(case, coverage, truth)
        except AssertionError as error:
            raise AssertionError(f"case {number}: {case.plain}\n{coverage}") from error
        compared += 1
        findings += not coverage.clean
    assert compared == CASES
    assert CASES / 10 < findings < CASES


# ---------------------------------------------------------------- comparisons


def known(value: oracle.Value, domain: list[oracle.Value]) -> oracle.Value:
    """A text that the table does not name counts as the oracle's value for all of these."""
    return OTHER if isinstance(value, str) and value not in domain and OTHER in domain else value


def contains(piece: Piece, value: oracle.Value) -> bool:
    if piece is ANYTHING:
        return True
    if piece is MISSING or value is None:
        return piece is MISSING and value is None
    if piece is PRESENT:
        return True
    if isinstance(piece, AllBut):
        return value not in piece.names
    if isinstance(piece, OneOf):
        return value in piece.names
    assert isinstance(piece, Between)
    plain = ("between", piece.low, piece.low_closed, piece.high, piece.high_closed)
    return oracle.within(value, [plain])


def visible_domains(case: Generated) -> list[list[oracle.Value]]:
    return [each for each, hidden in zip(case.plain.domains, case.plain.hidden, strict=True) if not hidden]


def same_gaps(case: Generated, coverage: Coverage, truth: oracle.Truth) -> None:
    domains = visible_domains(case)
    found: set[oracle.Combination] = set()
    for gap in coverage.gaps:
        inside = {
            each
            for each in truth.occurring
            if all(contains(piece, value) for piece, value in zip(gap.box, each, strict=True))
        }
        # Combinations that cannot be listed apart (dense axes under linear conditions) may have a finer witness.
        assert inside <= truth.uncovered
        assert not inside & found
        found |= inside
        assert all(contains(piece, value) for piece, value in zip(gap.box, gap.witness, strict=True))
        assert_uncovered(case, gap.witness, domains)
    assert found == truth.uncovered
    if len(domains) == 1:
        assert len(coverage.gaps) == expected_runs(case, truth, domains[0])
        same_surroundings(case, coverage, truth, domains[0])


def same_surroundings(
    case: Generated, coverage: Coverage, truth: oracle.Truth, domain: list[oracle.Value]
) -> None:
    """In a table of one numeric input: ends that the domain has, the telling witness, the rows around the gap."""
    kind = case.kinds[case.plain.hidden.index(False)]
    occurring = [each[0] for each in truth.occurring if isinstance(each[0], Fraction)]
    for gap in coverage.gaps:
        piece = gap.box[0]
        if not isinstance(piece, Between):
            assert (gap.axis, gap.before, gap.after) == (None, None, None)
            continue
        inside = sorted(value for value in occurring if contains(piece, value))
        if not case.plain.conditions and kind in ("grid", "halves"):
            assert (piece.low, piece.low_closed, piece.high, piece.high_closed) == (inside[0], True, inside[-1], True)
        if not case.plain.conditions and kind in ("grid", "halves", "points"):
            assert gap.witness == (inside[0],)
        if not case.plain.conditions and kind in ("share", "shares"):
            assert gap.witness == (fewest_rows(case, piece),)
        for row, near in (
            (gap.before, max((value for value in occurring if value < inside[0]), default=None)),
            (gap.after, min((value for value in occurring if value > inside[-1]), default=None)),
        ):
            # Dense inputs are only sampled: the nearest sample may lie beyond a narrow row.
            if kind in ("continuous", "share") and case.plain.conditions:
                continue
            assert row == (None if near is None else min(row for row in truth.matched if (near,) in truth.matched[row]))


def fewest_rows(case: Generated, piece: Between) -> Fraction:
    """The first k/n in a gap, by n and then by k."""
    axis = next(axis for axis in case.axes if not axis.hidden)
    assert isinstance(axis.domain, Ratio)
    for size in sorted(axis.domain.sizes or range(1, 50)):
        for count in range(size + 1):
            if contains(piece, Fraction(count, size)):
                return Fraction(count, size)
    raise AssertionError("a share gap without a share")


def assert_uncovered(case: Generated, witness: oracle.Combination, domains: list[list[oracle.Value]]) -> None:
    for row in case.plain.rows:
        if row[0] == "patterns":
            shown = tuple(known(value, domain) for value, domain in zip(witness, domains, strict=True))
            assert not all(oracle.within(value, cell) for value, cell in zip(shown, row[1], strict=True))
        else:
            assert (None in witness) != (row[0] == "missing")
    assert_occurs(case, witness, domains)


def assert_occurs(case: Generated, witness: oracle.Combination, domains: list[list[oracle.Value]]) -> None:
    """Every value of a witness is of its domain (of dense ones: within the ends), and conditions let it pass with some
    values of the hidden axes."""
    values = iter(witness)
    narrowed = []
    for domain, hidden, kind in zip(case.plain.domains, case.plain.hidden, case.kinds, strict=True):
        if hidden:
            narrowed.append(domain)
            continue
        value = known(next(values), domain)
        if value not in domain:
            assert kind in ("continuous", "share", "open grid")
            assert value is not None
            if kind != "open grid":
                numbers = [each for each in domain if each is not None]
                assert min(numbers) - 1 < value < max(numbers) + 1  # type: ignore[operator]
        narrowed.append([value])
    trial = oracle.Case(narrowed, case.plain.hidden, [], False, case.plain.conditions)
    assert oracle.judge(trial).occurring


def expected_runs(case: Generated, truth: oracle.Truth, domain: list[oracle.Value]) -> int:
    """Maximal runs of numbers; names together are one, missing is one."""
    uncovered = {each[0] for each in truth.uncovered}
    runs = int(None in uncovered)
    if any(isinstance(value, str) for value in domain):
        return runs + any(isinstance(value, str) for value in uncovered)
    occurring = {each[0] for each in truth.occurring}
    before = False
    for value in domain:
        if value is None or value not in occurring:
            continue
        runs += value in uncovered and not before
        before = value in uncovered
    return runs


def same_clashes(case: Generated, coverage: Coverage, truth: oracle.Truth) -> None:
    if case.first_match:
        assert not coverage.overlaps
        assert not [never for never in coverage.never if never.reason == "subsumed"]
        return
    inside = {
        (one, other)
        for pair in truth.pairs
        for one, other in (pair, pair[::-1])
        if truth.matched[one] <= truth.matched[other] and (truth.matched[one] != truth.matched[other] or one > other)
    }
    said = {(never.row, other) for never in coverage.never if never.reason == "subsumed" for other in never.by}
    assert said == inside
    pairs = [(overlap.first, overlap.second) for overlap in coverage.overlaps]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == {pair for pair in truth.pairs if pair not in inside and pair[::-1] not in inside}
    domains = visible_domains(case)
    for overlap in coverage.overlaps:
        assert_matches(case, overlap.first, overlap.witness)
        assert_matches(case, overlap.second, overlap.witness)
        assert_occurs(case, overlap.witness, domains)
        assert all(contains(piece, value) for piece, value in zip(overlap.box, overlap.witness, strict=True))
        for each in truth.occurring:
            if all(contains(piece, value) for piece, value in zip(overlap.box, each, strict=True)):
                assert each in truth.matched[overlap.first] & truth.matched[overlap.second]


def assert_matches(case: Generated, row: int, witness: oracle.Combination) -> None:
    assert all(
        oracle.within(value, cell) for value, cell in zip(witness, case.plain.rows[row][1], strict=True)
    )


def same_idle_rows(case: Generated, coverage: Coverage, truth: oracle.Truth) -> None:
    said = {(never.row, never.reason): set(never.by) for never in coverage.never if never.reason != "subsumed"}
    assert len({never.row for never in coverage.never}) == len(coverage.never)
    expected: dict[tuple[int, str], set[int]] = {}
    for number, row in enumerate(case.plain.rows):
        if row[0] == "patterns" and number not in truth.matched:
            expected[number, "empty" if any(map(impossible, row[1])) else "outside"] = set()
        elif row[0] == "patterns" and case.first_match and number not in truth.decided:
            expected[number, "shadowed"] = {truth.decider[each] for each in truth.matched[number]}
        elif row[0] != "patterns" and number not in truth.decided:
            mine = [each for each in truth.occurring if (None in each) == (row[0] == "missing")]
            expected[number, "shadowed"] = {truth.decider[each] for each in mine}
    assert said == expected


def impossible(cell: tuple[oracle.Piece, ...]) -> bool:
    return all(
        piece[0] == "between"
        and piece[1] is not None
        and piece[3] is not None
        and (piece[1] > piece[3] or (piece[1] == piece[3] and not (piece[2] and piece[4])))
        for piece in cell
    )


def same_reach(case: Generated, coverage: Coverage, truth: oracle.Truth) -> None:
    expected = {
        number
        for number, row in enumerate(case.plain.rows)
        if number in (truth.matched if row[0] == "patterns" and not case.first_match else truth.decided)
    }
    assert coverage.reachable == expected
    domains = visible_domains(case)
    for number, witness in enumerate(coverage.witnesses):
        assert (witness is None) == (number not in expected)
        if witness is None:
            continue
        shown = tuple(known(value, domain) for value, domain in zip(witness, domains, strict=True))
        assert_occurs(case, witness, domains)
        if case.plain.rows[number][0] == "patterns":
            assert_matches(case, number, shown)
        else:
            assert (None in witness) == (case.plain.rows[number][0] == "missing")
        if case.first_match:
            lone = oracle.Case([[value] for value in shown], [False] * len(shown), case.plain.rows, True, [])
            assert oracle.judge(lone).decider[shown] == number

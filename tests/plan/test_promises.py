"""Promises: proved, broken with a witness, or said to be not proved yet; never concluded from a sample."""

from __future__ import annotations

from rubric_dsl.plan.compile import Compiled
from tests.plan.rubrics import compiled

HEAD = """rubric "promises"
observe calls of city, averaged
  city text
  connected yes/no
  wait seconds {range} when connected
indicator total worth 20
  unless connected: 0
  touchpoint speed worth 20 by wait
    up to 15 s: 20
    over 15 s to 60 s: {middle}
    over 60 s: 0
ranking by total
  exact
  ties share
promise "it": {claim}
"""


def tried(claim: str, middle: str = "20 falling to 10", range_: str = "0 to 300") -> Compiled:
    return compiled(HEAD.format(claim=claim, middle=middle, range=range_))


def codes(done: Compiled) -> list[str]:
    return [found.code for found in done.diagnostics]


def test_a_falling_rule_is_proved_over_every_row() -> None:
    """301 waits of answered calls; an unanswered call has no wait."""
    done = tried("never_rises(total, wait)")
    assert codes(done) == [] and done.plan is not None
    promise = done.plan.promises[0]
    assert (promise.status, promise.cases) == ("proved", 301)


def test_a_claim_about_bounds_is_proved_by_ranges() -> None:
    done = tried("total <= 20 and total >= 0")
    assert done.plan is not None and done.plan.promises[0].status == "proved"
    assert done.plan.promises[0].cases is None


def test_a_rule_that_rises_breaks_the_promise_with_two_rows() -> None:
    """15 s gives 20, and 16 s gives 20 − 10 · 1/45 = 178/9."""
    done = tried("never_falls(total, wait)")
    assert codes(done) == ["R174"] and done.plan is None
    facts = done.diagnostics[0].facts
    assert (facts["lower"], facts["higher"], facts["before"], facts["after"]) == ("15 s", "16 s", "20", "178/9")


def test_a_step_up_in_the_middle_is_found() -> None:
    done = tried("never_rises(total, wait)", middle="10 rising to 20")
    assert codes(done) == ["R174"]
    assert done.diagnostics[0].facts["lower"] == "16 s"


def test_too_many_values_prove_nothing() -> None:
    """Whole seconds without an upper end: a counterexample may still be found, a proof may not."""
    assert codes(tried("never_rises(total, wait)", range_="from 0")) == ["R175"]
    assert codes(tried("never_falls(total, wait)", range_="from 0")) == ["R174"]


def test_a_false_claim_about_bounds_is_not_called_proved() -> None:
    assert codes(tried("total <= 19")) == ["R175"]


def test_a_score_that_does_not_read_the_column_never_moves_with_it() -> None:
    done = compiled("""rubric "apart"
observe facts of city, one row each
  city text
  x    number 0 to 100
  y    number 0 to 100
measure s = x
promise "it": never_falls(s, y)
""")
    assert codes(done) == [] and done.plan is not None
    assert (done.plan.promises[0].status, done.plan.promises[0].cases) == ("proved", None)


def test_a_score_of_two_tables_is_left_open() -> None:
    done = compiled("""rubric "two tables"
observe cities of city, one row each
  city   text
  people whole number 1 to 10
observe fines of city, averaged
  city   text
  amount whole number 0 to 10
measure r = sum(amount) / people
promise "it": never_rises(r, people)
""")
    assert codes(done) == ["R175"] and done.plan is not None

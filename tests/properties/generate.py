"""A whole rubric with observations that it accepts."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.properties import model as m
from tests.properties.choices import Choices
from tests.properties.defining import Defining
from tests.properties.observing import observations, observing
from tests.properties.scoring import Rankings, Scoring


@dataclass(frozen=True)
class Case:
    rubric: m.Rubric
    observations: m.Observations


def case(choices: Choices) -> Case:
    observed = observing(choices)
    defining = Defining(choices, observed.tables)
    found = defining.all()
    scoring = Scoring(choices, defining, observed.tables)
    item = scoring.tree(choices.between(1, 3)).item
    rankings = Rankings(choices, defining, [item]).all()
    rubric = m.Rubric(
        "made at random",
        observed.tables,
        tuple(found.parameters),
        tuple(found.formulas),
        tuple(found.measures),
        tuple(found.bands),
        (*observed.weights, *scoring.weights),
        (item,),
        tuple(rankings),
    )
    return Case(rubric, observations(choices, observed.tables))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    return case(Choices(lambda below: draw(st.integers(0, below - 1))))

"""Which single changes of a rubric no test of it would notice, each with a test that would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from rubric_dsl.editions.equivalence import Witness, equivalence
from rubric_dsl.editions.mutants import Mutant, MutantKind, Mutants
from rubric_dsl.editions.witness_test import witness_test
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.surface import tree
from rubric_dsl.surface.keywords import Language
from rubric_dsl.testing.run import run_test
from rubric_dsl.text.record import dataclass

Fate = Literal["noticed", "survived", "no difference", "not decided"]


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a change. `test`: one that notices it, where it survived and one was found.

    `no difference`: it was proved that no input tells it apart, so that no test can.
    """

    mutant: Mutant
    fate: Fate
    test: str | None = None


@dataclass(frozen=True, slots=True)
class Mutation:
    trials: tuple[Trial, ...]

    @property
    def survivors(self) -> tuple[Trial, ...]:
        """The changes that no test notices and one could."""
        return tuple(trial for trial in self.trials if trial.fate in ("survived", "not decided"))

    def by_kind(self) -> Iterator[tuple[MutantKind, Counter[str]]]:
        for kind in dict.fromkeys(trial.mutant.kind for trial in self.trials):
            yield kind, Counter(trial.fate for trial in self.trials if trial.mutant.kind == kind)


def mutation(
    plan: ScoringPlan, tests: Sequence[tree.Test], examples: Mapping[str, tree.Example], lang: Language = "en",
    progress: Callable[[int, int], None] = lambda done, whole: None,
) -> Mutation:
    """Tries every single change on the tests that pass. `progress` is told how many of how many are done."""
    passing = [test for test in tests if run_test(plan, test, examples).passed]
    mutants = Mutants(plan).all()
    trials = []
    for place, mutant in enumerate(mutants):
        progress(place, len(mutants))
        trials.append(_tried(plan, mutant, passing, examples, lang))
    return Mutation(tuple(trials))


def _tried(
    plan: ScoringPlan, mutant: Mutant, tests: Sequence[tree.Test], examples: Mapping[str, tree.Example], lang: Language
) -> Trial:
    made = mutant.made()
    if any(not run_test(made, test, examples).passed for test in tests):
        return Trial(mutant, "noticed")
    found = equivalence(plan, made, first=True)
    if found.equal:
        return Trial(mutant, "no difference")
    witness = next(((v.item, v.witness) for v in found.differing if v.witness is not None), None)
    if witness is None:
        return Trial(mutant, "survived" if found.differing else "not decided")
    return Trial(mutant, "survived", _test(plan, made, *witness, mutant, lang))


def _test(
    plan: ScoringPlan, made: ScoringPlan, item: str, witness: Witness, mutant: Mutant, lang: Language
) -> str | None:
    line = "" if mutant.lines is None else f" {mutant.lines.line}"
    title = f"{item}: line{line}" if lang == "en" else f"{item}：第{line} 行"
    return witness_test(plan, made, item, witness, title, lang)

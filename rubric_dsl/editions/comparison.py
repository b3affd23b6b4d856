"""`compare`: two plans to the changes between them, in the order of the new rubric."""

from __future__ import annotations

from rubric_dsl.editions.changes import Change, Difference
from rubric_dsl.editions.compare import Comparing, Places
from rubric_dsl.editions.compare_schemas import Schemas, link_what_reads_columns
from rubric_dsl.editions.edition import Edition, editions
from rubric_dsl.editions.reach import Reach
from rubric_dsl.editions.recipes import Recipe
from rubric_dsl.editions.register import Register
from rubric_dsl.editions.renames import Names, renamed, renames
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Comparison:
    """Changes, and what is needed to make any mixture of both editions: a recipe an item and ranking.

    `old` has what was only renamed under its new name.
    """

    old: Edition
    new: Edition
    changes: tuple[Change, ...]
    change_of: tuple[int, ...]
    """By number of a difference the number of its change."""
    items: dict[str, Recipe]
    rankings: dict[str, Recipe]
    parameters: dict[str, int]
    read: tuple[int, ...]
    """Differences of what is read, all of one change."""
    folded: dict[str, dict[str, int]]
    """By table the differences of its folding."""
    scenario_weights: dict[str, Recipe]
    """By table, how its `weighted by` is made."""
    reach: Reach
    renames: Names
    written: ScoringPlan
    """The old plan under its own names."""

    @property
    def counting(self) -> tuple[Change, ...]:
        """The changes that can change a score or a rank."""
        return tuple(change for change in self.changes if change.counts)


def compare(old: ScoringPlan, new: ScoringPlan, places: tuple[Places, Places] = ({}, {})) -> Comparison:
    """Every difference of meaning, each once. What is only called otherwise is compared under its new name."""
    called = renames(old, new)
    before, after = editions(renamed(old, called), new)
    places = {(called.get(key[0], key[0]), *key[1:]): lines for key, lines in places[0].items()}, places[1]
    comparing = Comparing(before, after, places)
    comparing.compare()
    schemas = Schemas(comparing)
    schemas.compare()
    found = comparing.found
    link_what_reads_columns(comparing, schemas.read)
    leaders = sorted({found.leader(one.number) for one in found.differences}, key=lambda leader: _place(found, leader))
    number_of = {leader: number for number, leader in enumerate(leaders)}
    change_of = tuple(number_of[found.leader(one.number)] for one in found.differences)
    reach = Reach(before, after, comparing.items, comparing.rankings, comparing.parameters, change_of)
    folded = [number for kinds in schemas.folded.values() for number in kinds.values()]
    tables = {change_of[number] for number in (*schemas.read, *folded)}
    weighted = 0
    for recipe in schemas.weights.values():
        weighted |= reach.of(recipe)
    groups: dict[int, list[Difference]] = {}
    for difference in sorted(found.differences, key=_line_of):
        groups.setdefault(change_of[difference.number], []).append(difference)
    changes = tuple(
        Change(number, tuple(groups[number]), bool((reach.all | weighted) >> number & 1) or number in tables)
        for number in range(len(leaders))
    )
    return Comparison(
        before, after, changes, change_of, comparing.items, comparing.rankings, comparing.parameters,
        tuple(schemas.read), schemas.folded, schemas.weights, reach, called, old,
    )


def _place(found: Register, leader: int) -> tuple[int, int]:
    differences = [one for one in found.differences if found.leader(one.number) == leader]
    return min((_line_of(one), leader) for one in differences)


def _line_of(difference: Difference) -> int:
    lines = difference.new_lines or difference.old_lines
    return 0 if lines is None else lines.line

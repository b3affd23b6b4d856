"""`--corrections FILE`: the decisions of a file put on the observations of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rubric_dsl.cli.exits import Exit, Stop, install_command
from rubric_dsl.cli.files import read_observation_file
from rubric_dsl.cli.terminal import Terminal
from rubric_dsl.observations.corrected import Correcting
from rubric_dsl.observations.corrections import Corrections, read_corrections
from rubric_dsl.observations.model import Observations, Refusal
from rubric_dsl.observations.raw import Given, MissingPart
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.refusals import refusal_line


@dataclass(frozen=True, slots=True)
class Corrected:
    """Observations with the accepted corrections of a file on top. `refusals`: why they cannot be; none of them is."""

    corrections: Corrections
    correcting: Correcting
    observations: Observations
    refusals: tuple[Refusal, ...]
    file: Given


def correct(terminal: Terminal, plan: ScoringPlan, observations: Observations, path: str) -> Corrected:
    """The corrections of the file put on the observations; what is wrong with them is shown."""
    file = read_observation_file(path)
    try:
        corrections = read_corrections(file)
    except MissingPart as missing:
        command = install_command(missing.requirement)
        raise Stop(Exit.NOT_INSTALLED, "file.package", package=missing.package, command=command) from None
    correcting = Correcting(plan, observations, corrections)
    refusals = corrections.refusals + correcting.refusals
    if not refusals:
        observations, refusals = correcting.applied(correcting.accepted())
    show_refused(terminal, refusals)
    return Corrected(corrections, correcting, observations, refusals, file)


def show_refused(terminal: Terminal, refusals: Sequence[Refusal]) -> None:
    terminal.show([refusal_line(refusal, terminal.look("err")) for refusal in refusals], "err")

"""From a plan and the observations on the command line to a run, or to the reasons why there is none."""

from __future__ import annotations

import gc
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rubric_dsl.cli.arguments import by_table
from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.files import read_observation_file
from rubric_dsl.cli.progress import doing
from rubric_dsl.cli.terminal import Terminal
from rubric_dsl.engines.contract import Engine
from rubric_dsl.engines.reference import ReferenceEngine
from rubric_dsl.engines.reference.contributions import Loss, contributions, losses
from rubric_dsl.engines.run import Run, run_periods
from rubric_dsl.observations.databases import MissingPart
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.raw import Given
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.model import RankingSchema, ScoringPlan
from rubric_dsl.resolved import operations as op

ENGINES = ("reference", "polars")


def observe(
    terminal: Terminal, plan: ScoringPlan, arguments: Sequence[str], leave_out_refused: bool = False
) -> Observations:
    """All tables as read; files that cannot be opened are a fault of the command line and stop."""
    return observe_files(terminal, plan, given_files(plan, arguments), leave_out_refused)


def given_files(plan: ScoringPlan, arguments: Sequence[str]) -> dict[str, Given]:
    """The files of the command line by table, each read once."""
    paths = by_table(arguments, plan)
    read = {path: read_observation_file(path) for path in dict.fromkeys(paths.values())}
    return {table: read[path] for table, path in paths.items()}


def observe_files(
    terminal: Terminal, plan: ScoringPlan, files: Mapping[str, Given], leave_out_refused: bool = False
) -> Observations:
    names = dict.fromkeys(given.name for given in files.values())
    with doing(terminal, terminal.say("doing.reading", file=", ".join(names))):
        try:
            with _without_collecting():
                return read_observations(plan, files, leave_out_refused)
        except MissingPart as missing:
            command = f'{shlex.quote(sys.executable)} -m pip install "{missing.requirement}"'
            raise Stop(Exit.NOT_INSTALLED, "file.package", package=missing.package, command=command) from None


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Reading makes millions of objects and no circles: looking for circles takes a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def engine_named(name: str) -> Engine:
    """The engine that `--engine` asks for; what it needs may not be installed."""
    if name not in ENGINES:
        raise Stop(Exit.USAGE, "usage.engine", engine=name, engines=", ".join(ENGINES))
    if name == "reference":
        return ReferenceEngine()
    try:
        from rubric_dsl.engines.columnar import ColumnarEngine
    except ModuleNotFoundError as error:
        if error.name != "polars":
            raise
        command = f'{shlex.quote(sys.executable)} -m pip install "polars>=2,<3"'
        raise Stop(Exit.NOT_INSTALLED, "usage.polars", command=command) from None
    return ColumnarEngine()


def run_plan(
    terminal: Terminal, plan: ScoringPlan, observations: Observations, engine: Engine | None = None
) -> tuple[Run, ...]:
    """A run for each period, the earliest first; of a rubric without `each` the one run."""
    with doing(terminal, terminal.say("doing.scoring")):
        return run_periods(plan, observations, engine)


@dataclass(frozen=True, slots=True)
class Reasons:
    """What a subject lost in what a ranking ranks by, most first; nothing for a measure, which has no full marks."""

    done: Run

    def __call__(self, schema: RankingSchema, subject: str) -> Sequence[Loss]:
        ranking = self.done.plan.nodes[schema.node].operation
        assert isinstance(ranking, op.Ranking)
        scored = self.done.plan.nodes[ranking.by].operation
        if not isinstance(scored, (op.Indicator, op.Touchpoint)):
            return ()
        return losses(contributions(self.done, subject, ranking.by))

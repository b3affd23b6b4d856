"""`explain --result`: a result that was saved, so that one subject is explained without scoring everybody."""

from __future__ import annotations

import hashlib
import json
import mmap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rubric_dsl.cli.exits import Exit, Stop
from rubric_dsl.cli.terminal import Terminal
from rubric_dsl.results.saved import NotSaved, Saved

if TYPE_CHECKING:
    from rubric_dsl.engines.run import Run
    from rubric_dsl.explain.beside import SavedStandings
    from rubric_dsl.observations.corrections import Corrections
    from rubric_dsl.observations.model import Observations
    from rubric_dsl.plan.model import ScoringPlan

NAMED = 4


@dataclass(frozen=True, slots=True)
class SavedResult:
    """`bundle`: the digest of the bundle that it stands in, if it does."""

    path: str
    saved: Saved
    bundle: str | None

    def json(self) -> dict[str, Any]:
        """What the explanation stands beside, and the ledger of all rows, as the result has it."""
        found: dict[str, Any] = {"result": {"file": self.path}, "ledger": self.saved.ledger}
        if self.bundle is not None:
            found["result"]["bundle"] = self.bundle
        return found

    def check(self, run: Run, subject: str, corrections: Corrections | None) -> None:
        """Stops where files, corrections or what the subject scored are not those of the result."""
        own = None if corrections is None else corrections.sha256
        if own != self.saved.corrections:
            key = "result.no-corrections" if self.saved.corrections is None else "result.corrections"
            raise Stop(Exit.FAILED, key, path=self.path)
        self.check_files(run.observations)
        if not self.saved.has_periods:
            self.check_values(run, subject)

    def check_files(self, observations: Observations) -> None:
        for table, data in observations.tables.items():
            if data.ledger.sha256 != self.saved.sha256.get(table):
                raise Stop(Exit.FAILED, "result.other-file", path=self.path, table=table, file=data.ledger.file)

    def check_values(self, run: Run, subject: str) -> None:
        from rubric_dsl.explain.beside import differences

        if self.saved.subject(subject) is None:
            raise Stop(Exit.FAILED, "result.no-subject", path=self.path, subject=subject)
        found = [name for name, _, _ in differences(run, self.saved, subject)]
        if found:
            more = f" (+{len(found) - NAMED})" if len(found) > NAMED else ""
            items = ", ".join(found[:NAMED]) + more
            raise Stop(Exit.FAILED, "result.differs", path=self.path, subject=subject, items=items)


@contextmanager
def reading(path: str) -> Iterator[None]:
    """What turns out not to be a saved result while it is read, is said."""
    try:
        yield
    except NotSaved:
        raise Stop(Exit.USAGE, "result.none", path=path) from None


def saved_result(path: str, plan: ScoringPlan) -> SavedResult:
    """The result in this file or bundle; stops where it is none, or one of another method."""
    from rubric_dsl.plan.identity import plan_hash

    place, bundle, told = Path(path), None, None
    if place.is_dir():
        from rubric_dsl.results.bundle import MANIFEST, RESULT, digest

        try:
            manifest = (place / MANIFEST).read_bytes()
            told = json.loads(manifest)["files"][RESULT]["sha256"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise Stop(Exit.USAGE, "result.none", path=path) from None
        bundle, place = digest(manifest), place / RESULT
    try:
        with open(place, "rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise Stop(Exit.USAGE, "file.unreadable", path=path, reason=error.strerror or type(error).__name__) from None
    except ValueError:  # an empty file
        raise Stop(Exit.USAGE, "result.none", path=path) from None
    if told is not None and hashlib.sha256(data).hexdigest() != told:
        raise Stop(Exit.FAILED, "result.torn", path=path)
    with reading(path):
        saved = Saved(data)
    if saved.plan != plan_hash(plan):
        raise Stop(Exit.FAILED, "result.other-method", path=path, saved=saved.plan[:19], now=plan_hash(plan)[:19])
    return SavedResult(path, saved, bundle)


def beside(
    terminal: Terminal, plan: ScoringPlan, result: SavedResult, observations: Sequence[str], leave_out_refused: bool,
    subject: str | None, versus: str | None, corrections: str | None,
) -> tuple[Run, SavedStandings, list[str]] | None:
    """The run of the subject (and of the one that it is compared with), where everybody stands, and who they are.

    None: all have to be scored, since values compare subjects or look back, numbers are not rational, there are
    corrections, or a table is not at hand.
    """
    from rubric_dsl.cli.running import observe_subjects
    from rubric_dsl.engines.alone import run_alone, stands_alone
    from rubric_dsl.explain.beside import SavedStandings
    from rubric_dsl.observations.read import stopped_by

    saved = result.saved
    if subject is None or not stands_alone(plan) or corrections is not None or saved.corrections is not None:
        return None
    spreads = saved.spreads()
    who = [_member(plan, saved, name) for name in (subject, versus) if name is not None]
    if spreads is None or None in who:
        return None
    names = [name for name in who if name is not None]
    observed = observe_subjects(terminal, plan, observations, names, leave_out_refused)
    result.check_files(observed)
    if stopped_by(observed, leave_out_refused):
        return None  # told by the run of everybody
    run = run_alone(plan, observed, names)
    if run.problems.count:
        return None
    for name in names:
        result.check_values(run, name)
    return run, SavedStandings(run, saved, spreads), names


def _member(plan: ScoringPlan, saved: Saved, subject: str) -> str | None:
    """The subject of this name or label, if the result has it."""
    if saved.subject(subject) is not None:
        return subject
    for table in plan.tables:
        for column in table.columns:
            for member in column.members if column.name == table.subject else ():
                if subject in member.labels and saved.subject(member.name) is not None:
                    return member.name
    return None

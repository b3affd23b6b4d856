"""The folders of the gallery, `tests/diagnostics/CODE/`, and what the program says of them.

`bad.rubric` (for findings in data or in a run with `bad.csv`) brings up the finding; `expected.en.txt` and
`expected.zh.txt` are what is shown then; `fixed.rubric` (or `bad.rubric` with `fixed.csv`) is clean.
Other files of the folder are there to be used by these. `./dev accept` writes the expected texts anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.diagnostics.report import Report
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import Compiled, compile_rubric
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.diagnostics import report_lines
from rubric_dsl.render.pieces import Look, plain
from rubric_dsl.render.problems import problem_diagnostics
from rubric_dsl.render.refusals import refusal_line
from rubric_dsl.results.score import score

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class File:
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What a rubric, with its observations if there are any, brings up."""

    diagnostics: tuple[Diagnostic, ...]
    observations: Observations | None
    compiled: Compiled

    def codes(self) -> list[str]:
        refusals = [] if self.observations is None else [
            refusal.code for table in self.observations.tables.values() for refusal in table.ledger.refusals
        ]
        repairs = [] if self.observations is None else [
            repair.code for table in self.observations.tables.values() for repair in table.ledger.repairs
        ]
        return [diagnostic.code for diagnostic in self.diagnostics] + refusals + repairs

    def text(self, lang: str) -> str:
        """As on standard error, with the names of files without their folder."""
        look = Look(lang)
        sources = self.compiled.sources
        report = Report.of(self.diagnostics, tuple(sources))
        shown = plain(report_lines(report, lambda file: sources[file].lines() if file in sources else (), look))
        if self.observations is not None:
            for table in self.observations.tables.values():
                shown += plain(refusal_line(refusal, look) for refusal in table.ledger.refusals)
                shown += "".join(f"{r.file}:{r.row}: {prose.title(r.code, lang)}\n" for r in table.ledger.repairs)
        return shown


def folder(code: str) -> Path:
    return HERE / code


def found(code: str, which: str) -> Found:
    """What the `bad` or `fixed` files of a code bring up."""
    place = folder(code)
    rubric = f"{which}.rubric" if (place / f"{which}.rubric").exists() else "bad.rubric"
    data = place / f"{which}.csv"
    return bring_up(place, rubric, (place / rubric).read_bytes(), data if data.exists() else None)


def bring_up(place: Path, name: str, text: bytes, data: Path | None) -> Found:
    """Checks a text as the rubric `name` of the folder; with data, reads and scores them."""

    def load(path: str) -> bytes:
        if path == name:
            return text
        if ".." in Path(path).parts or Path(path).is_absolute():
            raise PermissionError(path)
        return (place / path).read_bytes()

    compiled = compile_rubric(name, load)
    if compiled.plan is None or data is None:
        return Found(compiled.diagnostics, None, compiled)
    return _scored(compiled, compiled.plan, data)


def _scored(compiled: Compiled, plan: ScoringPlan, data: Path) -> Found:
    table = plan.tables[0].name
    observations = read_observations(plan, {table: File(data.name, data.read_bytes())})
    if any(read.ledger.refusals for read in observations.tables.values()):
        return Found(compiled.diagnostics, observations, compiled)
    problems = problem_diagnostics(score(plan, observations).problems, plan)
    return Found((*compiled.diagnostics, *problems), observations, compiled)

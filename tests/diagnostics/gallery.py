"""The folders of the gallery, `tests/diagnostics/CODE/`, and what the program says of them.

`bad.rubric` (for findings in data or in a run with `bad.csv`) brings up the finding; `expected.en.txt` and
`expected.zh.txt` are what is shown then; `fixed.rubric` (or `bad.rubric` with `fixed.csv`) is clean.
A folder without a rubric has `bad.book.toml`, a scoring sheet that `rubric import` reads, and `fixed.book.toml`.
`bad.csv` is the rubric's first table, `bad.TABLE.csv` a further one; `bad.book.toml` describes a workbook of the first
table (`tests/books.py`). `observed.csv` is the first table of both, and `bad.corrections.csv` and
`fixed.corrections.csv` are put on it. A line of a rubric that ends with
`# 60000 times` stands for so many of it. `set.txt` has values as given to `--set`.
Other files of the folder are there to be used by these.
`./dev accept` writes the expected texts anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.diagnostics.report import Report
from rubric_dsl.observations.corrected import Correcting
from rubric_dsl.observations.corrections import read_corrections
from rubric_dsl.observations.messages import repair_message
from rubric_dsl.observations.model import Observations, Refusal, Repair
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.compile import Compiled, compile_rubric
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.diagnostics import report_lines
from rubric_dsl.render.pieces import Look, plain
from rubric_dsl.render.problems import problem_diagnostics
from rubric_dsl.render.refusals import refusal_line
from rubric_dsl.results.score import score
from rubric_dsl.writing.sheets.importing import Imported, import_workbook
from tests.books import book_of

HERE = Path(__file__).parent
TIMES = re.compile(rb"^(.*?) *# ([0-9]+) times\n", re.MULTILINE)
WITHOUT_FOLDER: Mapping[str, str] = {
    "R119": "120,000 calculations take long to make; test_without_folder.py lowers the limit",
    "R194": "files of 8 MiB are too large to keep; test_without_folder.py makes them",
    "R400": "no text is known that brings it up; test_without_folder.py spoils the printer",
    "D032": "a file over 512 MiB is too large to keep; test_without_folder.py lowers the limit",
    "R335": "an archive that unpacks to 32 MiB is made when it is needed",
    "R337": "the sheet is named on the command line, which a folder has not",
    "R339": "16,385 columns are too many to keep",
    "R364": "a form holds the identity of a plan, which changes with the program",
    "D311": "10,001 lines are too many to keep; test_corrections.py lowers the limit",
    "D312": "corrections of the gallery are texts; test_without_folder.py makes a workbook",
    "I413": "a sheet of 5,001 rows is too long to keep; tests/writing/test_import.py makes one",
    "I416": "a workbook with two scoring sheets; tests/writing/test_import.py makes one",
    "X007": "the checks ask for every absent value before a run; test_without_folder.py runs a plan nobody checked",
}


@dataclass(frozen=True, slots=True)
class File:
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What a rubric, with its observations if there are any, brings up."""

    diagnostics: tuple[Diagnostic, ...]
    observations: Observations | None
    compiled: Compiled | Imported
    corrections: tuple[Refusal, ...] = ()
    """Refusals of corrections."""

    def codes(self) -> list[str]:
        refusals = [] if self.observations is None else [
            refusal.code for table in self.observations.tables.values() for refusal in table.ledger.refusals
        ]
        repairs = [] if self.observations is None else [
            repair.code for table in self.observations.tables.values() for repair in table.ledger.repairs
        ]
        corrections = [refusal.code for refusal in self.corrections]
        return [diagnostic.code for diagnostic in self.diagnostics] + refusals + repairs + corrections

    def text(self, lang: str) -> str:
        """As on standard error, with the names of files without their folder."""
        look = Look(lang)
        sources = self.compiled.sources
        report = Report.of(self.diagnostics, tuple(sources))
        shown = plain(report_lines(report, lambda file: sources[file].lines() if file in sources else (), look))
        if self.observations is not None:
            for table in self.observations.tables.values():
                shown += plain(refusal_line(refusal, look, table.ledger) for refusal in table.ledger.refusals)
                shown += "".join(_repair_text(repair, lang) for repair in table.ledger.repairs)
        return shown + plain(refusal_line(refusal, look) for refusal in self.corrections)


def _repair_text(repair: Repair, lang: str) -> str:
    place = repair.file + (f":{repair.row}" if repair.row else "")
    change = f'{repair.column} "{repair.before}" -> "{repair.after}": ' if repair.before or repair.after else ""
    return f"{place}: {change}{repair_message(repair, lang)} [{repair.code}]\n"


def folder(code: str) -> Path:
    return HERE / code


def rubric_text(path: Path) -> bytes:
    """A rubric of the gallery with its repeated lines written out."""
    return TIMES.sub(lambda line: (line[1] + b"\n") * int(line[2]), path.read_bytes())


@cache
def found(code: str, which: str) -> Found:
    """What the `bad` or `fixed` files of a code bring up."""
    place = folder(code)
    if (place / "bad.book.toml").exists() and not (place / "bad.rubric").exists():
        workbook = book_of((place / f"{which}.book.toml").read_text("utf-8"))
        imported = import_workbook(File(f"{which}.xlsx", workbook), "en")
        return Found(imported.diagnostics, None, imported)
    rubric = f"{which}.rubric" if (place / f"{which}.rubric").exists() else "bad.rubric"
    return bring_up(place, rubric, rubric_text(place / rubric), which)


def bring_up(place: Path, name: str, text: bytes, which: str = "") -> Found:
    """Checks a text as the rubric `name` of the folder; with the data of `which`, if any, reads and scores them."""

    def load(path: str) -> bytes:
        if path == name:
            return text
        if ".." in Path(path).parts or Path(path).is_absolute():
            raise PermissionError(path)
        return (place / path).read_bytes()

    given = place / "set.txt"
    lines = given.read_text(encoding="utf-8").splitlines() if given.exists() else []
    compiled = compile_rubric(name, load, settings=dict(line.split("=", 1) for line in lines))
    if compiled.plan is None:
        return Found(compiled.diagnostics, None, compiled)
    data = _data(place, which, compiled.plan)
    found = _scored(compiled, compiled.plan, data) if data else Found(compiled.diagnostics, None, compiled)
    corrections = place / f"{which}.corrections.csv"
    return _corrected(found, File(corrections.name, corrections.read_bytes())) if corrections.exists() else found


def _data(place: Path, which: str, plan: ScoringPlan) -> dict[str, File]:
    """The files of observations by table."""
    workbook = place / f"{which}.book.toml"
    if workbook.exists():
        return {plan.tables[0].name: File(f"{which}.xlsx", book_of(workbook.read_text("utf-8")))}
    first = place / f"{which}.csv"
    first = first if first.exists() else place / "observed.csv"
    files = {plan.tables[0].name: first} if first.exists() else {}
    files |= {path.name.split(".")[1]: path for path in sorted(place.glob(f"{which}.*.csv"))}
    files.pop("corrections", None)
    return {table: File(path.name, path.read_bytes()) for table, path in files.items()}


def _scored(compiled: Compiled, plan: ScoringPlan, data: Mapping[str, File]) -> Found:
    observations = read_observations(plan, data)
    if any(read.ledger.refusals for read in observations.tables.values()):
        return Found(compiled.diagnostics, observations, compiled)
    problems = problem_diagnostics(score(plan, observations).problems, plan)
    return Found((*compiled.diagnostics, *problems), observations, compiled)


def _corrected(found: Found, file: File) -> Found:
    """The same with the corrections of a file on the observations, if they can be put on."""
    assert isinstance(found.compiled, Compiled) and found.compiled.plan is not None and found.observations is not None
    corrections = read_corrections(file)
    correcting = Correcting(found.compiled.plan, found.observations, corrections)
    refusals = corrections.refusals + correcting.refusals
    return replace(found, corrections=refusals or correcting.applied(correcting.accepted())[1])

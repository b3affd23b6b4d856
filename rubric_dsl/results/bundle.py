"""A result bundle: everything that a result was made of and the result, so that anybody can make it again.

What stands in a bundle is a function of the texts, the observations and the settings alone: no path, clock, name of a
machine, locale or order of threads. Files have their own names inside: `rubric/…` and `use/N/…` for the rubric and what
it uses, `observations/TABLE.csv` and `corrections.csv` (or `.xlsx`, as it was given). The manifest has the SHA-256 of
each; its own is the identity of the bundle.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Literal

from rubric_dsl import __version__
from rubric_dsl.observations.formats import format_of
from rubric_dsl.observations.model import Ledger
from rubric_dsl.plan.compile import Compiled, compile_rubric
from rubric_dsl.plan.identity import canonical_json, plan_hash
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.results.corrections_json import corrections_json
from rubric_dsl.results.harmless import harmless
from rubric_dsl.results.json import ledger_json, results_json
from rubric_dsl.results.model import Result
from rubric_dsl.results.provenance import crate_json, prov_json
from rubric_dsl.results.saved import add_standings, result_text
from rubric_dsl.results.status import Final, Scored, status_json
from rubric_dsl.results.table import result_rows
from rubric_dsl.text.record import dataclass

FORMAT = "rubric-bundle/1"
MANIFEST = "manifest.json"
SIGNATURE = "signature.json"
CORRECTIONS = "corrections"
"""Without its end."""
KINDS = ("xlsx", "ods", "xls", "parquet", "sqlite")
PLAN, RESULT, TABLE, LEDGER = "plan.json", "result.json", "result.csv", "ledger.csv"
PROV, CRATE = "prov.json", "ro-crate-metadata.json"
MADE = (PLAN, RESULT, TABLE, LEDGER, PROV, CRATE)
"""What is computed; everything else in a bundle is given."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Texts:
    """The rubric with all it uses, by their names in a bundle. `folders`: how many more folders they come from."""

    rubric: str
    files: Mapping[str, bytes]
    folders: int = 0

    def compiled(self, settings: Mapping[str, str]) -> Compiled:
        """The plan, from these texts alone."""

        def load(path: str) -> bytes:
            try:
                return self.files[path.replace(os.sep, "/")]
            except KeyError:
                raise FileNotFoundError(path) from None

        folders = [f"use/{i + 1}" for i in range(self.folders)]
        return compile_rubric(self.rubric, load, settings=settings, folders=folders)


@dataclass(frozen=True, slots=True)
class Copied:
    """A file as it was given. `part`: which sheet or table of it, or its encoding. `read`: row by row, or in columns,
    by which no reasons are told beside a ranking."""

    data: bytes
    part: str = ""
    read: Literal["rows", "columns"] = "rows"


@dataclass(frozen=True, slots=True)
class Given:
    """What a result is made of. `kept`: the observations and corrections are copied, not only named by their hash."""

    texts: Texts
    observations: Mapping[str, Copied]
    """By table."""
    corrections: Copied | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    leave_out_refused: bool = False
    kept: bool = True
    final: Final | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """All files by name, the manifest among them, and the manifest's own SHA-256."""

    files: Mapping[str, bytes]
    digest: str


def observation_file(table: str, data: bytes) -> str:
    """The name of a table's file in a bundle, with the end of what it is, whatever it was called."""
    return f"observations/{_safe(table)}{_end(data)}"


def corrections_file(data: bytes) -> str:
    return f"{CORRECTIONS}{_end(data)}"


def _end(data: bytes) -> str:
    kind = format_of(data)
    return f".{kind}" if kind in KINDS else ".csv"


def bundle(
    given: Given, plan: ScoringPlan, scored: Scored, engine: Mapping[str, str], version: str = __version__
) -> Bundle:
    """The bundle of a result. `plan`: compiled from `given.texts`, so that its lines name files of the bundle.

    `engine`: name and version of the one that computed. The same for the same arguments.
    """
    made = computed(given, plan, scored, version)
    files = {**given.texts.files, **made}
    if given.kept:
        files |= {observation_file(table, one.data): one.data for table, one in given.observations.items()}
        if given.corrections is not None:
            files[corrections_file(given.corrections.data)] = given.corrections.data
    manifest = _canonical({
        "format": FORMAT,
        "status": status_json(given.final),
        "rubric": {
            "file": given.texts.rubric, "title": plan.header.title, "edition": plan.header.edition,
            "plan": plan_hash(plan), "folders": given.texts.folders,
        },
        "settings": dict(given.settings),
        "leave_out_refused": given.leave_out_refused,
        "observations": {
            table: {"file": observation_file(table, one.data), **_copied(one, given.kept)}
            for table, one in given.observations.items()
        },
        "corrections": None if given.corrections is None else {
            "file": corrections_file(given.corrections.data), **_copied(given.corrections, given.kept),
        },
        "engine": dict(engine),
        "program": {"name": "rubric", "version": version},
        "files": {name: _described(data) for name, data in files.items()},
    })
    return Bundle({**files, MANIFEST: manifest}, digest(manifest))


def computed(given: Given, plan: ScoringPlan, scored: Scored, version: str) -> dict[str, bytes]:
    """The files that are computed."""
    names = {table: observation_file(table, one.data) for table, one in given.observations.items()}
    results = [(_with_own_names(result, names), reasons) for result, reasons in scored.results]
    result = results_json(plan, plan_hash(plan), results)
    # Which engine ran is in the manifest: the result does not depend on it.
    del result["engine"]
    result |= {"status": status_json(given.final), "program": {"name": "rubric", "version": version}}
    if plan.period is None:
        add_standings(result, plan, results[0][0])
    if scored.corrected is not None and given.corrections is not None:
        corrections, correcting, effects = scored.corrected
        own = replace(corrections, file=corrections_file(given.corrections.data))
        result["corrections"] = corrections_json(plan, own, correcting.placed, effects)
    ledgers = list(results[0][0].ledgers.values())
    files = {
        PLAN: _line(canonical_json(plan)),
        RESULT: result_text(result, canonical=True).encode("utf-8"),
        TABLE: _csv(result_rows(plan, [one for one, _ in results], "en")),
        LEDGER: _csv(_ledger_rows(ledgers)),
    }
    sources = _sources(given)
    files[PROV] = _canonical(prov_json(version, sources, list(files), given.final.by if given.final else None))
    absent = set() if given.kept else {name for name in sources if name not in given.texts.files}
    published = given.final.date if given.final else None
    files[CRATE] = _canonical(crate_json(
        version, plan.header.title, plan.header.edition, sources, absent, list(files), published,
    ))
    return files


def is_final(manifest: bytes) -> bool:
    """Whether this is the manifest of a result that was declared final."""
    try:
        said = json.loads(manifest)
        return bool(said["status"]["state"] == "final")
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


# ---------------------------------------------------------------- texts of a run


def texts_of(
    rubric: str, folders: Sequence[str], loaded: Mapping[str, bytes], settings: Mapping[str, str]
) -> tuple[Texts, ScoringPlan]:
    """The files that compiling loaded (by their paths) under their names in a bundle, and the plan that they make.

    A file below several of the folders stands under the innermost, or under each where a rubric names it from outside.
    """
    for everywhere in (False, True):
        texts = _texts(rubric, folders, loaded, everywhere)
        plan = texts.compiled(settings).plan
        if plan is not None:
            return texts, plan
    raise ValueError("a rubric that compiles does not compile under its names in a bundle")


def _texts(rubric: str, folders: Sequence[str], loaded: Mapping[str, bytes], everywhere: bool) -> Texts:
    entry = f"rubric/{os.path.basename(rubric)}"
    roots = [(os.path.dirname(rubric), "rubric")]
    roots += [(folder, f"use/{i + 1}") for i, folder in enumerate(folders)]
    files: dict[str, bytes] = {}
    for path, data in loaded.items():
        if path == rubric:
            files[entry] = data
            continue
        inside = [(os.path.relpath(path, root or "."), name) for root, name in roots]
        inside = [pair for pair in inside if not pair[0].startswith(os.pardir) and not os.path.isabs(pair[0])]
        inside.sort(key=lambda pair: len(pair[0]))
        for below, name in inside if everywhere else inside[:1]:
            files[f"{name}/{below.replace(os.sep, '/')}"] = data
    return Texts(entry, files, len(folders))



# ---------------------------------------------------------------- inside


def _with_own_names(result: Result, names: Mapping[str, str]) -> Result:
    """The result with its files named as in a bundle, whatever they were called where it was made."""
    return replace(result, ledgers={
        table: _ledger(names.get(table, table), ledger) for table, ledger in result.ledgers.items()
    })


def _ledger(file: str, ledger: Ledger) -> Ledger:
    return replace(
        ledger, file=file, refusals=tuple(replace(one, file=file) for one in ledger.refusals),
        repairs=tuple(replace(one, file=file) for one in ledger.repairs),
    )


def _ledger_rows(ledgers: Iterable[Ledger]) -> Iterable[Sequence[str]]:
    yield ("table", "file", "sha256", "read", "scored", "refused", "repairs")
    for ledger in ledgers:
        said = ledger_json(ledger)
        counts = [str(said[name]) for name in ("read", "scored", "refused")]
        yield (ledger.table, ledger.file, ledger.sha256, *counts, str(len(ledger.repairs)))


def _sources(given: Given) -> dict[str, str]:
    """What the result was made of: name in the bundle to SHA-256, whether it is kept there or not."""
    files = dict(given.texts.files)
    files |= {observation_file(table, one.data): one.data for table, one in given.observations.items()}
    if given.corrections is not None:
        files[corrections_file(given.corrections.data)] = given.corrections.data
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}


def _copied(one: Copied, kept: bool) -> Json:
    return {"kept": kept, "part": one.part, "read": one.read, **_described(one.data)}


def _described(data: bytes) -> Json:
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def _safe(table: str) -> str:
    """A table's name as a file's: names of the language have no character that a file system would mind."""
    return table.replace("/", "_").replace("\\", "_")


def _canonical(value: object) -> bytes:
    return _line(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def _line(text: str) -> bytes:
    return (text + "\n").encode("utf-8")


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 without a mark, lines ended by a line feed; texts that a spreadsheet would compute are made harmless."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([[harmless(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8")


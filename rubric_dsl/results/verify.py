"""Whether a bundle is what it says: every file against its hash, then everything computed again and compared.

What this shows without a signature: that text, data and result belong together. An edit that recomputes everything
makes another bundle, with another digest; only a signature, or a digest known from elsewhere, tells the two apart.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rubric_dsl import __version__
from rubric_dsl.engines.contract import Engine
from rubric_dsl.engines.run import run_periods
from rubric_dsl.observations import raw
from rubric_dsl.observations.corrected import Correcting
from rubric_dsl.observations.corrections import read_corrections
from rubric_dsl.observations.large import LargeSource
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.raw import Source
from rubric_dsl.observations.read import read_observations, stopped_by
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.results.bundle import (
    CORRECTIONS,
    FORMAT,
    MADE,
    MANIFEST,
    RESULT,
    SIGNATURE,
    Copied,
    Given,
    Texts,
    bundle,
    corrections_file,
    digest,
    observation_file,
)
from rubric_dsl.results.effects import effects_of
from rubric_dsl.results.reasons import Reasons
from rubric_dsl.results.score import result_of
from rubric_dsl.results.status import Final, Scored
from rubric_dsl.text.record import dataclass

What = Literal["manifest", "text", "data", "corrections", "result", "program", "signature", "missing", "extra"]
"""Where a bundle differs. `program`: what is computed now is another although text and data are the same, and so is the
version of the program. `missing`: a file that is needed and was not given."""

Json = dict[str, Any]
MOST_DIFFERENCES = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """`file`: in the bundle. `detail`: a word that a renderer translates, with its facts."""

    what: What
    file: str
    detail: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Verified:
    """No findings: the same. `signed_by`: the public key (hex), None without a signature."""

    digest: str
    findings: tuple[Finding, ...]
    status: Json = field(default_factory=dict)
    program: str | None = None
    engine: str | None = None
    signed_by: str | None = None
    recomputed: bool = False


class _Wrong(Exception):
    """Nothing more can be verified."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(findings)
        self.findings = findings


def verify(
    files: Mapping[str, bytes], observations: Mapping[str, bytes], corrections: bytes | None,
    signed_by: str | None = None,
) -> Verified:
    """Verifies a bundle (its files by name). `observations` (by table) and `corrections`: files that it does not keep.

    `signed_by`: the key of its signature, where that is good.
    """
    manifest = files[MANIFEST]
    own = digest(manifest)
    try:
        said = _manifest(manifest)
    except _Wrong as wrong:
        return Verified(own, wrong.findings)
    status = said.status.model_dump(exclude_none=True)
    known = Verified(own, (), status, said.program.version, said.engine.name, signed_by)
    found = list(_hashes(files, said))
    try:
        given = _given(files, said, observations, corrections)
        found += _recomputed(files, said, given)
    except _Wrong as wrong:
        return _with(known, [*found, *wrong.findings])
    return _with(known, found, recomputed=True)


def _with(known: Verified, found: list[Finding], recomputed: bool = False) -> Verified:
    once = tuple(dict.fromkeys(found))
    return Verified(
        known.digest, once, known.status, known.program, known.engine, known.signed_by, recomputed,
    )


# ---------------------------------------------------------------- the manifest and the hashes


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class _Described(_Strict):
    sha256: str
    bytes: int


class _Kept(_Described):
    file: str
    kept: bool
    part: str
    read: Literal["rows", "columns"]


class _Named(_Strict):
    name: str
    version: str


class _Rubric(_Strict):
    file: str
    title: str
    edition: str | None
    plan: str
    folders: Annotated[int, Field(ge=0, le=1000)]


class _Status(_Strict):
    state: Literal["draft", "final"]
    by: str | None = None
    date: str | None = None


class Manifest(_Strict):
    """What a manifest says; anything else in it is refused."""

    format: str
    status: _Status
    rubric: _Rubric
    settings: dict[str, str]
    leave_out_refused: bool
    observations: dict[str, _Kept]
    corrections: _Kept | None
    engine: _Named
    program: _Named
    files: dict[str, _Described]


def _manifest(data: bytes) -> Manifest:
    try:
        said = Manifest.model_validate_json(data)
    except ValueError:
        raise _Wrong(Finding("manifest", MANIFEST, "unreadable")) from None
    if said.format != FORMAT:
        raise _Wrong(Finding("manifest", MANIFEST, "format", (("format", said.format[:40]),)))
    return said


def _hashes(files: Mapping[str, bytes], said: Manifest) -> Iterator[Finding]:
    listed = said.files
    for name in sorted({*listed, *files} - {MANIFEST, SIGNATURE}):
        if name not in files:
            yield Finding("missing", name, "not there")
        elif name not in listed:
            yield Finding("extra", name, "not listed")
        elif hashlib.sha256(files[name]).hexdigest() != listed[name].sha256:
            yield Finding(_what(name), name, "another hash")


def _what(name: str) -> What:
    if name in MADE:
        return "result"
    if name.partition(".")[0] == CORRECTIONS:
        return "corrections"
    return "data" if name.startswith("observations/") else "text"


def _given(
    files: Mapping[str, bytes], said: Manifest, observations: Mapping[str, bytes], corrections: bytes | None
) -> Given:
    """What the result was made of, from the bundle or as given."""
    missing: list[Finding] = []
    tables: dict[str, Copied] = {}
    only = len(said.observations) == 1 == len(observations)
    for table, described in said.observations.items():
        name = described.file
        data = next(iter(observations.values())) if only else observations.get(table, files.get(name))
        if data is None:
            missing.append(Finding("missing", name, "not kept", (("table", table), ("sha256", described.sha256))))
        elif hashlib.sha256(data).hexdigest() != described.sha256:
            missing.append(Finding("data", name, "another hash"))
        else:
            tables[table] = Copied(data, described.part, described.read)
    decisions = said.corrections
    decided = None
    if decisions is not None:
        data = corrections if corrections is not None else files.get(decisions.file)
        decided = None if data is None else Copied(data, decisions.part)
    if decisions is not None and decided is None:
        missing.append(Finding("missing", decisions.file, "not kept", (("sha256", decisions.sha256),)))
    elif decisions is not None and decided is not None and hashlib.sha256(decided.data).hexdigest() != decisions.sha256:
        missing.append(Finding("corrections", decisions.file, "another hash"))
    if missing:
        raise _Wrong(*missing)
    status = said.status
    final = Final(status.by or "", status.date or "") if status.state == "final" else None
    texts = {name: data for name, data in files.items() if name.startswith(("rubric/", "use/"))}
    return Given(
        Texts(said.rubric.file, texts, said.rubric.folders), tables, decided, said.settings, said.leave_out_refused,
        kept=all(one.kept for one in said.observations.values()), final=final,
    )


# ---------------------------------------------------------------- computing again


def _recomputed(files: Mapping[str, bytes], said: Manifest, given: Given) -> Iterator[Finding]:
    version = said.program.version
    made = again(given, said.engine.model_dump(), version)
    for name in (*MADE, MANIFEST):
        if name not in files or files[name] == made[name]:
            continue
        if name != MANIFEST and version != __version__:
            yield Finding("program", name, "another version", (("made", version), ("now", __version__)))
            continue
        where = _where(files[name], made[name]) if name in (RESULT, MANIFEST) else ""
        what: What = "manifest" if name == MANIFEST else "result"
        yield Finding(what, name, "another when made again", (("where", where),))


def again(given: Given, engine: Mapping[str, str], version: str) -> Mapping[str, bytes]:
    """The files of the bundle of what is given, as if made by that version, computed by the exact engine.

    Raises _Wrong where it cannot be scored.
    """
    compiled = given.texts.compiled(given.settings)
    plan = compiled.plan
    if plan is None:
        codes = ", ".join(sorted({found.code for found in compiled.diagnostics}))
        raise _Wrong(Finding("text", given.texts.rubric, "errors", (("codes", codes),)))
    with TemporaryDirectory() as folder:
        sources = {table: _source(table, one, Path(folder)) for table, one in given.observations.items()}
        observed = read_observations(plan, sources, given.leave_out_refused)
        return _scored_again(given, plan, observed, engine, version)


def _source(table: str, copied: Copied, folder: Path) -> Source | LargeSource:
    """The file as it was read when the bundle was made; in columns from a file of its own. Raises ModuleNotFoundError
    without the engine for many rows."""
    name = observation_file(table, copied.data)
    if copied.read == "rows":
        return raw.Given(name, copied.data, copied.part)
    from rubric_dsl.engines.columnar.large import LargeFiles  # an optional part

    path = folder / Path(name).name
    path.write_bytes(copied.data)
    return LargeFiles(name, [path])


def _engine(observed: Observations) -> Engine | None:
    if not any(data.large is not None for data in observed.tables.values()):
        return None
    from rubric_dsl.engines.columnar import ColumnarEngine

    return ColumnarEngine()


def _scored_again(
    given: Given, plan: ScoringPlan, observed: Observations, engine: Mapping[str, str], version: str
) -> Mapping[str, bytes]:
    if stopped_by(observed, given.leave_out_refused):
        raise _Wrong(*(
            Finding("data", data.ledger.file, "refused", (("rows", str(data.ledger.refused)),))
            for data in observed.tables.values() if data.ledger.refusals
        ))
    runs = run_periods(plan, observed, _engine(observed))
    corrected = None
    if given.corrections is not None:
        name = corrections_file(given.corrections.data)
        corrections = read_corrections(raw.Given(name, given.corrections.data, given.corrections.part))
        correcting = Correcting(plan, observed, corrections)
        found, refusals = correcting.applied(correcting.accepted())
        if corrections.refusals or correcting.refusals or refusals:
            raise _Wrong(Finding("corrections", name, "refused", (("rows", ""),)))
        before, runs = runs, run_periods(plan, found)
        corrected = corrections, correcting, effects_of(correcting, before, runs)
    results = [(result_of(run), Reasons(run)) for run in runs]
    if any(result.problem_count for result, _ in results):
        raise _Wrong(Finding("result", RESULT, "impossible"))
    return bundle(given, plan, Scored(results, corrected), engine, version).files


def _where(old: bytes, new: bytes) -> str:
    """Where two JSON texts differ, as the first few paths in them."""
    try:
        found = list(_paths(json.loads(old), json.loads(new)))
    except (ValueError, RecursionError):
        return ""
    more = len(found) - MOST_DIFFERENCES
    return ", ".join(found[:MOST_DIFFERENCES]) + (f" (+{more})" if more > 0 else "")


def _paths(old: object, new: object) -> Iterator[str]:
    waiting: list[tuple[str, object, object]] = [("", old, new)]
    while waiting:
        path, one, other = waiting.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            keys = sorted({*one, *other}, reverse=True)
            waiting += [(f"{path}/{key}", one.get(key), other.get(key)) for key in keys]
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            waiting += [(f"{path}/{i}", *pair) for i, pair in reversed(list(enumerate(zip(one, other, strict=True))))]
        elif one != other:
            yield path or "/"


def differences(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """What differs between two bundles, file by file; of results and manifests where in them."""
    found = []
    for name in sorted({*old, *new} - {SIGNATURE}):
        if old.get(name) == new.get(name):
            continue
        what: What = "manifest" if name == MANIFEST else _what(name)
        if name not in old or name not in new:
            found.append(Finding(what, name, "not there" if name not in new else "not listed"))
        elif name in (RESULT, MANIFEST):
            found.append(Finding(what, name, "another", (("where", _where(old[name], new[name])),)))
        else:
            found.append(Finding(what, name, "another"))
    return tuple(found)

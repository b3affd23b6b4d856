"""`compile_rubric`: a rubric's text to its plan, with every diagnostic found on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rubric_dsl.checks.all import check_everything
from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.plan.beside import Beside
from rubric_dsl.plan.from_resolved import plan_of
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.plan.summary import Summary, summary_of
from rubric_dsl.resolved.files import Gathering, Load
from rubric_dsl.resolved.from_surface import resolve
from rubric_dsl.resolved.model import Resolved
from rubric_dsl.resolved.report import Report
from rubric_dsl.surface import tree
from rubric_dsl.surface.from_text import LineCache, parse
from rubric_dsl.text.files import Source, read_source


@dataclass(slots=True)
class Workspace:
    """What is kept between compilations of the same files: parsed lines by content."""

    lines: dict[str, LineCache] = field(default_factory=dict)


@dataclass(slots=True)
class Compiled:
    """A compilation: the plan (None where there are errors) and all that was found."""

    plan: ScoringPlan | None
    diagnostics: tuple[Diagnostic, ...]
    sources: dict[str, Source]
    """Every file read, by the name that spans use."""
    summary: Summary | None
    resolved: Resolved
    language: str
    """The language of the keywords: "zh", "en" or "mixed"."""

    @property
    def has_errors(self) -> bool:
        return any(prose.severity(found.code) == "error" for found in self.diagnostics)


def compile_rubric(
    path: str, load: Load, *, settings: Mapping[str, str] | None = None, workspace: Workspace | None = None
) -> Compiled:
    """Reads, resolves and checks the rubric at `path` and all it uses; `settings` are `--set` values by parameter."""
    report = Report()
    reading = _Reading(workspace or Workspace())
    gathered = Gathering(load, reading.document, report).gather(path)
    beside = Beside(load, report)
    resolved = resolve(
        gathered.header,
        gathered.items,
        report,
        settings=settings or {},
        members=beside.members,
        read_grid=beside.grid,
        lost=reading.lost,
        incomplete=reading.incomplete,
    )
    promises = check_everything(resolved, reading.language)
    diagnostics = tuple(report.found)
    errors = any(prose.severity(found.code) == "error" for found in diagnostics)
    plan = None if errors or not resolved.sound else plan_of(resolved, promises)
    summary = summary_of(resolved) if not errors else None
    return Compiled(plan, diagnostics, reading.sources, summary, resolved, reading.language)


class _Reading:
    """Turns bytes into documents and remembers sources, languages and what broken lines left behind."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.sources: dict[str, Source] = {}
        self.lost: set[str] = set()
        self.incomplete: set[int] = set()
        self.language = "en"

    def document(self, file: str, data: bytes, report: Report) -> tree.Document | None:
        source, found = read_source(file, data)
        report.found.extend(found)
        if source is None:
            self.sources[file] = Source(file, data.decode("utf-8", "replace"))
            return None
        self.sources[file] = source
        parsed = parse(source, self.workspace.lines.setdefault(file, LineCache()))
        report.found.extend(parsed.diagnostics)
        self.lost |= parsed.lost
        self.incomplete |= {id(item) for item in parsed.incomplete}
        if len(self.sources) == 1:
            self.language = parsed.language
        return parsed.document

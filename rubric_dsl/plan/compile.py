"""`compile_rubric`: a rubric's text to its plan, with every diagnostic found on the way."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rubric_dsl.checks.all import check_everything
from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.plan.beside import Beside
from rubric_dsl.plan.summary import Summary, summary_of
from rubric_dsl.resolved.files import Gathering, Load
from rubric_dsl.resolved.from_surface import EVERY_NAME, Damage, Outside, resolve
from rubric_dsl.resolved.memo import Memo
from rubric_dsl.resolved.model import Resolved
from rubric_dsl.resolved.report import Report
from rubric_dsl.surface import tree
from rubric_dsl.surface.from_text import Parsed, parse
from rubric_dsl.surface.keywords import Language
from rubric_dsl.surface.outline import LineCache
from rubric_dsl.text.files import Source, read_source
from rubric_dsl.text.source import Span

if TYPE_CHECKING:
    from rubric_dsl.plan.model import ScoringPlan


@dataclass(slots=True)
class Workspace:
    """What is kept between compilations of the same files, by content: lines, what names mean, what checks found."""

    lines: dict[str, LineCache] = field(default_factory=dict)
    memo: Memo = field(default_factory=Memo)
    used: bool = False


@dataclass(slots=True)
class Compiled:
    """A compilation: the plan (None where there are errors) and all that was found."""

    diagnostics: tuple[Diagnostic, ...]
    sources: dict[str, Source]
    """Every file read, by the name that spans use."""
    summary: Summary | None
    resolved: Resolved
    language: str
    """The language of the keywords: "zh", "en" or "mixed"."""
    parsed: dict[str, Parsed]
    """Every file read that is text, as written."""
    make_plan: Callable[[], ScoringPlan | None]
    _plan: ScoringPlan | None = None

    @property
    def has_errors(self) -> bool:
        return _has_errors(self.diagnostics)

    @property
    def plan(self) -> ScoringPlan | None:
        """The scoring plan, made when it is first asked for: an editor only checks."""
        if self._plan is None:
            self._plan = self.make_plan()
        return self._plan


def compile_rubric(
    path: str,
    load: Load,
    *,
    settings: Mapping[str, str] | None = None,
    folders: Sequence[str] = (),
    workspace: Workspace | None = None,
    language: Language | None = None,
) -> Compiled:
    """Reads, resolves and checks the rubric at `path` and all it uses; `settings` are `--set` values by parameter.

    `folders`: where used files are looked for that are not found beside the file that names them. With a workspace,
    what an edit did not touch is taken from the compilation before it. `language`: of what findings propose to write,
    where it is not that of the text's keywords.
    """
    workspace = workspace or Workspace()
    again, workspace.used = workspace.used, True
    report = Report()
    reading = _Reading(workspace)
    gathering = Gathering(load, reading.document, report, folders)
    gathered = gathering.gather(path)
    beside = Beside(load, report)
    written: Language = language or ("zh" if reading.language == "zh" else "en")
    outside = Outside(settings or {}, beside.members, beside.grid, written)
    damage = Damage(reading.lost if gathering.complete else EVERY_NAME, reading.incomplete)
    resolved = resolve(gathered.header, gathered.items, report, outside, damage, workspace.memo)
    check_everything(resolved, written, workspace.memo)
    plan = None
    if resolved.promises and resolved.sound and not _has_errors(report.found):
        plan, broken = _proved(resolved)
        report.found.extend(broken)
    diagnostics = _each_once(report.found)
    errors = _has_errors(diagnostics)

    def make_plan() -> ScoringPlan | None:
        if errors or not resolved.sound:
            return None
        # Nodes kept from earlier texts have numbers and lines of their own; a plan is always that of a fresh reading.
        if again:
            return compile_rubric(path, load, settings=settings, folders=folders).plan
        return plan or _plan_of(resolved)

    summary = None if errors or not resolved.sound else summary_of(resolved)
    return Compiled(diagnostics, reading.sources, summary, resolved, reading.language, reading.parsed, make_plan)


# What makes plans and evaluates rows loads pydantic and half the program; checking alone does without.


def _plan_of(resolved: Resolved) -> ScoringPlan:
    from rubric_dsl.plan.from_resolved import plan_of

    return plan_of(resolved)


def _proved(resolved: Resolved) -> tuple[ScoringPlan, list[Diagnostic]]:
    """The plan with what is known of its promises, and what was found of them."""
    from rubric_dsl.plan.promises import prove

    return prove(_plan_of(resolved), resolved.promises)


def _has_errors(found: Sequence[Diagnostic]) -> bool:
    return any(prose.severity(diagnostic.code) == "error" for diagnostic in found)


def _told(facts: Mapping[str, object]) -> Hashable:
    """The facts as a key; compared as values where they can be, since a number may be too long to be written."""
    told = tuple(sorted(facts.items(), key=lambda fact: fact[0]))
    try:
        hash(told)
    except TypeError:  # a list inside a fact
        return repr(told)
    return told


def _each_once(found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings without repetitions; the same fault may be met by way of several names."""
    seen: set[tuple[str, Span, Hashable]] = set()
    kept = []
    for diagnostic in found:
        key = (diagnostic.code, diagnostic.span, _told(diagnostic.facts))
        if key not in seen:
            seen.add(key)
            kept.append(diagnostic)
    return tuple(kept)


class _Reading:
    """Turns bytes into documents and remembers sources, languages and what broken lines left behind."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.sources: dict[str, Source] = {}
        self.parsed: dict[str, Parsed] = {}
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
        self.parsed[file] = parsed
        report.found.extend(parsed.diagnostics)
        self.lost |= parsed.lost
        self.incomplete |= {id(item) for item in parsed.incomplete}
        if len(self.sources) == 1:
            self.language = parsed.language
        return parsed.document

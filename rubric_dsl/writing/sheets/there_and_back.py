"""A rubric as a workbook that is known to say the same: it is read back, and the plans are compared."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Mapping, Sequence

from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.observations.raw import Given
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.identity import plan_hash
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved.files import Gathering
from rubric_dsl.resolved.report import Report
from rubric_dsl.surface import tree
from rubric_dsl.surface.from_text import Parsed, parse
from rubric_dsl.surface.keywords import Language
from rubric_dsl.text.files import Source, read_source
from rubric_dsl.text.record import dataclass
from rubric_dsl.writing.sheets.book import workbook_bytes
from rubric_dsl.writing.sheets.exporting import workbook_of
from rubric_dsl.writing.sheets.importing import import_workbook


@dataclass(frozen=True, slots=True)
class Exported:
    data: bytes
    same: bool
    """Whether reading it back gives the same plan."""
    found: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    sheets: tuple[str, ...]
    comments: int
    """Lines of comments, which no sheet has a place for."""
    beside: tuple[str, ...]
    """Files with members or weights, which stay where they are."""
    gathered: tuple[str, ...]
    """Files that the rubric uses or amends; the workbook holds what they say."""


def exported(
    path: str, plan: ScoringPlan, load: Callable[[str], bytes], lang: Language, folders: Sequence[str] = ()
) -> Exported:
    """The workbook of the rubric at `path`, whose plan this is. Raises TooLong."""
    parsed: dict[str, Parsed] = {}

    def document(file: str, data: bytes, report: Report) -> tree.Document | None:
        source, _ = read_source(file, data)
        assert source is not None, "it has a plan"
        parsed[file] = parse(source)
        return parsed[file].document

    gathered = Gathering(load, document, Report(), folders).gather(path)
    tables = workbook_of(gathered.header, gathered.items, lang)
    data = workbook_bytes(tables, lang, plan.header.title)
    again = os.path.join(os.path.dirname(path), "read-back.rubric")
    back = import_workbook(Given(os.path.basename(path) + ".xlsx", data), lang, load=load, name=again)
    text = (back.text or "").encode()
    done = compile_rubric(again, lambda name: text if name == again else load(name), folders=folders)
    same = done.plan is not None and plan_hash(done.plan) == plan_hash(plan)
    comments = sum(len(one.remarks_after) + sum(len(line.remarks) for line, _ in one.lines) for one in parsed.values())
    return Exported(
        data,
        same,
        back.diagnostics,
        back.sources,
        tuple(table.name for table in tables),
        comments,
        tuple(_beside(gathered.items)),
        tuple(name for name in gathered.files if name != path),
    )


def _beside(items: Sequence[tree.Item]) -> list[str]:
    found = []
    for item in items:
        if isinstance(item, tree.Weights) and item.grid is None:
            found.append(f"{item.named.name}.csv")
        if isinstance(item, tree.Observe):
            found += [
                f"{column.names[0].name}.csv"
                for column in item.columns
                if column.type.kind == "choice" and not column.type.members
            ]
    return found

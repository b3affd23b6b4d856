"""The program run in process on a generated case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rubric_dsl.diagnostics import prose
from rubric_dsl.diagnostics.model import Diagnostic
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.read import read_observations, stopped_by
from rubric_dsl.plan.compile import Compiled, compile_rubric
from rubric_dsl.plan.model import ScoringPlan
from tests.properties.generate import Case
from tests.properties.write import Style, csv_text, rubric_text


@dataclass(frozen=True)
class File:
    name: str
    data: bytes


def compiled_text(text: str) -> Compiled:
    return compile_rubric("made.rubric", lambda path: text.encode())


def errors(compiled: Compiled) -> list[str]:
    return [said(one) for one in compiled.diagnostics if prose.severity(one.code) == "error"]


def said(found: Diagnostic) -> str:
    return f"{found.span.first_line}: {found.code} {prose.message(found, 'en')}"


def plan_of(text: str) -> ScoringPlan:
    compiled = compiled_text(text)
    assert errors(compiled) == [], f"{errors(compiled)}\n{text}"
    assert compiled.plan is not None
    return compiled.plan


def files(case: Case) -> Mapping[str, File]:
    tables = {table.name: table for table in case.rubric.tables}
    return {
        name: File(f"{name}.csv", csv_text(tables[name], rows).encode()) for name, rows in case.observations.items()
    }


def observed(plan: ScoringPlan, given: Mapping[str, File]) -> Observations:
    observations = read_observations(plan, given)
    refusals = [one for data in observations.tables.values() for one in data.ledger.refusals]
    assert not stopped_by(observations), refusals[:3]
    return observations


__all__ = ["Style", "compiled_text", "errors", "files", "observed", "plan_of", "rubric_text", "said"]

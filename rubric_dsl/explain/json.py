"""An explanation as `rubric-explanation/1`: for machines, never translated, the same for the same explanation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from rubric_dsl.evaluation.values import Undefined, Value, is_number
from rubric_dsl.explain.explanation import (
    Decision,
    ExplainedItem,
    ExplainedRow,
    Explanation,
    Input,
    Observed,
    Place,
    ReadCell,
    RowCost,
    RubricLine,
    Scenario,
    Standing,
    Unmatched,
    Unobserved,
    walk,
)
from rubric_dsl.explain.sentences import sentences
from rubric_dsl.numbers.decimals import exact_text
from rubric_dsl.numbers.reals import Exact
from rubric_dsl.numbers.show import Kind, shown
from rubric_dsl.observations.corrections import Corrections
from rubric_dsl.observations.model import PRIVATE, Ledger
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved.literals import moment_text
from rubric_dsl.resolved.types import NUMBER, PERCENT
from rubric_dsl.results.json import ledger_json, number_json, outcome_json

FORMAT = "rubric-explanation/1"
NO_CONTRIBUTION = {"state": "not applicable", "because": "parts of a {combination} have no contributions"}

KINDS: dict[str, Kind] = {"percent": "percent", "seconds": "duration"}

Json = dict[str, Any]


def explanation_json(
    plan: ScoringPlan, identity: str, explanations: Sequence[Explanation], ledgers: Iterable[Ledger] = (),
    corrections: Corrections | None = None,
) -> Json:
    """The whole object. With one explanation `score`, `worth` and its other facts stand at the top and `items` are its
    parts; several (a rubric without a ranking) are `items` side by side. `identity` is the plan's hash."""
    found: Json = {
        "format": FORMAT,
        "rubric": {"title": plan.header.title, "edition": plan.header.edition, "plan": identity},
    }
    if explanations:
        found["subject"] = explanations[0].subject
        if explanations[0].period is not None:
            found["period"] = explanations[0].period
    if len(explanations) == 1:
        found |= _top(explanations[0])
    else:
        found["items"] = [_item(explanation.item) for explanation in explanations]
    found["ledger"] = {ledger.table: ledger_json(ledger) for ledger in ledgers}
    if corrections is not None:
        found["corrections"] = {"file": corrections.file, "sha256": corrections.sha256}
    return found


def stopped_json(diagnostics: Sequence[Json], ledgers: Iterable[Ledger] = ()) -> Json:
    """What is printed where a run stops: no items, but why."""
    return {
        "format": FORMAT,
        "items": [],
        "ledger": {ledger.table: ledger_json(ledger) for ledger in ledgers},
        "diagnostics": list(diagnostics),
    }


def _top(explanation: Explanation) -> Json:
    item = explanation.item
    own = _item(item)
    found: Json = {
        "item": {key: own[key] for key in ("name", "label", "kind", "rubric")},
        "score": own["points"],
    }
    for key in ("worth", "lost", "standing", "combination", "decision", "inputs", "rows", "unobserved"):
        if key in own:
            found[key] = own[key]
    if explanation.place is not None:
        found |= _place(explanation.place)
    found["items"] = own["items"] or ([own] if item.worth is not None else [])
    found["costs"] = [_cost(cost) for cost in explanation.costs]
    if explanation.corrected:
        found["corrected"] = [
            _observed(observed) | {"column": cell.column.name, "before": cell.before, "now": cell.text} | (
                {"cell": cell.place} if cell.place else {})
            for observed, cell in explanation.corrected
        ]
    found["sentences"] = {lang: list(sentences(explanation, lang)) for lang in ("en", "zh")}
    return found


def _place(place: Place) -> Json:
    found: Json = {"ranking": place.ranking, "rank": place.placed.rank, "of": place.of}
    if place.placed.group is not None:
        found["group"] = place.placed.group
    if place.placed.because is not None:
        found["because"] = place.placed.because
    return found


def _item(item: ExplainedItem) -> Json:
    """The item and all below it, made from the innermost outwards."""
    made: dict[int, Json] = {}
    combination = {id(part): current.combination for current in walk(item) for part in current.parts}
    for current in reversed(list(walk(item))):
        parts = [made[id(part)] for part in current.parts]
        made[id(current)] = _one(current, parts, combination.get(id(current), "sum"))
    return made[id(item)]


def _one(item: ExplainedItem, parts: list[Json], around: str) -> Json:
    none = {key: text.format(combination=around) for key, text in NO_CONTRIBUTION.items()}

    def amount(value: Exact | None) -> Json:
        return none if value is None else number_json(value, NUMBER)

    found: Json = {
        "name": item.name, "label": item.label, "kind": item.kind,
        "points": outcome_json(item.points, item.type),
        "rubric": _line(item.line),
    }
    if item.worth is not None:
        found["worth"] = number_json(item.worth, NUMBER)
        found["contribution"], found["lost"] = amount(item.contribution), amount(item.lost)
        found["lost_overall"] = amount(item.overall)
    if item.share is not None:
        found["share_of_lost"] = number_json(item.share, PERCENT)
    if item.standing is not None:
        found["standing"] = _standing(item.standing, item)
    if item.combination != "sum":
        found["combination"] = item.combination
    if item.decision is not None:
        found["decision"] = _decision(item.decision)
    if item.unmatched:
        found["unmatched"] = [_unmatched(one) for one in item.unmatched]
    if item.inputs:
        found["inputs"] = [_input(one) for one in item.inputs]
    if item.rows or not item.parts:
        found["rows"] = [row_json(row, item.worth is not None) for row in item.rows]
    if item.unobserved:
        found["unobserved"] = [_unobserved(one) for one in item.unobserved]
    found["items"] = parts
    return found


def _standing(standing: Standing, item: ExplainedItem) -> Json:
    mean, best = number_json(standing.mean, item.type), number_json(standing.best, item.type)
    return {"rank": standing.rank, "of": standing.of, "mean": mean, "best": best}


def _line(line: RubricLine) -> Json:
    return {"file": line.file, "line": line.line}


def _decision(decision: Decision) -> Json:
    """`by` is what gave the points; `text` the rubric's words, `•••` where they would tell a private cell."""
    found: Json = {"by": decision.by, "rubric": _line(decision.line)}
    text = PRIVATE if decision.withheld else decision.line.text
    if text is not None:
        found["text"] = text
    if decision.row is not None:
        found["row"] = decision.row + 1
    if decision.limits:
        found["limits"] = [{"word": word, "value": number_json(end, NUMBER)} for word, end in decision.limits]
    return found


def _unmatched(one: Unmatched) -> Json:
    found: Json = {"row": one.row + 1, "rubric": _line(one.line), "because": one.because}
    if one.line.text is not None:
        found["text"] = one.line.text
    return found if one.input is None else found | {"input": one.input}


def _input(one: Input) -> Json:
    value = PRIVATE if one.value is None else outcome_json(one.value, one.type)
    found: Json = {"name": one.name, "label": one.label, "value": value}
    return found if one.period is None else found | {"period": one.period}


def row_json(row: ExplainedRow, scored: bool) -> Json:
    """An observation with what was read and what decided. `scored`: it is one of an item that has points."""
    found = _observed(row.observed) | {"columns": _cells(row.read), "values": _values(row.read)} | _places(row.read)
    corrected = {cell.column.name: cell.before for cell in row.read if cell.before is not None}
    if corrected:
        found["corrected"] = {name: {"before": before} for name, before in corrected.items()}
    if not scored:
        return found
    found["points"], found["worth"] = _points(row.points), number_json(row.worth, NUMBER)
    if row.lost is not None:
        found["lost"] = number_json(row.lost, NUMBER)
    found["decision"] = _decision(row.decision)
    if row.decision.by in ("table row", "condition"):
        matched = dict(found["decision"])
        del matched["by"]
        found["matched" if row.decision.by == "table row" else "condition"] = matched
    if row.unmatched:
        found["unmatched"] = [_unmatched(one) for one in row.unmatched]
    if row.unrounded is not None:
        found["before_rounding"] = number_json(row.unrounded, NUMBER)
    return found


def _observed(observed: Observed) -> Json:
    found: Json = {
        "table": observed.schema.name, "row": observed.number, "line": observed.line, "file": observed.file,
    }
    if observed.sheet:
        found["sheet"] = observed.sheet
    if observed.scenario is not None:
        found["scenario"] = scenario_json(observed.scenario)
    if observed.keys:
        found["key"] = _cells(observed.keys)
    return found


def scenario_json(scenario: Scenario) -> Json:
    return {"name": scenario.name, "label": scenario.label}


def _cells(cells: Iterable[ReadCell]) -> dict[str, str]:
    return {cell.column.name: cell.text for cell in cells}


def _places(cells: Iterable[ReadCell]) -> Json:
    """Where the cells are, in a workbook or database."""
    found = {cell.column.name: cell.place for cell in cells if cell.place}
    return {"cells": found} if found else {}


def _values(cells: Iterable[ReadCell]) -> dict[str, object]:
    """What the cells were read as; an absent one is missing, a private one stays hidden."""
    return {cell.column.name: _value(cell) for cell in cells}


def _value(cell: ReadCell) -> object:
    kind: Kind = KINDS.get(cell.column.type, "number")
    if cell.column.private:
        return PRIVATE
    match cell.value:
        case None:
            return {"state": "missing", "because": "the cell is absent"}
        case Fraction():
            return {"exact": exact_text(cell.value), "shown": shown(cell.value, kind, "en")}
        case bool() | str():
            return cell.value
    return moment_text(cell.value, "time" if cell.column.type == "time" else "date")


def _points(value: Value) -> object:
    if is_number(value):
        return number_json(value, NUMBER)
    if isinstance(value, Undefined):
        return {"state": "undefined", "because": value.reason}
    return {"state": "not applicable", "because": "the row does not count for this item"}


def _unobserved(one: Unobserved) -> Json:
    found: Json = {"lost": number_json(one.lost, NUMBER)}
    if one.scenario is not None:
        found["scenario"] = scenario_json(one.scenario)
    return found


def _cost(cost: RowCost) -> Json:
    return _observed(cost.observed) | {
        "columns": _cells(cost.read), **_places(cost.read), "lost": number_json(cost.lost, NUMBER),
        "items": list(cost.items), "decisions": [_decision(decision) for decision in cost.decisions],
    }

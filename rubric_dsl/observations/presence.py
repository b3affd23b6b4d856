"""Whether the cells of a row are there exactly when they should be, and agree with each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rubric_dsl.observations import codes
from rubric_dsl.observations.conditions import Condition
from rubric_dsl.observations.facts import Listing, listing
from rubric_dsl.observations.model import PRIVATE, Cell
from rubric_dsl.plan.model import TableSchema
from rubric_dsl.text.record import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason to refuse a row. `column` names the cell that is shown (None: the row as a whole)."""

    column: str | None
    code: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Dependent:
    """Columns that share a `when`, and that condition."""

    condition: Condition
    columns: tuple[str, ...]


class RowRules:
    """The `when` of a table's columns and its `must` rules.

    Nothing is judged on top of a cell that was refused already: a condition that reads such a cell has no verdict. A
    rule speaks only of rows where all the columns that it reads are present.
    """

    def __init__(
        self, table: TableSchema, whens: Mapping[str, Condition], musts: Sequence[tuple[Condition, str]]
    ) -> None:
        """`whens`: the condition by column; `musts`: each rule, with its message, in written order."""
        self._private = {column.name for column in table.columns if column.private}
        self._dependents = tuple(_in_order(table, whens))
        self._musts = tuple(musts)

    def findings(self, values: Mapping[str, Cell], cells: Mapping[str, str], bad: set[str]) -> list[Finding]:
        """What is wrong with the typed values of a row. `bad`: columns refused or not given; more join them here."""
        found: list[Finding] = []
        for dependent in self._dependents:
            if bad and not bad.isdisjoint(dependent.condition.columns):
                bad.update(name for name in dependent.columns if values[name] is None)
                continue
            verdict = dependent.condition.verdict(values)
            if isinstance(verdict, str):
                column = (*dependent.condition.columns, *dependent.columns)[0]
                found.append(Finding(column, codes.RULE_UNDEFINED, _undefined(verdict)))
                continue
            for name in dependent.columns:
                if name not in bad and (values[name] is None) == (verdict is True):
                    code = codes.BLANK_WHERE_NEEDED if verdict is True else codes.VALUE_WHERE_NONE_BELONGS
                    found.append(Finding(name, code, {"given": self._given(dependent.condition, cells)}))
                    bad.add(name)
        return found + list(self._broken(values, bad))

    def _broken(self, values: Mapping[str, Cell], bad: set[str]) -> Iterator[Finding]:
        for rule, message in self._musts:
            if not bad.isdisjoint(rule.columns):
                continue
            verdict = rule.verdict(values)
            column = rule.columns[0] if rule.columns else None
            if isinstance(verdict, str):
                yield Finding(column, codes.RULE_UNDEFINED, _undefined(verdict))
            elif verdict is False:
                yield Finding(column, codes.RULE_BROKEN, {"rule": message})

    def _given(self, condition: Condition, cells: Mapping[str, str]) -> Listing:
        """What the condition saw: `connected = no`."""
        return listing(
            f"{name} = {PRIVATE if name in self._private else cells[name].strip() or '∅'}" for name in condition.columns
        )


def _undefined(reason: str) -> dict[str, object]:
    return {"help": {"division by zero": "zero", "outside domain": "domain"}.get(reason, "other")}


def _in_order(table: TableSchema, whens: Mapping[str, Condition]) -> Iterator[_Dependent]:
    """Conditions after the conditions of the columns that they read."""
    waiting: dict[int, tuple[Condition, list[str]]] = {}
    for column in table.columns:
        if column.name in whens:
            condition = whens[column.name]
            waiting.setdefault(id(condition), (condition, []))[1].append(column.name)
    while waiting:
        open_columns = {name for _, names in waiting.values() for name in names}
        ready = [key for key, (condition, _) in waiting.items() if open_columns.isdisjoint(condition.columns)]
        for key in ready or list(waiting):
            condition, names = waiting.pop(key)
            yield _Dependent(condition, tuple(names))

"""How many rows or subjects of real observations fall in each row of each table."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from rubric_dsl.editor.project import Loader
from rubric_dsl.engines.reference.trace import matched_row
from rubric_dsl.engines.run import Run, run_periods
from rubric_dsl.evaluation.prepare import evaluate_row
from rubric_dsl.observations.read import read_observations, stopped_by
from rubric_dsl.plan.compile import compile_rubric
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.resolved import operations as op
from rubric_dsl.text.record import dataclass

MOST_BYTES = 16 << 20
"""Of all data files together; what is larger is not counted while somebody types."""
ENDINGS = (".csv", ".tsv")


@dataclass(frozen=True, slots=True)
class DataFile:
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Counts:
    """By file and line of the rubric."""

    rows: Mapping[tuple[str, int], int]
    of_subjects: frozenset[tuple[str, int]]
    """Lines where subjects were counted, not rows."""
    files: tuple[str, ...]


def counted(path: str, load: Loader, named: Mapping[str, str]) -> Counts | None:
    """The counts of the rubric as it is, over the files named by table, else those named like a table beside it.

    None: it has errors, some table has no file, or nothing can be scored.
    """
    plan = compile_rubric(path, load).plan
    if plan is None:
        return None
    paths = data_paths([(table.name, table.label) for table in plan.tables], os.path.dirname(path), named)
    files = None if paths is None else _read(paths)
    if files is None:
        return None
    observations = read_observations(plan, files, leave_out_refused=True)
    if stopped_by(observations, leave_out_refused=True):
        return None
    found: Counter[tuple[str, int]] = Counter()
    lines = {(node, place): at for node, place, at in _rows_of_tables(plan)}
    subjects = frozenset(at for (node, _), at in lines.items() if plan.nodes[node].grain.kind != "row")
    for done in run_periods(plan, observations):
        found.update(lines[key] for key in _matches(done) if key in lines)
    names = tuple(sorted(os.path.basename(file.name) for file in files.values()))
    return Counts({at: found[at] for at in lines.values()}, subjects, names)


def data_paths(
    tables: Iterable[tuple[str, str | None]], folder: str, named: Mapping[str, str]
) -> dict[str, str] | None:
    """The file of each table (name and label); None: one has none."""
    found: dict[str, str] = {}
    for table, label in tables:
        names = [name for name in (table, label) if name]
        given = [named[name] for name in names if name in named]
        paths = [os.path.join(folder, path) for path in given] or [
            os.path.join(folder, name + ending) for name in names for ending in ENDINGS
        ]
        there = next((path for path in paths if os.path.isfile(path)), None)
        if there is None:
            return None
        found[table] = there
    return found or None


def _read(paths: Mapping[str, str]) -> dict[str, DataFile] | None:
    """None: they are too large to be counted while somebody types."""
    if sum(os.path.getsize(path) for path in paths.values()) > MOST_BYTES:
        return None
    found = {}
    for table, path in paths.items():
        with open(path, "rb") as file:
            found[table] = DataFile(path, file.read(MOST_BYTES))
    return found


def _rows_of_tables(plan: ScoringPlan) -> Iterator[tuple[op.Node, int, tuple[str, int]]]:
    for node in plan.nodes:
        if isinstance(node.operation, op.Table) and len(node.lines) > len(node.operation.rows):
            first = len(node.lines) - len(node.operation.rows)
            for place, line in enumerate(node.lines[first:]):
                yield node.id, place, (line.file, line.line)


def _matches(done: Run) -> Iterator[tuple[op.Node, int]]:
    tables = [node.id for node in done.plan.nodes if isinstance(node.operation, op.Table)]
    for node in tables:
        grain = done.plan.nodes[node].grain
        if grain.kind == "row":
            continue
        for subject in done.subjects:
            place = matched_row(done, node, done.values[subject])
            if place is not None:
                yield node, place
    for schema in done.plan.tables:
        nodes = done.prepared.row_nodes.get(schema.name, ())
        own = [node for node in tables if done.plan.nodes[node].grain.table == schema.name and node in nodes]
        data = done.observations.tables.get(schema.name)
        for row in data.rows if own and data is not None else ():
            values = evaluate_row(done.prepared, row.values, nodes)
            for node in own:
                place = matched_row(done, node, values)
                if place is not None:
                    yield node, place

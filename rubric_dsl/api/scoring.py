"""Observations through a plan to a result, for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rubric_dsl.api.compiling import Plan
from rubric_dsl.api.errors import NotFinished, ObservationsRefused, WrongUse, error_of
from rubric_dsl.api.given import Data, given
from rubric_dsl.cli.exits import Exit, Stop, install_command
from rubric_dsl.cli.running import engine_for, engine_named
from rubric_dsl.cli.words import say
from rubric_dsl.diagnostics.report import Report
from rubric_dsl.engines.contract import Engine, EngineFailed
from rubric_dsl.engines.run import Run, run_periods
from rubric_dsl.observations.large import LargeSource, OnlyOneByOne
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.raw import MissingPart, Source
from rubric_dsl.observations.read import read_observations, stopped_by
from rubric_dsl.plan.identity import plan_hash
from rubric_dsl.plan.model import ScoringPlan
from rubric_dsl.render.columns import ColumnKind, Columns, both, frame_of, point_columns
from rubric_dsl.render.diagnostics import report_lines
from rubric_dsl.render.json import diagnostic_json
from rubric_dsl.render.pieces import Look, plain
from rubric_dsl.render.problems import problem_diagnostics
from rubric_dsl.render.refusals import refusal_lines
from rubric_dsl.results.json import MAX_REFUSALS, ledger_json, refusal_json, results_json, unranked_text
from rubric_dsl.results.model import NoValue
from rubric_dsl.results.model import Result as Scored
from rubric_dsl.results.points import points
from rubric_dsl.results.reasons import Reasons
from rubric_dsl.results.score import result_of

if TYPE_CHECKING:
    import pandas  # type: ignore[import-untyped]
    import polars
    import pyarrow  # type: ignore[import-untyped]

Json = dict[str, Any]


class Table:
    """A table of results: `columns` by name, and the same as a frame of whatever is installed.

    Numbers stand as `exact`, a text such as `179/8`, and as `double`, the nearest one.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self._columns.kinds)

    def to_dicts(self) -> list[Json]:
        """A dict a row; None where there is no value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self._columns.rows()]

    def to_polars(self) -> polars.DataFrame:
        """Columns of String, Float64 and Int64."""
        return frame_of(self._columns)

    def to_arrow(self) -> pyarrow.Table:
        """Columns of string, double and int64."""
        import pyarrow

        types = {"text": pyarrow.string(), "double": pyarrow.float64(), "whole number": pyarrow.int64()}
        kinds = self._columns.kinds
        schema = pyarrow.schema([(name, types[kind]) for name, kind in kinds.items()])
        return pyarrow.table({name: self._columns.values[name] for name in kinds}, schema=schema)

    def to_pandas(self) -> pandas.DataFrame:
        """Columns of string, Float64 and Int64, which know NA."""
        import pandas

        types = {"text": "string", "double": "Float64", "whole number": "Int64"}
        return pandas.DataFrame({
            name: pandas.array(list(self._columns.values[name]), dtype=types[kind])
            for name, kind in self._columns.kinds.items()
        })


class Result:
    """What every subject scored, and in which rank. Of a rubric with `each` all periods, the earliest first.

    `to_dicts`, `to_polars`, `to_arrow` and `to_pandas` give the points of every subject in every item.
    """

    def __init__(self, plan: ScoringPlan, runs: Sequence[Run], results: Sequence[Scored]) -> None:
        self._plan = plan
        self._runs = tuple(runs)
        self._results = tuple(results)

    @property
    def engine(self) -> str:
        """The engine that ran."""
        return self._results[0].engine

    @property
    def ledger(self) -> dict[str, Json]:
        """The account of each table: rows read, scored and refused, what was repaired."""
        return {table: ledger_json(ledger) for table, ledger in self._results[0].ledgers.items()}

    @property
    def rankings(self) -> tuple[str, ...]:
        """The names of the rankings."""
        return tuple(schema.name for schema in self._plan.rankings)

    def ranking(self, name: str | None = None) -> Table:
        """One ranking, the first if none is named, best first: `period`, `rank`, `subject`, `group`, `exact`, `double`
        and `because` (why there is no rank). Raises KeyError."""
        place = 0 if name is None and self.rankings else self._place(name)
        rows = [
            (result.period, row.rank, row.subject, row.group,
             *both(None if isinstance(row.score, NoValue) else row.score),
             None if row.because is None else unranked_text(self._plan, row))
            for result in self._results for row in result.rankings[place].rows
        ]
        found = zip(*rows, strict=True) if rows else ((),) * len(_RANKING)
        return Table(Columns(_RANKING, dict(zip(_RANKING, map(list, found), strict=True))))

    def _place(self, name: str | None) -> int:
        if name not in self.rankings:
            raise KeyError(f"{name!r} is none of the rankings: {', '.join(self.rankings) or 'there is none'}")
        return self.rankings.index(name)

    @cached_property
    def points(self) -> Table:
        """A row for every subject and item: `period`, `subject`, `item`, `label`, `kind`, `state` (`given`, `missing`,
        `not applicable`), `exact`, `double`, `text`, `worth_exact`, `worth_double`, `rank`, `because`."""
        pairs = zip(self._runs, self._results, strict=True)
        return Table(point_columns(point for run, result in pairs for point in points(run, result)))

    def row_points(self) -> polars.LazyFrame:
        """A row for every observation and item that it is scored in: `period`, `table`, `file`, `row` (the header is
        1), `subject`, `scenario`, `item`, `exact`, `double`. Lazy, as there may be very many: `collect` or `sink_…`.
        Raises ImportError without Polars."""
        from rubric_dsl.render.row_points import row_points

        return row_points(self._plan, self._runs)

    def to_dicts(self) -> list[Json]:
        return self.points.to_dicts()

    def to_polars(self) -> polars.DataFrame:
        return self.points.to_polars()

    def to_arrow(self) -> pyarrow.Table:
        return self.points.to_arrow()

    def to_pandas(self) -> pandas.DataFrame:
        return self.points.to_pandas()

    def to_json(self) -> Json:
        """The object that `rubric score --json` prints, with the reasons in brief."""
        scored = [(result, Reasons(run)) for result, run in zip(self._results, self._runs, strict=True)]
        return results_json(self._plan, plan_hash(self._plan), scored)

    def __repr__(self) -> str:
        subjects = len(self._results[-1].values)
        return f"<Result of {self._plan.header.title!r}: {subjects} subjects, engine {self.engine}>"


_RANKING: dict[str, ColumnKind] = {
    "period": "text", "rank": "whole number", "subject": "text", "group": "text", "exact": "text", "double": "double",
    "because": "text",
}


def score(
    plan: Plan, observations: Mapping[str, Data] | None = None, /, *, leave_out_refused: bool = False,
    engine: str | None = None, **tables: Data,
) -> Result:
    """Score observations exactly and rank the subjects.

    Tables by name (or label), as keywords or, where a name is no keyword, in the mapping `observations`. Each is a
    path as on the command line (file, folder, pattern), a frame of Polars (eager or lazy), Arrow or pandas, or a list
    of dicts. `engine`: as `--engine`; None takes what fits.

    Raises ObservationsRefused where a row was refused (with `leave_out_refused` only where a whole table was),
    NotFinished where a value is impossible, WrongUse and NotInstalled. Any value is either scored or refused: nothing
    is guessed.
    """
    scoring = plan.scoring_plan
    labels = {table.label: table.name for table in scoring.tables if table.label is not None}
    named = {labels.get(name, name): data for name, data in {**(observations or {}), **tables}.items()}
    if len(named) < len(observations or {}) + len(tables):
        raise WrongUse(lambda lang: say("api.table-twice", lang))
    try:
        asked = None if engine is None else engine_named(engine)
        sources = {name: given(name, data, engine) for name, data in named.items()}
        observed = _read(scoring, sources, leave_out_refused)
        chosen = asked or engine_for(observed)
    except Stop as stop:
        raise error_of(stop) from None
    if stopped_by(observed, leave_out_refused):
        raise _refused(observed)
    return _scored(plan, observed, chosen)


def _read(plan: ScoringPlan, sources: Mapping[str, Source | LargeSource], leave_out: bool) -> Observations:
    try:
        return read_observations(plan, sources, leave_out)
    except OnlyOneByOne as several:
        raise Stop(Exit.USAGE, "file.several", path=str(several)) from None
    except MissingPart as missing:
        command = install_command(missing.requirement)
        raise Stop(Exit.NOT_INSTALLED, "file.package", package=missing.package, command=command) from None


def _refused(observed: Observations) -> ObservationsRefused:
    ledgers = [table.ledger for table in observed.tables.values()]
    records = [
        {"table": ledger.table} | refusal_json(refusal, ledger)
        for ledger in ledgers for refusal in ledger.refusals[:MAX_REFUSALS]
    ]
    accounts = {ledger.table: ledger_json(ledger) for ledger in ledgers}
    return ObservationsRefused(lambda lang: plain(refusal_lines(ledgers, Look(lang))), records, accounts)


def _scored(plan: Plan, observed: Observations, engine: Engine) -> Result:
    try:
        runs = run_periods(plan.scoring_plan, observed, engine)
    except EngineFailed as error:
        program, reason = error.program, error.reason
        raise NotFinished(lambda lang: say("score.engine-failed", lang, program=program, reason=reason)) from error
    results = [result_of(run) for run in runs]
    problems = [problem for result in results for problem in result.problems]
    if problems:
        found = problem_diagnostics(problems, plan.scoring_plan)
        report = Report.of(found)
        raise NotFinished(
            lambda lang: plain(report_lines(report, plan.lines_of, Look(lang))), list(map(diagnostic_json, found)))
    return Result(plan.scoring_plan, runs, results)

"""From a plan and the observations on the command line to a run, or to the reasons why there is none."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rubric_dsl.cli.arguments import by_table
from rubric_dsl.cli.exits import Exit, Stop, install_command
from rubric_dsl.cli.files import LARGE, are_few_rows, many_files, read_observation_file
from rubric_dsl.cli.large import large_files, table_of
from rubric_dsl.cli.progress import Rows, doing, shows_progress
from rubric_dsl.cli.terminal import Terminal
from rubric_dsl.engines.contract import Engine, EngineFailed
from rubric_dsl.engines.reference import ReferenceEngine
from rubric_dsl.engines.run import Run, run_periods
from rubric_dsl.observations.large import Watch
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.raw import Given, MissingPart, OnDisk, SeveralFiles, Source
from rubric_dsl.observations.read import AnySource, read_observations, read_subjects
from rubric_dsl.plan.model import ScoringPlan

if TYPE_CHECKING:
    from rubric_dsl.cli.totals_cache import TotalsCache
    from rubric_dsl.results.bundle import Copied

_REQUIREMENTS = {
    "polars": {"polars": "polars>=2,<3"},
    "duckdb": {"duckdb": "duckdb>=1.3,<2", "sqlglot": "sqlglot>=30"},
    "spark": {"pyspark": "pyspark>=4,<5", "sqlglot": "sqlglot>=30"},
    "postgresql": {"psycopg": "psycopg[binary]>=3.2,<4", "sqlglot": "sqlglot>=30"},
}
"""By engine the packages that it needs, as `pip install` takes them."""
ENGINES = ("reference", "compiled", *_REQUIREMENTS)
MANY_ROWS = 10_000
"""With fewer rows there are hardly so many subjects that the stage for them is worth loading."""
WORTH_COMPILING = 200
"""With fewer rows the reference engine is done before the compiled one has written its function."""


def observe(
    terminal: Terminal, plan: ScoringPlan, arguments: Sequence[str], leave_out_refused: bool = False,
    engine: str | None = "reference", master: str | None = None, kept: dict[str, Copied] | None = None,
    sent: dict[str, Given] | None = None, cache: TotalsCache | None = None,
) -> Observations:
    """All tables as read; files that cannot be opened are a fault of the command line and stop.

    `engine`: those for many rows read their tables too (None: one does so where a file is large). `kept` is given the
    bytes of each table that was read whole, for a bundle; `sent` those files themselves. `cache` keeps what large files
    come to.
    """
    rows = Rows()
    files = _files(arguments, plan, engine, master, cache, rows)
    if kept is not None:
        files = {table: _to_be_kept(plan, table, file) for table, file in files.items()}
    whole = {table: file for table, file in files.items() if isinstance(file, Given)}
    if kept is not None:
        kept.update({table: _copied(file) for table, file in files.items()})
    if sent is not None:
        sent.update(whole)
    return _read(terminal, files, lambda: read_observations(plan, files, leave_out_refused), rows)


def _to_be_kept(plan: ScoringPlan, name: str, file: AnySource) -> AnySource:
    """The file as a bundle can hold it: one file; of a database the table as it is now, exported."""
    from rubric_dsl.observations.copying import exported
    from rubric_dsl.observations.formats import format_of
    from rubric_dsl.observations.raw import SERVERS, FileRefused

    if not isinstance(file, Given):
        files: Sequence[Path] = getattr(file, "files", ())
        if len(files) > 1:
            raise Stop(Exit.USAGE, "bundle.several", path=file.name)
        return read_observation_file(str(files[0])) if files[0].stat().st_size < LARGE else file
    table = next((table for table in plan.tables if table.name == name), None)
    is_server = file.location.partition("://")[0] in SERVERS
    if table is None or not (is_server or format_of(file.data) == "duckdb"):
        return file
    try:
        return exported(file, table)
    except FileRefused:  # refused in the ledger, when it is read
        return file
    except MissingPart as missing:
        command = install_command(missing.requirement)
        raise Stop(Exit.NOT_INSTALLED, "file.package", package=missing.package, command=command) from None


def _copied(file: AnySource) -> Copied:
    from rubric_dsl.results.bundle import Copied

    if isinstance(file, Given):
        return Copied(file.data, file.part)
    files: Sequence[Path] = getattr(file, "files", ())
    return Copied(read_observation_file(str(files[0])).data, read="columns")


def observe_subjects(
    terminal: Terminal, plan: ScoringPlan, arguments: Sequence[str], subjects: Sequence[str],
    leave_out_refused: bool = False,
) -> Observations:
    """The rows of some subjects; of large files no others are read."""
    files = _files(arguments, plan, None)
    return _read(terminal, files, lambda: read_subjects(plan, files, subjects, leave_out_refused))


def _files(
    arguments: Sequence[str], plan: ScoringPlan, engine: str | None, master: str | None = None,
    cache: TotalsCache | None = None, rows: Rows | None = None,
) -> dict[str, AnySource]:
    paths = by_table(arguments, plan)
    watch = rows if shows_progress() else None
    read = {path: source_of(path, engine, master, cache, watch) for path in dict.fromkeys(paths.values())}
    return {table: read[path] for table, path in paths.items()}


def _read(
    terminal: Terminal, files: Mapping[str, AnySource], read: Callable[[], Observations],
    rows: Rows | None = None,
) -> Observations:
    names = ", ".join(dict.fromkeys(file.name for file in files.values()))
    with doing(terminal, partial(terminal.say, "doing.reading", file=names), rows):
        try:
            with _without_collecting():
                return read()
        except EngineFailed as error:
            raise _failed(error) from error
        except MissingPart as missing:
            command = install_command(missing.requirement)
            raise Stop(Exit.NOT_INSTALLED, "file.package", package=missing.package, command=command) from None


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Reading makes millions of objects and no circles: looking for circles takes a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def source_of(
    path: str, engine: str | None, master: str | None = None, cache: TotalsCache | None = None,
    watch: Watch | None = None,
) -> AnySource:
    """A file as a whole, several to be read one after the other, or as the engine for many rows takes them."""
    if engine in ("duckdb", "spark", "postgresql"):
        return table_of(path, engine, master) or _one_or_several(path)
    files = large_files(path) if engine in (None, "polars") else None
    if files is None or (len(files) > 1 and are_few_rows(files)):
        return _one_or_several(path)
    engine_named("polars")  # that it is there is told before anything is read
    from rubric_dsl.engines.columnar.large import LargeFiles

    if cache is None:
        return LargeFiles(path, files, watch=watch)
    from rubric_dsl.engines.columnar.kept import PartsIn

    return LargeFiles(path, files, PartsIn(cache), watch)


def _one_or_several(path: str) -> Source | SeveralFiles:
    """A file read whole, or several that are read one after the other."""
    files = many_files(path)
    if files is None or len(files) == 1:
        return read_observation_file(path)
    return SeveralFiles(path, tuple(OnDisk(str(file)) for file in files))


def cache_for(folder: str, engine: str | None) -> TotalsCache:
    """The folder of `--cache`. Raises Stop where it cannot be used, or not with this engine."""
    if engine not in (None, "polars"):
        raise Stop(Exit.USAGE, "usage.cache-engine", engine=engine)
    from rubric_dsl.cli.totals_cache import TotalsCache

    return TotalsCache(folder)


def engine_for(observations: Observations) -> Engine:
    """The engine that the tables are made for, else the one that is fastest with so many rows."""
    if any(data.large is not None for data in observations.tables.values()):
        return engine_named("polars")
    rows = sum(len(data.rows) for data in observations.tables.values())
    if WORTH_COMPILING <= rows < MANY_ROWS:
        from rubric_dsl.engines.compiled import CompiledEngine

        return CompiledEngine()
    return engine_named("reference" if rows < WORTH_COMPILING else "compiled")


def engine_named(name: str, master: str | None = None, server: str | None = None) -> Engine:
    """The engine that `--engine` asks for; what it needs may not be installed. `master`: where Spark runs; `server`:
    the address of a PostgreSQL server."""
    if name not in ENGINES:
        raise Stop(Exit.USAGE, "usage.engine", engine=name, engines=", ".join(ENGINES))
    if master is not None and name != "spark":
        raise Stop(Exit.USAGE, "usage.master")
    try:
        match name:
            case "compiled":
                from rubric_dsl.engines.compiled import CompiledEngine
                from rubric_dsl.engines.stage.stage import subject_columns

                return CompiledEngine(stage=subject_columns)
            case "polars":
                from rubric_dsl.engines.columnar import ColumnarEngine

                return ColumnarEngine()
            case "duckdb":
                from rubric_dsl.engines.sql.duckdb import DuckDatabase
                from rubric_dsl.engines.sql.engine import SqlEngine

                return SqlEngine(name, DuckDatabase)
            case "spark":
                return _spark(master)
            case "postgresql":
                from rubric_dsl.engines.sql.engine import SqlEngine
                from rubric_dsl.engines.sql.postgres import PostgresDatabase

                if server is None:
                    raise Stop(Exit.USAGE, "usage.postgresql")
                return SqlEngine(name, partial(PostgresDatabase, server))
            case _:
                return ReferenceEngine()
    except ModuleNotFoundError as error:
        needed, package = _REQUIREMENTS.get(name, {}), (error.name or "").partition(".")[0]
        if package not in needed:
            raise
        command = install_command(*needed.values())
        raise Stop(
            Exit.NOT_INSTALLED, "usage.not-installed", engine=name, package=package, command=command) from None


def _spark(master: str | None) -> Engine:
    import shutil

    from rubric_dsl.engines.sql.engine import SqlEngine
    from rubric_dsl.engines.sql.spark import SparkDatabase

    if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        raise Stop(Exit.NOT_INSTALLED, "usage.java")
    return SqlEngine("spark", partial(SparkDatabase, master))


def run_plan(
    terminal: Terminal, plan: ScoringPlan, observations: Observations, engine: Engine | None = None
) -> tuple[Run, ...]:
    """A run for each period, the earliest first; of a rubric without `each` the one run."""
    with doing(terminal, partial(terminal.say, "doing.scoring")):
        try:
            return run_periods(plan, observations, engine)
        except EngineFailed as error:
            raise _failed(error) from error


def _failed(error: EngineFailed) -> Stop:
    return Stop(Exit.NOT_FINISHED, "score.engine-failed", program=error.program, reason=error.reason)


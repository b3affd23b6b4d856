"""From a plan and the observations on the command line to a run, or to the reasons why there is none."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from rubric_dsl.cli.arguments import by_table
from rubric_dsl.cli.exits import Exit, Stop, install_command
from rubric_dsl.cli.files import read_observation_file
from rubric_dsl.cli.large import large_files, table_of
from rubric_dsl.cli.progress import doing
from rubric_dsl.cli.terminal import Terminal
from rubric_dsl.engines.contract import Engine, EngineFailed
from rubric_dsl.engines.reference import ReferenceEngine
from rubric_dsl.engines.run import Run, run_periods
from rubric_dsl.observations.large import LargeSource, OnlyOneByOne
from rubric_dsl.observations.model import Observations
from rubric_dsl.observations.raw import Given, MissingPart, Source
from rubric_dsl.observations.read import read_observations
from rubric_dsl.plan.model import ScoringPlan

_REQUIREMENTS = {
    "polars": {"polars": "polars>=2,<3"},
    "duckdb": {"duckdb": "duckdb>=1.3,<2", "sqlglot": "sqlglot>=30"},
    "spark": {"pyspark": "pyspark>=4,<5", "sqlglot": "sqlglot>=30"},
    "postgresql": {"psycopg": "psycopg[binary]>=3.2,<4", "sqlglot": "sqlglot>=30"},
}
"""By engine the packages that it needs, as `pip install` takes them."""
ENGINES = ("reference", "compiled", *_REQUIREMENTS)
WORTH_COMPILING = 200
"""With fewer rows the reference engine is done before the compiled one has written its function."""


def observe(
    terminal: Terminal, plan: ScoringPlan, arguments: Sequence[str], leave_out_refused: bool = False,
    engine: str | None = "reference", master: str | None = None, kept: dict[str, bytes] | None = None,
    sent: dict[str, Given] | None = None,
) -> Observations:
    """All tables as read; files that cannot be opened are a fault of the command line and stop.

    `engine`: those for many rows read their tables too (None: one does so where a file is large). `kept` is given the
    bytes of each table that was read whole, for a bundle; `sent` those files themselves.
    """
    paths = by_table(arguments, plan)
    read = {path: source_of(path, engine, master) for path in dict.fromkeys(paths.values())}
    files = {table: read[path] for table, path in paths.items()}
    whole = {table: file for table, file in files.items() if isinstance(file, Given)}
    if kept is not None:
        kept.update({table: file.data for table, file in whole.items()})
    if sent is not None:
        sent.update(whole)
    names = ", ".join(file.name for file in read.values())
    with doing(terminal, partial(terminal.say, "doing.reading", file=names)):
        try:
            with _without_collecting():
                return read_observations(plan, files, leave_out_refused)
        except OnlyOneByOne as several:
            raise Stop(Exit.USAGE, "file.several", path=str(several)) from None
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


def source_of(path: str, engine: str | None, master: str | None = None) -> Source | LargeSource:
    """A file as a whole, or as the engine for many rows takes it."""
    if engine in ("duckdb", "spark", "postgresql"):
        return table_of(path, engine, master) or read_observation_file(path)
    if engine not in (None, "polars"):
        return read_observation_file(path)
    files = large_files(path)
    if files is None:
        return read_observation_file(path)
    engine_named("polars")
    from rubric_dsl.engines.columnar.large import LargeFiles

    return LargeFiles(path, files)


def engine_for(observations: Observations) -> Engine:
    """The engine that the tables are made for, else the one that is fastest with so many rows."""
    if any(data.large is not None for data in observations.tables.values()):
        return engine_named("polars")
    rows = sum(len(data.rows) for data in observations.tables.values())
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

                return CompiledEngine()
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


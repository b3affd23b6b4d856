"""Tables on the command line that an engine for many rows reads by itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rubric_dsl.cli.arguments import OF_SEVERAL_TABLES, observation
from rubric_dsl.cli.files import is_large, many_files, read_observation_file, scheme_of, where
from rubric_dsl.observations.large import LargeSource, digest_of
from rubric_dsl.observations.raw import CLUSTER, SERVERS, Given


def large_files(path: str) -> list[Path] | None:
    """The files of one table that are read by an engine for many rows; None: they are small, or of another kind."""
    files = many_files(path)
    if files is None or not is_large(files) or files[0].suffix.lower() in OF_SEVERAL_TABLES:
        return None
    return files


def table_of(path: str, engine: str, master: str | None) -> LargeSource | None:
    """A table as the database reads it; None: it is read by the reader of observations."""
    from rubric_dsl.engines.sql.large import DatabaseFiles, DatabaseTable

    files = large_files(path)
    if engine == "duckdb":
        from rubric_dsl.engines.sql.duckdb import DuckDatabase

        if files is not None:
            return DatabaseFiles(path, files, lambda found: DuckDatabase(files=found))
        given = where(path)
        if _is_duckdb(given.location):
            digest = digest_of(Path(given.location))
            return DatabaseTable(
                given, partial(DuckDatabase, file=given.location), digest, partial(read_observation_file, path))
    if engine == "spark":
        from rubric_dsl.engines.sql.spark import SparkDatabase

        if files is not None:
            return DatabaseFiles(path, files, lambda _: SparkDatabase(master))
        if scheme_of(path) in CLUSTER:
            table = Given(path, part=path.removeprefix("catalog://"), location=path)
            return DatabaseTable(table, partial(SparkDatabase, master), None, partial(read_observation_file, path))
    server = _server(path)
    if engine == "postgresql" and server is not None:
        from rubric_dsl.engines.sql.postgres import PostgresDatabase

        connect = partial(PostgresDatabase, server.location)
        return DatabaseTable(server, connect, None, partial(read_observation_file, path))
    return None


def server_of(arguments: Sequence[str]) -> str | None:
    """Where the first of the observations on a server lies."""
    found = (_server(observation(argument).path) for argument in arguments)
    return next((given.location for given in found if given is not None), None)


def _server(path: str) -> Given | None:
    return where(path) if scheme_of(path) in SERVERS else None


def _is_duckdb(location: str) -> bool:
    """Whether it is a file of DuckDB, whatever its name says."""
    if not os.path.isfile(location):
        return False
    with open(location, "rb") as file:
        return file.read(12)[8:] == b"DUCK"

"""Databases that tests ask: a PostgreSQL server of their own, and a Spark session in this process."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def postgres_server() -> Iterator[str]:
    """Where to connect to a server on a socket in a folder that is gone afterwards."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("PostgreSQL is not installed (postgresql)")
    programs_of = programs[-1].parent
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        data, run = Path(folder) / "data", _as_other_user(folder)
        subprocess.run(
            [*run, str(programs_of / "initdb"), "-D", str(data), "-U", "rubric", "-A", "trust", "-E", "UTF8"],
            check=True, capture_output=True)
        server = [*run, str(programs_of / "pg_ctl"), "-D", str(data), "-w"]
        settings = f"-k {folder} -c listen_addresses='' -c fsync=off -c jit=off"
        subprocess.run([*server, "-l", str(data / "log"), "-o", settings, "start"], check=True, capture_output=True)
        try:
            yield f"postgresql://rubric@/postgres?host={folder}"
        finally:
            subprocess.run([*server, "-m", "immediate", "stop"], check=False, capture_output=True)


def _as_other_user(folder: str) -> list[str]:
    """The server does not run as root; then it is `postgres` who runs it."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres")
    return ["runuser", "-u", "postgres", "--"]


@contextmanager
def spark_session(**settings: str) -> Iterator[Any]:
    """A session that starts as quickly as a JVM does. Settings have `_` in place of their dots."""
    if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        pytest.skip("Java is not installed (openjdk-17-jre-headless)")
    from pyspark.sql import SparkSession

    wanted = {
        "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1", "spark.default.parallelism": "1",
        "spark.sql.adaptive.enabled": "false", "spark.driver.host": "localhost",
        # Queries of a few rows cost more to compile than to run; what they answer is the same.
        "spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.constraintPropagation.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1", "spark.log.level": "ERROR",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    builder = SparkSession.builder.appName("tests").master("local[2]")
    for name, value in {**wanted, **{name.replace("_", "."): value for name, value in settings.items()}}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        yield session
    finally:
        session.stop()

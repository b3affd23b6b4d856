"""Spark: the rows stay on the cluster, only totals come back.

ANSI mode is required: without it Spark wraps integers and turns what it cannot read into nulls, both without a word.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from py4j.protocol import Py4JError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import types as spark
from sqlglot import exp

from rubric_dsl.engines.contract import EngineFailed
from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.sql.database import Answer, plain
from rubric_dsl.engines.sql.dialects import SPARK, Type, type_of

_LOGGING = Path(__file__).with_name("log4j2.properties")
ANSI = "spark.sql.ansi.enabled"
_TYPES: dict[Type, spark.DataType] = {
    "yes/no": spark.BooleanType(), "text": spark.StringType(), "int": spark.IntegerType(), "long": spark.LongType(),
    "wide": spark.DecimalType(38, 0),
}


class NotAnsi(EngineFailed):
    """The session that is there already runs without ANSI mode."""

    def __init__(self) -> None:
        super().__init__("Spark", ValueError(f"the session runs without ANSI mode; start it with {ANSI}=true"))


class SparkDatabase:
    """A session: the one that is active, which is left running, or else one of its own."""

    dialect = SPARK

    def __init__(self, master: str | None = None) -> None:
        active = SparkSession.getActiveSession()
        self._own = active is None
        self._views: list[str] = []
        with _told():
            self.session = active or _started(master)
            if self.session.conf.get(ANSI) != "true":
                raise NotAnsi

    def hold(self, columns: Sequence[Column]) -> exp.Table:
        name = f"rubric_{uuid4().hex}"
        types = {column.name: type_of(column) for column in columns}
        schema = spark.StructType([spark.StructField(name, _TYPES[type], True) for name, type in types.items()])
        cells = [
            [None if cell is None else Decimal(cell) for cell in column.values]
            if types[column.name] == "wide" else column.values
            for column in columns
        ]
        with _told():
            frame = self.session.createDataFrame(list(zip(*cells, strict=True)), schema, verifySchema=False)
            frame.createOrReplaceTempView(name)
        self._views.append(name)
        return exp.Table(this=exp.to_identifier(name))

    def answer(self, query: exp.Query) -> Answer:
        with _told():
            return plain(self.session.sql(self.dialect.text(query)).collect())

    def close(self) -> None:
        if self._own:
            self.session.stop()
            return
        for view in self._views:
            self.session.catalog.dropTempView(view)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (PySparkException, Py4JError) as error:
        lines = [line.lstrip(": ") for line in str(error).splitlines()]
        said = [line for line in lines if not line.startswith("An error occurred while calling")]
        raise EngineFailed("Spark", ValueError("\n".join(said))) from error


def _started(master: str | None) -> SparkSession:
    wanted = {
        ANSI: "true", "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={_LOGGING.as_uri()}",
    }
    builder = SparkSession.builder.appName("rubric")
    if master is not None:
        builder = builder.master(master)
    if master is None or master.startswith("local"):
        wanted |= {"spark.driver.host": "localhost", "spark.driver.bindAddress": "127.0.0.1"}
    for name, value in wanted.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of versions of packages that are not used here
        return builder.getOrCreate()

"""Spark: the rows stay on the cluster, only totals come back.

ANSI mode is required: without it Spark wraps integers and turns what it cannot read into nulls, both without a word.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

from py4j.protocol import Py4JError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as fn
from pyspark.sql import types as spark
from sqlglot import exp

from rubric_dsl.engines.contract import EngineFailed
from rubric_dsl.engines.lowering.distinct import Column
from rubric_dsl.engines.lowering.reading import Kind
from rubric_dsl.engines.sql.database import Answer, plain
from rubric_dsl.engines.sql.dialects import SPARK, Type, type_of
from rubric_dsl.engines.sql.stored import PLACE, Stored
from rubric_dsl.observations.plain_csv import PlainCsv
from rubric_dsl.plan.model import TableSchema

_LOGGING = Path(__file__).with_name("log4j2.properties")
ANSI = "spark.sql.ansi.enabled"
_PARTS = "spark.sql.files.minPartitionNum"
_TYPES: dict[Type, spark.DataType] = {
    "yes/no": spark.BooleanType(), "text": spark.StringType(), "int": spark.IntegerType(), "long": spark.LongType(),
    "wide": spark.DecimalType(38, 0),
}


class NotAnsi(EngineFailed):
    """The session that is there already runs without ANSI mode."""

    def __init__(self) -> None:
        super().__init__("Spark", ValueError(f"the session runs without ANSI mode; start it with {ANSI}=true"))


class NoRowNumbers(EngineFailed):
    """A table whose rows have no place in a file: one that is refused could not be named."""

    def __init__(self, table: str) -> None:
        super().__init__("Spark", ValueError(
            f"the rows of {table} have no numbers, so that none could be named; write it as Parquet files"))


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
            # However many executors come and go, files are cut in the same way while they are read.
            if self.session.conf.get(_PARTS, None) is None:
                self.session.conf.set(_PARTS, str(self.session.sparkContext.defaultParallelism))

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
        return plain(self.raw(query))

    def raw(self, query: exp.Query) -> Sequence[Sequence[object]]:
        with _told():
            found: Sequence[Sequence[object]] = self.session.sql(self.dialect.text(query)).collect()
            return found

    # ------------------------------------------------------------ tables that are read where they lie

    def parquet(self, files: Sequence[Path]) -> Stored | None:
        if any(set(str(file)) & _PATTERN or file.name.startswith(("_", ".")) for file in files):
            return None
        names = [file.resolve().as_uri() for file in files]
        with _told():
            reader = self.session.read.option("recursiveFileLookup", True)  # folders are no columns
            kinds = [_kinds(reader.parquet(name)) for name in names]
            if any(kind != kinds[0] for kind in kinds):
                return None
            return self._of_files(reader.parquet(*names), names)

    def csv(self, file: PlainCsv) -> Stored | None:
        if set(str(file.path)) & _PATTERN or file.path.name.startswith(("_", ".")):
            return None
        headers = tuple(map(str, file.header.cells))
        schema = spark.StructType([spark.StructField(f"r{place}", spark.StringType()) for place in range(len(headers))])
        with _told():
            frame = self.session.read.csv(
                file.path.resolve().as_uri(), schema=schema, header=True, sep=",", quote="", mode="FAILFAST",
                encoding="UTF-8", enforceSchema=True, ignoreLeadingWhiteSpace=False, ignoreTrailingWhiteSpace=False,
            )
            cells = [frame[f"r{place}"] for place in range(len(headers))]
            numbered = frame.select(
                fn.monotonically_increasing_id().alias("m"), fn.col("_metadata.file_block_start").alias("b"), *cells)
            parts = numbered.groupBy("b").agg(fn.min("m"), fn.count("m")).collect()
            place, rows = fn.lit(None).cast("bigint"), 0
            for block, first, count in sorted(map(tuple, parts)):
                place = fn.when(fn.col("b") == block, fn.col("m") + (rows - first)).otherwise(place)
                rows += count
            columns = [f"r{place}" for place in range(len(headers))]
            placed = numbered.select(place.alias(PLACE), *columns)
            unplaced = frame.select(fn.lit(0).cast("bigint").alias(PLACE), *columns)
            return Stored(
                self._view(placed), self._view(unplaced), headers, (Kind("text"),) * len(headers), (rows,))

    def table(self, schema: TableSchema, part: str) -> Stored:
        """A table of the catalog, by its name, or Parquet files by their address."""
        with _told():
            if "://" in part:
                frame = self.session.read.option("recursiveFileLookup", True).parquet(part)
            else:
                frame = self.session.table(".".join(f"`{word}`" for word in part.split(".")))
            try:
                found = frame.select("_metadata.file_path", "_metadata.row_index").distinct().limit(0)
                found.collect()
            except PySparkException:
                raise NoRowNumbers(part) from None
            names = sorted(str(row[0]) for row in frame.select("_metadata.file_path").distinct().collect())
            return replace(self._of_files(frame, names), name=part)

    def digest(self, stored: Stored) -> str:
        """Of the names, sizes and times of the files of a table."""
        assert stored.frame is not None
        seen = ("_metadata.file_path", "_metadata.file_size", "_metadata.file_modification_time")
        with _told():
            rows = sorted(map(str, stored.frame.select(*seen).distinct().collect()))  # type: ignore[attr-defined]
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()

    def _of_files(self, frame: DataFrame, names: Sequence[str]) -> Stored:
        """Rows that are numbered in their files, which come in this order."""
        kinds = _kinds(frame)
        file = fn.col("_metadata.file_path")
        numbered = frame.select(file.alias("f"), fn.col("_metadata.row_index").alias("m"), *map(_named, frame.columns))
        numbered = numbered.toDF("f", "m", *(f"r{place}" for place in range(len(kinds))))
        counts = {str(name): int(count) for name, count in numbered.groupBy("f").agg(fn.count("m")).collect()}
        by_name = {_plainly(name): count for name, count in counts.items()}
        sizes = [by_name.get(_plainly(name), 0) for name in names]
        starts = [0, *accumulate(sizes)]
        if starts[-1] != sum(counts.values()):
            raise EngineFailed("Spark", ValueError("the files of the table are not those that were asked for"))
        columns = [f"r{place}" for place in range(len(kinds))]
        place = fn.col("m")
        if len(names) > 1:
            first = {_plainly(name): start for name, start in zip(names, starts, strict=False)}
            firsts = self.session.createDataFrame(
                [(found, first[_plainly(found)]) for found in counts], "g string, first bigint")
            placed = numbered.join(fn.broadcast(firsts), fn.col("f") == fn.col("g"))
            placed = placed.select((fn.col("first") + place).alias(PLACE), *columns)
        else:
            placed = numbered.select(place.alias(PLACE), *columns)
        unplaced = frame.select(fn.lit(0).cast("bigint"), *map(_named, frame.columns)).toDF(PLACE, *columns)
        return Stored(
            self._view(placed), self._view(unplaced), tuple(header for header, _ in kinds),
            tuple(kind for _, kind in kinds), tuple(sizes), frame=frame)

    def _view(self, frame: DataFrame) -> exp.Table:
        name = f"rubric_{uuid4().hex}"
        frame.createOrReplaceTempView(name)
        self._views.append(name)
        return exp.Table(this=exp.to_identifier(name))

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


_PATTERN = frozenset("*?[]{}\\")
"""Spark would take a path with one of these for a pattern."""
_BITS = {"tinyint": 7, "smallint": 15, "int": 31, "bigint": 63}
_DECIMAL = re.compile(r"decimal\(([0-9]+),([0-9]+)\)")
_NAMES = {"boolean": Kind("yes/no"), "string": Kind("text"), "date": Kind("date")}


def _plainly(name: str) -> str:
    """One spelling of the address of a file: `file:/a%20b` and `file:///a b` are the same."""
    return re.sub("^file:/+", "file:///", unquote(name))


def _named(header: str) -> SparkColumn:
    """A column whose name may hold dots and quotes."""
    return fn.col("`" + header.replace("`", "``") + "`")


def _kinds(frame: DataFrame) -> tuple[tuple[str, Kind], ...]:
    return tuple((field.name, _kind(field.dataType.simpleString())) for field in frame.schema.fields)


def _kind(type: str) -> Kind:
    decimal = _DECIMAL.fullmatch(type)
    if type in _BITS:
        return Kind("integer", -(2 ** _BITS[type]), 2 ** _BITS[type] - 1)
    if decimal is not None and int(decimal[2]) <= 9 and int(decimal[1]) <= 27:
        most = 10 ** int(decimal[1]) - 1
        return Kind("decimal", -most, most, int(decimal[2]))
    return _NAMES.get(type, Kind("other"))

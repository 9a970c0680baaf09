"""Sessions of Apache Spark itself, on the JVM, over the tables of a lake.

Spark has no Delta here, so the tables that it reads are Parquet copies. A session works as a SQL warehouse does where
that matters: ANSI mode, UTC.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
from deltalake import DeltaTable
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

SCHEMAS = ("bronze_raw", "silver_clean", "gold_analytics")
SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    # As Delta has them; the default is a type of the past.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # Tables of a few sessions: more partitions than cores cost time only.
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    # A third of the time of a check went into planning queries of a few rows.
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": "3g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:ReservedCodeCacheSize=256m",
}


def settings(folder: Path) -> dict[str, str]:
    """Those of a session with its managed tables in the folder."""
    return SETTINGS | {"spark.sql.warehouse.dir": str(folder / "warehouse")}


@contextmanager
def spark_session(folder: Path) -> Iterator[SparkSession]:
    """A session in this process that lives as long as the block, its managed tables in the folder."""
    os.environ.pop("SPARK_REMOTE", None)
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings(folder).items():
        builder = builder.config(name, value)
    with stopped(builder.getOrCreate()) as spark:
        yield spark


@contextmanager
def spark_client(address: str) -> Iterator[SparkSession]:
    """A session on a Spark Connect server that lives as long as the block."""
    with stopped(SparkSession.builder.remote(address).create()) as spark:
        yield spark


@contextmanager
def stopped(spark: SparkSession) -> Iterator[SparkSession]:
    try:
        if not spark.version.startswith("4.2."):
            sys.exit(f"needs Spark 4.2, found {spark.version}")
        yield spark
    finally:
        spark.stop()


def open_table(spark: SparkSession, name: str, source: Path, copy: Path) -> None:
    """Makes a Delta table known to Spark under a name, as a Parquet copy."""
    rows = DeltaTable(source).to_pyarrow_table()
    copy.mkdir(parents=True)
    pq.write_table(rows, copy / "rows.parquet")
    # With its schema, Spark starts no job to find it.
    spark.catalog.createTable(name, str(copy), "parquet", from_arrow_schema(rows.schema))


def open_lake(spark: SparkSession, lake: Path, folder: Path, schemas: Iterable[str] = SCHEMAS) -> None:
    """Makes the lake's tables known as `bronze_raw.bronze_laps` and so on; copies them into the folder."""
    for schema in schemas:
        spark.sql(f"create schema if not exists {schema}")
        for source in sorted((lake / schema).glob("*/_delta_log")):
            table = source.parent.name
            open_table(spark, f"{schema}.{table}", source.parent, folder / schema / table)

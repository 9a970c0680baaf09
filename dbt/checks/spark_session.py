"""A session of Apache Spark itself, on the JVM, over the tables of a lake.

Spark has no Delta here, so the tables that it reads are Parquet copies. The session works as a SQL warehouse does where
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

SCHEMAS = ("bronze_raw", "silver_clean", "gold_analytics")
SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    # Tables of a few sessions: more partitions than cores cost time only.
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.ui.enabled": "false",
    "spark.driver.memory": "3g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    # A process of some minutes ends before the best compiler pays.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


@contextmanager
def spark_session(folder: Path) -> Iterator[SparkSession]:
    """A session that lives as long as the block, its managed tables in the folder."""
    builder = SparkSession.builder.master("local[2]").appName("f1lake")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    os.environ.pop("SPARK_REMOTE", None)
    spark = builder.config("spark.sql.warehouse.dir", str(folder / "warehouse")).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    if not spark.version.startswith("4.2."):
        sys.exit(f"needs Spark 4.2, found {spark.version}")
    try:
        yield spark
    finally:
        spark.stop()


def copy_table(source: Path, copy: Path) -> None:
    """Writes the rows of a Delta table as Parquet."""
    copy.mkdir(parents=True)
    pq.write_table(DeltaTable(source).to_pyarrow_table(), copy / "rows.parquet")


def open_lake(spark: SparkSession, lake: Path, folder: Path, schemas: Iterable[str] = SCHEMAS) -> None:
    """Makes the lake's tables known as `bronze_raw.bronze_laps` and so on; copies them into the folder."""
    for schema in schemas:
        spark.sql(f"create schema if not exists {schema}")
        for source in sorted((lake / schema).glob("*/_delta_log")):
            table = source.parent.name
            copy_table(source.parent, folder / schema / table)
            spark.sql(f"create table {schema}.{table} using parquet location '{folder / schema / table}'")

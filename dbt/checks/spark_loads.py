"""Runs the rows that a load inserts on Apache Spark itself; the tables must equal the local lake's, row for row.

    python -m checks.spark_loads LANDING --program ../target/debug/f1lake

As `checks.warehouse`, but the query of each `INSERT ... REPLACE WHERE` runs on Spark (JVM, ANSI mode), with the text as
it was sent but for the catalog and the path of staged files: a first load, corrections, and all statements of the first
load again, which must fail because they came late. Spark reads copies of the Delta tables. Exit code 1 on a difference.
"""

import argparse
import re
import shutil
import sys
import tempfile
from pathlib import Path

from deltalake import write_deltalake
from pyspark.sql import SparkSession

from checks.connect_servers import sail_server, spark_server
from checks.landing_zone import add_rows_without_key, contradict, correct, shorten
from checks.spark_session import open_table, spark_client
from checks.warehouse import Check, check_first_load
from checks.warehouse_server import Warehouse, served

NAMED = re.compile(r"bronze_raw\.`(\w+)`")


class SparkWarehouse(Warehouse):
    """Sail keeps the tables, Spark answers the queries whose rows are inserted."""

    def __init__(self, folder: Path, sail: SparkSession, spark: SparkSession) -> None:
        super().__init__(folder, sail)
        self.jvm, self.copies, self.queries = spark, folder / "copies", 0
        spark.sql("create schema bronze_raw")

    def replace_where(self, path: Path, predicate: str, query: str) -> None:
        for name in set(NAMED.findall(query)) | {path.name}:
            self.queries += 1
            copy = self.copies / str(self.queries) / name
            self.jvm.sql(f"drop table if exists bronze_raw.`{name}`")
            open_table(self.jvm, f"bronze_raw.{name}", self.tables / name, copy)
        schema = self.jvm.table(f"bronze_raw.`{path.name}`").toArrow().schema
        # An insert takes columns by position.
        rows = self.jvm.sql(query).toArrow().rename_columns(schema.names).cast(schema)
        write_deltalake(path, rows, mode="overwrite", predicate=predicate)


def check_loads(check: Check) -> None:
    shorten(check.landing, 2_000)
    add_rows_without_key(check.landing)
    contradict(check.landing)
    changing = check_first_load(check)
    correct(check.landing)
    check.load_both()
    check.compare("corrections")
    before = check.rows()
    late, inserts = check.run_again(changing), sum(text.startswith("INSERT") for text in changing)
    holds = late == inserts > 0 and check.rows() == before
    check.require(f"the {inserts} inserts of the first load fail as late and change no row", holds, late)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("landing", type=Path)
    parser.add_argument("--program", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            sail_server(folder / "sail.log") as sail_address,
            spark_server(folder / "spark.log") as spark_address,
            spark_client(sail_address) as sail,
            spark_client(spark_address) as spark,
        ):
            warehouse = SparkWarehouse(folder, sail, spark)
            with served(warehouse) as host:
                check = Check(arguments.program, folder, warehouse, host)
                shutil.copytree(arguments.landing, check.landing, ignore=shutil.ignore_patterns("_work"))
                check_loads(check)
    return 1 if check.failures else 0


if __name__ == "__main__":
    sys.exit(main())

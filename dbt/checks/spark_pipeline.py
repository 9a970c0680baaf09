"""Runs the declarative pipeline that the program prints on Apache Spark itself; its bronze must be the local lake's.

    python -m checks.spark_pipeline LANDING --program ../target/debug/f1lake

Every statement must parse on Spark, and then Spark's own declarative pipelines run them: a first update, and one after
corrections, an emptied endpoint, and files that are in the folder but in no manifest (the Python extractor's, one that
was cut short, one that was set aside). The text is the program's without `CLUSTER BY`, which Spark parses but does not
take in a pipeline, and without `read_files`, which Databricks only has: a table over the same files, with the schema
and the format of the text, takes its place. Exit code 1 on a difference.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable
from pyspark.pipelines.graph_element_registry import graph_element_registration_context
from pyspark.pipelines.spark_connect_graph_element_registry import SparkConnectGraphElementRegistry
from pyspark.pipelines.spark_connect_pipeline import create_dataflow_graph, handle_pipeline_events, start_run
from pyspark.sql import SparkSession

from checks.comparison import canonical
from checks.connect_servers import spark_server
from checks.landing_zone import add_rows_without_key, correct, shorten
from checks.spark_parser import refused_by_spark
from checks.spark_session import spark_client

VOLUME = "/Volumes/dev/raw/landing"
READ_FILES = re.compile(r"(STREAM )?read_files\(\s*'([^']*)'(.*?)\n\s*\)", re.DOTALL)
OPTION = re.compile(r"(\w+) => ('(?:[^'\\]|\\.)*'|\w+)")
CLUSTERING = re.compile(r"\nCLUSTER BY \([^)]*\)")
TABLES = 19
TIMES = ("_ingestion_timestamp", "loaded_at")


def over_files(text: str, landing: Path, spark: SparkSession) -> str:
    """The pipeline's text with tables in place of `read_files`, and without clustering."""
    count = 0

    def table(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        path = Path(found[2].replace(VOLUME, str(landing), 1))
        options = {name: value.strip("'") for name, value in OPTION.findall(found[3])}
        kind, schema = options.pop("format"), options.pop("schema", "value STRING")
        options |= {"path": str(path.parent), "pathGlobFilter": path.name}
        listed = ", ".join(f"{name} '{value}'" for name, value in options.items())
        spark.sql(f"create table files_{count} ({schema}) using {kind} options ({listed})")
        return f"STREAM(files_{count})" if found[1] else f"files_{count}"

    return CLUSTERING.sub("", READ_FILES.sub(table, text))


def update(spark: SparkSession, text: str, folder: Path) -> None:
    """One update of the pipeline, as `spark-pipelines run` does it."""
    graph = create_dataflow_graph(spark, default_catalog=None, default_database="default", sql_conf=None)
    registry = SparkConnectGraphElementRegistry(spark, graph)
    with graph_element_registration_context(registry):
        registry.register_sql(text, Path("pipeline.sql"))
    events = start_run(
        spark,
        graph,
        full_refresh=None,
        full_refresh_all=False,
        refresh=None,
        dry=False,
        storage=f"file://{folder}/state",
    )
    handle_pipeline_events(events)


def rescued(text: str | None) -> dict[str, str] | None:
    """Rescued values as text, as the pipeline has them."""
    if text is None:
        return None
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in json.loads(text).items()}


def rows(table: pa.Table) -> pa.Table:
    """Without the time of loading, rescued values in one form."""
    table = table.drop_columns([name for name in TIMES if name in table.column_names])
    if "_rescued_data" not in table.column_names:
        return canonical(table)
    values = [rescued(text) for text in table["_rescued_data"].to_pylist()]
    texts = pa.array([None if value is None else json.dumps(value, sort_keys=True) for value in values], pa.string())
    return canonical(table.drop_columns(["_rescued_data"]).append_column("_rescued_data", texts))


class Check:
    def __init__(self, program: str, folder: Path) -> None:
        self.program, self.landing, self.lake = program, folder / "landing", folder / "lake"
        self.folder, self.failures = folder, 0
        own = ("F1LAKE_", "OPENF1_", "DATABRICKS_", "DBT_")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}

    def f1lake(self, *arguments: str) -> str:
        done = subprocess.run([self.program, *arguments], env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(arguments)}: exit code {done.returncode}: {done.stderr}")
        return done.stdout

    def text(self) -> str:
        formats = {
            landed["format"]
            for manifest in (self.landing / "_manifest").glob("*.json")
            for landed in json.loads(manifest.read_text())["endpoints"].values()
        }
        if len(formats) != 1:
            sys.exit(f"a pipeline reads files of one format, not {formats}")
        return self.f1lake("databricks", "pipeline", "--out", VOLUME, "--format", *formats)

    def parse(self, text: str) -> None:
        statements = [part.strip() for part in text.split(";\n") if part.strip()]
        refused = [f"{why}: {statement[:80]}" for statement in statements if (why := refused_by_spark(statement))]
        print(
            f"{'FAILED' if refused else 'ok':<7}{len(statements)} statements parse on Spark",
            *refused[:5],
            sep="\n       ",
        )
        self.failures += len(refused)

    def compare(self, when: str) -> None:
        self.f1lake("load", "--quiet", "--rebuild", "--out", str(self.landing), "--lake", str(self.lake))
        different, count = [], 0
        tables = sorted((self.lake / "bronze_raw").iterdir())
        for path in tables:
            ours = rows(DeltaTable(path).to_pyarrow_table())
            theirs = rows(pq.read_table(self.folder / "warehouse" / path.name))
            count += ours.num_rows
            if not ours.equals(theirs):
                different.append(f"{path.name}: {theirs.num_rows} rows, {ours.num_rows} expected")
        unread = pq.read_table(self.folder / "warehouse" / "unread_files").to_pylist()
        holds = len(tables) == TABLES and count > 0 and not different and not unread
        print(
            f"{'ok' if holds else 'FAILED':<7}{when}: {len(tables)} tables, {count} rows equal the lake's", flush=True
        )
        for problem in [*different, *unread]:
            print(f"       {problem}")
        self.failures += not holds


def add_strangers(landing: Path) -> None:
    """Files with names of landing files that no manifest knows."""
    source = next(landing.glob("laps_20*"))
    shutil.copy(source, landing / source.name.replace("laps_20", "laps_2019-01-01_", 1))
    (landing / "_aside").mkdir(exist_ok=True)
    shutil.copy(source, landing / "_aside" / source.name)
    if source.suffix != ".parquet":
        indented = json.dumps(json.loads(source.read_text()), indent=2)
        (landing / "laps_2018-01-01_Extractor_Race.json").write_text(indented)
        (landing / "laps_2017-01-01_Cut_Race.json").write_text(source.read_text()[:1000])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("landing", type=Path)
    parser.add_argument("--program", required=True)
    parser.add_argument("--telemetry-rows", type=int, default=2_000, help="rows of a telemetry file that are kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        check = Check(arguments.program, folder)
        shutil.copytree(arguments.landing, check.landing, ignore=shutil.ignore_patterns("_work"))
        shorten(check.landing, arguments.telemetry_rows)
        add_rows_without_key(check.landing)
        add_strangers(check.landing)
        printed = check.text()
        check.parse(printed)
        with spark_server(folder / "spark.log") as address, spark_client(address) as spark:
            text = over_files(printed, check.landing, spark)
            update(spark, text, folder)
            check.compare("first update")
            correct(check.landing)
            update(spark, text, folder)
            check.compare("update after corrections")
    return 1 if check.failures else 0


if __name__ == "__main__":
    sys.exit(main())

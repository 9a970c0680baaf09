"""Runs the queries of the bundle on Apache Spark over a lake's gold, and compares the rows with those of `f1lake sql`.

    python -m checks.bundle ../lake --program f1lake

Every dataset and widget of the dashboard, every example of the Genie space, and every metric view in three groupings
must give the same rows. The metric views are created by the bundle's own task. Exit code 1 on a difference.
"""

import argparse
import json
import math
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml  # type: ignore[import-untyped]

from checks.spark_session import open_lake, spark_session

BUNDLE = Path(__file__).parents[2] / "crates/f1lake-cli/bundle/src"
GOLD = "gold_analytics"

Row = tuple[Any, ...]


class Pair(NamedTuple):
    """A query as the bundle asks Spark, and the same in words of the program."""

    name: str
    spark: str
    program: str


def dashboard_queries() -> Iterator[Pair]:
    """Returns the query of each dataset, and what each widget makes of it."""
    dashboard = json.loads((BUNDLE / "formula_1.lvdash.json").read_text())
    datasets = {dataset["name"]: "".join(dataset["queryLines"]) for dataset in dashboard["datasets"]}
    for name, query in datasets.items():
        yield Pair(f"dataset {name}", query, query)
    for page in dashboard["pages"]:
        for widget in (entry["widget"] for entry in page["layout"]):
            # Filters ask for a predicate that only the dashboard knows.
            if widget.get("spec", {}).get("widgetType", "filter").startswith("filter"):
                continue
            (query,) = (named["query"] for named in widget["queries"])
            fields = [f"{field['expression']} as `{field['name']}`" for field in query["fields"]]
            sql = f"select {', '.join(fields)} from ({datasets[query['datasetName']]}) as dataset"
            if not query["disaggregated"]:
                keys = [field["expression"] for field in query["fields"] if "(" not in field["expression"]]
                sql += f" group by {', '.join(keys)}" if keys else ""
            yield Pair(f"widget {widget['name']}", sql, sql.replace("`", '"'))


def genie_queries() -> Iterator[Pair]:
    """Returns the example queries of the Genie space."""
    resources = yaml.safe_load((BUNDLE.parent / "optional/genie.yml").read_text())["resources"]
    (space,) = resources["genie_spaces"].values()
    for example in space["serialized_space"]["instructions"]["example_question_sqls"]:
        sql = "".join(example["sql"]).replace("${var.catalog}.", "")
        yield Pair(f"Genie: {' '.join(example['question'])}", sql, sql)


def metric_queries() -> Iterator[Pair]:
    """Returns, for each metric view, all measures in total, by the first dimension, and by all dimensions."""
    for path in sorted((BUNDLE / "metric_views").glob("*.yml")):
        view = yaml.safe_load(path.read_text())
        dimensions, measures = view["dimensions"], view["measures"]
        for keys in (dimensions[:0], dimensions[:1], dimensions):
            names = [key["name"] for key in keys]
            asked = [*names, *(f"measure({measure['name']}) as {measure['name']}" for measure in measures)]
            computed = [f"{column['expr']} as {column['name']}" for column in (*keys, *measures)]
            spark = f"select {', '.join(asked)} from {GOLD}.{path.stem}"
            program = f"select {', '.join(computed)} from {view['source'].removeprefix('GOLD.')}"
            program += f" where {view['filter']}" if "filter" in view else ""
            if keys:
                spark += f" group by {', '.join(names)}"
                program += f" group by {', '.join(key['expr'] for key in keys)}"
            yield Pair(f"metric view {path.stem} by {', '.join(names) or 'nothing'}", spark, program)


def create_metric_views(folder: Path) -> None:
    """Runs the last task of the job, which also notes what was built."""
    words = ["--volume", str(folder), "--built", "digest", "--gold", f"spark_catalog.{GOLD}"]
    sys.argv = ["finish.py", *words, "--metric-views", str(BUNDLE / "metric_views")]
    runpy.run_path(str(BUNDLE / "finish.py"), run_name="__main__")
    assert (folder / ".built").read_text() == "digest"


def of_program(program: Path, lake: Path, pairs: list[Pair]) -> list[list[Row]]:
    """Returns the rows of each query, from one run of the program."""
    queries = ";\n".join(pair.program for pair in pairs)
    arguments = [str(program), "sql", "--quiet", "--lake", str(lake), "--output", "json", queries]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    results, text, decoder = [], done.stdout.lstrip(), json.JSONDecoder()
    while text:
        rows, end = decoder.raw_decode(text)
        results.append([tuple(row.values()) for row in rows])
        text = text[end:].lstrip()
    return results


def ordered(rows: list[Row]) -> list[Row]:
    def key(row: Row) -> list[str]:
        return [f"{value:.6f}" if isinstance(value, int | float) else str(value) for value in row]

    return sorted(rows, key=key)


def equal(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return one == other


def difference(spark: list[Row], program: list[Row]) -> str | None:
    if len(spark) != len(program):
        return f"{len(spark)} rows on Spark, {len(program)} of the program"
    for one, other in zip(ordered(spark), ordered(program), strict=True):
        if len(one) != len(other) or not all(map(equal, one, other)):
            return f"{one} on Spark, {other} of the program"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lake", type=Path)
    parser.add_argument("--program", type=Path, required=True)
    given = parser.parse_args()
    pairs = [*dashboard_queries(), *genie_queries(), *metric_queries()]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder, spark_session(Path(folder)) as spark:
        open_lake(spark, given.lake, Path(folder), [GOLD])
        spark.sql(f"use {GOLD}")
        create_metric_views(Path(folder))
        for pair, wanted in zip(pairs, of_program(given.program, given.lake, pairs), strict=True):
            rows = [tuple(row) for row in spark.sql(pair.spark).collect()]
            problem = difference(rows, wanted) if rows else "no rows"
            print(f"{pair.name:60} {len(rows):>6}  {problem or 'equal'}")
            wrong += problem is not None
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

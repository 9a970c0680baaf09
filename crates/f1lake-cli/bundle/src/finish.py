"""Task `finish`: notes that everything landed is loaded and built, and creates the metric views."""

import argparse
from pathlib import Path

from pyspark.sql import SparkSession


def metric_view(path: Path, gold: str) -> str:
    """Returns the statement that creates the metric view of a file; GOLD in it stands for catalog and schema."""
    return (
        f"CREATE OR REPLACE VIEW {gold}.{path.stem} WITH METRICS LANGUAGE YAML AS $$\n"
        f"{path.read_text().replace('GOLD.', gold + '.')}$$"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--volume", required=True)
    parser.add_argument("--built", required=True)
    parser.add_argument("--gold", required=True)
    parser.add_argument("--metric-views", type=Path, required=True)
    given = parser.parse_args()
    # First, so that a metric view that fails does not make the next run load and build again.
    Path(given.volume, ".built").write_text(given.built)
    spark = SparkSession.builder.getOrCreate()
    for path in sorted(given.metric_views.glob("*.yml")):
        spark.sql(metric_view(path, given.gold))
        print(f"{given.gold}.{path.stem} created")


if __name__ == "__main__":
    main()

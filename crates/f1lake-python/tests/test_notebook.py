"""The notebook of the bundle, cell by cell: a folder in place of the volume, a lake in place of the catalog."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pandas
import pytest
from conftest import QUALIFYING, SMALL

import f1lake

NOTEBOOK = Path(__file__).parents[2] / "f1lake-cli/bundle/src/notebook.py"


class Widgets:
    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def text(self, name: str, default: str, label: str = "") -> None:
        self.values.setdefault(name, default)

    def get(self, name: str) -> str:
        return self.values[name]


class Utilities:
    widgets = Widgets()


class Rows:
    def __init__(self, result: f1lake.Result) -> None:
        self.result = result

    def toPandas(self) -> pandas.DataFrame:  # noqa: N802
        return self.result.to_pandas()


class Spark:
    """Answers from the lake what Spark would answer from the catalog."""

    def sql(self, query: str) -> Rows:
        return Rows(f1lake.sql(query.replace("dev_f1.", ""), lake="lake"))


def test_cells_run(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    source = NOTEBOOK.read_text()
    assert source.startswith("# Databricks notebook source\n")
    cells = [cell for cell in source.split("# COMMAND ----------\n") if not cell.strip().startswith("# MAGIC")]
    assert len(cells) > 3
    asked: list[dict[str, Any]] = []

    def to_a_folder(**given: Any) -> f1lake.ExtractReport:
        asked.append(given)
        return f1lake.extract(session_keys=QUALIFYING, endpoints=SMALL, out="landing", format=given["format"])

    landed = f1lake.load

    def into_a_lake(**given: Any) -> f1lake.LoadReport:
        asked.append(given)
        return landed(out="landing", lake="lake")

    drawn: list[pandas.DataFrame] = []
    monkeypatch.setattr(f1lake, "extract_to_databricks", to_a_folder)
    monkeypatch.setattr(f1lake, "load", into_a_lake)
    monkeypatch.setattr(pandas.DataFrame, "plot", lambda frame, **_: drawn.append(frame))
    names: dict[str, Any] = {"dbutils": Utilities(), "spark": Spark()}
    for cell in cells:
        exec(compile(ast.parse(cell), str(NOTEBOOK), "exec"), names)
    volume = "/Volumes/dev_f1/raw_data/landing"
    assert asked == [
        {"mode": "latest", "num_sessions": 1, "volume": volume, "format": "parquet", "compression": "zstd"},
        {
            "load_to": "databricks",
            "databricks_warehouse": "f1lake",
            "databricks_catalog": "dev_f1",
            "landing_volume_path": volume,
        },
    ]
    told = capsys.readouterr().out
    assert "1 landed" in told and re.search(r"[1-9]\d* rows loaded into dev_f1.bronze_raw", told)
    assert len(drawn) == 1 and drawn[0].shape[0] > 1


def test_settings_of_the_load_are_settings_of_f1lake() -> None:
    with pytest.raises(f1lake.UsageError) as refused:
        f1lake.load(
            load_to="databricks",
            databricks_warehouse="f1lake",
            databricks_catalog="dev_f1",
            landing_volume_path="/Volumes/dev_f1/raw_data/landing",
        )
    assert "workspace" in str(refused.value)

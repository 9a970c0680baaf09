"""The example notebook, cell by cell, with a folder in place of the volume and a stand-in for the notebook context."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pandas
import pytest
from conftest import QUALIFYING, SMALL

import f1lake

NOTEBOOK = Path(__file__).parents[3] / "examples/databricks/notebook.py"


class Widgets:
    def __init__(self, values: dict[str, str]) -> None:
        self.values = values

    def text(self, name: str, default: str) -> None:
        self.values.setdefault(name, default)

    def get(self, name: str) -> str:
        return self.values[name]


class Utilities:
    def __init__(self, values: dict[str, str]) -> None:
        self.widgets = Widgets(values)


def test_cells_run(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    source = NOTEBOOK.read_text()
    assert source.startswith("# Databricks notebook source\n")
    cells = [cell for cell in source.split("# COMMAND ----------\n") if not cell.strip().startswith("# MAGIC")]
    assert len(cells) > 4
    asked: dict[str, Any] = {}

    def to_a_folder(mode: str, num_sessions: int, *, volume: str) -> f1lake.ExtractReport:
        asked.update(mode=mode, num_sessions=num_sessions, volume=volume)
        return f1lake.extract(session_keys=QUALIFYING, endpoints=SMALL, out="landing")

    landed = f1lake.load

    def from_the_folder(*, landing_volume_path: str, **others: Any) -> f1lake.LoadReport:
        assert landing_volume_path == asked["volume"]
        return landed(out="landing", **others)

    drawn: list[pandas.DataFrame] = []
    monkeypatch.setattr(f1lake, "extract_to_databricks", to_a_folder)
    monkeypatch.setattr(f1lake, "load", from_the_folder)
    monkeypatch.setattr(pandas.DataFrame, "plot", lambda frame, **_: drawn.append(frame))
    names: dict[str, Any] = {"dbutils": Utilities({"lake": "lake"})}
    # The tests of a single session without telemetry pass, so `build` raises nothing.
    for cell in cells:
        exec(compile(ast.parse(cell), str(NOTEBOOK), "exec"), names)
    assert asked == {"mode": "latest", "num_sessions": 1, "volume": "/Volumes/dev_f1/raw_data/landing"}
    assert "1 landed" in capsys.readouterr().out
    assert len(drawn) == 1 and drawn[0].shape[0] > 1

"""Task `extract` of the bundle's job: what it tells the job, with a folder in place of the volume."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from conftest import QUALIFYING, SMALL, Simulate

import f1lake

SCRIPT = Path(__file__).parents[2] / "f1lake-cli/bundle/src/extract.py"


class Task:
    """Runs the script as a task of a job does, and holds the task values."""

    def __init__(self, volume: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.volume, self.monkeypatch = volume, monkeypatch
        self.values: dict[str, str] = {}
        self.asked: dict[str, Any] = {}
        runtime = ModuleType("databricks.sdk.runtime")
        values = SimpleNamespace(set=lambda key, value: self.values.update({key: value}))
        runtime.dbutils = SimpleNamespace(jobs=SimpleNamespace(taskValues=values))  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "databricks.sdk.runtime", runtime)
        monkeypatch.setattr(f1lake, "extract_to_databricks", self.extract)

    def extract(self, volume: str, **given: Any) -> f1lake.ExtractReport:
        self.asked = given
        settings = {"format": given["format"], "compression": given["compression"]}
        return f1lake.extract(session_keys=QUALIFYING, endpoints=SMALL, out=volume, max_retries=0, **settings)

    def run(self, mode: str = "latest", year: str = "") -> dict[str, str]:
        self.values = {}
        words = ["--mode", mode, "--num-sessions", "10", "--year", year, "--volume", str(self.volume)]
        self.monkeypatch.setattr(sys, "argv", [str(SCRIPT), *words])
        runpy.run_path(str(SCRIPT), run_name="__main__")
        return self.values


@pytest.fixture
def task(place: Path, monkeypatch: pytest.MonkeyPatch) -> Task:
    return Task(place / "volume", monkeypatch)


def test_what_landed_is_due_until_it_is_built(task: Task) -> None:
    first = task.run()
    assert first["due"] == "true"
    assert list(task.volume.glob("laps_*.parquet"))
    # A load or a build that fails leaves it due.
    assert task.run() == first
    (task.volume / ".built").write_text(first["manifests"])
    assert task.run() == {"manifests": first["manifests"], "due": "false"}
    # Another machine landed a session, or a correction.
    manifest = json.loads((task.volume / f"_manifest/{QUALIFYING}.json").read_text())
    (task.volume / "_manifest/1.json").write_text(json.dumps(manifest | {"session_key": 1}))
    again = task.run()
    assert again["due"] == "true" and again["manifests"] != first["manifests"]


def test_the_mark_is_no_foreign_file_to_verify(task: Task) -> None:
    task.run()
    (task.volume / ".built").write_text("digest")
    with pytest.raises(SystemExit) as ended:
        f1lake.main(["verify", "--out", str(task.volume), "--output", "json"])
        raise SystemExit(0)
    assert ended.value.code == 0


def test_failed_sessions_fail_the_task_and_what_landed_is_due(
    task: Task, simulate: Simulate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "F1LAKE_BASE_URL",
        simulate(faults='[[fault]]\nkind = "status"\nendpoint = "laps"\nstatus = 503\nbody = "no"\n'),
    )
    with pytest.raises(f1lake.Error):
        task.run()
    assert set(task.values) == {"manifests", "due"}


def test_a_live_session_is_no_failure(task: Task, simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("F1LAKE_BASE_URL", simulate("--live-for", "36000"))
    values = task.run()
    (task.volume / ".built").parent.mkdir(exist_ok=True)
    (task.volume / ".built").write_text(values["manifests"])
    assert task.run()["due"] == "false"


@pytest.mark.parametrize(
    ("mode", "year", "number"),
    [
        ("latest", "", {"num_sessions": 10}),
        ("latest", "2024", {"num_sessions": 10}),
        ("year", "2024", {"year": 2024}),
        ("year", "", {}),
    ],
)
def test_a_mode_gets_its_own_number(task: Task, mode: str, year: str, number: dict[str, int]) -> None:
    task.run(mode, year)
    assert task.asked == {"mode": mode, "format": "parquet", "compression": "zstd", **number}

"""A simulated API for every test, and a small lake that is built once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import f1lake

# Yas Island 2024: race and qualifying, without telemetry, so that they land quickly.
RACE, QUALIFYING = 9647, 9610
SMALL = (
    "championship_drivers,championship_teams,drivers,intervals,laps,meetings,overtakes,pit,position,race_control,"
    "session_result,sessions,starting_grid,stints,team_radio,weather"
).split(",")

Simulate = Callable[..., str]


@pytest.fixture(scope="session")
def simulate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulate]:
    """Starts simulators and returns their base URLs."""
    started: list[subprocess.Popen[str]] = []

    def start(*flags: str, faults: str = "", **environment: str) -> str:
        arguments = ["--limits", "none", *flags]
        if faults:
            plan = tmp_path_factory.mktemp("faults") / "faults.toml"
            plan.write_text(faults)
            arguments += ["--faults", str(plan)]
        program = subprocess.Popen(
            [sys.executable, "-m", "f1lake", "simulate", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **environment},
        )
        started.append(program)
        assert program.stdout is not None
        return program.stdout.readline().strip()

    yield start
    for program in started:
        program.send_signal(signal.SIGTERM)
    for program in started:
        program.communicate(timeout=10)
        # The simulator exits as it does without Python.
        assert program.returncode == 0


@pytest.fixture(scope="session")
def api(simulate: Simulate) -> str:
    return simulate()


@pytest.fixture(autouse=True)
def place(api: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, an environment without the user's settings, and the simulator."""
    for name in list(os.environ):
        if name.startswith(("F1LAKE_", "OPENF1_", "DATABRICKS_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("F1LAKE_BASE_URL", api)
    monkeypatch.setenv("F1LAKE_RATE_PER_SECOND", "1000")
    monkeypatch.setenv("F1LAKE_RATE_PER_MINUTE", "100000")
    monkeypatch.setenv("F1LAKE_LIMITER_STATE", str(tmp_path / "limits.json"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def lake(api: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Race and qualifying, from the API to gold."""
    folder = tmp_path_factory.mktemp("lake")
    f1lake.extract(
        session_keys=[RACE, QUALIFYING],
        endpoints=SMALL,
        out=folder / "landing",
        base_url=api,
        rate_per_second=1000,
        rate_per_minute=100_000,
        limiter_state=folder / "limits.json",
    )
    f1lake.load(out=folder / "landing", lake=folder / "lake")
    f1lake.build(lake=folder / "lake", tests=False)
    return folder

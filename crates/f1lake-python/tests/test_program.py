"""The program in the wheel, and stopping."""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.request
from pathlib import Path

import pytest
from conftest import QUALIFYING, RACE, SMALL, Simulate

import f1lake

SCRIPT = str(Path(sysconfig.get_path("scripts")) / "f1lake")


def test_console_script_and_module_are_the_program() -> None:
    assert shutil.which(SCRIPT)
    for program in ([SCRIPT], [sys.executable, "-m", "f1lake"]):
        version = subprocess.run([*program, "--version"], capture_output=True, text=True)
        assert version.stdout == f"f1lake {f1lake.__version__}\n" and version.returncode == 0
        wrong = subprocess.run([*program, "nonsense"], capture_output=True, text=True)
        assert wrong.returncode == 2 and wrong.stdout == "" and wrong.stderr.startswith("error: ")
        listed = subprocess.run([*program, "sessions", "-n", "1", "--output", "csv"], capture_output=True, text=True)
        assert listed.returncode == 0 and len(listed.stdout.splitlines()) == 2


def test_entry_point_of_a_wheel_task(monkeypatch: pytest.MonkeyPatch) -> None:
    """A python_wheel_task sets sys.argv, calls the entry point, fails with an exception, and captures the output."""
    (point,) = importlib.metadata.entry_points(group="console_scripts", name="f1lake")
    assert point.load() is f1lake.main
    monkeypatch.setattr(sys, "argv", ["f1lake", "sessions", "--num-sessions", "2", "--output", "json"])
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    f1lake.main()
    assert len(json.loads(out.getvalue())) == 2
    with pytest.raises(SystemExit) as ended:
        f1lake.main(["extract", "--session-key", "1", "--mode", "latest"])
    assert ended.value.code == 2 and err.getvalue().startswith("error: ")


def test_twice_in_a_process() -> None:
    text = "import f1lake; f1lake.main(['sessions', '-n1']); f1lake.main(['sessions', '-n1'])"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.count("Yas Island") == 2


def requests(url: str) -> int:
    with urllib.request.urlopen(url.removesuffix("/v1") + "/_sim/stats") as answer:
        return int(json.load(answer)["requests"])


SLOW = '[[fault]]\nkind = "delay"\ndelay_ms = 150\n'
EXTRACT = f"""
import sys, f1lake
try:
    f1lake.extract(session_keys=[{RACE}, {QUALIFYING}], endpoints={SMALL}, max_workers=1)
except KeyboardInterrupt:
    print("KeyboardInterrupt")
    # The process and the module still work.
    print(len(f1lake.sessions(num_sessions=1)))
"""


def stopped(url: str, how: signal.Signals, *arguments: str) -> tuple[int, str, str, float]:
    """Starts Python, sends a signal in the middle of the work, and waits."""
    program = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "F1LAKE_BASE_URL": url},
    )
    before = requests(url)
    while requests(url) < before + 6:
        time.sleep(0.05)
    program.send_signal(how)
    sent = time.monotonic()
    out, err = program.communicate(timeout=20)
    return program.returncode, out, err, time.monotonic() - sent


def test_ctrl_c_stops_cleanly_and_the_next_call_goes_on(simulate: Simulate) -> None:
    url = simulate(faults=SLOW)
    code, out, err, seconds = stopped(url, signal.SIGINT, "-c", EXTRACT)
    assert code == 0, err
    assert out == "KeyboardInterrupt\n1\n"
    assert "stopping; finished work is kept" in err and "interrupted" in err and "Traceback" not in err
    assert seconds < 5
    sent = requests(url)
    report = f1lake.extract(session_keys=[RACE, QUALIFYING], endpoints=SMALL, base_url=url)
    assert report.count("landed") + report.count("skipped") == 2
    whole = f1lake.extract(session_keys=[RACE, QUALIFYING], endpoints=SMALL, out="afresh")
    # Fetched responses were not requested again.
    assert report.requests < whole.requests
    assert requests(url) - sent == report.requests


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_program_stops_cleanly(simulate: Simulate, how: signal.Signals) -> None:
    url = simulate(faults=SLOW)
    arguments = ["extract", "--session-key", str(RACE), "--max-workers", "1", "--endpoints", ",".join(SMALL)]
    code, _, err, seconds = stopped(url, how, "-m", "f1lake", *arguments)
    assert code == 130 and seconds < 5
    assert "stopping; finished work is kept" in err and "Traceback" not in err


def test_ctrl_c_stops_a_query(lake: Path) -> None:
    text = f"import f1lake; f1lake.sql('select count(*) from range(3000000) a, range(3000000) b', lake={str(lake / 'lake')!r})"
    program = subprocess.Popen([sys.executable, "-c", text], stderr=subprocess.PIPE, text=True)
    time.sleep(1.5)
    assert program.poll() is None
    program.send_signal(signal.SIGINT)
    sent = time.monotonic()
    _, err = program.communicate(timeout=20)
    assert program.returncode == -signal.SIGINT and err.rstrip().endswith("KeyboardInterrupt")
    assert time.monotonic() - sent < 3

"""Shared by the checks: the program, simulated APIs with different behaviour, and temporary folders."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PROGRAM = pathlib.Path(os.environ["F1LAKE"]).resolve()

# Two sessions and three small endpoints take a second instead of minutes.
SMALL = {"F1LAKE_ENDPOINTS": "drivers,laps,sessions", "F1LAKE_NUM_LATEST_SESSIONS": "2"}
QUALIFYING, RACE = 9610, 9647

FAULT = """
[[fault]]
kind = "status"
endpoint = "laps"
query_contains = "9647"
status = 503
body = "Service Unavailable"
"""


def tool(name: str) -> str:
    """The path of a program that a check needs; skips the check with a message when it is missing."""
    found = shutil.which(name)
    if found is None:
        raise unittest.SkipTest(f"NOT CHECKED: {name} is not installed")
    return found


class Lab(unittest.TestCase):
    """One simulator per behaviour, started on first use; a temporary folder per test."""

    simulators: dict[str, tuple[subprocess.Popen, str]] = {}

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="f1lake-examples-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        programs = self.folder / "bin"
        programs.mkdir()
        (programs / "f1lake").symlink_to(PROGRAM)

    @classmethod
    def url(cls, mood: str) -> str:
        """The base URL of an API that is `well`, `live` (locked), or `faulty` (laps of one session fail)."""
        if mood not in Lab.simulators:
            arguments = {"well": [], "live": ["--live-for", "36000"], "faulty": [], "account": ["--account", "me"]}[mood]
            if mood == "faulty":
                faults = tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False)
                faults.write(FAULT)
                faults.close()
                arguments = ["--faults", faults.name]
            process = subprocess.Popen(
                [PROGRAM, "simulate", "--limits", "none", "--seasons", "2024", *arguments],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                env={**os.environ, "SIMULATED_PASSWORD": "right"},
            )
            Lab.simulators[mood] = (process, process.stdout.readline().strip())
        return Lab.simulators[mood][1]

    @classmethod
    def rows_of_the_api(cls, session_key: int) -> int:
        """The rows that the API itself sends for a session, over the endpoints of `SMALL`."""
        total = 0
        for endpoint in SMALL["F1LAKE_ENDPOINTS"].split(","):
            with urllib.request.urlopen(f"{cls.url('well')}/{endpoint}?session_key={session_key}") as answer:
                total += len(json.load(answer))
        return total

    def environment(self, mood: str, **more: str) -> dict[str, str]:
        """A minimal environment that points to that API and writes below the test's folder."""
        return {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "F1LAKE_BASE_URL": self.url(mood),
            "F1LAKE_RATE_PER_SECOND": "1000",
            "F1LAKE_RATE_PER_MINUTE": "100000",
            "F1LAKE_MAX_RETRIES": "0",
            "F1LAKE_LIMITER_STATE": str(self.folder / "limits.json"),
            "F1LAKE_LANDING_PATH": str(self.folder / "landing"),
            "F1LAKE_LAKE_PATH": str(self.folder / "lake"),
            **SMALL,
            **more,
        }

    def understands(self, arguments: list[str]) -> None:
        """Checks that the program accepts these arguments. `--help` after them is only reached when they are valid."""
        done = subprocess.run([PROGRAM, *arguments, "--help"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, f"f1lake {' '.join(arguments)}: {done.stderr}")


def tearDownModule():
    """Stops the simulators; each check module imports this."""
    for process, _ in Lab.simulators.values():
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()
    Lab.simulators.clear()

"""The program under a bench: run and measured, and its simulator."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Run(NamedTuple):
    seconds: float
    """Wall time."""
    processor: float
    """Processor time of all threads, s."""
    memory: float
    """Largest resident memory, MB."""
    output: str


def measured(command: list[str], environment: dict[str, str] | None = None) -> Run:
    """Runs a command; raises RuntimeError with the end of its standard error when it fails."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as error:
        started = time.monotonic()
        process = subprocess.Popen(command, env=os.environ | (environment or {}), stdout=output, stderr=error)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        output.seek(0), error.seek(0)
        if status != 0:
            raise RuntimeError(f"{' '.join(command)[:200]}: {error.read().decode(errors='replace')[-1000:]}")
        return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output.read().decode())


@contextmanager
def simulated(program: str, folder: str, *chosen: str) -> Iterator[tuple[int, dict[str, str]]]:
    """A simulator without limits, of 2024 unless other rows are chosen: its process, and settings that point the program to it at full speed, with the limiter state in the folder."""
    command = [program, "simulate", "--limits", "none", *(chosen or ("--seasons", "2024"))]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        url = server.stdout.readline().strip()
        if not url:
            sys.exit(f"{program} simulate did not start")
        yield server.pid, {
            "F1LAKE_BASE_URL": url,
            "F1LAKE_RATE_PER_SECOND": "1000",
            "F1LAKE_RATE_PER_MINUTE": "100000",
            "F1LAKE_LIMITER_STATE": f"{folder}/limits.json",
        }
    finally:
        server.kill()
        server.wait()

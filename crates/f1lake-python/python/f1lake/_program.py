"""The program ``f1lake``, run by Python."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Optional

from . import _f1lake, _runtime


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """Runs the program with these arguments, by default those of the command line.

    This is the console script ``f1lake``, ``python -m f1lake``, and the entry point for a ``python_wheel_task`` of
    Databricks (``entry_point: main`` or ``f1lake``).

    >>> f1lake.main(["extract", "--mode", "latest", "--num-sessions", "1"])  # doctest: +SKIP

    Raises:
        SystemExit: With the program's exit code, when that is not 0.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    if _is_process_stream(sys.stdout, 1) and _is_process_stream(sys.stderr, 2):
        code = _here(arguments)
    else:
        code = _relayed(arguments)
    if code != 0:
        raise SystemExit(code)


def _here(arguments: list[str]) -> int:
    with _signals_stop_cleanly():
        try:
            told = lambda _, text: print(text, file=sys.stderr, flush=True)  # noqa: E731
            return _f1lake.main(["f1lake", *arguments], told, _runtime.login())
        except KeyboardInterrupt:
            return 130


def _relayed(arguments: list[str]) -> int:
    """Runs the program as a subprocess: in notebooks and jobs its output must pass through Python's streams."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(
        [sys.executable, "-m", "f1lake", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        bufsize=1,
        # It must receive Ctrl-C from here only, once.
        start_new_session=True,
    ) as program:
        assert program.stdout is not None and program.stderr is not None
        lines: list[str] = []
        reader = threading.Thread(target=lambda pipe: lines.extend(pipe), args=(program.stdout,), daemon=True)
        reader.start()
        while True:
            try:
                for line in program.stderr:
                    print(line, end="", file=sys.stderr, flush=True)
                break
            except KeyboardInterrupt:
                program.send_signal(signal.SIGINT)
        reader.join()
        sys.stdout.write("".join(lines))
        sys.stdout.flush()
        return program.wait()


def _is_process_stream(stream: Optional[IO[str]], descriptor: int) -> bool:
    try:
        return stream is not None and stream.fileno() == descriptor
    except (AttributeError, OSError, ValueError):
        return False


@contextmanager
def _signals_stop_cleanly() -> Iterator[None]:
    """Lets SIGTERM and Ctrl-C stop the program cleanly, as without Python, even when the shell ignores them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {which: signal.getsignal(which) for which in (signal.SIGINT, signal.SIGTERM)}
    ours = {which: old for which, old in before.items() if old in (signal.SIG_DFL, signal.SIG_IGN)}
    for which in ours:
        signal.signal(which, signal.default_int_handler)
    try:
        yield
    finally:
        for which, old in ours.items():
            signal.signal(which, old)

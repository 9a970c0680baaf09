"""A Spark Connect server without a JVM: Sail."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checks.project import tool


@contextmanager
def sail_server(log: Path) -> Iterator[str]:
    """Address of a server that lives as long as the block and works in the folder of its log.

    Sessions must be stopped before the block ends: their client would look for the server for minutes.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [tool("sail"), "spark", "server", "--ip", "127.0.0.1", "--port", str(port)]
    with log.open("w") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, cwd=log.parent)
    try:
        for _ in range(300):
            if server.poll() is not None:
                sys.exit(f"the Spark server did not start: {log.read_text()}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        else:
            sys.exit(f"the Spark server does not answer: {log.read_text()}")
        yield f"sc://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()

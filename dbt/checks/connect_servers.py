"""Spark Connect servers, each a process of its own: Sail, which needs no JVM, and Apache Spark itself.

A server lives as long as its block and works in the folder of its log. Sessions must be stopped before the block ends:
their client would look for the server for minutes.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checks.project import tool
from checks.spark_session import settings


@contextmanager
def sail_server(log: Path) -> Iterator[str]:
    """Address of Sail."""
    with connect_server([tool("sail"), "spark", "server", "--ip", "127.0.0.1", "--port"], log) as address:
        yield address


@contextmanager
def spark_server(log: Path) -> Iterator[str]:
    """Address of Spark, with the settings of `checks.spark_session`; managed tables are beside the log."""
    connect = {"spark.connect.grpc.binding.address": "127.0.0.1"} | settings(log.parent)
    command = [tool("spark-submit"), "--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    command += [part for name, value in connect.items() for part in ("--conf", f"{name}={value}")]
    with connect_server([*command, "--conf"], log, "spark.connect.grpc.binding.port=") as address:
        yield address


@contextmanager
def connect_server(command: list[str], log: Path, before_port: str = "") -> Iterator[str]:
    """Starts a server by a command that ends with its port, waits until it answers, and stops it after the block."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with log.open("w") as out:
        server = subprocess.Popen([*command, f"{before_port}{port}"], stdout=out, stderr=out, cwd=log.parent)
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

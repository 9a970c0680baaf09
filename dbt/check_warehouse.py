#!/usr/bin/env python3
"""Loads a landing zone into a stand-in for a Databricks workspace and compares its tables with the local lake, row for row.

    python check_warehouse.py LANDING --program ../target/debug/f1lake

The stand-in serves volumes and SQL statements over HTTP; Spark (Sail, on Delta tables) runs the statements as they came, except
that `read_files` becomes its Spark equivalent, and that catalogs, volumes and clustering are taken out. Every statement must be
Databricks SQL for sqlglot. Loaded are: the zone, with rows that have no key, the zone again, every statement again, corrections
with removed rows and an emptied endpoint, a stale zone, a load whose answers get lost, and a rebuild. Exit code 1 on a difference.
"""

import argparse
import hashlib
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc
import sqlglot
from deltalake import DeltaTable

from sail import sail_server

VOLUME = "/Volumes/dev/raw/landing"
STAGED = "staged here"
READ_FILES = re.compile(r"read_files\(\s*'([^']*)'.*?\n  \)", re.DOTALL)
TOKEN = "dapi-check"


class Workspace:
    """Files of a volume in a folder, tables in Sail."""

    def __init__(self, folder: Path, spark) -> None:
        self.files = folder / "volume"
        self.tables = folder / "tables"
        self.spark = spark
        self.hidden: set[str] = set()  # staged files that were deleted, kept so that statements can be run again
        self.statements: list[str] = []
        self.lose_answers = 0
        self.lock = threading.Lock()
        self.volume_exists = False
        self.slowest = (0.0, "")

    def path(self, url: str) -> Path:
        assert url.startswith(VOLUME), url
        return self.files / url[len(VOLUME) :].strip("/")

    def present(self, pattern: str) -> list[Path]:
        """Files of the volume that were not deleted."""
        found = sorted(self.files.glob(pattern))
        return [path for path in found if f"{VOLUME}/{path.relative_to(self.files)}" not in self.hidden]

    def reset(self) -> list[str]:
        statements, self.statements = self.statements, []
        return statements

    def versions(self) -> dict[str, int]:
        return {path.name: DeltaTable(path).version() for path in sorted(self.tables.iterdir())}

    def run(self, statement: str) -> list[list]:
        with self.lock:
            if "information_schema" in statement:
                present = sorted(self.tables.iterdir()) if self.tables.is_dir() else []
                return [
                    ["bronze_raw", path.name, field.name] for path in present for field in DeltaTable(path).schema().fields
                ]
            if statement.startswith("CREATE VOLUME"):
                self.volume_exists = True
                self.files.mkdir(exist_ok=True)
                return []
            started = time.monotonic()
            rows = self.spark_run(statement)
            self.slowest = max(self.slowest, (time.monotonic() - started, statement.split("\n")[0]))
            return rows

    def spark_run(self, statement: str) -> list[list]:
        sql = statement.replace("`dev`.`bronze_raw`", "bronze_raw")
        sql = READ_FILES.sub(lambda found: f"parquet.`{self.path(found.group(1))}`", sql)
        if found := re.match(r"CREATE TABLE IF NOT EXISTS bronze_raw\.`(\w+)`", sql):
            sql = re.sub(r"\nCLUSTER BY \([^)]*\)", f"\nLOCATION '{self.tables / found.group(1)}'", sql)
        return [list(row) for row in self.spark.sql(sql).collect()]


def handler(workspace: Workspace):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_) -> None:
            pass

        def answer(self, status: int, body: bytes = b"", kind: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def json(self, value, status: int = 200) -> None:
            self.answer(status, json.dumps(value).encode())

        def missing(self) -> None:
            self.json({"error_code": "NOT_FOUND", "message": "not there"}, 404)

        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                return self.json({"error_code": "UNAUTHENTICATED", "message": "who?"}, 401)
            url = unquote(urlsplit(self.path).path)
            if url == "/api/2.0/sql/warehouses":
                return self.json({"warehouses": [{"id": "wh1", "name": "Small", "state": "STOPPED"}]})
            if url == "/api/2.0/sql/statements":
                return self.statement(json.loads(body))
            for kind in ("files", "directories"):
                if url.startswith(f"/api/2.0/fs/{kind}/Volumes/"):
                    if not workspace.volume_exists:
                        return self.missing()
                    return getattr(self, kind)(url.removeprefix(f"/api/2.0/fs/{kind}"), body)
            self.json({"error_code": "ENDPOINT_NOT_FOUND", "message": url}, 404)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = serve

        def files(self, url: str, body: bytes) -> None:
            path = workspace.path(url)
            if self.command == "PUT":
                if not path.parent.is_dir():
                    return self.missing()
                path.write_bytes(body)
                workspace.hidden.discard(url)
                return self.answer(204)
            if not path.is_file() or url in workspace.hidden:
                return self.missing()
            if self.command == "DELETE":
                workspace.hidden.add(url)
                return self.answer(204)
            self.answer(200, path.read_bytes(), "application/octet-stream")

        def directories(self, url: str, _: bytes) -> None:
            path = workspace.path(url)
            if self.command == "PUT":
                path.mkdir(parents=True, exist_ok=True)
                return self.answer(204)
            if not path.is_dir():
                return self.missing()
            if self.command == "GET":
                names = [name for name in sorted(os.listdir(path)) if f"{url}/{name}" not in workspace.hidden]
                contents = [
                    {"path": f"{url}/{name}", "name": name, "is_directory": (path / name).is_dir(), "file_size": (path / name).stat().st_size}
                    for name in names
                ]
                return self.json({"contents": contents})
            self.answer(204 if self.command == "DELETE" else 200)

        def statement(self, request: dict) -> None:
            assert request["warehouse_id"] == "wh1", request
            text = request["statement"]
            workspace.statements.append(text)
            status, result, columns = {"state": "SUCCEEDED"}, {}, []
            try:
                rows = workspace.run(text)
                columns = [{"name": f"c{index}"} for index in range(len(rows[0]) if rows else 0)]
                texts = [[None if value is None else str(value) for value in row] for row in rows]
                result = {"chunk_index": 0, "data_array": texts}
            except Exception as error:
                status = {"state": "FAILED", "error": {"error_code": "BAD_REQUEST", "message": str(error)[:2000]}}
            if workspace.lose_answers and text.startswith("MERGE"):
                workspace.lose_answers -= 1
                return self.json({"error_code": "TEMPORARILY_UNAVAILABLE", "message": "lost"}, 503)
            self.json(
                {
                    "statement_id": str(uuid.uuid4()),
                    "status": status,
                    "manifest": {"schema": {"columns": columns}, "total_row_count": len(result.get("data_array", []))},
                    "result": result,
                }
            )

    return Handler


class Check:
    def __init__(self, program: str, landing: Path, folder: Path, workspace: Workspace, address: str) -> None:
        self.program, self.landing, self.folder, self.workspace = program, landing, folder, workspace
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("F1LAKE_", "DATABRICKS_", "DBT_"))}
        self.environment = kept | {"DATABRICKS_HOST": address, "DATABRICKS_TOKEN": TOKEN, "DATABRICKS_WAREHOUSE_ID": "small"}
        self.lake = folder / "lake"
        self.failures = 0

    def f1lake(self, *arguments: str) -> str:
        command = [self.program, *arguments, "--output", "json", "--quiet"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(arguments)}: exit code {done.returncode}: {done.stderr}")
        return done.stdout

    def load(self, landing: Path | None = None, *more: str) -> dict:
        out = str(landing or self.landing)
        names = ("--catalog", "dev", "--to", "databricks")
        self.environment["F1LAKE_DATABRICKS_STAGING_PATH"] = f"{VOLUME}/{STAGED}"
        return json.loads(self.f1lake("load", "--out", out, *names, *more))

    def load_both(self, *more: str) -> dict:
        self.f1lake("load", "--out", str(self.landing), "--lake", str(self.lake), *more)
        return self.load(None, *more)

    def require(self, what: str, holds: bool, detail: object = "") -> None:
        print(f"{'ok' if holds else 'FAILED':<7}{what}{'' if holds else f': {detail}'}")
        self.failures += not holds

    def kept_aside(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Rows without a key as the lake and the volume keep them, with the files' names."""
        local = sorted((self.lake / "_quarantine").rglob("*.ndjson"))
        staged = self.workspace.present(f"{STAGED}/bronze_quarantine/*/*.ndjson")
        return tuple([(f"{path.parent.name}/{path.name}", path.read_text()) for path in paths] for paths in (local, staged))

    def compare(self, when: str) -> None:
        different, rows = [], 0
        for path in sorted((self.lake / "bronze_raw").iterdir()):
            ours, theirs = (sorted_rows(DeltaTable(place)) for place in (path, self.workspace.tables / path.name))
            rows += ours.num_rows
            if not ours.equals(theirs):
                different.append(f"{path.name} ({ours.num_rows} local rows, {theirs.num_rows} in the warehouse)")
        tables = len(list((self.lake / "bronze_raw").iterdir()))
        self.require(f"{when}: {tables} tables, {rows} rows equal the local ones", tables == 19 and rows > 0 and not different, different)


def sorted_rows(table: DeltaTable) -> pa.Table:
    """Rows in an order of their own, without the times of loading, which differ by nature."""
    rows = table.to_pyarrow_table()
    rows = rows.drop_columns([name for name in ("_ingestion_timestamp", "loaded_at") if name in rows.column_names])
    rows = rows.select(sorted(rows.column_names))
    plain = [pa.field(field.name, pa.string() if pa.types.is_large_string(field.type) else field.type) for field in rows.schema]
    order = pa.table({name: column.cast(pa.string()) for name, column in zip(rows.column_names, rows.columns) if not pa.types.is_list(column.type)})
    indices = pc.sort_indices(order, sort_keys=[(name, "ascending") for name in order.column_names])
    return rows.take(indices).cast(pa.schema(plain)).combine_chunks()


def write_rows(landing: Path, landed: dict, rows: list[dict]) -> None:
    text = "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"
    (landing / landed["file"]).write_text(text)
    landed |= {"rows": len(rows), "bytes": len(text.encode()), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def shorten(landing: Path, rows: int) -> None:
    """Cuts telemetry: a million rows say no more than some thousands."""
    for path in (landing / "_manifest").glob("*.json"):
        manifest = json.loads(path.read_text())
        for name, landed in manifest["endpoints"].items():
            if name in ("car_data", "location") and landed["rows"] > rows:
                write_rows(landing, landed, json.loads((landing / landed["file"]).read_text())[:rows])
        path.write_text(json.dumps(manifest))


def add_rows_without_key(landing: Path) -> None:
    """Puts one first into each file of laps, where a correction takes it away again."""
    for path in (landing / "_manifest").glob("*.json"):
        manifest = json.loads(path.read_text())
        laps = manifest["endpoints"]["laps"]
        if laps["file"]:
            write_rows(landing, laps, [{"lap_number": 1}, *json.loads((landing / laps["file"]).read_text())])
        path.write_text(json.dumps(manifest))


def correct(landing: Path) -> None:
    """Lands corrections by hand: a changed and a removed lap, an endpoint that lost all rows, an unchanged rest."""
    for path in sorted((landing / "_manifest").glob("*.json")):
        manifest = json.loads(path.read_text())
        later = (datetime.fromisoformat(manifest["extracted_at"]) + timedelta(hours=1)).isoformat()
        manifest["extracted_at"] = later.replace("+00:00", "Z")
        for name, landed in manifest["endpoints"].items():
            landed["extracted_at"] = manifest["extracted_at"]
            if name == "laps":
                rows = json.loads((landing / landed["file"]).read_text())[1:]
                rows[3]["lap_duration"] = 99.999
                landed["replaced"] = [landed["file"]]
                landed["file"] = landed["file"].replace(".json", ".v2.json")
                landed["version"] = 2
                write_rows(landing, landed, rows)
            if name == "pit":
                landed |= {"file": None, "version": 2, "rows": 0, "bytes": 0, "sha256": None}
        path.write_text(json.dumps(manifest))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("landing", type=Path)
    parser.add_argument("--program", required=True)
    parser.add_argument("--telemetry-rows", type=int, default=20_000, help="rows of a telemetry file that are kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sail_server(Path(name) / "sail.log") as address:
        from pyspark.sql import SparkSession

        folder = Path(name)
        workspace = Workspace(folder, SparkSession.builder.remote(address).getOrCreate())
        try:
            server = ThreadingHTTPServer(("127.0.0.1", 0), handler(workspace))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            first = folder / "landing"
            shutil.copytree(arguments.landing, first, ignore=shutil.ignore_patterns("_work"))
            shorten(first, arguments.telemetry_rows)
            add_rows_without_key(first)
            host = f"http://127.0.0.1:{server.server_port}"
            return check(Check(arguments.program, first, folder, workspace, host))
        finally:
            workspace.spark.stop()


def check(check: Check) -> int:
    workspace = check.workspace
    sent = []
    stale = check.folder / "stale"
    shutil.copytree(check.landing, stale)

    report = check.load_both()
    statements = workspace.reset()
    sent += statements
    kinds = {kind: sum(text.startswith(kind) for text in statements) for kind in ("CREATE", "MERGE", "DELETE", "SELECT")}
    print(f"       {kinds}, {len(report['sessions'])} sessions")
    check.compare("first load")
    ours, theirs = check.kept_aside()
    check.require(f"rows without a key are kept aside: {len(ours)} files, the same in the volume", bool(ours) and ours == theirs, (ours, theirs))
    changing = [text for text in statements if text.startswith(("MERGE", "DELETE"))]
    staged = workspace.present("**/*.parquet")
    check.require("staged files are removed", not staged, staged)

    before = workspace.versions()
    report = check.load()
    repeated = workspace.reset()
    check.require("loading again sends no change", all(text.startswith("SELECT") for text in repeated), repeated)
    check.require("loading again says unchanged", {one["status"] for one in report["sessions"]} == {"unchanged"}, report)
    for text in changing:
        workspace.run(text)
    check.require("every statement again makes no version", workspace.versions() == before, (before, workspace.versions()))

    correct(check.landing)
    check.load_both()
    corrections = workspace.reset()
    sent += corrections
    check.compare("corrections")
    check.require("rows without a key that were corrected are no longer kept", check.kept_aside() == ([], []), check.kept_aside())
    before = workspace.versions()
    for text in changing:
        workspace.run(text)
    check.require("the statements of the first load, late, make no version", workspace.versions() == before, workspace.versions())
    report = check.load(stale)
    workspace.reset()
    check.require("a stale zone is told and ignored", {one["status"] for one in report["sessions"]} == {"stale"} and workspace.versions() == before, report)
    check.compare("after stale loads")

    report = check.load_both("--rebuild")
    sent += workspace.reset()
    check.compare("rebuild")

    shutil.rmtree(workspace.tables)
    for name in before:
        workspace.spark.sql(f"DROP TABLE IF EXISTS bronze_raw.`{name}`")
    workspace.lose_answers = 3
    report = check.load()
    repeated = workspace.reset()
    merges = [text for text in repeated if text.startswith("MERGE")]
    check.require("three lost answers: three statements came twice", len(merges) - len(set(merges)) == 3, len(merges))
    check.compare("lost answers")

    dry = check.f1lake("load", "--to", "databricks", "--dry-run", "--catalog", "dev", "--out", str(check.landing)).split(";\n\n")
    unreadable = []
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it knows CREATE VOLUME as a command only
    for text in [*sent, *filter(str.strip, dry)]:
        try:
            parsed = sqlglot.parse_one(text, read="databricks")
            if isinstance(parsed, sqlglot.exp.Command) and not text.startswith("CREATE VOLUME"):
                unreadable.append(f"not understood: {text[:80]}")
        except sqlglot.errors.ParseError as error:
            unreadable.append(f"{text[:80]}: {error}")
    check.require(f"{len(sent) + len(dry)} statements are Databricks SQL for sqlglot", not unreadable, unreadable[:3])
    print(f"       slowest statement: {workspace.slowest[0]:.1f} s, {workspace.slowest[1]}")
    return 1 if check.failures else 0


if __name__ == "__main__":
    sys.exit(main())

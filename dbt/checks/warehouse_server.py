"""A stand-in for a Databricks workspace: volumes and SQL statements over HTTP.

Spark (Sail, on Delta tables) runs the statements as they came, except that catalogs, volumes and clustering are taken
out. Two statements have the meaning that Delta gives them: the rows of `REPLACE WHERE` are asked of Sail and written by
delta-rs, which replaces what the predicate matches in one commit and refuses other rows; and `MERGE` fails when two
source rows match one row, as Delta's does and Sail's does not.
"""

import json
import re
import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlglot
from deltalake import DeltaTable, write_deltalake
from pyspark.sql import SparkSession

VOLUME = "/Volumes/dev/raw/landing"
STAGED_FILES = re.compile(rf"parquet\.`({VOLUME}[^`]*)`")
REPLACE = re.compile(r"INSERT INTO bronze_raw\.`(\w+)`\nREPLACE WHERE ([^\n]*)\n(.*)", re.DOTALL)
MULTIPLE = "[DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE] several source rows match one row of the table"
TOKEN = "dapi-check"


class Warehouse:
    """Files of a volume in a folder, tables in Sail."""

    def __init__(self, folder: Path, spark: SparkSession) -> None:
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
        """The statements since the last reset."""
        statements, self.statements = self.statements, []
        return statements

    def versions(self) -> dict[str, int]:
        return {path.name: DeltaTable(path).version() for path in sorted(self.tables.iterdir())}

    def run(self, statement: str) -> list[list[Any]]:
        with self.lock:
            if "information_schema" in statement:
                present = sorted(self.tables.iterdir()) if self.tables.is_dir() else []
                fields = {path.name: DeltaTable(path).schema().fields for path in present}
                return [
                    ["bronze_raw", table, "MANAGED", field.name] for table, found in fields.items() for field in found
                ]
            if statement.startswith("CREATE VOLUME"):
                self.volume_exists = True
                self.files.mkdir(exist_ok=True)
                return []
            started = time.monotonic()
            rows = self.run_on_spark(statement)
            self.slowest = max(self.slowest, (time.monotonic() - started, statement.split("\n")[0]))
            return rows

    def run_on_spark(self, statement: str) -> list[list[Any]]:
        sql = statement.replace("`dev`.`bronze_raw`", "bronze_raw")
        sql = STAGED_FILES.sub(lambda found: f"parquet.`{self.path(found[1])}`", sql)
        if found := re.match(r"CREATE TABLE IF NOT EXISTS bronze_raw\.`(\w+)`", sql):
            sql = re.sub(r"\nCLUSTER BY \([^)]*\)", f"\nLOCATION '{self.tables / found[1]}'", sql)
        if found := REPLACE.match(sql):
            self.replace_where(self.tables / found[1], found[2].replace("`", ""), found[3])
            return []
        if sql.startswith("MERGE"):
            self.refuse_multiple_matches(sql)
        return [list(row) for row in self.spark.sql(sql).collect()]

    def replace_where(self, path: Path, predicate: str, query: str) -> None:
        schema = DeltaTable(path).to_pyarrow_table().schema
        # An insert takes columns by position.
        rows = self.spark.sql(query).toArrow().rename_columns(schema.names).cast(schema)
        write_deltalake(path, rows, mode="overwrite", predicate=predicate)

    def refuse_multiple_matches(self, sql: str) -> None:
        merge = sqlglot.parse_one(sql, read="databricks")
        target, source, on = (merge.args[part].sql("spark") for part in ("this", "using", "on"))
        table, alias = target.rsplit(" AS ", 1)
        numbered = f"(SELECT *, row_number() OVER (ORDER BY 1) AS _row FROM {table}) AS {alias}"
        matches = f"SELECT 1 FROM {numbered} JOIN {source} ON {on} GROUP BY {alias}._row HAVING count(*) > 1 LIMIT 1"
        if self.spark.sql(matches).collect():
            raise ValueError(MULTIPLE)

    def drop_tables(self) -> None:
        names = [path.name for path in self.tables.iterdir()]
        shutil.rmtree(self.tables)
        for name in names:
            self.spark.sql(f"DROP TABLE IF EXISTS bronze_raw.`{name}`")


def handler(warehouse: Warehouse) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def answer(self, status: int, body: bytes = b"", kind: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def json(self, value: object, status: int = 200) -> None:
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
            for kind, serve in (("files", self.files), ("directories", self.directories)):
                if url.startswith(f"/api/2.0/fs/{kind}/Volumes/"):
                    if not warehouse.volume_exists:
                        return self.missing()
                    return serve(url.removeprefix(f"/api/2.0/fs/{kind}"), body)
            return self.json({"error_code": "ENDPOINT_NOT_FOUND", "message": url}, 404)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = serve

        def files(self, url: str, body: bytes) -> None:
            path = warehouse.path(url)
            if self.command == "PUT":
                if not path.parent.is_dir():
                    return self.missing()
                path.write_bytes(body)
                warehouse.hidden.discard(url)
                return self.answer(204)
            if not path.is_file() or url in warehouse.hidden:
                return self.missing()
            if self.command == "DELETE":
                warehouse.hidden.add(url)
                return self.answer(204)
            return self.answer(200, path.read_bytes(), "application/octet-stream")

        def directories(self, url: str, _: bytes) -> None:
            path = warehouse.path(url)
            if self.command == "PUT":
                path.mkdir(parents=True, exist_ok=True)
                return self.answer(204)
            if not path.is_dir():
                return self.missing()
            if self.command == "GET":
                contents = [
                    {
                        "path": f"{url}/{entry.name}",
                        "name": entry.name,
                        "is_directory": entry.is_dir(),
                        "file_size": entry.stat().st_size,
                    }
                    for entry in sorted(path.iterdir())
                    if f"{url}/{entry.name}" not in warehouse.hidden
                ]
                return self.json({"contents": contents})
            return self.answer(204 if self.command == "DELETE" else 200)

        def statement(self, request: dict[str, Any]) -> None:
            assert request["warehouse_id"] == "wh1", request
            text = request["statement"]
            warehouse.statements.append(text)
            status: dict[str, Any] = {"state": "SUCCEEDED"}
            rows: list[list[Any]] = []
            result: dict[str, Any] = {}
            try:
                rows = warehouse.run(text)
                texts = [[None if value is None else str(value) for value in row] for row in rows]
                result = {"chunk_index": 0, "data_array": texts}
            except Exception as error:
                status = {"state": "FAILED", "error": {"error_code": "BAD_REQUEST", "message": str(error)[:2000]}}
            if warehouse.lose_answers and text.startswith(("INSERT", "MERGE")):
                warehouse.lose_answers -= 1
                return self.json({"error_code": "TEMPORARILY_UNAVAILABLE", "message": "lost"}, 503)
            columns = [{"name": f"c{index}"} for index in range(len(rows[0]) if rows else 0)]
            return self.json(
                {
                    "statement_id": str(uuid.uuid4()),
                    "status": status,
                    "manifest": {"schema": {"columns": columns}, "total_row_count": len(rows)},
                    "result": result,
                }
            )

    return Handler


@contextmanager
def served(warehouse: Warehouse) -> Iterator[str]:
    """The address of a server that lives as long as the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(warehouse)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()

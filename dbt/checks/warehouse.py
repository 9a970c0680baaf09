"""Loads a landing zone into a stand-in for a Databricks workspace; its tables must equal the local lake's, row for row.

    python -m checks.warehouse LANDING --program ../target/debug/f1lake

Every statement must be SQL for sqlglot and for Spark; `checks.warehouse_server` says how they are run. Loaded are: the
zone, with rows that have no key and rows that share one, the zone again, every statement again, corrections with
removed rows and an emptied endpoint, all statements in any order, a stale zone, a rebuild, and a load whose answers get
lost. Exit code 1 on a difference.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable

from checks.comparison import canonical
from checks.connect_servers import sail_server
from checks.databricks_sql import unparsable
from checks.landing_zone import add_rows_without_key, contradict, correct, shorten
from checks.spark_session import spark_client
from checks.warehouse_server import TOKEN, VOLUME, Warehouse, served

STAGED = "staged here"
TABLES = 19
CHANGING = ("INSERT", "MERGE", "DELETE")
LATE = "f1lake: a newer extract is loaded"
# Files by name, with their content.
Files = list[tuple[str, str]]


class Check:
    """Loads by the program, and what must hold after them."""

    def __init__(self, program: str, folder: Path, warehouse: Warehouse, address: str) -> None:
        self.program, self.warehouse = program, warehouse
        self.landing, self.stale, self.lake = folder / "landing", folder / "stale", folder / "lake"
        foreign = ("F1LAKE_", "DATABRICKS_", "DBT_")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)} | {
            "DATABRICKS_HOST": address,
            "DATABRICKS_TOKEN": TOKEN,
            "DATABRICKS_WAREHOUSE_ID": "small",
            "F1LAKE_DATABRICKS_STAGING_PATH": f"{VOLUME}/{STAGED}",
        }
        self.sent: list[str] = []
        self.failures = 0

    def f1lake(self, *arguments: str) -> str:
        command = [self.program, *arguments, "--output", "json", "--quiet"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(arguments)}: exit code {done.returncode}: {done.stderr}")
        return done.stdout

    def load(self, landing: Path, *more: str) -> list[dict[str, Any]]:
        """What was reported of each session."""
        names = ("--catalog", "dev", "--load-to", "databricks")
        sessions: list[dict[str, Any]] = json.loads(self.f1lake("load", "--out", str(landing), *names, *more))[
            "sessions"
        ]
        return sessions

    def load_both(self, *more: str) -> list[dict[str, Any]]:
        self.f1lake("load", "--out", str(self.landing), "--lake", str(self.lake), *more)
        return self.load(self.landing, *more)

    def new_statements(self) -> list[str]:
        """Those of the last load; all of them must be Databricks SQL in the end."""
        statements = self.warehouse.reset()
        self.sent += statements
        return statements

    def require(self, what: str, holds: bool, detail: object = "") -> None:
        print(f"{'ok' if holds else 'FAILED':<7}{what}{'' if holds else f': {detail}'}")
        self.failures += not holds

    def run_again(self, statements: list[str]) -> int:
        """Runs statements as if they came late; returns how many failed because of newer rows."""
        late = 0
        for text in statements:
            try:
                self.warehouse.run(text)
            except Exception as error:
                if LATE not in str(error):
                    raise
                late += 1
        return late

    def rows(self) -> dict[str, pa.Table]:
        """The rows of the warehouse's tables."""
        return {path.name: loaded(path) for path in sorted(self.warehouse.tables.iterdir())}

    def kept_aside(self) -> tuple[Files, Files]:
        """Rows without a key as the lake and the volume keep them."""
        local = sorted((self.lake / "_quarantine").rglob("*.ndjson"))
        staged = self.warehouse.present(f"{STAGED}/bronze_quarantine/*/*.ndjson")
        return contents(local), contents(staged)

    def compare(self, when: str) -> None:
        different, rows = [], 0
        paths = sorted((self.lake / "bronze_raw").iterdir())
        for path in paths:
            ours, theirs = loaded(path), loaded(self.warehouse.tables / path.name)
            rows += ours.num_rows
            if not ours.equals(theirs):
                different.append(f"{path.name} ({ours.num_rows} local rows, {theirs.num_rows} in the warehouse)")
        holds = len(paths) == TABLES and rows > 0 and not different
        self.require(f"{when}: {len(paths)} tables, {rows} rows equal the local ones", holds, different)


def contents(paths: list[Path]) -> Files:
    return [(f"{path.parent.name}/{path.name}", path.read_text()) for path in paths]


def loaded(path: Path) -> pa.Table:
    """The rows of a table without the times of loading, which differ by nature."""
    rows = DeltaTable(path).to_pyarrow_table()
    times = [name for name in ("_ingestion_timestamp", "loaded_at") if name in rows.column_names]
    return canonical(rows.drop_columns(times))


def statuses(sessions: list[dict[str, Any]]) -> set[str]:
    return {session["status"] for session in sessions}


def check_first_load(check: Check) -> list[str]:
    """Returns the statements that change rows."""
    sessions = check.load_both()
    statements = check.new_statements()
    kinds = {kind: sum(text.startswith(kind) for text in statements) for kind in ("CREATE", *CHANGING, "SELECT")}
    print(f"       {kinds}, {len(sessions)} sessions")
    check.compare("first load")
    ours, theirs = check.kept_aside()
    aside = f"rows without a key are kept aside: {len(ours)} files, the same in the volume"
    check.require(aside, bool(ours) and ours == theirs, (ours, theirs))
    staged = check.warehouse.present("**/*.parquet")
    check.require("staged files are removed", not staged, staged)
    return [text for text in statements if text.startswith(CHANGING)]


def check_repeats(check: Check, changing: list[str]) -> None:
    before = check.rows()
    sessions = check.load(check.landing)
    repeated = check.warehouse.reset()
    check.require("loading again sends no statement", not repeated, repeated)
    check.require("loading again says unchanged", statuses(sessions) == {"unchanged"}, sessions)
    late = check.run_again(changing)
    check.require("every statement again changes no row", late == 0 and check.rows() == before, late)


def check_corrections(check: Check, changing: list[str]) -> None:
    """Also that neither statements of the first load nor its zone undo them."""
    warehouse = check.warehouse
    correct(check.landing)
    check.load_both()
    corrections = [text for text in check.new_statements() if text.startswith(CHANGING)]
    check.compare("corrections")
    aside = check.kept_aside()
    check.require("rows without a key that were corrected are no longer kept", aside == ([], []), aside)
    before, versions = check.rows(), warehouse.versions()
    late, inserts = check.run_again(changing), sum(text.startswith("INSERT") for text in changing)
    same = warehouse.versions() == versions
    check.require(f"the {inserts} inserts of the first load fail as late and make no version", late == inserts and same)
    shuffled = 2 * changing + 2 * corrections
    random.Random(22).shuffle(shuffled)
    late = check.run_again(shuffled)
    holds = late == 2 * inserts and check.rows() == before
    check.require(f"{len(shuffled)} statements of both loads in any order change no row", holds, late)
    versions = warehouse.versions()
    sessions = check.load(check.stale)
    warehouse.reset()
    ignored = statuses(sessions) == {"stale"} and warehouse.versions() == versions
    check.require("a stale zone is told and ignored", ignored, sessions)
    check.compare("after stale loads")


def check_lost_answers(check: Check) -> None:
    warehouse = check.warehouse
    warehouse.drop_tables()
    check.f1lake("databricks", "setup", "--catalog", "dev")
    warehouse.lose_answers = 3
    check.load(check.landing)
    changing = [text for text in warehouse.reset() if text.startswith(CHANGING)]
    twice = len(changing) - len(set(changing))
    check.require("three lost answers: three statements came twice", twice == 3, len(changing))
    check.compare("lost answers, after a setup of dropped tables")


def check_language(check: Check) -> None:
    """Of every statement that was sent, and of those that a dry run shows."""
    dry = check.f1lake("load", "--load-to", "databricks", "--dry-run", "--catalog", "dev", "--out", str(check.landing))
    texts = [*check.sent, *dry.split(";\n\n")]
    unreadable = [f"{text[:80]}: {why}" for text in texts if text.strip() and (why := unparsable(text))]
    check.require(f"{len(texts)} statements are SQL for sqlglot and for Spark", not unreadable, unreadable[:3])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("landing", type=Path)
    parser.add_argument("--program", required=True)
    parser.add_argument("--telemetry-rows", type=int, default=20_000, help="rows of a telemetry file that are kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sail_server(Path(name) / "sail.log") as address:
        folder = Path(name)
        with spark_client(address) as spark:
            warehouse = Warehouse(folder, spark)
            with served(warehouse) as host:
                check = Check(arguments.program, folder, warehouse, host)
                shutil.copytree(arguments.landing, check.landing, ignore=shutil.ignore_patterns("_work"))
                shorten(check.landing, arguments.telemetry_rows)
                add_rows_without_key(check.landing)
                contradict(check.landing)
                shutil.copytree(check.landing, check.stale)
                changing = check_first_load(check)
                check_repeats(check, changing)
                check_corrections(check, changing)
                check.load_both("--rebuild")
                check.new_statements()
                check.compare("rebuild")
                check_lost_answers(check)
                check_language(check)
    print(f"       slowest statement: {warehouse.slowest[0]:.1f} s, {warehouse.slowest[1]}")
    return 1 if check.failures else 0


if __name__ == "__main__":
    sys.exit(main())

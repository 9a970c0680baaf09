#!/usr/bin/env python3
"""Runs dbt-databricks itself without a workspace, and proves what its statements do.

    python check_databricks.py ../lake
    python check_databricks.py ../lake --kill-everywhere       # kills a run before every write of rows or state, not before some

The driver's connection is replaced by `sail_workspace`: every statement of the adapter is recorded, parsed as Databricks SQL
and run on Sail. Copies the small tables of the lake, builds the environment `prod`, lands sessions again (values corrected, rows
gone, a session's laps emptied, a session removed), and runs again. Exit code 1 when any of this does not hold:

- every statement parses, and names no catalog but the environment's
- every model is clustered, has its comments, its NOT NULL columns and its keys, and is created by one statement
- an incremental run replaces the changed sessions of a model in one statement, and notes what it built after it
- it gives what a build from nothing gives, no row twice; a run after it writes no session
- so does a run after a run that was killed at any point, and what a killed run noted as built is built
"""

import argparse
import copy
import json
import logging
import os
import re
import shutil
import sys
import tempfile
import uuid
from functools import cache
from pathlib import Path

import databricks.sql
import pyarrow.compute as pc
import sqlglot
from dbt.cli.main import dbtRunner
from deltalake import DeltaTable
from sqlglot import exp

from check_incremental import compare, copy_lake, land_again
from sail import sail_server
from sail_workspace import CHANGES, Workspace

HERE = Path(__file__).resolve().parent
STATE = ("dbt_loads", "dbt_builds")
LOGIN = {
    "DBT_DATABRICKS_HOST": "workspace.invalid",
    "DBT_DATABRICKS_HTTP_PATH": "/sql/1.0/warehouses/0",
    "DBT_DATABRICKS_TOKEN": "none",
}


def dbt(folder: Path, command: str, *arguments: str) -> bool:
    """Runs dbt for the target `databricks`; false when it fails."""
    arguments = [
        *("--log-level", "none", "--no-print", command, "--target", "databricks", *arguments),
        *("--project-dir", str(HERE), "--profiles-dir", str(HERE)),
        *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
    ]
    return dbtRunner().invoke(arguments).success


@cache
def parsed(sql: str) -> list[exp.Expression]:
    """The statement as sqlglot reads it."""
    # Databricks takes `change column` as it takes `alter column`; sqlglot knows the latter with `set not null`.
    return sqlglot.parse(re.sub(r"^(alter table \S+) change column", r"\1 alter column", sql, flags=re.I), read="databricks")


def unparsable(sql: str) -> str | None:
    """Why sqlglot does not take a statement as Databricks SQL, or none."""
    try:
        found = parsed(sql)
    except sqlglot.errors.SqlglotError as error:
        return str(error)
    if len(found) != 1:
        return f"{len(found)} statements"
    # sqlglot keeps these as they are, without a grammar for them.
    if isinstance(found[0], exp.Command) and not re.match(r"(optimize|show schemas|show tblproperties)\b", sql, re.I):
        return "not understood"
    return None


def catalogs(sql: str) -> set[str]:
    """Catalogs that a statement names, as a table's or in quotes."""
    found = {table.catalog for table in parsed(sql)[0].find_all(exp.Table)}
    return (found | set(re.findall(r"`(\w+)`\.`\w+`\.", sql)) | set(re.findall(r"\b(\w+_f1)\b", sql))) - {"", "system"}


def written(sql: str) -> str | None:
    """The table that a statement writes rows to, without its catalog, or none."""
    match = re.match(
        r"(?:create or replace table|create table if not exists|insert into|insert overwrite table|delete from|merge into|update)"
        r"\s+(?:table\s+)?`\w+`\.`(\w+)`\.`(\w+)`",
        sql,
        re.I,
    )
    return f"{match[1]}.{match[2]}" if match else None


def models_of(manifest: dict) -> dict[str, dict]:
    return {f"{n['schema']}.{n['name']}": n for n in manifest["nodes"].values() if n["resource_type"] == "model"}


def never_null(manifest: dict) -> dict[str, set[str]]:
    """Columns by model that a test of severity error keeps from being null."""
    columns: dict[str, set[str]] = {}
    for node in manifest["nodes"].values():
        if (node.get("test_metadata") or {}).get("name") == "not_null" and node["config"]["severity"].lower() == "error":
            columns.setdefault(node["attached_node"], set()).add(node["column_name"])
    return columns


def check_statements(statements: list[str], catalog: str) -> list[str]:
    failures = [f"does not parse: {error}: {sql[:200]}" for sql in statements if (error := unparsable(sql))]
    readable = (sql for sql in statements if not unparsable(sql))
    return failures + [f"names {found}: {sql[:200]}" for sql in readable if (found := catalogs(sql) - {catalog})]


def check_tables(workspace: Workspace, manifest: dict) -> list[str]:
    """What the catalog knows of each model, against what the project says of it."""
    failures, tested = [], never_null(manifest)
    for name, node in models_of(manifest).items():
        table, key, sure = workspace.tables.get(tuple(name.split("."))), node["config"]["meta"]["key"], tested[node["unique_id"]]
        if table is None:
            failures.append(f"{name}: was not built")
            continue
        references = {(c["columns"][0], c["to_columns"][0]) for c in node["constraints"] if c["type"] == "foreign_key"}
        wrong = {
            "columns": table.columns != {c["name"]: c["data_type"] for c in node["columns"].values()},
            "clustering": not table.clustered_by or not set(table.clustered_by) <= set(table.columns),
            "comment": table.comment.strip() != node["description"].strip(),
            "comments of columns": table.comments != {c["name"]: c["description"] for c in node["columns"].values()},
            "not null": table.not_null != sure,
            "primary key": list(table.keys.values()) != ([key] if set(key) <= sure else []),
            "foreign keys": {(children[0], parents[0]) for children, _, parents in table.foreign.values()} != references,
        }
        failures += [f"{name}: {what}" for what, is_wrong in wrong.items() if is_wrong]
    facts = {name for name in models_of(manifest) if "gold_analytics.fact_" in name}
    failures += [f"{name}: no foreign key" for name in facts if not workspace.tables[tuple(name.split("."))].foreign]
    return failures


def check_first_run(statements: list[str], manifest: dict) -> list[str]:
    writes = [(written(sql), sql) for sql in statements if written(sql)]
    failures = []
    for name in models_of(manifest):
        own = [sql for table, sql in writes if table == name]
        if len(own) != 1 or not re.match(r"create or replace table .*\bcluster by \(.*\bas\b", own[0], re.I | re.S):
            failures.append(f"{name}: not created by one statement: {[sql[:80] for sql in own]}")
    return failures


def check_incremental_run(statements: list[str], manifest: dict, sessions: list[int]) -> list[str]:
    """One write a model, of those sessions, and what was built is noted after it; nothing else is changed."""
    failures, keys = [], ", ".join(map(str, sorted(sessions)))
    models = models_of(manifest)
    for name, node in models.items():
        at = [i for i, sql in enumerate(statements) if written(sql) == name]
        how = [re.split(r"\s+select\b", statements[i], maxsplit=1, flags=re.I)[0].replace("`", "") for i in at]
        table = f"{node['database']}.{name}"
        if node["config"]["meta"]["grain"] == "lake":
            if how != [f"insert overwrite table {table}"]:
                failures.append(f"{name}: {how}")
            continue
        if how != ([f"insert into {table} replace where session_key in ({keys})"] if sessions else []):
            failures.append(f"{name}: {how}")
        noted = [i for i, sql in enumerate(statements) if written(sql) == "silver_clean.dbt_builds" and f"'{node['name']}'" in sql]
        if len(noted) != (1 if sessions else 0) or (at and noted and noted[0] < at[0]):
            failures.append(f"{name}: noted as built at {noted}, written at {at}")
    allowed = re.compile(r"(insert|comment on table|optimize|create or replace table \S+`dbt_loads`|create table if not exists)", re.I)
    failures += [f"unexpected: {sql[:120]}" for sql in statements if CHANGES.match(sql) and not allowed.match(sql)]
    return failures


def rows(workspace: Workspace) -> dict[str, tuple[list, int]]:
    """Rows of every model by table, sorted, and how many of them occur twice."""
    result = {}
    for schema, name in sorted(workspace.tables):
        if name not in STATE:
            table = DeltaTable(workspace.folder / schema / name).to_pyarrow_table()
            found = sorted(map(repr, (tuple(row.values()) for row in table.select(sorted(table.column_names)).to_pylist())))
            result[f"{schema}.{name}"] = (found, len(found) - len(set(found)))
    return result


def early_notes(workspace: Workspace, whole: Workspace, lake: Path) -> list[str]:
    """Sessions that are noted as built from the newest load, and are not."""
    loads = DeltaTable(lake / "bronze_raw" / "bronze_loads").to_pyarrow_table().group_by("session_key")
    newest = {row["session_key"]: row["loaded_at_max"] for row in loads.aggregate([("loaded_at", "max")]).to_pylist()}
    if ("silver_clean", "dbt_builds") not in workspace.tables:
        return []
    failures, read = [], {}
    for note in DeltaTable(workspace.folder / "silver_clean" / "dbt_builds").to_pyarrow_table().to_pylist():
        model, session = note["model"], note["session_key"]
        if newest.get(session) != note["loaded_at"]:
            continue
        name = next((name for name in whole.tables if name[1] == model), None)
        for place in (workspace, whole):
            if (model, place) not in read:
                path = place.folder / name[0] / model
                read[model, place] = DeltaTable(path).to_pyarrow_table() if path.exists() else None
        one, other = (read[model, place] for place in (workspace, whole))
        if one is None or not equal(*(t.filter(pc.equal(t["session_key"], session)) for t in (one, other))):
            failures.append(f"{model}: session {session} is noted as built and is not")
    return failures


def equal(one, other) -> bool:
    columns = sorted(one.column_names)
    listed = [sorted(map(repr, t.select(columns).to_pylist())) for t in (one, other)]
    return listed[0] == listed[1]


class Trial:
    """Runs of one project on one lake, in workspaces that can be copied."""

    def __init__(self, folder: Path, address: str, catalog: str):
        self.folder, self.address, self.catalog, self.count = folder, address, catalog, 0
        self.lake = folder / "lake"

    def workspace(self, like: Workspace | None = None) -> Workspace:
        self.count += 1
        made = Workspace(self.folder / f"workspace{self.count}", self.catalog, self.lake / "bronze_raw")
        if like:
            shutil.copytree(like.folder, made.folder)
            # Delta tables hold relative paths, so the copy is a table of its own.
            made.tables, made.schemas = copy.deepcopy(like.tables), set(like.schemas)
        return made

    def run(self, workspace: Workspace, changes: int | None = None, command: str = "run", *arguments: str) -> bool:
        """One run; with `changes`, killed after that many changing statements. The run's statements stay in the workspace."""
        workspace.open(self.address, str(uuid.uuid4()))
        workspace.changes_left = changes
        databricks.sql.connect = workspace.connect
        try:
            return dbt(self.folder, command, "--threads", "1", *arguments)
        finally:
            workspace.close()


def kill_points(statements: list[str], everywhere: bool) -> list[int]:
    """How many changing statements to let through: up to before a write of rows, up to before the note of it."""
    changes = [sql for sql in statements if CHANGES.match(sql)]
    writes = [i for i, sql in enumerate(changes) if written(sql) and re.match(r"insert|create or replace", sql, re.I)]
    if everywhere:
        return writes
    notes = [i for i in writes if written(changes[i]) == "silver_clean.dbt_builds"]
    rows_written = [i for i in writes if i not in notes]
    return [notes[len(notes) // 3], rows_written[2 * len(rows_written) // 3]]


def check_environments(folder: Path) -> list[str]:
    """Every other environment, and a catalog of one's own: no node and no source lies elsewhere."""
    failures = []
    for settings, catalog in (({}, "dev_f1"), ({"F1LAKE_ENV": "stage"}, "stage_f1"), ({"F1LAKE_CATALOG": "mine"}, "mine")):
        for name in ("F1LAKE_ENV", "F1LAKE_CATALOG"):
            os.environ.pop(name, None)
        os.environ.update(settings)
        if not dbt(folder, "parse"):
            return [f"dbt parse fails in {settings}"]
        manifest = json.loads((folder / "target" / "manifest.json").read_text())
        found = {n["database"] for part in ("nodes", "sources") for n in manifest[part].values()}
        if found != {catalog}:
            failures.append(f"{settings}: catalogs {found}")
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lake", type=Path, help="folder of the lake, with bronze_raw in it")
    parser.add_argument("--kill-everywhere", action="store_true", help="kill before every write of the incremental run")
    arguments = parser.parse_args()
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    failures: list[str] = []
    different = 0

    def report(what: str, found: list[str]) -> None:
        failures.extend(found)
        print(f"{what}: {len(found)} failures", *found[:10], sep="\n  ", flush=True)

    with tempfile.TemporaryDirectory() as name, sail_server(Path(name) / "sail.log") as address:
        folder = Path(name)
        os.environ.update(LOGIN)
        report("environments", check_environments(folder))
        os.environ.pop("F1LAKE_CATALOG")
        os.environ["F1LAKE_ENV"] = "prod"

        trial = Trial(folder, address, "prod_f1")
        sessions = copy_lake(arguments.lake.resolve(), trial.lake)[:3]
        if len(sessions) < 3:
            sys.exit("needs a lake with laps of three sessions or more")

        kept = trial.workspace()
        if not trial.run(kept, None, "build", "--exclude", "resource_type:unit_test"):
            log = (folder / "logs" / "dbt.log").read_text()
            sys.exit("dbt build fails:\n" + "\n".join(re.findall(r".*(?:Error in|Failure in).*(?:\n.*){6}", log)[:10]))
        manifest = json.loads((folder / "target" / "manifest.json").read_text())
        first = kept.statements
        report(f"first build, {len(first)} statements", check_statements(first, "prod_f1") + check_first_run(first, manifest))
        report(f"{len(models_of(manifest))} models in the catalog", check_tables(kept, manifest))
        before = rows(kept)

        died = trial.workspace()
        trial.run(died, kill_points(first, False)[1])
        partly = trial.workspace(kept)

        land_again(trial.lake, *sessions)
        if not trial.run(kept):
            sys.exit(f"the incremental run fails, see {folder}")
        again = kept.statements
        found = check_statements(again, "prod_f1") + check_incremental_run(again, manifest, sessions)
        report(f"incremental run, {len(again)} statements", found + check_tables(kept, manifest))
        incremental = rows(kept)
        changed = sum(before[table] != incremental[table] for table in before)
        print(f"the landings changed {changed} of {len(before)} tables")

        whole = trial.workspace()
        trial.run(whole)
        full = rows(whole)
        incremental = {table: found for table, found in incremental.items() if table in full}
        different += compare("incremental against full", incremental, full) + (changed == 0)

        trial.run(kept)
        report("run with nothing changed", check_incremental_run(kept.statements, manifest, []))
        different += compare("run with nothing changed", {t: r for t, r in rows(kept).items() if t in full}, full)

        # As when the table that it points to was replaced, should a workspace drop it then.
        kept.tables["gold_analytics", "fact_laps"].foreign.clear()
        trial.run(kept, None, "run", "--select", "fact_laps")
        report("a foreign key that went comes back", check_tables(kept, manifest))

        for point in kill_points(again, arguments.kill_everywhere):
            torn = trial.workspace(partly)
            if trial.run(torn, point):
                failures.append(f"not killed after {point} changes")
            noted = early_notes(torn, whole, trial.lake)
            trial.run(torn)
            report(f"killed after {point} changes of an incremental run, run again", noted)
            different += compare("  against full", {t: r for t, r in rows(torn).items() if t in full}, full)
            shutil.rmtree(torn.folder)
        noted = early_notes(died, whole, trial.lake)
        trial.run(died)
        report("killed in the first build, run again after the landings", noted)
        different += compare("  against full", rows(died), full)
    return 1 if failures or different else 0


if __name__ == "__main__":
    sys.exit(main())

"""Runs dbt-databricks itself without a workspace, and proves what its statements do.

    python -m checks.dbt_databricks ../lake
    python -m checks.dbt_databricks ../lake --kill-everywhere       kills a run before every write of rows or state

The driver's connection is replaced by `checks.workspace`: every statement of the adapter is recorded, parsed as
Databricks SQL and run on Sail. Copies the small tables of the lake, builds the environment `prod`, lands sessions again
(values corrected, rows gone, a session's laps emptied, a session removed), and runs again. Exit code 1 when any of this
does not hold:

- every statement parses, and names no catalog but the environment's
- every model is clustered, has its comments, its NOT NULL columns and its keys, and is created by one statement
- an incremental run replaces the changed sessions of a model in one statement, and notes what it built after it
- it gives what a build from nothing gives, no row twice; a run after it writes no session
- so does a run after a run that was killed at any point, and what a killed run noted as built is built
- a first build and a build without news send no more statements than the bounds below; the latter writes nothing, and
  still finds rows that were lost and code that changed
"""

import argparse
import copy
import os
import re
import shutil
import sys
import tempfile
import uuid
from pathlib import Path
from unittest.mock import patch

import databricks.sql
import pyarrow as pa
import pyarrow.compute as pc
from dbt.cli.main import dbtRunner
from deltalake import DeltaTable

from checks.connect_servers import sail_server
from checks.databricks_sql import CHANGES, catalogs, unparsable, written
from checks.landings import copy_bronze, land_again
from checks.project import PROJECT, Manifest, Node, manifest, options
from checks.rows import Build, Rows, compare, listed_table
from checks.workspace import Workspace

# Statements at most, with one thread: of a build into an empty catalog, and of one when nothing was loaded since.
FIRST_BUILD, NO_NEWS = 700, 250
NO_UNIT_TESTS = ("--exclude", "resource_type:unit_test")  # Sail does not describe bronze to them
STATE = ("dbt_loads", "dbt_builds")
LOGIN = {
    "DBT_DATABRICKS_HOST": "workspace.invalid",
    "DBT_DATABRICKS_HTTP_PATH": "/sql/1.0/warehouses/0",
    "DBT_DATABRICKS_TOKEN": "none",
}


def dbt(folder: Path, command: str, *arguments: str, project: Path = PROJECT) -> list[str]:
    """Runs dbt for the target `databricks` in this process; what failed."""
    line = ["--log-level", "none", "--no-print", command, *options("databricks", folder, project), *arguments]
    ended = dbtRunner().invoke(line)
    if ended.success:
        return []
    bad = [r for r in getattr(ended.result, "results", None) or [] if r.status in ("error", "fail")]
    return [f"{r.node.unique_id}: {r.message}" for r in bad] or [f"dbt {command} fails: {ended.exception}"]


def named(name: str) -> tuple[str, str]:
    schema, table = name.split(".")
    return schema, table


def models_of(project: Manifest) -> dict[str, Node]:
    return {f"{n['schema']}.{n['name']}": n for n in project["nodes"].values() if n["resource_type"] == "model"}


def never_null(project: Manifest) -> dict[str, set[str]]:
    """Columns by model that a test of severity error keeps from being null."""
    columns: dict[str, set[str]] = {}
    for node in project["nodes"].values():
        is_not_null = (node.get("test_metadata") or {}).get("name") == "not_null"
        if is_not_null and node["config"]["severity"].lower() == "error":
            columns.setdefault(node["attached_node"], set()).add(node["column_name"])
    return columns


def check_statements(statements: list[str], catalog: str) -> list[str]:
    failures = [f"does not parse: {error}: {sql[:200]}" for sql in statements if (error := unparsable(sql))]
    readable = (sql for sql in statements if not unparsable(sql))
    return failures + [f"names {found}: {sql[:200]}" for sql in readable if (found := catalogs(sql) - {catalog})]


def check_tables(workspace: Workspace, project: Manifest) -> list[str]:
    """What the catalog knows of each model, against what the project says of it."""
    failures, tested = [], never_null(project)
    for name, node in models_of(project).items():
        table, key, sure = workspace.tables.get(named(name)), node["config"]["meta"]["key"], tested[node["unique_id"]]
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
            "foreign keys": {(ours[0], theirs[0]) for ours, _, theirs in table.foreign.values()} != references,
        }
        failures += [f"{name}: {what}" for what, is_wrong in wrong.items() if is_wrong]
    facts = {name for name in models_of(project) if "gold_analytics.fact_" in name}
    failures += [f"{name}: no foreign key" for name in facts if not workspace.tables[named(name)].foreign]
    return failures


def check_first_run(statements: list[str], project: Manifest) -> list[str]:
    failures = []
    for name in models_of(project):
        own = [sql for sql in statements if written(sql) == name]
        if len(own) != 1 or not re.match(r"create or replace table .*\bcluster by \(.*\bas\b", own[0], re.I | re.S):
            failures.append(f"{name}: not created by one statement: {[sql[:80] for sql in own]}")
    return failures


def check_incremental_run(statements: list[str], project: Manifest, sessions: list[int]) -> list[str]:
    """One write a model, of those sessions, and what was built is noted after it; nothing else is changed.

    Without sessions, no model is written.
    """
    failures, keys = [], ", ".join(map(str, sorted(sessions)))
    notes = [i for i, sql in enumerate(statements) if written(sql) == "silver_clean.dbt_builds"]
    for name, node in models_of(project).items():
        at = [i for i, sql in enumerate(statements) if written(sql) == name]
        how = [re.split(r"\s+select\b", statements[i], maxsplit=1, flags=re.I)[0].replace("`", "") for i in at]
        table = f"{node['database']}.{name}"
        if node["config"]["meta"]["grain"] == "lake":
            if how != ([f"insert overwrite table {table}"] if sessions else []):
                failures.append(f"{name}: {how}")
            continue
        if how != ([f"insert into {table} replace where session_key in ({keys})"] if sessions else []):
            failures.append(f"{name}: {how}")
        noted = [i for i in notes if f"'{node['name']}' as model" in statements[i]]
        if len(noted) != (1 if sessions else 0) or (at and noted and noted[0] < at[0]):
            failures.append(f"{name}: noted as built at {noted}, written at {at}")
    allowed = re.compile(
        r"(insert|comment on table|optimize|create or replace table \S+`dbt_loads`|create table if not exists)", re.I
    )
    failures += [f"unexpected: {sql[:120]}" for sql in statements if CHANGES.match(sql) and not allowed.match(sql)]
    return failures


def rows(workspace: Workspace) -> Build:
    """Rows of every model by table."""
    return {
        f"{schema}.{name}": listed_table(DeltaTable(workspace.folder / schema / name).to_pyarrow_table())
        for schema, name in sorted(workspace.tables)
        if name not in STATE
    }


def early_notes(workspace: Workspace, whole: Workspace, lake: Path) -> list[str]:
    """Sessions that are noted as built from the newest load, and are not."""
    loads = DeltaTable(lake / "bronze_raw" / "bronze_loads").to_pyarrow_table().group_by("session_key")
    newest = {row["session_key"]: row["loaded_at_max"] for row in loads.aggregate([("loaded_at", "max")]).to_pylist()}
    if ("silver_clean", "dbt_builds") not in workspace.tables:
        return []
    schemas = {model: schema for schema, model in whole.tables}
    read: dict[tuple[str, Workspace], pa.Table | None] = {}

    def of_session(model: str, place: Workspace, session: int) -> Rows | None:
        if (model, place) not in read:
            path = place.folder / schemas[model] / model
            read[model, place] = DeltaTable(path).to_pyarrow_table() if path.exists() else None
        table = read[model, place]
        if table is not None and "session_key" in table.column_names:
            table = table.filter(pc.equal(table["session_key"], session))
        return None if table is None else listed_table(table)

    failures = []
    for note in DeltaTable(workspace.folder / "silver_clean" / "dbt_builds").to_pyarrow_table().to_pylist():
        model, session = note["model"], note["session_key"]
        # Rows of a snapshot say when they were found.
        if newest.get(session) != note["loaded_at"] or model not in schemas:
            continue
        built = of_session(model, workspace, session)
        if built is None or built != of_session(model, whole, session):
            failures.append(f"{model}: session {session} is noted as built and is not")
    return failures


class Trial:
    """Runs of one project on one lake, in workspaces that can be copied."""

    def __init__(self, folder: Path, address: str, catalog: str) -> None:
        self.folder, self.address, self.catalog, self.count = folder, address, catalog, 0
        self.failed: list[str] = []
        self.lake = folder / "lake"

    def workspace(self, like: Workspace | None = None) -> Workspace:
        self.count += 1
        made = Workspace(self.folder / f"workspace{self.count}", self.catalog, self.lake / "bronze_raw")
        if like:
            shutil.copytree(like.folder, made.folder)
            # Delta tables hold relative paths, so the copy is a table of its own.
            made.tables, made.schemas = copy.deepcopy(like.tables), set(like.schemas)
        return made

    def run(
        self,
        workspace: Workspace,
        changes: int | None = None,
        command: str = "run",
        *arguments: str,
        project: Path = PROJECT,
    ) -> bool:
        """One run; with `changes`, killed after that many changing statements. The workspace keeps its statements."""
        folder = self.folder if project == PROJECT else project.parent
        workspace.open(self.address, str(uuid.uuid4()))
        workspace.changes_left = changes
        try:
            with patch.object(databricks.sql, "connect", workspace.connect):
                self.failed = dbt(folder, command, "--threads", "1", *arguments, project=project)
                return not self.failed
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
    environments: list[tuple[dict[str, str], str]] = [
        ({}, "dev_f1"),
        ({"F1LAKE_ENV": "stage"}, "stage_f1"),
        ({"F1LAKE_CATALOG": "mine"}, "mine"),
    ]
    for settings, catalog in environments:
        for name in ("F1LAKE_ENV", "F1LAKE_CATALOG"):
            os.environ.pop(name, None)
        os.environ.update(settings)
        if failed := dbt(folder, "parse"):
            return [f"{settings}: {failed[0]}"]
        project = manifest(folder)
        found = {node["database"] for part in ("nodes", "sources") for node in project[part].values()}
        if found != {catalog}:
            failures.append(f"{settings}: catalogs {found}")
    return failures


class Report:
    """Prints what was checked, and counts what did not hold."""

    def __init__(self) -> None:
        self.failures = 0

    def tell(self, what: str, found: list[str]) -> None:
        self.failures += len(found)
        print(f"{what}: {len(found)} failures", *found[:10], sep="\n  ", flush=True)

    def compare(self, what: str, build: Build, full: Build) -> None:
        """Without the snapshots, which a build has and a run has not."""
        self.failures += compare(what, {table: found for table, found in build.items() if table in full}, full)


def at_most(statements: list[str], bound: int) -> list[str]:
    return [f"more than {bound} statements"] if len(statements) > bound else []


def check_no_news(trial: Trial, kept: Workspace, project: Manifest, report: Report) -> None:
    """A build after no load, tests after rows were lost, and a run after code changed."""
    before, start = rows(kept), copy.deepcopy(kept.tables)
    if not trial.run(kept, None, "build", *NO_UNIT_TESTS):
        sys.exit("dbt build without news fails:\n" + "\n".join(trial.failed[:10]))
    found = check_statements(kept.statements, trial.catalog) + check_incremental_run(kept.statements, project, [])
    report.tell(f"build without news, {len(kept.statements)} statements", found + at_most(kept.statements, NO_NEWS))
    report.tell("which changes nothing", [] if (rows(kept), kept.tables) == (before, start) else ["something changed"])

    robbed = trial.workspace(kept)
    DeltaTable(robbed.folder / "gold_analytics" / "fact_laps").delete("lap_number = 2")
    lost = [] if not trial.run(robbed, None, "test", "--select", "test_type:singular") else ["the tests pass"]
    lost += (
        [] if any("gold_facts_keep_every_row" in test for test in trial.failed) else [f"not found: {trial.failed[:5]}"]
    )
    report.tell("rows that are lost are found", lost)

    # Another query, and another comment, in a copy of the project.
    changed = trial.folder / "changed" / "dbt"
    shutil.copytree(PROJECT, changed, ignore=shutil.ignore_patterns("target", "logs", "*.duckdb", "checks"))
    model, said = changed / "models/silver/silver_weather.sql", changed / "models/silver/silver_team_radio.yml"
    model.write_text(model.read_text() + "    and air_temperature is not null\n")
    said.write_text(said.read_text().replace('description: "', 'description: "New: ', 1))
    chosen = ("silver_weather", "silver_team_radio", "silver_overtakes")
    trial.run(robbed, None, "run", "--select", *chosen, project=changed)
    touched = [table for sql in robbed.statements if (table := written(sql)) and not table.endswith(STATE)]
    comment = robbed.tables["silver_clean", "silver_team_radio"].comment
    report.tell(
        "code that changed is built, nothing else is",
        [f"writes {touched}, comment {comment}"]
        if touched != ["silver_clean.silver_weather"] or not comment.startswith("New: ")
        else [],
    )
    shutil.rmtree(robbed.folder)


def check_runs(trial: Trial, sessions: list[int], report: Report, kill_everywhere: bool) -> None:
    """A first build, one without news, an incremental one, one with nothing changed, and some that are killed."""
    folder = trial.folder
    kept = trial.workspace()
    if not trial.run(kept, None, "build", *NO_UNIT_TESTS):
        sys.exit("dbt build fails:\n" + "\n".join(trial.failed[:10]))
    project = manifest(folder)
    first = kept.statements
    found = check_statements(first, trial.catalog) + check_first_run(first, project) + at_most(first, FIRST_BUILD)
    report.tell(f"first build, {len(first)} statements", found)
    report.tell(f"{len(models_of(project))} models in the catalog", check_tables(kept, project))
    check_no_news(trial, kept, project, report)
    before = rows(kept)

    died = trial.workspace()
    trial.run(died, kill_points(first, False)[1])
    partly = trial.workspace(kept)

    land_again(trial.lake, *sessions)
    # An operator runs two models before their upstream models, so they read old rows. A foreign key is gone, in case a
    # workspace drops it when the table that it points to is replaced.
    kept.tables["gold_analytics", "fact_laps"].foreign.clear()
    trial.run(kept, None, "run", "--select", "fact_laps", "dim_drivers")
    report.tell("two models before their upstream, and a missing foreign key", check_tables(kept, project))
    if not trial.run(kept):
        sys.exit("the incremental run fails:\n" + "\n".join(trial.failed[:10]))
    again = kept.statements
    found = check_statements(again, trial.catalog) + check_incremental_run(again, project, sessions)
    report.tell(f"incremental run, {len(again)} statements", found + check_tables(kept, project))
    incremental = rows(kept)
    changed = sum(before[table] != incremental[table] for table in before)
    print(f"the landings changed {changed} of {len(before)} tables")
    report.failures += changed == 0

    whole = trial.workspace()
    trial.run(whole)
    full = rows(whole)
    report.compare("incremental against full", incremental, full)

    trial.run(kept)
    report.tell("run with nothing changed", check_incremental_run(kept.statements, project, []))
    report.compare("run with nothing changed", rows(kept), full)

    # This run is killed before a note; the first build was killed before a write of rows.
    for point in kill_points(again, kill_everywhere)[: None if kill_everywhere else 1]:
        torn = trial.workspace(partly)
        survived = [f"not killed after {point} changes"] if trial.run(torn, point) else []
        noted = early_notes(torn, whole, trial.lake)
        trial.run(torn)
        report.tell(f"killed after {point} changes of an incremental run, run again", survived + noted)
        report.compare("  against full", rows(torn), full)
        shutil.rmtree(torn.folder)
    noted = early_notes(died, whole, trial.lake)
    trial.run(died)
    report.tell("killed in the first build, run again after the landings", noted)
    report.failures += compare("  against full", rows(died), full)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lake", type=Path, help="folder of the lake, with bronze_raw in it")
    parser.add_argument("--kill-everywhere", action="store_true", help="kill before every write of the incremental run")
    arguments = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory() as name, sail_server(Path(name) / "sail.log") as address:
        folder = Path(name)
        os.environ.update(LOGIN)
        report.tell("environments", check_environments(folder))
        os.environ.pop("F1LAKE_CATALOG")
        os.environ["F1LAKE_ENV"] = "prod"

        trial = Trial(folder, address, "prod_f1")
        sessions = copy_bronze(arguments.lake.resolve(), trial.lake)
        check_runs(trial, sessions, report, arguments.kill_everywhere)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())

"""The dbt task of the bundle: its command, profile and project, as far as dbt goes without a connection."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from checks.project import PROJECT, manifest, tool

pytest.importorskip("dbt.adapters.databricks", reason="needs the group databricks")

BUNDLE = PROJECT.parent / "crates/f1lake-cli/bundle"
WAREHOUSE = "0123456789012345"


def test_the_command_of_the_job_chooses_every_model_and_no_unit_test(tmp_path: Path) -> None:
    job = yaml.safe_load((BUNDLE / "resources/job.yml").read_text())["resources"]["jobs"]["f1lake"]
    (task,) = (task["dbt_task"] for task in job["tasks"] if "dbt_task" in task)
    (command,) = task["commands"]
    command = command.replace("${var.catalog}", "ada_f1")
    command = command.replace("${resources.sql_warehouses.warehouse.id}", WAREHOUSE)
    dbt, build, *arguments = shlex.split(command)
    assert (dbt, build) == ("dbt", "build")
    project = (BUNDLE / "resources" / task["project_directory"]).resolve()
    line = [tool("dbt"), "--quiet", "ls", *arguments, "--output", "name"]
    line += ["--project-dir", str(project), "--profiles-dir", str(project / task["profiles_directory"])]
    line += ["--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs")]
    ours = ("DATABRICKS_", "DBT_", "F1LAKE_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    # What a dbt task sets.
    clean |= {"DBT_HOST": "https://example.cloud.databricks.com", "DBT_ACCESS_TOKEN": "token"}
    listed = subprocess.run(line, env=clean, capture_output=True, text=True, check=False)
    assert listed.returncode == 0, listed.stdout + listed.stderr
    parsed = manifest(tmp_path)
    models = {node["name"] for node in parsed["nodes"].values() if node["resource_type"] == "model"}
    names = set(listed.stdout.split())
    assert models
    assert models <= names
    assert parsed["unit_tests"]
    assert not {test["name"] for test in parsed["unit_tests"].values()} & names
    assert {node["database"] for node in parsed["nodes"].values() if node["resource_type"] == "model"} == {"ada_f1"}
    assert {source["database"] for source in parsed["sources"].values()} == {"ada_f1"}

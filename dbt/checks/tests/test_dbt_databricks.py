"""The checks of the Databricks target notice what they are there for."""

from pathlib import Path

import pytest

from checks.tests.statements import MODEL, NOTE, NOTES, REPLACE

pytest.importorskip("databricks.sql", reason="needs the group databricks-check")

from checks.dbt_databricks import check_incremental_run, kill_points
from checks.workspace import Workspace

MANIFEST = {
    "nodes": {
        "model.f1lake.silver_laps": {
            "resource_type": "model",
            "name": "silver_laps",
            "schema": "silver_clean",
            "database": "prod_f1",
            "config": {"meta": {"grain": "session"}},
        }
    }
}


def test_one_write_before_one_note() -> None:
    assert check_incremental_run([REPLACE, NOTE], MANIFEST, [2, 1]) == []


@pytest.mark.parametrize(
    ("statements", "sessions"),
    [
        ([NOTE, REPLACE], [1, 2]),
        ([REPLACE, REPLACE, NOTE], [1, 2]),
        ([REPLACE], [1, 2]),
        ([REPLACE, NOTE], [1]),
        ([REPLACE, NOTE], []),
        ([f"delete from {MODEL}", REPLACE, NOTE], [1, 2]),
    ],
)
def test_anything_else_is_told(statements: list[str], sessions: list[int]) -> None:
    assert check_incremental_run(statements, MANIFEST, sessions) != []


def test_kills_before_a_write_and_before_a_note() -> None:
    statements = ["select 1", f"create or replace table {NOTES} as select 1", REPLACE, NOTE, f"optimize {MODEL}"]
    assert kill_points(statements, True) == [0, 1, 2]


def test_the_stand_in_refuses_other_catalogs_and_unknown_tables() -> None:
    workspace = Workspace(Path(), "prod_f1", Path())
    with pytest.raises(Exception, match="NO_SUCH_CATALOG"):
        workspace.connect(catalog="dev_f1")
    with pytest.raises(Exception, match="not a table of the catalog"):
        workspace.run("optimize `dev_f1`.`silver_clean`.`silver_laps`")
    with pytest.raises(Exception, match="TABLE_OR_VIEW_NOT_FOUND"):
        workspace.run(f"optimize {MODEL}")

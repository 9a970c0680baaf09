"""The profile takes the login of Databricks from where it is set."""

import os
from argparse import Namespace
from typing import Any

import pytest
from dbt.config.runtime import load_profile
from dbt.flags import set_from_args
from dbt_common.context import set_invocation_context

from checks.project import PROJECT

pytest.importorskip("databricks.sql", reason="needs the group databricks")


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("DATABRICKS_", "DBT_", "F1LAKE_")):
            monkeypatch.delenv(name)


def credentials(monkeypatch: pytest.MonkeyPatch, **settings: str) -> Any:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    set_invocation_context(os.environ)
    set_from_args(Namespace(PROFILES_DIR=str(PROJECT)), {})
    return load_profile(str(PROJECT), {}, target_override="databricks").credentials


def test_a_token_with_the_names_of_dbt(monkeypatch: pytest.MonkeyPatch) -> None:
    found = credentials(
        monkeypatch,
        DBT_DATABRICKS_HOST="https://a.example/",
        DBT_DATABRICKS_HTTP_PATH="/sql/1.0/warehouses/1",
        DBT_DATABRICKS_TOKEN="t",
    )
    found.validate_creds()
    assert (found.host, found.http_path, found.token) == ("a.example", "/sql/1.0/warehouses/1", "t")
    assert (found.database, found.schema) == ("dev_f1", "silver_clean")


def test_what_a_dbt_task_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    found = credentials(
        monkeypatch, DBT_HOST="a.example", DBT_ACCESS_TOKEN="t", DATABRICKS_WAREHOUSE_ID="2", F1LAKE_ENV="prod"
    )
    found.validate_creds()
    assert (found.host, found.http_path, found.token) == ("a.example", "/sql/1.0/warehouses/2", "t")
    assert found.database == "prod_f1"


def test_a_service_principal(monkeypatch: pytest.MonkeyPatch) -> None:
    found = credentials(
        monkeypatch,
        DATABRICKS_HOST="https://a.example",
        DATABRICKS_WAREHOUSE_ID="2",
        DATABRICKS_CLIENT_ID="id",
        DATABRICKS_CLIENT_SECRET="secret",
        F1LAKE_CATALOG="mine",
    )
    found.validate_creds()
    assert not found.token
    assert (found.auth_type, found.client_id, found.client_secret) == ("oauth", "id", "secret")
    assert found.database == "mine"


@pytest.mark.parametrize("kind", ["env-oidc", "file-oidc"])
def test_a_token_of_an_identity_provider_needs_no_secret(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    found = credentials(
        monkeypatch,
        DATABRICKS_HOST="https://a.example",
        DATABRICKS_WAREHOUSE_ID="2",
        DATABRICKS_CLIENT_ID="id",
        DATABRICKS_AUTH_TYPE=kind,
        DATABRICKS_OIDC_TOKEN="t",
    )
    found.validate_creds()
    assert not found.token
    assert (found.auth_type, found.client_id, found.client_secret) == (kind, "id", "")


def test_the_names_of_dbt_win_over_those_of_a_task_and_of_f1lake(monkeypatch: pytest.MonkeyPatch) -> None:
    found = credentials(
        monkeypatch,
        DBT_DATABRICKS_HOST="dbt",
        DBT_HOST="task",
        DATABRICKS_HOST="f1lake",
        DBT_ACCESS_TOKEN="task",
        DATABRICKS_TOKEN="f1lake",
    )
    assert (found.host, found.token) == ("dbt", "task")


def test_without_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Exception, match="host"):
        credentials(monkeypatch, DATABRICKS_TOKEN="t").validate_creds()

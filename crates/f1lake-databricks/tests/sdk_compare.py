"""Runs operations of the official databricks-sdk against a workspace, one for each line of stdin.

Driven by tests/workspace/official_sdk.rs, which compares the requests with those of our client.
Arguments: the workspace's address, a token, a client id, a client secret.
"""

import io
import logging
import sys

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.sql import (
    Disposition,
    ExecuteStatementRequestOnWaitTimeout,
    Format,
    QueryTag,
    StatementParameterListItem,
)

logging.disable(logging.CRITICAL)
host, token, client_id, client_secret = sys.argv[1:5]
client = WorkspaceClient(host=host, token=token, auth_type="pat")

VOLUME = "/Volumes/main/f1/landing"
NAME = VOLUME + "/laps/session key=9158/laps #1+ü.json"
statement = None


def submit():
    global statement
    statement = client.statement_execution.execute_statement(
        "SELECT :n, :nothing",
        "wh1",
        catalog="main",
        schema="f1",
        disposition=Disposition.INLINE,
        format=Format.JSON_ARRAY,
        on_wait_timeout=ExecuteStatementRequestOnWaitTimeout.CONTINUE,
        wait_timeout="10s",
        parameters=[
            StatementParameterListItem(name="n", type="BIGINT", value="1"),
            StatementParameterListItem(name="nothing", type="DATE"),
        ],
        query_tags=[QueryTag(key="team", value="eng"), QueryTag(key="alone")],
    )


def machine_to_machine():
    other = WorkspaceClient(host=host, client_id=client_id, client_secret=client_secret, auth_type="oauth-m2m")
    list(other.warehouses.list())


OPERATIONS = {
    "create_folder": lambda: client.files.create_directory(NAME.rsplit("/", 1)[0]),
    "upload": lambda: client.files.upload(NAME, io.BytesIO(b"12345678"), overwrite=True),
    "create": lambda: client.files.upload(VOLUME + "/new.json", io.BytesIO(b"x"), overwrite=False),
    "head": lambda: client.files.get_metadata(NAME),
    "download": lambda: client.files.download(NAME).contents.read(),
    "list": lambda: list(client.files.list_directory_contents(VOLUME)),
    "folder_exists": lambda: client.files.get_directory_metadata(VOLUME),
    "large": lambda: client.files.upload(
        VOLUME + "/big.parquet", io.BytesIO(b"x" * (55 * 1024 * 1024)), overwrite=True
    ),
    "abort": lambda: client.files.upload(
        VOLUME + "/aborted.parquet", io.BytesIO(b"x" * (55 * 1024 * 1024)), overwrite=True
    ),
    "delete": lambda: client.files.delete(VOLUME + "/new.json"),
    "statement": submit,
    "cancel": lambda: client.statement_execution.cancel_execution(statement.statement_id),
    "warehouses": lambda: list(client.warehouses.list()),
    "machine_to_machine": machine_to_machine,
}

print("ready", flush=True)
for line in sys.stdin:
    try:
        OPERATIONS[line.strip()]()
        print("done", flush=True)
    except Exception as error:
        print(f"{type(error).__name__}: {error}".replace("\n", " "), flush=True)

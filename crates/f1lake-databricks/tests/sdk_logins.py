"""Logs in with the official databricks-sdk, once for each line of stdin, and lists warehouses.

Driven by tests/workspace/sdk_logins.rs, which compares the requests with those of our client. Each line is
JSON: the whole environment, and the addresses of Azure where they are not those of the host's name. Answers
with JSON: the login that was chosen, or the error; and the client's name.
"""

import json
import logging
import os
import sys

from databricks.sdk import WorkspaceClient, useragent
from databricks.sdk.core import Config
from databricks.sdk.credentials_provider import DatabricksCliTokenSource
from databricks.sdk.environments import AzureEnvironment, Cloud, DatabricksEnvironment

logging.disable(logging.CRITICAL)
useragent.with_partner("acme")


def environment(azure: dict) -> DatabricksEnvironment:
    return DatabricksEnvironment(
        Cloud.AZURE,
        ".example",
        azure_application_id=azure["application_id"],
        azure_environment=AzureEnvironment(
            name="PUBLIC",
            service_management_endpoint=azure["service_management"],
            resource_manager_endpoint="http://127.0.0.1:1/",
            active_directory_endpoint=azure["active_directory"],
        ),
    )


def login(asked: dict) -> dict:
    os.environ.clear()
    os.environ.update(asked["variables"])
    useragent._cicd_provider = useragent._agent_provider = useragent._meta_harness_provider = None
    DatabricksCliTokenSource._probe_cli_version.cache_clear()
    more = {"databricks_environment": environment(asked["azure"])} if asked["azure"] else {}
    try:
        client = WorkspaceClient(config=Config(product="tool", product_version="1.0", **more))
        for _ in range(2):
            list(client.warehouses.list())
        return {"auth_type": client.config.auth_type, "user_agent": client.config.user_agent}
    except Exception as error:
        return {"error": f"{error}"}


print("ready", flush=True)
for line in sys.stdin:
    print(json.dumps(login(json.loads(line))), flush=True)

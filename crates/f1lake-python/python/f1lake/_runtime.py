"""The login that Databricks provides to notebooks and jobs."""

from __future__ import annotations

import os
from typing import Any, Callable, Optional

_config: Any = None


def login() -> Optional[Callable[[], tuple[str, str]]]:
    """A function that asks the runtime for host and token; ``None`` outside Databricks."""
    return _grant if os.environ.get("DATABRICKS_RUNTIME_VERSION") else None


def _grant() -> tuple[str, str]:
    """Returns host and token as ``WorkspaceClient()`` finds them. Every runtime has the package ``databricks-sdk``."""
    global _config
    try:
        from databricks.sdk.core import Config
    except ImportError as error:
        raise RuntimeError(f"the package databricks-sdk is not installed ({error.name})") from None
    if _config is None:
        _config = Config(product="f1lake", product_version="0")
    scheme, _, token = _config.authenticate().get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise RuntimeError("databricks-sdk provides no bearer token")
    return _config.host, token

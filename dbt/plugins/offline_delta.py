"""Loads DuckDB's Delta extension from its package, so that no network is needed."""

from pathlib import Path

import duckdb
import duckdb_extension_delta
from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):
    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        folder = Path(duckdb_extension_delta.__file__).parent / "extensions"
        extension = folder / f"v{duckdb.__version__}" / "delta.duckdb_extension"
        conn.execute(f"LOAD '{extension}'")

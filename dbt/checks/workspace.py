"""A stand-in for a Databricks workspace: runs the statements of dbt-databricks on Sail, keeps the catalog itself.

Sail (Spark SQL with Delta tables) does the queries and the writes. What it has no words for (clustering, comments,
keys, optimize, information_schema) is kept here and answered from here. It is stricter than a workspace where that
costs nothing: a primary key must be unique and a foreign key must be found, and `replace where` takes rows of its
predicate only, which Sail does not check by itself.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from databricks.sql.exc import ServerOperationError
from pyspark.sql import DataFrame, SparkSession

from checks.databricks_sql import CHANGES, NAME, TEXT, column_changes, names, plain, unquoted

Row = tuple[Any, ...]
# Names and types of columns, and rows.
Answer = tuple[list[tuple[str, str]], list[Row]]
NOTHING: Answer = [], []


@dataclass
class Table:
    """What a catalog knows of a table besides its rows."""

    columns: dict[str, str]
    clustered_by: list[str] = field(default_factory=list)
    partitioned_by: list[str] = field(default_factory=list)
    comment: str = ""
    comments: dict[str, str] = field(default_factory=dict)
    not_null: set[str] = field(default_factory=set)
    keys: dict[str, list[str]] = field(default_factory=dict)
    foreign: dict[str, tuple[list[str], tuple[str, str], list[str]]] = field(default_factory=dict)
    optimized: int = 0
    grants: set[tuple[str, str]] = field(default_factory=set)


class Workspace:
    """One catalog: its Delta tables are folders `folder/schema/table`, bronze is read where the lake has it."""

    def __init__(self, folder: Path, catalog: str, bronze: Path) -> None:
        self.folder, self.catalog, self.bronze = folder, catalog, bronze
        self.tables: dict[tuple[str, str], Table] = {}
        self.schemas = {"bronze_raw"}
        self.statements: list[str] = []
        self.changes_left: int | None = None
        self.spark: SparkSession | None = None

    def open(self, address: str, session: str) -> None:
        """A new session, as a new process has, in which all tables are known. Forgets the statements so far."""
        self.close()
        self.statements, self.changes_left = [], None
        self.spark = SparkSession.builder.remote(f"{address}/;user_id=dbt;session_id={session}").create()
        self.spark.conf.set("spark.sql.session.timeZone", "UTC")
        folders = {("bronze_raw", path.name): path for path in self.bronze.iterdir()}
        folders |= {name: self.folder / name[0] / name[1] for name in self.tables}
        for schema in {name[0] for name in folders} | self.schemas:
            self._spark(f"create schema if not exists {schema}")
        for (schema, table), path in folders.items():
            self._spark(f"create table {schema}.{table} using delta location '{path}'")

    def close(self) -> None:
        """Before the server ends: the client would look for it for minutes."""
        if self.spark:
            self.spark.stop()
            self.spark = None

    def connect(self, **arguments: Any) -> "Connection":
        """In place of `databricks.sql.connect`."""
        if arguments["catalog"] != self.catalog:
            raise ServerOperationError(f"[NO_SUCH_CATALOG_EXCEPTION] Catalog '{arguments['catalog']}' was not found.")
        return Connection(self)

    # What follows runs one statement.

    def run(self, sql: str) -> Answer:
        sql = plain(sql)
        if self.changes_left == 0:
            raise ServerOperationError("the session was killed")
        if self.changes_left is not None and CHANGES.match(sql):
            self.changes_left -= 1
        self.statements.append(sql)
        for pattern, answer in ANSWERS:
            if match := re.match(pattern, sql, re.I | re.S):
                return answer(self, *match.groups())
        return self._query(sql)

    def _spark(self, sql: str) -> DataFrame:
        if self.spark is None:
            raise ServerOperationError("the session is closed")
        try:
            return self.spark.sql(sql)
        except Exception as error:
            raise ServerOperationError(f"{error}\n{sql[:2000]}") from error

    def _query(self, sql: str) -> Answer:
        frame = self._spark(sql.replace(f"`{self.catalog}`.", ""))
        # The driver names an array without what is in it.
        columns = [(f.name, f.dataType.simpleString().split("<")[0]) for f in frame.schema.fields]
        try:
            return columns, [tuple(row) for row in frame.collect()]
        except Exception as error:
            raise ServerOperationError(f"{error}\n{sql[:2000]}") from error

    def _value(self, sql: str) -> Any:
        return self._query(sql)[1][0][0]

    def named(self, name: str) -> tuple[str, str]:
        parts = unquoted(name)
        if len(parts) != 3 or parts[0] != self.catalog:
            raise ServerOperationError(f"{name} is not a table of the catalog {self.catalog}")
        return parts[1], parts[2]

    def table(self, name: str) -> Table:
        key = self.named(name)
        if key not in self.tables:
            raise ServerOperationError(f"[TABLE_OR_VIEW_NOT_FOUND] The table or view {name} cannot be found.")
        return self.tables[key]

    def create(self, name: str, clauses: str, query: str) -> Answer:
        schema, table = self.named(name)
        path = self.folder / schema / table
        clustered = re.search(r"cluster by \(([^)]*)\)", clauses, re.I)
        comment = re.search(rf"comment {TEXT}", clauses, re.I)
        self._query(f"create or replace table `{schema}`.`{table}` using delta location '{path}' as {query}")
        self.tables[schema, table] = Table(
            columns=self._columns(f"`{schema}`.`{table}`"),
            clustered_by=names(clustered[1]) if clustered else [],
            comment=re.sub(r"\\(.)", r"\1", comment[1]) if comment else "",
        )
        return NOTHING

    def _columns(self, name: str) -> dict[str, str]:
        return {f.name: f.dataType.simpleString() for f in self._spark(f"select * from {name} limit 0").schema.fields}

    def create_empty(self, name: str, columns: str, partitions: str) -> Answer:
        schema, table = self.named(name)
        if (schema, table) not in self.tables:
            path = self.folder / schema / table
            self._query(
                f"create table `{schema}`.`{table}` ({columns}) using delta partitioned by ({partitions})"
                f" location '{path}'"
            )
            self.tables[schema, table] = Table(
                columns=self._columns(f"{schema}.{table}"), partitioned_by=names(partitions)
            )
        return NOTHING

    def create_schema(self, name: str) -> Answer:
        self.schemas.add(unquoted(name)[1])
        return self._query(f"create schema if not exists {name}")

    def insert(self, name: str, predicate: str | None, query: str) -> Answer:
        if predicate and (
            rows := self._value(f"select count(*) from ({query}) where not ({predicate}) or ({predicate}) is null")
        ):
            raise ServerOperationError(f"[DELTA_REPLACE_WHERE_MISMATCH] {rows} rows are not {predicate}")
        table, how = self.table(name), f"into {name} replace where {predicate}" if predicate else f"overwrite {name}"
        for column in table.not_null & set(table.columns):
            if self._value(f"select count(*) from ({query}) where {column} is null"):
                raise ServerOperationError(f"[DELTA_NOT_NULL_CONSTRAINT_VIOLATED] {name}: {column}")
        return self._query(f"insert {how} {query}")

    def alter_columns(self, name: str, changes: str) -> Answer:
        """Several columns in one statement, each once, each with its comment or with NOT NULL."""
        table, altered = self.table(name), set[str]()
        for column, comment in column_changes(changes):
            if column not in table.columns or column in altered:
                raise ServerOperationError(f"[NOT_SUPPORTED_CHANGE_COLUMN] {name}: {column}")
            altered.add(column)
            if comment is not None:
                table.comments[column] = re.sub(r"\\(.)", r"\1", comment)
            elif self._value(f"select count(*) from {name} where `{column}` is null"):
                raise ServerOperationError(f"[DELTA_NEW_NOT_NULL_VIOLATION] {name}: {column}")
            else:
                table.not_null.add(column)
        return NOTHING

    def add_key(self, name: str, constraint: str, columns: str) -> Answer:
        table, key = self.table(name), names(columns)
        if loose := set(key) - table.not_null:
            raise ServerOperationError(f"primary key of {name} with nullable columns {loose}")
        if table.keys:
            raise ServerOperationError(f"{name} has a primary key already")
        if self._value(f"select count(*) from (select {columns} from {name} group by {columns} having count(*) > 1)"):
            raise ServerOperationError(f"primary key of {name} is not unique")
        table.keys[constraint] = key
        return NOTHING

    def add_foreign_key(self, name: str, constraint: str, columns: str, parent: str, parent_columns: str) -> Answer:
        if names(parent_columns) not in self.table(parent).keys.values():
            raise ServerOperationError(f"[UC_REFERENTIAL_CONSTRAINT_DOES_NOT_EXIST] {parent} has no such primary key")
        if self._value(
            f"select count(*) from {name} where {columns} is not null"
            f" and {columns} not in (select {parent_columns} from {parent})"
        ):
            raise ServerOperationError(f"{name}: {columns} is not always in {parent}")
        self.table(name).foreign[constraint] = names(columns), self.named(parent), names(parent_columns)
        return NOTHING

    def comment_table(self, name: str, text: str) -> Answer:
        self.table(name).comment = re.sub(r"\\(.)", r"\1", text)
        return NOTHING

    def optimize(self, name: str) -> Answer:
        self.table(name).optimized += 1
        return NOTHING

    def grant(self, privilege: str, name: str, principal: str) -> Answer:
        self.table(name).grants.add((principal, privilege.upper()))
        return NOTHING

    def show_grants(self, name: str) -> Answer:
        columns = ["Principal", "ActionType", "ObjectType", "ObjectKey"]
        granted = [(*grant, "TABLE", name) for grant in sorted(self.table(name).grants)]
        return [(column, "string") for column in columns], granted

    def show_schemas(self, like: str | None) -> Answer:
        return [("databaseName", "string")], [(name,) for name in sorted(self.schemas) if like in (None, name)]

    def describe_json(self, name: str) -> Answer:
        if len(unquoted(name)) == 1:
            columns, comments = self._columns(name), {}
        else:
            table = self.table(name)
            columns, comments = table.columns, table.comments
        described = []
        for column, kind in columns.items():
            base, _, element = kind.partition("<")
            of = {"name": base} | (
                {"element_type": {"name": element.rstrip(">")}, "element_nullable": True} if element else {}
            )
            described.append(
                {"name": column, "type": of} | ({"comment": comments[column]} if column in comments else {})
            )
        return [("json_metadata", "string")], [(json.dumps({"columns": described}),)]

    def describe(self, name: str) -> Answer:
        table = self.table(name)
        rows = [(column, kind, table.comments.get(column)) for column, kind in table.columns.items()]
        rows += [("", "", ""), ("# Detailed Table Information", "", ""), ("Catalog", self.catalog, "")]
        rows += [
            ("Comment", table.comment, ""),
            ("Type", "MANAGED", ""),
            ("Provider", "delta", ""),
            ("Owner", "me", ""),
        ]
        return [("col_name", "string"), ("data_type", "string"), ("comment", "string")], rows

    def properties(self, name: str) -> Answer:
        clustered = "[" + ",".join(f'["{column}"]' for column in self.table(name).clustered_by) + "]"
        return [("key", "string"), ("value", "string")], [
            ("clusteringColumns", clustered),
            ("delta.minReaderVersion", "1"),
        ]

    def information(self, sql: str) -> Answer:
        """Answers of `information_schema` by what is asked for."""
        wanted = dict(re.findall(r"\b(table_schema|table_name|schema_name) = '(\w+)'", sql))
        schema, name = wanted.get("table_schema") or wanted.get("schema_name", ""), wanted.get("table_name", "")
        rows: list[Row]
        if re.search(r"from `system`\.`?information_schema`?\.`?tables`?", sql, re.I):
            columns = ["table_name", "table_type", "file_format", "table_owner", "databricks_table_type"]
            rows = [
                (table, "table", "delta", "me", "managed")
                for place, table in sorted(self.tables)
                if place == schema and name in ("", table)
            ]
        elif "is_nullable = 'NO'" in sql:
            columns, rows = ["column_name"], [(column,) for column in sorted(self.tables[schema, name].not_null)]
        elif "referential_constraints" in sql:
            columns = ["constraint_name", "from_column", "to_catalog", "to_schema", "to_table", "to_column"]
            rows = [
                (constraint, column, self.catalog, *parent, to)
                for constraint, (children, parent, parents) in self.tables[schema, name].foreign.items()
                for column, to in zip(children, parents, strict=True)
            ]
        elif "PRIMARY KEY" in sql:
            columns = ["constraint_name", "column_name"]
            rows = [
                (constraint, column) for constraint, key in self.tables[schema, name].keys.items() for column in key
            ]
        elif re.search(r"column_masks|row_filters|column_tags|table_tags|`tags`", sql):
            columns, rows = ["column_name", "mask_name", "using_columns", "a", "b"], []
        else:
            raise ServerOperationError(f"the stand-in does not know this question: {sql}")
        return [(column, "string") for column in columns], rows


ANSWERS: list[tuple[str, Callable[..., Answer]]] = [
    (rf"create schema if not exists ({NAME})$", Workspace.create_schema),
    (rf"create or replace table ({NAME})\s+(.*?)\bas\s+((?:select|with|\().*)$", Workspace.create),
    (rf"create table if not exists ({NAME})\s*\((.*)\)\s*partitioned by \((.*)\)$", Workspace.create_empty),
    (rf"insert into ({NAME})\s+replace where (.*?)\s+(select .*)$", Workspace.insert),
    (rf"insert overwrite table ({NAME})\s+()(select .*)$", Workspace.insert),
    (rf"alter table ({NAME}) (?:change|alter) column (`.*)$", Workspace.alter_columns),
    (rf"alter table ({NAME}) add constraint (\w+) primary key\s*\(([^)]*)\)$", Workspace.add_key),
    (
        rf"alter table ({NAME}) add constraint (\w+) foreign key\s*\(([^)]*)\) references ({NAME})\s*\(([^)]*)\)$",
        Workspace.add_foreign_key,
    ),
    (rf"comment on table ({NAME}) is {TEXT}$", Workspace.comment_table),
    (rf"optimize ({NAME})$", Workspace.optimize),
    (rf"grant (\w+) on (?:table )?({NAME}) to `([^`]+)`$", Workspace.grant),
    (rf"show grants on (?:table )?({NAME})$", Workspace.show_grants),
    (rf"show schemas in {NAME}(?: like '(\w+)')?$", Workspace.show_schemas),
    (rf"describe table extended ({NAME}) as json$", Workspace.describe_json),
    (rf"describe (?:table )?extended ({NAME})$", Workspace.describe),
    (rf"show tblproperties ({NAME})$", Workspace.properties),
    (r"(select\b.*\binformation_schema\b.*)$", Workspace.information),
    (r"select current_catalog\(\)$", lambda workspace: ([("catalog", "string")], [(workspace.catalog,)])),
]


class Connection:
    """As much of the driver's connection as dbt-databricks uses."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def cursor(self) -> "Cursor":
        return Cursor(self)

    def close(self) -> None:
        pass

    def get_session_id_hex(self) -> str:
        return "0"


class Cursor:
    """As much of the driver's cursor as dbt-databricks uses."""

    query_id = "0"

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.description: list[Row] = []
        self.rows: list[Row] = []

    def execute(self, sql: str, parameters: object = None) -> Self:
        columns, self.rows = self.connection.workspace.run(sql)
        self.description = [(name, kind, None, None, None, None, None) for name, kind in columns]
        return self

    def fetchall(self) -> list[Row]:
        rows, self.rows = self.rows, []
        return rows

    def fetchmany(self, size: int) -> list[Row]:
        rows, self.rows = self.rows[:size], self.rows[size:]
        return rows

    def fetchone(self) -> Row | None:
        return self.rows.pop(0) if self.rows else None

    def close(self) -> None:
        pass

    def cancel(self) -> None:
        pass

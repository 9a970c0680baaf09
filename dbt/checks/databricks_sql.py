"""What a statement for Databricks says: whether it is Databricks SQL, what it names, what it writes."""

import logging
import re
from functools import cache

import sqlglot
from sqlglot import exp

from checks.spark_parser import refused_by_spark

# A table, with or without catalog, schema and quotes.
NAME = r"(?:`?\w+`?\.)*`?\w+`?"
TEXT = r"'((?:[^'\\]|\\.)*)'"
# Statements that change rows or the catalog.
CHANGES = re.compile(
    r"\s*(create(?! or replace temporary)|insert|delete|merge|update|alter|comment|drop|optimize)\b", re.I
)
# sqlglot keeps these as they are, without a grammar for them.
NO_GRAMMAR = re.compile(r"\s*(optimize|show schemas|show tblproperties|show grants|create volume)\b", re.I)
WRITES = re.compile(
    r"(?:create or replace table|create table if not exists|insert into|insert overwrite table|delete from|merge into"
    r"|update)\s+(?:table\s+)?`\w+`\.`(\w+)`\.`(\w+)`",
    re.I,
)

# It warns of each statement without a grammar.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


def plain(sql: str) -> str:
    """The statement without dbt's leading comment."""
    return re.sub(r"^\s*/\*.*?\*/", "", sql, count=1, flags=re.S).strip().rstrip(";").strip()


def split_changes(text: str) -> list[str]:
    """What `alter column` does, column by column."""
    return [match[0] for match in re.finditer(rf"`\w+` [^,']*(?:{TEXT})?", text, re.S)]


def column_changes(text: str) -> list[tuple[str, str | None]]:
    """Columns of `alter column` with their new comment, or none where they are set not null."""
    found = []
    for change in split_changes(text):
        match = re.fullmatch(rf"`(\w+)` (?:comment {TEXT}|set not null)\s*", change, re.I | re.S)
        if not match:
            raise ValueError(f"not a change of a column: {change}")
        found.append((match[1], match[2]))
    return found


def unquoted(name: str) -> tuple[str, ...]:
    return tuple(part.strip("` ") for part in name.split("."))


def names(text: str) -> list[str]:
    """The columns of a list."""
    return [name.strip("` \n") for name in text.split(",")]


@cache
def parsed(sql: str) -> list[exp.Expr | None]:
    """The statement as sqlglot reads it."""
    # Databricks takes `change column`, and several columns at once; sqlglot does not.
    sql = re.sub(r"^(alter table \S+) change column", r"\1 alter column", sql, flags=re.I)
    if several := re.match(r"(alter table \S+ alter column )`\w+` .*,\s*`\w+` ", sql, re.I | re.S):
        parts = [
            sqlglot.parse_one(several[1] + part, read="databricks") for part in split_changes(sql[several.end(1) :])
        ]
        return [next((part for part in parts if isinstance(part, exp.Command)), parts[0])]
    return sqlglot.parse(sql, read="databricks")


@cache
def unparsable(sql: str) -> str | None:
    """Why a statement is not Databricks SQL for sqlglot, or not SQL for Spark's own parser, or none."""
    try:
        found = parsed(sql)
    except sqlglot.errors.SqlglotError as error:
        return str(error)
    if len(found) != 1:
        return f"{len(found)} statements"
    if isinstance(found[0], exp.Command) and not NO_GRAMMAR.match(sql):
        return "not understood"
    return refused_by_spark(sql)


def catalogs(sql: str) -> set[str]:
    """Catalogs that a statement names, as a table's or in quotes."""
    found = {table.catalog for part in parsed(sql) if part for table in part.find_all(exp.Table)}
    return (found | set(re.findall(r"`(\w+)`\.`\w+`\.", sql)) | set(re.findall(r"\b(\w+_f1)\b", sql))) - {"", "system"}


def written(sql: str) -> str | None:
    """The table that a statement writes rows to, without its catalog, or none."""
    match = WRITES.match(sql)
    return f"{match[1]}.{match[2]}" if match else None

"""Apache Spark's own parser, without a session."""

import re
import subprocess
from functools import cache
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.java_gateway import launch_gateway

# Databricks has these statements, Spark has not.
DATABRICKS_ONLY = re.compile(r"\s*(create volume|optimize|describe history|show grants|set query_tags)\b", re.I)


@cache
def gateway() -> Any:
    """A JVM that lives as long as this process holds it."""
    return launch_gateway(popen_kwargs={"stderr": subprocess.DEVNULL})  # type: ignore[no-untyped-call]


@cache
def parser() -> Any:
    return gateway().jvm.org.apache.spark.sql.execution.SparkSqlParser()


def refused_by_spark(sql: str) -> str | None:
    """Why Spark does not take a statement, or none."""
    if DATABRICKS_ONLY.match(sql):
        return None
    try:
        parser().parsePlan(sql)
    except Py4JJavaError as error:
        return str(error.java_exception.getMessage()).strip().split("\n")[0]
    return None

"""f1lake in Dagster: landing -> bronze -> gold, every two hours on race weekends. Copy this one file.

    pip install dagster dagster-webserver f1lake
    dagster dev -f f1lake_dagster.py

The program reads its usual settings: f1lake.toml in the working folder, F1LAKE_... and OPENF1_... in the environment.
The instance must run one of these jobs at a time (a concurrency limit of 1 on the pool `f1lake`, set by `dagster instance
concurrency set f1lake 1`); otherwise the second one is refused by the lock of the landing folder and tried again.
"""

import json
import subprocess
import tempfile
from typing import Any, Optional

import dagster as dg

# Exit codes of f1lake, the same in every version.
DONE, USAGE, SOME_FAILED, LOCKED, LOGIN_REFUSED = 0, 2, 3, 4, 5

# Exit code 1 (network, disk): three retries after 5, 10 and 20 minutes.
AGAIN = dg.RetryPolicy(max_retries=3, delay=300, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


class Selection(dg.Config):
    """The sessions to extract: the last `num_sessions`, or a season."""

    mode: str = "latest"
    num_sessions: int = 10
    year: Optional[int] = None

    def arguments(self) -> list[str]:
        """The flags of `f1lake extract`."""
        if self.mode == "latest":
            return ["--mode", "latest", "--num-sessions", str(self.num_sessions)]
        return ["--mode", self.mode] + ([] if self.year is None else ["--year", str(self.year)])


def f1lake(context: dg.AssetExecutionContext, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Runs the program and logs its messages line by line. Returns the exit code and the JSON summary, or an empty one.

    Raises `Failure`, with retries only where another try may help.
    """
    # The summary goes to a file: two pipes could fill up and block each other.
    with tempfile.TemporaryFile("w+") as summary_file:
        with subprocess.Popen(
            ["f1lake", *arguments, "--output", "json"], stdout=summary_file, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                for line in process.stderr:
                    context.log.info(line.rstrip())
            except BaseException:
                # When Dagster stops the run, f1lake stops cleanly and keeps finished work.
                process.terminate()
                raise
        summary_file.seek(0)
        summary = summary_file.read()
    code = process.returncode
    if code in (DONE, SOME_FAILED, LOCKED):
        return code, json.loads(summary) if summary.strip() else {}
    raise dg.Failure(
        f"f1lake {arguments[0]} ended with exit code {code}; the log has its error",
        allow_retries=code not in (USAGE, LOGIN_REFUSED),
    )


@dg.asset(retry_policy=AGAIN, output_required=False, pool="f1lake", group_name="f1lake", kinds={"file"})
def landing(context: dg.AssetExecutionContext, config: Selection):
    """Sessions of OpenF1, as the API sent them. While a live session locks the API, nothing is materialized and nothing runs downstream."""
    code, summary = f1lake(context, "extract", *config.arguments())
    if code == LOCKED:
        context.log.warning("a live session locks OpenF1; the next run goes on")
        return
    sessions = summary["sessions"]
    by_status: dict[str, int] = {}
    for session in sessions:
        by_status[session["status"]] = by_status.get(session["status"], 0) + 1
        if session["error"]:
            context.log.warning(f"{session['name']}: {session['error']}")
    yield dg.MaterializeResult(
        metadata={
            "exit_code": code,
            "sessions": len(sessions),
            **{f"sessions_{status}": count for status, count in by_status.items()},
            "rows": sum(endpoint["rows"] for session in sessions for endpoint in session["endpoints"]),
            "requests": summary["requests"],
            "bytes_received": summary["bytes_received"],
            "seconds": summary["seconds"],
        }
    )


@dg.asset(deps=[landing], retry_policy=AGAIN, pool="f1lake", group_name="f1lake", kinds={"deltalake", "bronze"})
def bronze(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Bronze tables. Loaded sessions cost nothing."""
    code, summary = f1lake(context, "load")
    tables = [table for session in summary["sessions"] for table in session["tables"]]
    return dg.MaterializeResult(
        metadata={
            "exit_code": code,
            "sessions": len(summary["sessions"]),
            "rows_loaded": sum(table["rows"] for table in tables if table["status"] == "loaded"),
            "rows_rescued": sum(table["rescued_rows"] for table in tables),
            "rows_quarantined": sum(table["quarantined_rows"] for table in tables),
        }
    )


@dg.asset(deps=[bronze], retry_policy=AGAIN, pool="f1lake", group_name="f1lake", kinds={"deltalake", "gold"})
def gold(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Silver and gold tables of the sessions that changed, and their tests. A failed test fails the asset."""
    code, summary = f1lake(context, "build")
    models = summary["models"]
    return dg.MaterializeResult(
        metadata={
            "exit_code": code,
            "tables_built": sum(model["status"] == "built" for model in models),
            "tables": dg.MetadataValue.md(
                "| table | result | rows |\n|---|---|--:|\n"
                + "\n".join(f"| {model['model']} | {model['status']} | {model['rows']} |" for model in models)
            ),
        }
    )


weekend_job = dg.define_asset_job("f1lake_weekend", selection=[landing, bronze, gold])

race_weekends = dg.ScheduleDefinition(
    name="race_weekends",
    job=weekend_job,
    # Friday to Monday in UTC: weekends in the Americas end on Monday.
    cron_schedule="20 */2 * * 0,1,5,6",
    execution_timezone="UTC",
)

defs = dg.Definitions(assets=[landing, bronze, gold], jobs=[weekend_job], schedules=[race_weekends])

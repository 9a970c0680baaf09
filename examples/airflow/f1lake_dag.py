"""f1lake in Airflow 3: extract >> load >> build, every two hours on race weekends. Copy this one file into your DAG folder.

    pip install apache-airflow f1lake

f1lake is installed where tasks run, and that machine (or volume) keeps landing zone and lake. Settings are found as ever:
F1LAKE_... and OPENF1_USERNAME, OPENF1_PASSWORD in the worker's environment, or F1LAKE_CONFIG=/etc/f1lake/f1lake.toml.
"""

import json
import logging
import subprocess
import tempfile
from datetime import datetime, timedelta, timezone
from typing import Any

from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

log = logging.getLogger(__name__)

# Exit codes of f1lake, the same in every version.
DONE, USAGE, SOME_FAILED, LOCKED, LOGIN_REFUSED = 0, 2, 3, 4, 5


def f1lake(*arguments: str) -> dict[str, Any]:
    """Runs the program, with its messages in the task's log, and returns its JSON summary.

    Raises `AirflowSkipException` while a live session locks OpenF1, `AirflowFailException` (no retry) for wrong settings or a
    refused login, `AirflowException` (retry) for what may mend itself.
    """
    # The summary goes to a file: two pipes could fill up and block each other.
    with tempfile.TemporaryFile("w+") as summary_file:
        with subprocess.Popen(
            ["f1lake", *arguments, "--output", "json"], stdout=summary_file, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                for line in process.stderr:
                    log.info("%s", line.rstrip())
            except BaseException:
                # When Airflow stops the task, f1lake stops cleanly and keeps finished work.
                process.terminate()
                raise
        summary_file.seek(0)
        summary = summary_file.read()
    code = process.returncode
    if code == LOCKED:
        raise AirflowSkipException("a live session locks OpenF1; the next run goes on")
    if code in (USAGE, LOGIN_REFUSED):
        raise AirflowFailException(f"f1lake {arguments[0]} ended with exit code {code}; the log has its error")
    if code not in (DONE, SOME_FAILED):
        raise AirflowException(f"f1lake {arguments[0]} ended with exit code {code}; the log has its error")
    if code == SOME_FAILED:
        log.warning("f1lake %s: some sessions failed, the rest is done; the next run asks for them again", arguments[0])
    return json.loads(summary)


@dag(
    dag_id="f1lake",
    description="Formula 1 data from OpenF1 into bronze, silver and gold tables",
    # Friday to Monday in UTC: weekends in the Americas end on Monday.
    schedule="20 */2 * * 0,1,5,6",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    # The program refuses a second run on the same folder.
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5), "retry_exponential_backoff": True},
    params={
        "mode": Param("latest", enum=["latest", "year"], description="How sessions are chosen"),
        "num_sessions": Param(10, type="integer", minimum=1, description="Mode latest: number of sessions"),
        "year": Param(None, type=["null", "integer"], minimum=2023, description="Mode year: season; empty: the current one"),
    },
    tags=["formula1"],
)
def f1lake_dag():
    @task
    def extract(params: dict[str, Any]) -> dict[str, Any]:
        """Extracts sessions into the landing zone. Skipped, like load and build, while a live session locks OpenF1."""
        if params["mode"] == "latest":
            selection = ["--mode", "latest", "--num-sessions", str(params["num_sessions"])]
        else:
            selection = ["--mode", "year"] + ([] if params["year"] is None else ["--year", str(params["year"])])
        summary = f1lake("extract", *selection)
        for session in summary["sessions"]:
            if session["error"]:
                log.warning("%s: %s", session["name"], session["error"])
        # Short enough for XCom.
        return {
            "sessions": {session["name"]: session["status"] for session in summary["sessions"]},
            "rows": sum(endpoint["rows"] for session in summary["sessions"] for endpoint in session["endpoints"]),
            "requests": summary["requests"],
        }

    @task
    def load() -> dict[str, Any]:
        """Loads landed sessions into the bronze tables. Loaded sessions cost nothing."""
        summary = f1lake("load")
        tables = [table for session in summary["sessions"] for table in session["tables"]]
        return {
            "sessions": {session["session"]: session["status"] for session in summary["sessions"]},
            "rows_loaded": sum(table["rows"] for table in tables if table["status"] == "loaded"),
            "rows_quarantined": sum(table["quarantined_rows"] for table in tables),
        }

    @task
    def build() -> dict[str, Any]:
        """Builds and tests silver and gold tables of the sessions that changed. A failed test fails the task."""
        summary = f1lake("build")
        return {model["model"]: model["rows"] for model in summary["models"] if model["status"] == "built"}

    extract() >> load() >> build()


f1lake_dag()

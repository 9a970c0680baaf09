"""The Airflow example: a real Airflow imports it without errors and runs it against a simulated API, in a separate process."""

import json
import subprocess
import sys
import unittest

from lab import EXAMPLES, Lab, tearDownModule  # noqa: F401
from test_schedules import WEEKEND, times_of

try:
    # Airflow may only be imported with its home set, so the process below imports it.
    import importlib.metadata

    importlib.metadata.version("apache-airflow")
except importlib.metadata.PackageNotFoundError:
    raise unittest.SkipTest("NOT CHECKED: apache-airflow is not installed") from None

DRIVER = """
import json, os, sys
from airflow.utils.db import initdb
initdb()
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
dag = bag.dags.get("f1lake")
runs = []
if dag is not None:
    # Retries of a test run would wait for minutes.
    for task in dag.tasks:
        task.retries = 0
    for conf, environment in json.loads(sys.argv[2]):
        os.environ.update(environment)
        run = dag.test(run_conf=conf)
        instances = {ti.task_id: ti.state for ti in run.get_task_instances()}
        runs.append({"state": run.state, "tasks": instances})
    print("ANSWER", json.dumps({
        "errors": bag.import_errors, "runs": runs, "schedule": dag.schedule, "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs, "timezone": str(dag.timezone),
    }))
else:
    print("ANSWER", json.dumps({"errors": bag.import_errors}))
"""


class Airflow(Lab):
    def test_a_real_airflow_runs_it(self):
        """One process for all runs, because starting Airflow takes most of the time."""
        home = self.folder / "airflow"
        home.mkdir()

        def there(name: str, mood: str, **more: str) -> dict[str, str]:
            folders = {"F1LAKE_LANDING_PATH": str(self.folder / name), "F1LAKE_LAKE_PATH": str(self.folder / f"{name}-lake")}
            return {"F1LAKE_BASE_URL": self.url(mood), **folders, **more}

        # A test run keeps the parameters of the previous one, so each run sets its mode.
        runs = [
            ({"num_sessions": 2}, there("well", "well")),
            ({"mode": "year", "year": 2100}, there("season", "well")),
            ({"mode": "latest"}, there("live", "live")),
            ({"mode": "latest", "num_sessions": 2}, there("faulty", "faulty")),
            ({"mode": "latest"}, there("account", "account", OPENF1_USERNAME="me", OPENF1_PASSWORD="wrong")),
        ]
        done = subprocess.run(
            [sys.executable, "-c", DRIVER, EXAMPLES / "airflow", json.dumps(runs)],
            capture_output=True, text=True,
            env={
                **self.environment("well"),
                "AIRFLOW_HOME": str(home),
                "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
                "AIRFLOW__CORE__DAGS_FOLDER": str(EXAMPLES / "airflow"),
                "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
            },
        )
        log = done.stdout + done.stderr
        answers = [line for line in done.stdout.splitlines() if line.startswith("ANSWER ")]
        self.assertEqual(len(answers), 1, log[-4000:])
        answer = json.loads(answers[0].removeprefix("ANSWER "))
        self.assertEqual(answer["errors"], {})
        self.assertEqual((answer["catchup"], answer["max_active_runs"], answer["timezone"].lower()), (False, 1, "utc"))
        times = times_of(answer["schedule"], 7)
        self.assertEqual(({moment.weekday() for moment in times}, len(times)), (WEEKEND, 48))

        all_tasks = ("extract", "load", "build")
        well, season, live, faulty, account = answer["runs"]
        self.assertEqual(well, {"state": "success", "tasks": dict.fromkeys(all_tasks, "success")})
        self.assertTrue((self.folder / "well/laps_2024-12-08_Yas_Island_Race.json").is_file())
        self.assertTrue((self.folder / "well-lake/gold_analytics/session_leaderboard").is_dir())
        # An invalid season: exit code 2.
        self.assertEqual((season["state"], season["tasks"]["extract"]), ("failed", "failed"))
        self.assertIn("exit code 2", log)
        # A lock skips all tasks without failure.
        self.assertEqual(live, {"state": "success", "tasks": dict.fromkeys(all_tasks, "skipped")})
        # Some sessions failed; the others continue.
        self.assertEqual(faulty, {"state": "success", "tasks": dict.fromkeys(all_tasks, "success")})
        self.assertIn("some sessions failed", log)
        self.assertFalse((self.folder / "faulty/laps_2024-12-08_Yas_Island_Race.json").exists())
        self.assertTrue((self.folder / "faulty/laps_2024-12-07_Yas_Island_Qualifying.json").is_file())
        self.assertEqual((account["state"], account["tasks"]["extract"]), ("failed", "failed"))
        self.assertIn("exit code 5", log)


if __name__ == "__main__":
    unittest.main()

"""The Airflow example: a real Airflow imports it without errors and runs it against a simulated API, in a process of its own."""

import json
import subprocess
import sys
import unittest

from lab import EXAMPLES, Lab, tearDownModule  # noqa: F401
from test_schedules import WEEKEND, times_of

try:
    # Airflow itself must only be imported with its home set, so in the process below.
    import importlib.metadata

    importlib.metadata.version("apache-airflow")
except importlib.metadata.PackageNotFoundError:
    raise unittest.SkipTest("NOT CHECKED: apache-airflow is not installed") from None

DRIVER = """
import json, sys
from airflow.utils.db import initdb
initdb()
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
dag = bag.dags.get("f1lake")
runs = []
if dag is not None:
    # Tries of a test run would wait for minutes.
    for task in dag.tasks:
        task.retries = 0
    for conf in json.loads(sys.argv[2]):
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
    def airflow(self, mood: str, *runs: dict, **environment: str) -> tuple[dict, str]:
        home = self.folder / "airflow"
        home.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", DRIVER, EXAMPLES / "airflow", json.dumps(runs)],
            capture_output=True, text=True,
            env={
                **self.environment(mood, **environment),
                "AIRFLOW_HOME": str(home),
                "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
                "AIRFLOW__CORE__DAGS_FOLDER": str(EXAMPLES / "airflow"),
                "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
            },
        )
        answers = [line for line in done.stdout.splitlines() if line.startswith("ANSWER ")]
        self.assertEqual(len(answers), 1, done.stdout[-2000:] + done.stderr[-2000:])
        answer = json.loads(answers[0].removeprefix("ANSWER "))
        self.assertEqual(answer["errors"], {})
        return answer, done.stdout + done.stderr

    def test_a_run_that_goes_well_and_one_with_a_wrong_season(self):
        answer, _ = self.airflow("well", {"num_sessions": 2}, {"mode": "year", "year": 2100})
        self.assertEqual((answer["catchup"], answer["max_active_runs"], answer["timezone"].lower()), (False, 1, "utc"))
        times = times_of(answer["schedule"], 7)
        self.assertEqual(({moment.weekday() for moment in times}, len(times)), (WEEKEND, 48))
        well, wrong = answer["runs"]
        self.assertEqual(well, {"state": "success", "tasks": {"extract": "success", "load": "success", "build": "success"}})
        self.assertTrue((self.folder / "landing/laps_2024-12-08_Yas_Island_Race.json").is_file())
        self.assertTrue((self.folder / "lake/gold_analytics/session_leaderboard").is_dir())
        self.assertEqual((wrong["state"], wrong["tasks"]["extract"]), ("failed", "failed"))
        self.assertNotEqual(wrong["tasks"]["load"], "success")

    def test_a_lock_skips_all_tasks_and_fails_nothing(self):
        answer, _ = self.airflow("live", {})
        self.assertEqual(answer["runs"], [{"state": "success", "tasks": dict.fromkeys(("extract", "load", "build"), "skipped")}])

    def test_some_sessions_fail_and_the_rest_goes_on(self):
        answer, log = self.airflow("faulty", {"num_sessions": 2})
        self.assertEqual(answer["runs"][0]["state"], "success")
        self.assertIn("some sessions failed", log)
        self.assertFalse((self.folder / "landing/laps_2024-12-08_Yas_Island_Race.json").exists())
        self.assertTrue((self.folder / "landing/laps_2024-12-07_Yas_Island_Qualifying.json").is_file())

    def test_a_refused_login_fails(self):
        answer, log = self.airflow("account", {}, OPENF1_USERNAME="me", OPENF1_PASSWORD="wrong")
        self.assertEqual(answer["runs"][0]["tasks"]["extract"], "failed")
        self.assertIn("exit code 5", log)


if __name__ == "__main__":
    unittest.main()

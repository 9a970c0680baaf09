"""The Dagster example: it loads, validates, and runs against a simulated API."""

import os
import subprocess
import types
import unittest
from unittest import mock

from lab import EXAMPLES, QUALIFYING, RACE, Lab, tearDownModule, tool  # noqa: F401
from test_schedules import WEEKEND, times_of

FILE = EXAMPLES / "dagster/f1lake_dagster.py"
try:
    import dagster as dg
except ImportError:
    raise unittest.SkipTest("NOT CHECKED: dagster is not installed") from None


def example():
    """The example as a module, without the minutes between retries."""
    text = FILE.read_text().replace("delay=300", "delay=0.01")
    module = types.ModuleType("f1lake_dagster")
    exec(compile(text, FILE, "exec"), module.__dict__)
    return module


class Dagster(Lab):
    def test_definitions_validate(self):
        done = subprocess.run([tool("dagster"), "definitions", "validate", "-f", FILE], capture_output=True, text=True,
                              env={**os.environ, "DAGSTER_HOME": str(self.folder)}, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_schedule(self):
        schedule = example().race_weekends
        times = times_of(schedule.cron_schedule, 7)
        self.assertEqual(({moment.weekday() for moment in times}, len(times)), (WEEKEND, 48))
        self.assertEqual(schedule.execution_timezone, "UTC")

    def materialize(self, mood: str, config: dict | None = None, **environment: str):
        module = example()
        with mock.patch.dict(os.environ, self.environment(mood, **environment)):
            with dg.DagsterInstance.ephemeral(tempdir=str(self.folder)) as instance:
                return dg.materialize(
                    [module.landing, module.bronze, module.gold], instance=instance, raise_on_error=False,
                    run_config={
                        "ops": {"landing": {"config": config or {"num_sessions": 2}}},
                        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                    },
                )

    def metadata(self, result, asset: str) -> dict:
        (materialization,) = result.asset_materializations_for_node(asset)
        return {name: value.value for name, value in materialization.metadata.items()}

    def test_well(self):
        result = self.materialize("well")
        self.assertTrue(result.success)
        landing = self.metadata(result, "landing")
        rows = self.rows_of_the_api(QUALIFYING) + self.rows_of_the_api(RACE)
        self.assertEqual((landing["exit_code"], landing["sessions_landed"], landing["rows"]), (0, 2, rows))
        self.assertEqual(self.metadata(result, "bronze")["rows_loaded"], rows)
        self.assertGreater(self.metadata(result, "gold")["tables_built"], 30)
        self.assertIn("session_leaderboard", self.metadata(result, "gold")["tables"])

    def test_some_sessions_fail(self):
        result = self.materialize("faulty")
        self.assertTrue(result.success)
        landing = self.metadata(result, "landing")
        self.assertEqual((landing["exit_code"], landing["sessions_landed"], landing["sessions_failed"]), (3, 1, 1))
        self.assertEqual(self.metadata(result, "bronze")["rows_loaded"], self.rows_of_the_api(QUALIFYING))

    def test_a_lock_skips_the_rest(self):
        result = self.materialize("live")
        self.assertTrue(result.success)
        self.assertEqual(result.get_asset_materialization_events(), [])
        self.assertEqual(len(result.filter_events(lambda event: event.is_step_skipped)), 2)

    def test_a_refused_login_fails_without_another_try(self):
        result = self.materialize("account", OPENF1_USERNAME="me", OPENF1_PASSWORD="wrong")
        self.assertFalse(result.success)
        self.assertEqual(result.filter_events(lambda event: event.is_step_up_for_retry), [])
        (failure,) = result.filter_events(lambda event: event.is_step_failure)
        self.assertIn("exit code 5", str(failure.step_failure_data.user_failure_data.description or failure.message))

    def test_an_api_that_is_away_is_tried_again(self):
        result = self.materialize("well", F1LAKE_BASE_URL="http://127.0.0.1:9/v1")
        self.assertFalse(result.success)
        self.assertEqual(len(result.filter_events(lambda event: event.is_step_up_for_retry)), 3)

    def test_a_wrong_season_fails_without_another_try(self):
        result = self.materialize("well", {"mode": "year", "year": 2019})
        self.assertFalse(result.success)
        self.assertEqual(result.filter_events(lambda event: event.is_step_up_for_retry), [])


if __name__ == "__main__":
    unittest.main()

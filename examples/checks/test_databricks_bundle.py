"""The asset bundle: keys and values by Databricks' own model of jobs, references, times, and command lines by the program itself."""

import re
import subprocess
import tomllib
import unittest

import yaml
from databricks.bundles.jobs import Job
from lab import EXAMPLES, PROGRAM, ROOT, Lab, tearDownModule  # noqa: F401
from test_schedules import WEEKEND, times_of

BUNDLE = EXAMPLES / "databricks"
# The keys of databricks.yml that are used here; the model has all keys below `resources`.
TOP = {"bundle", "include", "sync", "variables", "targets"}
TARGET = {"mode", "default", "presets", "workspace", "variables", "run_as"}
GIVEN = {"warehouse_id": "0123456789abcdef", "run_as": "00000000-0000-0000-0000-000000000000"}


def bundle() -> dict:
    return yaml.safe_load((BUNDLE / "databricks.yml").read_text())


def job() -> dict:
    (path,) = (BUNDLE / "resources").glob("*.yml")
    resources = yaml.safe_load(path.read_text())
    return resources["resources"]["jobs"]["f1lake"]


def resolved(value, variables: dict[str, object], parameters: dict[str, str]):
    """Substitutes values as the CLI and the job do: `${var.name}`, `${workspace.host}` and `{{job.parameters.name}}`."""
    if isinstance(value, dict):
        return {key: resolved(entry, variables, parameters) for key, entry in value.items()}
    if isinstance(value, list):
        return [resolved(entry, variables, parameters) for entry in value]
    if not isinstance(value, str):
        return value
    whole = re.fullmatch(r"\$\{var\.(\w+)\}", value)
    if whole and not isinstance(variables[whole[1]], str):
        return variables[whole[1]]
    while "${var." in value:
        value = re.sub(r"\$\{var\.(\w+)\}", lambda found: variables[found[1]], value)
    value = value.replace("${workspace.host}", "https://example.cloud.databricks.com")
    value = re.sub(r"\{\{job\.parameters\.(\w+)\}\}", lambda found: parameters[found[1]], value)
    assert "${" not in value and "{{" not in value, value
    return value


def variables_of(target: str) -> dict[str, object]:
    content = bundle()
    defaults = {name: entry["default"] for name, entry in content["variables"].items() if "default" in entry}
    return {**defaults, **GIVEN, **content["targets"][target]["variables"]}


def job_of(target: str) -> dict:
    parameters = {entry["name"]: entry["default"] for entry in job()["parameters"]}
    return resolved(job(), variables_of(target), parameters)


class Bundle(Lab):
    def test_the_model_of_jobs_takes_it(self):
        for target in ("dev", "prod"):
            model = Job.from_dict(job_of(target))
            self.assertEqual([task.task_key for task in model.tasks],
                             ["mode_is_latest", "extract_latest", "extract_year", "load", "dbt"])
            self.assertEqual(model.max_concurrent_runs, 1)
            for task in model.tasks:
                if not task.condition_task:
                    self.assertGreater(task.max_retries, 0)
                    self.assertGreaterEqual(task.min_retry_interval_millis, 60_000)

    def test_the_model_refuses_a_wrong_key_or_value(self):
        for spoil in (
            lambda job: job.update(max_concurrent_run=1),
            lambda job: job["schedule"].update(quartz="x"),
            lambda job: job["tasks"][1]["python_wheel_task"].update(parameter=[]),
            lambda job: job["tasks"][3].update(run_if="ALWAYS"),
        ):
            spoiled = job_of("dev")
            spoil(spoiled)
            with self.assertRaises(ValueError):
                Job.from_dict(spoiled)

    def test_top_level_keys_and_targets(self):
        content = bundle()
        self.assertEqual(set(content) - TOP, set())
        for name, target in content["targets"].items():
            self.assertEqual(set(target) - TARGET, set(), name)
            self.assertEqual(set(target["variables"]) - set(content["variables"]), set())
        dev, prod = content["targets"]["dev"], content["targets"]["prod"]
        self.assertEqual((dev["mode"], dev["default"], dev["presets"]), ("development", True, {"trigger_pause_status": "PAUSED"}))
        self.assertEqual(prod["mode"], "production")
        for path in content["sync"]["paths"]:
            self.assertTrue((BUNDLE / path).is_dir())

    def test_no_secret_is_named(self):
        for path in (BUNDLE / "databricks.yml", *(BUNDLE / "resources").glob("*.yml"), BUNDLE / "notebook.py"):
            self.assertNotRegex(path.read_text(), r"(?i)client_secret|password|DATABRICKS_TOKEN|\{\{\s*secrets|login_file", path.name)
        # The job's identity is all that it needs.
        self.assertEqual(set(bundle()["targets"]["prod"]["run_as"]), {"service_principal_name"})

    def test_prod_names_the_catalog_of_prod_alone(self):
        self.assertNotIn("dev_f1", str(job_of("prod")))
        self.assertNotIn("prod_f1", str(job_of("dev")))
        self.assertIn("/Volumes/prod_f1/raw_data/landing", str(job_of("prod")))

    def test_what_is_referred_to_exists(self):
        content = job_of("prod")
        environments = {entry["environment_key"] for entry in content["environments"]}
        variables = {entry["environment_variables_key"] for entry in content["environment_variables"]}
        tasks = {task["task_key"] for task in content["tasks"]}
        for task in content["tasks"]:
            self.assertIn(task.get("environment_key", "f1lake"), environments)
            self.assertIn(task.get("environment_variables_key", "f1lake"), variables)
            self.assertEqual({other["task_key"] for other in task.get("depends_on", ())} - tasks, set())
        (dbt,) = (task["dbt_task"] for task in content["tasks"] if "dbt_task" in task)
        project = BUNDLE / "resources" / dbt["project_directory"]
        self.assertTrue((project / "dbt_project.yml").is_file())
        profile = yaml.safe_load((project / "profiles.yml").read_text())["f1lake"]
        self.assertIn("databricks", profile["outputs"])
        for environment in content["environments"]:
            if environment["environment_key"] == "dbt":
                groups = tomllib.loads((ROOT / "dbt/pyproject.toml").read_text())["dependency-groups"]
                self.assertEqual(environment["spec"]["dependencies"], groups["databricks"])
        # The profile and the program read the variables.
        names = {name for entry in content["environment_variables"] for name in entry["spec"]["variables"]}
        profile_text = (project / "profiles.yml").read_text()
        for name in names - {"F1LAKE_WORK_PATH"}:
            self.assertIn(f"'{name}'", profile_text)

    def test_the_schedule_is_every_two_hours_from_friday_to_monday(self):
        schedule = job()["schedule"]
        second, minute, hour, day, month, weekdays = schedule["quartz_cron_expression"].split()
        # Quartz needs exactly one of the two day fields to be `?`, and treats 0/2 as */2.
        self.assertEqual((second, day), ("0", "?"))
        self.assertEqual(schedule["timezone_id"], "UTC")
        times = times_of(f"{minute} {hour.replace('0/', '*/')} * {month} {weekdays}", 7)
        self.assertEqual(({moment.weekday() for moment in times}, len(times)), (WEEKEND, 48))

    def test_the_program_takes_the_parameters(self):
        for task in job_of("prod")["tasks"]:
            if "python_wheel_task" in task:
                self.assertEqual((task["python_wheel_task"]["package_name"], task["python_wheel_task"]["entry_point"]),
                                 ("f1lake", "f1lake"))
                self.understands(task["python_wheel_task"]["parameters"])

    def test_the_extracts_run(self):
        for task in job_of("dev")["tasks"]:
            if not task["task_key"].startswith("extract"):
                continue
            arguments = ["2024" if value == "2026" else str(self.folder / task["task_key"]) if value.startswith("/Volumes/") else
                         "2" if value == "10" else value for value in task["python_wheel_task"]["parameters"]]
            more = ["--location", "Monza", "--session-type", "Race"] if task["task_key"] == "extract_year" else []
            done = subprocess.run([PROGRAM, *arguments, *more], env=self.environment("well"), capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(list((self.folder / task["task_key"]).glob("laps_*.parquet")))


if __name__ == "__main__":
    unittest.main()

"""The workflows: their schema, their lints, and their shell steps, run here against a simulated API."""

import http.server
import re
import subprocess
import threading
import unittest

import yaml
from croniter import croniter
from lab import EXAMPLES, QUALIFYING, RACE, ROOT, Lab, tearDownModule, tool  # noqa: F401
from test_schedules import WEEKEND, times_of

WORKFLOWS = sorted((EXAMPLES / "github-actions").glob("*.yml"))
DEFAULTS = {"mode": "", "num_sessions": "", "year": ""}


class Static(Lab):
    def test_schema(self):
        subprocess.run([tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *WORKFLOWS,
                        *sorted((ROOT / ".github/workflows").glob("*.yml"))], check=True, stdout=subprocess.DEVNULL)

    def test_lints(self):
        subprocess.run([tool("actionlint"), "-shellcheck", tool("shellcheck"), *WORKFLOWS], check=True)

    def test_databricks_trusts_the_job_and_gets_no_secret(self):
        text = (EXAMPLES / "github-actions/databricks.yml").read_text()
        self.assertEqual(set(re.findall(r"secrets\.(\w+)", text)), {"OPENF1_USERNAME", "OPENF1_PASSWORD"})
        self.assertEqual(yaml.safe_load(text)["permissions"], {"contents": "read", "id-token": "write"})

    def test_nothing_is_pasted_into_shell_text(self):
        for workflow, _, step in steps():
            self.assertNotIn("${{", step.get("run", ""), f"{workflow.name}: {step.get('name')}")

    def test_schedule_is_every_two_hours_from_friday_to_monday(self):
        for workflow in WORKFLOWS:
            # YAML 1.1 reads the key `on` as true.
            schedule = yaml.safe_load(workflow.read_text())[True]["schedule"]
            self.assertEqual(len(schedule), 1)
            self.assertTrue(croniter.is_valid(schedule[0]["cron"]))
            times = times_of(schedule[0]["cron"], 7)
            self.assertEqual(({moment.weekday() for moment in times}, len(times)), (WEEKEND, 48))

    def test_the_program_takes_what_the_workflows_pass(self):
        for arguments in (
            ["extract", "--mode", "latest", "--num-sessions", "3", "--out", "/Volumes/a/b/c", "--output", "json"],
            ["extract", "--mode", "year", "--year", "2024"],
            ["load", "--load-to", "databricks", "--warehouse", "w", "--out", "/Volumes/a/b/c", "--output", "json"],
        ):
            self.understands(arguments)
            texts = " ".join(path.read_text() for path in WORKFLOWS)
            for flag in (argument for argument in arguments if argument.startswith("--")):
                self.assertIn(flag, texts)


def steps():
    for workflow in WORKFLOWS:
        content = yaml.safe_load(workflow.read_text())
        for job in content["jobs"].values():
            for step in job["steps"]:
                yield workflow, {**content.get("env", {}), **job.get("env", {})}, step


class Runner:
    """A minimal runner for these workflows: `run` steps by `bash -e`, `env`, `if`, outputs and the summary."""

    def __init__(self, test: Lab, workflow: str, environment: dict[str, str], inputs: dict[str, str],
                 variables: dict[str, str] | None = None, secrets: dict[str, str] | None = None, only: str | None = None):
        self.test, self.inputs, self.outputs, self.outcomes = test, {**DEFAULTS, **inputs}, {}, {}
        self.variables, self.secrets = variables or {}, secrets or {}
        self.summary, self.failed, self.log = test.folder / "summary.md", False, ""
        self.summary.touch()
        for path, shared, step in steps():
            if path.name == workflow and "run" in step and step["name"] != "Install" and only in (None, step["name"]):
                self.step(step, {**environment, **self.values(shared)})

    def values(self, entries: dict) -> dict[str, str]:
        return {name: re.sub(r"\$\{\{ (.+?) \}\}", lambda found: self.expression(found[1]), str(text))
                for name, text in entries.items()}

    def expression(self, text: str) -> str:
        for part in text.split(" || "):
            if part.startswith("'") or part.isdigit():
                return part.strip("'")
            scope, name = part.split(".", 1)
            value = {"inputs": self.inputs, "vars": self.variables, "secrets": self.secrets}[scope].get(name, "")
            if value:
                return value
        return ""

    def wanted(self, condition: str | None) -> bool:
        if condition is None:
            return not self.failed
        if condition == "steps.extract.outputs.code != '4'":
            return not self.failed and self.outputs.get("extract", {}).get("code") != "4"
        if condition == "always() && steps.extract.outcome != 'skipped'":
            return "extract" in self.outcomes
        raise AssertionError(f"the runner of the checks does not know the condition {condition!r}")

    def step(self, step: dict, environment: dict[str, str]):
        if not self.wanted(step.get("if")):
            return
        output = self.test.folder / "output"
        output.write_text("")
        script = self.test.folder / "step.sh"
        script.write_text(step["run"])
        done = subprocess.run(
            ["bash", "-e", script], cwd=self.test.folder / step.get("working-directory", "."), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**environment, **self.values(step.get("env", {})), "GITHUB_OUTPUT": str(output),
                 "GITHUB_STEP_SUMMARY": str(self.summary)},
        )
        self.log += done.stdout
        self.failed |= done.returncode != 0
        name = step.get("id", step["name"])
        self.outcomes[name] = "failure" if done.returncode else "success"
        self.outputs[name] = dict(line.split("=", 1) for line in output.read_text().splitlines())


class Runs(Lab):
    """The shell steps of the workflow for a lake, from the API to gold."""

    def run_lake(self, mood: str, inputs: dict[str, str] | None = None, secrets: dict[str, str] | None = None):
        tool("jq")
        environment = self.environment(mood)
        # The workflow sets the number and the folder.
        for name in ("F1LAKE_NUM_LATEST_SESSIONS", "F1LAKE_LANDING_PATH", "F1LAKE_LAKE_PATH"):
            del environment[name]
        return Runner(self, "lake.yml", environment, inputs or {"num_sessions": "2"}, secrets=secrets)

    def test_well(self):
        done = self.run_lake("well")
        self.assertFalse(done.failed, done.log)
        self.assertEqual(list(done.outcomes), ["extract", "Load", "Build", "Summary"])
        self.assertIn(f"| 2024-12-08_Yas_Island_Race | landed | {self.rows_of_the_api(RACE)} |", done.summary.read_text())
        self.assertRegex(done.summary.read_text(), r"8 requests, 0 of them retries, \d+ bytes in \d+ s")
        self.assertTrue((self.folder / "lake/gold_analytics/session_leaderboard").is_dir())
        self.assertTrue((self.folder / "landing/laps_2024-12-08_Yas_Island_Race.parquet").is_file())
        self.assertNotIn("::warning", done.log)

    def test_some_sessions_fail(self):
        done = self.run_lake("faulty")
        self.assertFalse(done.failed, done.log)
        self.assertIn("::warning title=f1lake::Some sessions failed", done.log)
        self.assertIn("| 2024-12-08_Yas_Island_Race | failed | 0 |", done.summary.read_text())
        rows = self.rows_of_the_api(QUALIFYING)
        self.assertIn(f"| 2024-12-07_Yas_Island_Qualifying | landed | {rows} |", done.summary.read_text())
        self.assertTrue((self.folder / "lake/gold_analytics/session_leaderboard").is_dir())

    def test_locked_by_a_live_session(self):
        done = self.run_lake("live")
        self.assertFalse(done.failed, done.log)
        self.assertEqual(list(done.outcomes), ["extract", "Summary"])
        self.assertIn("::notice title=f1lake::A live session locks", done.log)
        self.assertIn("No session was looked at", done.summary.read_text())

    def test_login_refused(self):
        done = self.run_lake("account", secrets={"OPENF1_USERNAME": "me", "OPENF1_PASSWORD": "wrong"})
        self.assertTrue(done.failed)
        self.assertIn("::error title=f1lake::OpenF1 refused the account", done.log)
        self.assertNotIn("wrong", done.log)

    def test_a_manual_run_of_a_season(self):
        # A season is too large to fetch here; 2019 has no data.
        done = self.run_lake("well", {"mode": "year", "year": "2019"})
        self.assertTrue(done.failed)
        self.assertIn("::error title=f1lake::f1lake extract ended with exit code 2", done.log)
        self.assertIn("2019", done.log)

    def test_inputs_are_data_and_not_shell(self):
        hostile = "2024; touch owned $(touch owned) `touch owned`"
        done = self.run_lake("well", {"mode": "year", "year": hostile})
        self.assertTrue(done.failed)
        self.assertFalse((self.folder / "owned").exists())

    def test_dbt_gets_a_token_of_github_and_no_secret(self):
        asked = []

        class GitHub(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.path, self.headers["Authorization"]))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"value": "a.token"}')

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), GitHub)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        tool("jq")
        (self.folder / "dbt").mkdir()
        dbt = self.folder / "bin/dbt"
        dbt.write_text('#!/bin/sh\necho "$* as $DATABRICKS_CLIENT_ID by $DATABRICKS_AUTH_TYPE with $DATABRICKS_OIDC_TOKEN"\n')
        dbt.chmod(0o755)
        environment = {
            **self.environment("well"),
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{server.server_port}/token?job=1",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-the-job",
        }
        variables = {"DATABRICKS_HOST": "https://a.example/", "DATABRICKS_CLIENT_ID": "id"}
        done = Runner(self, "databricks.yml", environment, {}, variables, only="Build silver and gold")
        self.assertFalse(done.failed, done.log)
        self.assertEqual(asked, [("/token?job=1&audience=https://a.example/oidc/v1/token", "Bearer of-the-job")])
        self.assertIn("build --target databricks as id by env-oidc with a.token", done.log)
        self.assertIn("::add-mask::a.token", done.log)

    def test_databricks_without_a_workspace_says_what_is_missing(self):
        done = Runner(self, "databricks.yml", self.environment("well"), {"num_sessions": "2"},
                      {"F1LAKE_VOLUME": "/Volumes/main/raw/landing", "DATABRICKS_WAREHOUSE_ID": "abc"})
        self.assertTrue(done.failed)
        self.assertIn("DATABRICKS_HOST", done.log)
        self.assertEqual(list(done.outcomes), ["extract", "Summary"])


if __name__ == "__main__":
    unittest.main()

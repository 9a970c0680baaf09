"""The bundle that `f1lake databricks init` writes: every resource by Databricks' own models, the dashboard by lsql, references, times, command lines."""

import importlib.metadata
import json
import re
import subprocess
import tomllib
import unittest

import yaml
from databricks.bundles.dashboards import Dashboard
from databricks.bundles.genie_spaces import GenieSpace
from databricks.bundles.jobs import Job
from databricks.bundles.schemas import Schema
from databricks.bundles.sql_warehouses import SqlWarehouse
from databricks.bundles.volumes import Volume
from databricks.labs.lsql.lakeview import model as lakeview
from lab import PROGRAM, ROOT, Lab, tearDownModule  # noqa: F401
from test_schedules import WEEKEND, times_of

SOURCE = ROOT / "crates/f1lake-cli/bundle"
MODELS = {"jobs": Job, "schemas": Schema, "volumes": Volume, "sql_warehouses": SqlWarehouse, "dashboards": Dashboard, "genie_spaces": GenieSpace}
# The keys of databricks.yml that are used here; the models have all keys below `resources`.
TOP = {"bundle", "include", "experimental", "variables", "targets"}
TARGET = {"mode", "default", "presets", "workspace", "variables", "run_as", "resources"}
GIVEN = {"run_as": "00000000-0000-0000-0000-000000000000"}
WAREHOUSE = "0123456789abcdef"


class Bundle(Lab):
    def setUp(self):
        super().setUp()
        done = subprocess.run([PROGRAM, "databricks", "init", str(self.folder / "bundle")], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.bundle = self.folder / "bundle"
        self.top = yaml.safe_load((self.bundle / "databricks.yml").read_text())
        self.resources = self.read_resources()

    def read_resources(self) -> dict[str, dict[str, dict]]:
        """The resources of all files, unresolved."""
        found: dict[str, dict[str, dict]] = {}
        for path in (*(self.bundle / "resources").glob("*.yml"), self.bundle / "optional/genie.yml"):
            for kind, entries in yaml.safe_load(path.read_text())["resources"].items():
                self.assertFalse(found.setdefault(kind, {}).keys() & entries.keys(), path)
                found[kind].update(entries)
        return found

    def resolved(self, value, target: str):
        """Substitutes references as the CLI and the job do, and refuses unknown ones."""
        if isinstance(value, dict):
            return {key: self.resolved(entry, target) for key, entry in value.items()}
        if isinstance(value, list):
            return [self.resolved(entry, target) for entry in value]
        if not isinstance(value, str):
            return value
        defaults = {name: entry["default"] for name, entry in self.top["variables"].items() if "default" in entry}
        variables = {**defaults, **GIVEN, **self.top["targets"][target]["variables"]}
        whole = re.fullmatch(r"\$\{var\.(\w+)\}", value)
        if whole and not isinstance(variables[whole[1]], str):
            return variables[whole[1]]
        resources = self.resources

        def reference(found: re.Match) -> str:
            match found[1].split("."):
                case ["var", name]:
                    return variables[name]
                case ["bundle", "name"]:
                    return self.top["bundle"]["name"]
                case ["workspace", "file_path"]:
                    return "/Workspace/files"
                case ["resources", "sql_warehouses", name, "id"] if name in resources["sql_warehouses"]:
                    return WAREHOUSE
                case ["resources", kind, name, field]:
                    return resources[kind][name][field]
            raise AssertionError(found[0])

        while "${" in value:
            value = re.sub(r"\$\{([\w.]+)\}", reference, value)
        job = resources["jobs"]["f1lake"]
        parameters = {entry["name"]: entry["default"] for entry in job["parameters"]}
        value = re.sub(r"\{\{job\.parameters\.(\w+)\}\}", lambda found: parameters[found[1]], value)
        # A task value is set by a script that this job runs.
        for task, key in re.findall(r"\{\{tasks\.(\w+)\.values\.(\w+)\}\}", value):
            (script,) = (entry["spark_python_task"]["python_file"] for entry in job["tasks"] if entry["task_key"] == task)
            self.assertIn(f'taskValues.set(key="{key}"', (self.bundle / "resources" / script).read_text())
        return value

    def job_of(self, target: str) -> dict:
        return self.resolved(self.resources["jobs"]["f1lake"], target)

    def test_the_files_are_those_of_the_repository(self):
        def below(folder):
            return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

        written = below(self.bundle)
        # rglob does not follow the links to the dbt project.
        wanted = {name: text for name, text in below(SOURCE).items() if not name.startswith("dbt/")}
        wanted |= {f"dbt/{name}": text for name, text in below(SOURCE / "dbt").items()}
        for part in ("models", "macros", "snapshots", "tests"):
            wanted |= {f"dbt/{part}/{name}": text for name, text in below(ROOT / "dbt" / part).items()}
        self.assertEqual(written.keys(), wanted.keys())
        self.assertEqual({name for name in written if written[name] != wanted[name]}, set())

    def test_the_models_take_every_resource(self):
        self.assertGreaterEqual([int(part) for part in importlib.metadata.version("databricks-bundles").split(".")[:2]], [1, 20])
        self.assertEqual(self.top["bundle"]["databricks_cli_version"], ">=1.20.0")
        self.assertEqual(set(self.resources), set(MODELS))
        # The CLI refuses a key that two resources share.
        keys = [key for entries in self.resources.values() for key in entries]
        self.assertEqual(len(keys), len(set(keys)))
        for target in ("dev", "prod"):
            more = self.top["targets"][target].get("resources", {})
            self.assertEqual(set(more) - set(self.resources), set())
            for kind, entries in self.resources.items():
                self.assertEqual(set(more.get(kind, {})) - set(entries), set())
                for key, entry in entries.items():
                    resource = MODELS[kind].from_dict(self.resolved({**entry, **more.get(kind, {}).get(key, {})}, target))
                    self.assertEqual(MODELS[kind].from_dict(resource.as_dict()), resource)

    def test_the_models_refuse_wrong_keys_and_values(self):
        for kind, spoil in (
            ("jobs", lambda job: job.update(max_concurrent_run=1)),
            ("jobs", lambda job: job["schedule"].update(quartz="x")),
            ("jobs", lambda job: job["tasks"][2]["python_wheel_task"].update(parameter=[])),
            ("jobs", lambda job: job["tasks"][1].update(run_if="ALWAYS")),
            ("volumes", lambda volume: volume.update(volume_type="MANGED")),
            ("schemas", lambda schema: schema.pop("catalog_name")),
            ("sql_warehouses", lambda warehouse: warehouse.update(auto_stop=10)),
            ("dashboards", lambda dashboard: dashboard.update(dataset_scheme="gold_analytics")),
            ("genie_spaces", lambda space: space.update(name="Formula 1")),
        ):
            spoiled = self.resolved(next(iter(self.resources[kind].values())), "dev")
            spoil(spoiled)
            with self.assertRaises((ValueError, TypeError), msg=kind):
                MODELS[kind].from_dict(spoiled)

    def test_top_level_keys_and_targets(self):
        self.assertEqual(set(self.top) - TOP, set())
        for name, target in self.top["targets"].items():
            self.assertEqual(set(target) - TARGET, set(), name)
            self.assertEqual(set(target["variables"]) - set(self.top["variables"]), set())
        dev, prod = self.top["targets"]["dev"], self.top["targets"]["prod"]
        self.assertEqual((dev["mode"], dev["default"], dev["presets"]), ("development", True, {"trigger_pause_status": "PAUSED"}))
        self.assertEqual(prod["mode"], "production")
        # The preset pauses only schedules without a status of their own.
        self.assertNotIn("pause_status", self.job_of("dev")["schedule"])
        # dbt and f1lake use the names of schemas as they are.
        self.assertTrue(self.top["experimental"]["skip_name_prefix_for_schema"])

    def test_no_secret_is_named(self):
        for path in self.bundle.rglob("*"):
            if path.is_file() and self.bundle / "dbt" not in path.parents:
                self.assertNotRegex(path.read_text(), r"(?i)client_secret|password|DATABRICKS_TOKEN|\{\{\s*secrets|login_file", path.name)
        # The job's identity is all that it needs.
        self.assertEqual(set(self.top["targets"]["prod"]["run_as"]), {"service_principal_name"})

    def test_a_target_names_its_own_catalog_alone(self):
        for target, other in (("dev", "prod_f1"), ("prod", "dev_f1")):
            everything = str(self.resolved(self.resources, target))
            self.assertNotIn(other, everything)
            self.assertIn(f"/Volumes/{target}_f1/raw_data/landing", everything)

    def test_the_volume_is_the_one_that_is_created(self):
        resources = self.resolved(self.resources, "dev")
        (volume,) = resources["volumes"].values()
        path = f"/Volumes/{volume['catalog_name']}/{volume['schema_name']}/{volume['name']}"
        tasks = {task["task_key"]: task for task in resources["jobs"]["f1lake"]["tasks"]}
        for parameters in (tasks["extract"]["spark_python_task"], tasks["load"]["python_wheel_task"], tasks["finish"]["spark_python_task"]):
            self.assertIn(path, parameters["parameters"])
        self.assertIn("/Volumes/{catalog}/raw_data/landing", (self.bundle / "src/notebook.py").read_text())
        schemas = {schema["name"] for schema in resources["schemas"].values()}
        self.assertEqual(schemas, {"raw_data", "bronze_raw", "silver_clean", "gold_analytics"})
        project = yaml.safe_load((self.bundle / "dbt/dbt_project.yml").read_text())["models"]["f1lake"]
        self.assertEqual({project["silver"]["+schema"], project["gold"]["+schema"]} - schemas, set())
        for entry in (*resources["schemas"].values(), volume):
            self.assertTrue(entry["lifecycle"]["prevent_destroy"])

    def test_nothing_runs_when_nothing_is_due(self):
        tasks = {task["task_key"]: task for task in self.job_of("prod")["tasks"]}
        self.assertEqual(list(tasks), ["extract", "is_due", "load", "dbt", "finish"])
        self.assertEqual(tasks["is_due"]["condition_task"], {"op": "EQUAL_TO", "left": "{{tasks.extract.values.due}}", "right": "true"})
        self.assertEqual(tasks["is_due"]["run_if"], "ALL_DONE")
        before = {key: [(other["task_key"], other.get("outcome")) for other in task.get("depends_on", ())] for key, task in tasks.items()}
        self.assertEqual(before, {"extract": [], "is_due": [("extract", None)], "load": [("is_due", "true")], "dbt": [("load", None)], "finish": [("dbt", None)]})
        for task in tasks.values():
            if "condition_task" not in task:
                self.assertGreater(task["max_retries"], 0)
                self.assertGreaterEqual(task["min_retry_interval_millis"], 60_000)

    def test_what_is_referred_to_exists(self):
        content = self.job_of("prod")
        environments = {entry["environment_key"]: entry["spec"]["dependencies"] for entry in content["environments"]}
        for task in content["tasks"]:
            self.assertIn(task.get("environment_key", "f1lake"), environments)
            if "spark_python_task" in task:
                script = (self.bundle / "resources" / task["spark_python_task"]["python_file"]).read_text()
                flags = [word for word in task["spark_python_task"]["parameters"] if word.startswith("--")]
                self.assertEqual(flags, re.findall(r'add_argument\("(--[\w-]+)"', script))
        for dashboard in self.resources["dashboards"].values():
            self.assertTrue((self.bundle / "resources" / dashboard["file_path"]).is_file())
        (dbt,) = (task["dbt_task"] for task in content["tasks"] if "dbt_task" in task)
        project = self.bundle / "resources" / dbt["project_directory"]
        self.assertTrue((project / "dbt_project.yml").is_file())
        profile = (project / dbt["profiles_directory"] / "profiles.yml").read_text()
        (command,) = dbt["commands"]
        given = yaml.safe_load(re.search(r'--vars "(.*)"', command)[1])
        self.assertEqual(given, {"catalog": "prod_f1", "warehouse_id": WAREHOUSE})
        self.assertEqual(set(re.findall(r"\bvar\(['\"](\w+)['\"]\)", profile)), set(given))
        groups = tomllib.loads((ROOT / "dbt/pyproject.toml").read_text())["dependency-groups"]
        self.assertEqual(environments["dbt"], groups["databricks"])
        version = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
        self.assertEqual(environments["f1lake"], [f"f1lake=={version}"])

    def test_the_schedule_is_every_two_hours_from_friday_to_monday(self):
        schedule = self.job_of("prod")["schedule"]
        second, minute, hour, day, month, weekdays = schedule["quartz_cron_expression"].split()
        # Quartz needs exactly one of the two day fields to be `?`, and treats 0/2 as */2.
        self.assertEqual((second, day), ("0", "?"))
        self.assertEqual(schedule["timezone_id"], "UTC")
        times = times_of(f"{minute} {hour.replace('0/', '*/')} * {month} {weekdays}", 7)
        self.assertEqual(({moment.weekday() for moment in times}, len(times)), (WEEKEND, 48))

    def test_the_program_takes_the_parameters(self):
        (task,) = (task["python_wheel_task"] for task in self.job_of("prod")["tasks"] if "python_wheel_task" in task)
        self.assertEqual((task["package_name"], task["entry_point"]), ("f1lake", "f1lake"))
        self.understands(task["parameters"])

    def test_the_model_of_dashboards_reads_and_writes_the_same(self):
        raw = json.loads((self.bundle / "src/formula_1.lvdash.json").read_text())
        dashboard = lakeview.Dashboard.from_dict(raw)
        for dataset in raw["datasets"]:
            dataset["query"] = "".join(dataset.pop("queryLines"))
        self.assertEqual(dashboard.as_dict(), raw)
        for spoil in (
            lambda raw: raw["pages"][0]["layout"][2]["widget"]["spec"].update(widgetType="countr"),
            lambda raw: raw["pages"][1]["layout"][3]["widget"]["spec"]["encodings"]["x"]["scale"].update(type="linear"),
        ):
            spoiled = json.loads((self.bundle / "src/formula_1.lvdash.json").read_text())
            spoil(spoiled)
            with self.assertRaises(KeyError):
                lakeview.Dashboard.from_dict(spoiled)

    def test_widgets_show_fields_that_they_ask_for_and_do_not_overlap(self):
        raw = json.loads((self.bundle / "src/formula_1.lvdash.json").read_text())
        datasets = {dataset["name"] for dataset in raw["datasets"]}
        used = set()
        for page in raw["pages"]:
            cells: set[tuple[int, int]] = set()
            for entry in page["layout"]:
                widget, at = entry["widget"], entry["position"]
                covered = {(x, y) for x in range(at["x"], at["x"] + at["width"]) for y in range(at["y"], at["y"] + at["height"])}
                self.assertFalse(cells & covered, widget["name"])
                self.assertLessEqual(at["x"] + at["width"], 6)
                cells |= covered
                fields = {field["name"] for query in widget.get("queries", ()) for field in query["query"]["fields"]}
                used |= {query["query"]["datasetName"] for query in widget.get("queries", ())}
                shown = set(re.findall(r'"fieldName": "([^"]+)"', json.dumps(widget.get("spec", {}))))
                self.assertEqual(shown - fields, set(), widget["name"])
        self.assertEqual(used, datasets)


if __name__ == "__main__":
    unittest.main()

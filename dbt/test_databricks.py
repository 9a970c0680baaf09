"""The checks of the Databricks target notice what they are there for, and its login is taken from where it is set."""

import logging
import os
import unittest
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

HERE = Path(__file__).resolve().parent
HERE_ONLY = unittest.skipUnless(find_spec("databricks"), "needs requirements-databricks.txt")

if find_spec("databricks"):
    from dbt.config.runtime import load_profile
    from dbt.flags import set_from_args
    from dbt_common.context import set_invocation_context

    from check_databricks import catalogs, check_incremental_run, kill_points, unparsable, written
    from sail_workspace import Workspace, plain

logging.getLogger("sqlglot").setLevel(logging.ERROR)
MODEL = "`prod_f1`.`silver_clean`.`silver_laps`"
NOTES = "`prod_f1`.`silver_clean`.`dbt_builds`"
REPLACE = f"insert into {MODEL} replace where session_key in (1, 2) select `a` from `silver_laps__dbt_tmp`"
NOTE = f"insert into {NOTES} replace where model = 'silver_laps' select 'silver_laps' as model, session_key from x"
MANIFEST = {
    "nodes": {
        "model.f1lake.silver_laps": {
            "resource_type": "model",
            "name": "silver_laps",
            "schema": "silver_clean",
            "database": "prod_f1",
            "config": {"meta": {"grain": "session"}},
        }
    }
}


@HERE_ONLY
class Statements(unittest.TestCase):
    def test_what_does_not_parse(self):
        self.assertIsNone(unparsable(REPLACE))
        self.assertIsNone(unparsable(f"alter table {MODEL} change column `a` set not null"))
        self.assertIsNotNone(unparsable(REPLACE.replace("replace where", "replace were")))
        self.assertIsNotNone(unparsable("select 1; select 2"))
        self.assertIsNotNone(unparsable("vacuum everything at once"))

    def test_catalogs_wherever_they_are_named(self):
        self.assertEqual(catalogs(REPLACE), {"prod_f1"})
        self.assertEqual(catalogs("select * from dev_f1.bronze_raw.bronze_laps"), {"dev_f1"})
        self.assertEqual(catalogs("select * from main.bronze_raw.bronze_laps"), {"main"})
        self.assertEqual(catalogs(f"optimize {MODEL}"), {"prod_f1"})
        self.assertEqual(catalogs("select * from `system`.`information_schema`.`tables` where table_catalog = 'dev_f1'"), {"dev_f1"})

    def test_the_table_that_is_written(self):
        self.assertEqual(written(REPLACE), "silver_clean.silver_laps")
        self.assertEqual(written(f"create or replace table {MODEL} as select 1"), "silver_clean.silver_laps")
        self.assertIsNone(written(f"optimize {MODEL}"))
        self.assertIsNone(written("create or replace temporary view `silver_laps__dbt_tmp` as select 1"))

    def test_one_write_before_one_note(self):
        self.assertEqual(check_incremental_run([REPLACE, NOTE], MANIFEST, [2, 1]), [])
        self.assertNotEqual(check_incremental_run([NOTE, REPLACE], MANIFEST, [1, 2]), [])
        self.assertNotEqual(check_incremental_run([REPLACE, REPLACE, NOTE], MANIFEST, [1, 2]), [])
        self.assertNotEqual(check_incremental_run([REPLACE], MANIFEST, [1, 2]), [])
        self.assertNotEqual(check_incremental_run([REPLACE, NOTE], MANIFEST, [1]), [])
        self.assertNotEqual(check_incremental_run([REPLACE, NOTE], MANIFEST, []), [])
        self.assertNotEqual(check_incremental_run([f"delete from {MODEL}", REPLACE, NOTE], MANIFEST, [1, 2]), [])

    def test_kills_before_a_write_and_before_a_note(self):
        statements = ["select 1", f"create or replace table {NOTES} as select 1", REPLACE, NOTE, f"optimize {MODEL}"]
        self.assertEqual(kill_points(statements, True), [0, 1, 2])

    def test_the_comment_of_dbt_is_not_part_of_a_statement(self):
        self.assertEqual(plain('/* {"app": "dbt"} */\n select /* kept */ 1;'), "select /* kept */ 1")

    def test_the_stand_in_refuses_other_catalogs_and_unknown_tables(self):
        workspace = Workspace(Path("."), "prod_f1", Path("."))
        with self.assertRaisesRegex(Exception, "NO_SUCH_CATALOG"):
            workspace.connect(catalog="dev_f1")
        with self.assertRaisesRegex(Exception, "not a table of the catalog"):
            workspace.run("optimize `dev_f1`.`silver_clean`.`silver_laps`")
        with self.assertRaisesRegex(Exception, "TABLE_OR_VIEW_NOT_FOUND"):
            workspace.run(f"optimize {MODEL}")


@HERE_ONLY
class Login(unittest.TestCase):
    def credentials(self, **settings):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("DATABRICKS_", "DBT_", "F1LAKE_"))}
        with mock.patch.dict(os.environ, clean | settings, clear=True):
            set_invocation_context(os.environ)
            set_from_args(Namespace(PROFILES_DIR=str(HERE)), {})
            return load_profile(str(HERE), {}, target_override="databricks").credentials

    def test_a_token_with_the_names_of_dbt(self):
        found = self.credentials(
            DBT_DATABRICKS_HOST="https://a.example/", DBT_DATABRICKS_HTTP_PATH="/sql/1.0/warehouses/1", DBT_DATABRICKS_TOKEN="t"
        )
        found.validate_creds()
        self.assertEqual((found.host, found.http_path, found.token), ("a.example", "/sql/1.0/warehouses/1", "t"))
        self.assertEqual((found.database, found.schema), ("dev_f1", "silver_clean"))

    def test_what_a_dbt_task_sets(self):
        found = self.credentials(DBT_HOST="a.example", DBT_ACCESS_TOKEN="t", DATABRICKS_WAREHOUSE_ID="2", F1LAKE_ENV="prod")
        found.validate_creds()
        self.assertEqual((found.host, found.http_path, found.token), ("a.example", "/sql/1.0/warehouses/2", "t"))
        self.assertEqual(found.database, "prod_f1")

    def test_a_service_principal(self):
        found = self.credentials(
            DATABRICKS_HOST="https://a.example",
            DATABRICKS_WAREHOUSE_ID="2",
            DATABRICKS_CLIENT_ID="id",
            DATABRICKS_CLIENT_SECRET="secret",
            F1LAKE_CATALOG="mine",
        )
        found.validate_creds()
        self.assertFalse(found.token)
        self.assertEqual((found.auth_type, found.client_id, found.client_secret), ("oauth", "id", "secret"))
        self.assertEqual(found.database, "mine")

    def test_the_names_of_dbt_win_over_those_of_a_task_and_of_f1lake(self):
        found = self.credentials(
            DBT_DATABRICKS_HOST="dbt", DBT_HOST="task", DATABRICKS_HOST="f1lake", DBT_ACCESS_TOKEN="task", DATABRICKS_TOKEN="f1lake"
        )
        self.assertEqual((found.host, found.token), ("dbt", "task"))

    def test_without_a_host(self):
        with self.assertRaisesRegex(Exception, "host"):
            self.credentials(DATABRICKS_TOKEN="t").validate_creds()


if __name__ == "__main__":
    unittest.main()

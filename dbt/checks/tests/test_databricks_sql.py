"""What a statement for Databricks says is read from it as a workspace would."""

import pytest

from checks.databricks_sql import catalogs, column_changes, plain, unparsable, written
from checks.tests.statements import MODEL, REPLACE


def test_what_does_not_parse() -> None:
    assert unparsable(REPLACE) is None
    assert unparsable(f"alter table {MODEL} change column `a` set not null") is None
    assert unparsable(REPLACE.replace("replace where", "replace were"))
    assert unparsable("select 1; select 2")
    assert unparsable("vacuum everything at once")


def test_several_columns_in_one_statement() -> None:
    comments = r"`a` comment 'it\'s, `z` comment', `b` comment 'c, d'"
    assert unparsable(f"alter table {MODEL} alter column {comments}") is None
    assert column_changes(comments) == [("a", r"it\'s, `z` comment"), ("b", "c, d")]
    assert column_changes("`a` set not null, `b` set not null") == [("a", None), ("b", None)]
    assert unparsable(f"alter table {MODEL} alter column `a` set not null, `b` set nothing")
    with pytest.raises(ValueError, match="not a change"):
        column_changes("`a` set not null, `b` set nothing")


def test_catalogs_wherever_they_are_named() -> None:
    assert catalogs(REPLACE) == {"prod_f1"}
    assert catalogs("select * from dev_f1.bronze_raw.bronze_laps") == {"dev_f1"}
    assert catalogs("select * from main.bronze_raw.bronze_laps") == {"main"}
    assert catalogs(f"optimize {MODEL}") == {"prod_f1"}
    question = "select * from `system`.`information_schema`.`tables` where table_catalog = 'dev_f1'"
    assert catalogs(question) == {"dev_f1"}


def test_the_table_that_is_written() -> None:
    assert written(REPLACE) == "silver_clean.silver_laps"
    assert written(f"create or replace table {MODEL} as select 1") == "silver_clean.silver_laps"
    assert written(f"optimize {MODEL}") is None
    assert written("create or replace temporary view `silver_laps__dbt_tmp` as select 1") is None


def test_the_comment_of_dbt_is_not_part_of_a_statement() -> None:
    assert plain('/* {"app": "dbt"} */\n select /* kept */ 1;') == "select /* kept */ 1"

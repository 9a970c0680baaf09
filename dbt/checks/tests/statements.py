"""Statements as dbt-databricks sends them."""

MODEL = "`prod_f1`.`silver_clean`.`silver_laps`"
NOTES = "`prod_f1`.`silver_clean`.`dbt_builds`"
REPLACE = f"insert into {MODEL} replace where session_key in (1, 2) select `a` from `silver_laps__dbt_tmp`"
NOTE = f"insert into {NOTES} replace where model = 'silver_laps' select 'silver_laps' as model, session_key from x"

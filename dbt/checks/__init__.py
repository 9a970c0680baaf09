"""Checks of the dbt project, and what writes the SQL that the program carries. In dbt/: `python -m checks.NAME`."""

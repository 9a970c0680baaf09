"""The part of the models that Spark builds, and Spark's own parser."""

from checks.spark_parser import refused_by_spark
from checks.spark_slice import cover, sql_features


def test_features_are_functions_casts_and_clauses() -> None:
    found = sql_features("select try_cast(a as bigint), my_function(b) from x left join y on x.a = y.a", "spark")
    assert {"TryCast to BIGINT", "function my_function", "join left"} <= found
    assert sql_features("select a from x", "spark") == sql_features("select other as name from y", "spark")


def test_chosen_models_ask_for_everything() -> None:
    wanted = {"one": {"a", "b"}, "two": {"b", "c"}, "three": {"a", "b", "c", "d"}, "four": {"e"}}
    assert cover(wanted) == ["four", "three"]


def test_a_dear_model_is_chosen_only_where_it_must_be() -> None:
    wanted = {"cheap": {"a"}, "other": {"b"}, "dear": {"a", "b"}, "needed": {"c"}}
    assert cover(wanted, ["dear"]) == ["cheap", "needed", "other"]
    assert cover(wanted, ["dear", "needed"]) == ["cheap", "needed", "other"]
    assert cover(wanted) == ["dear", "needed"]


def test_spark_refuses_what_it_does_not_know() -> None:
    assert refused_by_spark("insert into a.b replace where x in (1) select 1 as x") is None
    assert "PARSE_SYNTAX_ERROR" in (refused_by_spark("create or refresh streaming table t as select 1") or "")
    assert refused_by_spark("create volume a.b.c") is None

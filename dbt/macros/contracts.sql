{#-
    Column types are written once, in the words of Spark SQL: bigint, double, boolean, string, date, timestamp,
    array<bigint>. DuckDB says some of them otherwise.
-#}

{% macro type_of(name) -%}
    {{ return(adapter.dispatch('type_of', 'f1lake')(name)) }}
{%- endmacro %}

{% macro default__type_of(name) -%}
    {{ return(name) }}
{%- endmacro %}

{% macro duckdb__type_of(name) -%}
    {%- set types = {
        'string': 'varchar',
        'timestamp': 'timestamp with time zone',
        'array<bigint>': 'bigint[]',
    } -%}
    {{ return(types.get(name, name)) }}
{%- endmacro %}

{% macro duckdb__get_empty_schema_sql(columns) -%}
    select
    {% for column in columns.values() -%}
        cast(null as {{ type_of(column['data_type'] or 'missing') }}) as {{ column['name'] }}{{ ', ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro duckdb__get_table_columns_and_constraints() -%}
    (
    {% for column in model['columns'].values() -%}
        {{ column['name'] }} {{ type_of(column['data_type']) }}{{ ', ' if not loop.last }}
    {%- endfor %}
    )
{%- endmacro %}

{#- `meta.partition_by` is for the program; DuckDB's own files have no partitions. -#}
{% macro duckdb__get_partitioned_by(relation, temporary) -%}
    {{ return(none) }}
{%- endmacro %}

{#- Nor on Spark, where this project's tables are small; on Databricks they are clustered instead. -#}
{% macro spark__partition_cols(label, required=false) -%}
{%- endmacro %}

{#- Makes the bronze tables of the lake known to the engine, and notes which sessions are loaded. -#}

{% macro lake_folder() -%}
    {{ return(env_var('F1LAKE_LAKE', '../lake').rstrip('/')) }}
{%- endmacro %}

{% macro bronze_tables() -%}
    {%- set names = [] -%}
    {%- for source in graph.sources.values() | sort(attribute='name') -%}
        {%- if source.source_name == 'bronze_raw' -%}
            {%- do names.append(source.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{% macro open_lake() -%}
    {%- if execute and flags.WHICH in ('run', 'build', 'test', 'snapshot', 'seed', 'freshness') -%}
        {{ adapter.dispatch('open_lake', 'f1lake')() }}
    {%- endif -%}
{%- endmacro %}

{% macro default__open_lake() -%}
    {%- do note_loads() -%}
{%- endmacro %}

{% macro duckdb__open_lake() -%}
    {%- if target.name == 'duckdb' -%}
        {%- do run_query('create schema if not exists bronze_raw') -%}
        {%- for table in bronze_tables() -%}
            {%- do run_query(
                "create or replace view bronze_raw." ~ table ~ " as select * from delta_scan('"
                ~ lake_folder() ~ "/bronze_raw/" ~ table ~ "')"
            ) -%}
        {%- endfor -%}
        {%- do note_loads() -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
{%- endmacro %}

{% macro spark__open_lake() -%}
    {%- do run_query('create schema if not exists bronze_raw') -%}
    {%- for table in bronze_tables() -%}
        {%- do run_query(
            "create table if not exists bronze_raw." ~ table ~ " using delta location '"
            ~ lake_folder() ~ "/bronze_raw/" ~ table ~ "'"
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#-
    On Databricks the bronze tables are in the catalog already. Only a run that builds notes the loads: a test beside it must
    not move them under it.
-#}
{% macro databricks__open_lake() -%}
    {%- if flags.WHICH in ('run', 'build') -%}
        {%- do note_loads() -%}
    {%- endif -%}
{%- endmacro %}

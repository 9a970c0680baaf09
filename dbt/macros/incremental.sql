{#-
    Incremental by session. `dbt_loads` holds, as of the start of the run, when each session was loaded into bronze;
    `dbt_builds` holds, per model, the load that its rows came from. A session is built again when the two differ, so a
    session that was landed again replaces its rows, and one that left bronze takes its rows along.
-#}

{% macro note_loads() -%}
    {%- set schema = 'silver_clean' -%}
    {%- do run_query('create schema if not exists ' ~ schema) -%}
    {%- do run_query(
        'create or replace table ' ~ schema ~ '.dbt_loads as select session_key, max(loaded_at) as loaded_at from '
        ~ 'bronze_raw.bronze_loads group by session_key'
    ) -%}
    {%- do run_query(
        'create table if not exists ' ~ schema
        ~ '.dbt_builds (model ' ~ type_of('string') ~ ', session_key bigint, loaded_at ' ~ type_of('timestamp') ~ ')'
    ) -%}
{%- endmacro %}

{#- A query for the keys of the sessions that this model has to build again. -#}
{% macro changed_sessions() -%}
    select coalesce(loads.session_key, builds.session_key)
    from silver_clean.dbt_loads as loads
    full outer join (
        select session_key, loaded_at from silver_clean.dbt_builds where model = '{{ this.identifier }}'
    ) as builds on loads.session_key = builds.session_key
    where loads.loaded_at is distinct from builds.loaded_at
{%- endmacro %}

{#-
    Rows of an upstream table, for models of grain session: all of them, also in a unit test, or in an incremental run those
    of the changed sessions. Use: `from {{ session_rows(ref('silver_laps')) }} as laps`.
-#}
{% macro session_rows(relation, key='session_key') -%}
    {%- if model.resource_type == 'model' and is_incremental() -%}
        (select * from {{ relation }} where {{ key }} in ({{ changed_sessions() }}))
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}

{#- Before an incremental run: drops the rows of the changed sessions, also of those that have none any more. -#}
{% macro forget_changed_sessions() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where session_key in ({{ changed_sessions() }})
    {%- endif -%}
{%- endmacro %}

{#- After any run of an incremental model: notes which loads its rows came from. -#}
{% macro remember_built_sessions() -%}
    {%- if config.get('materialized') == 'incremental' and execute -%}
        {%- do run_query("delete from silver_clean.dbt_builds where model = '" ~ this.identifier ~ "'") -%}
        insert into silver_clean.dbt_builds
        select '{{ this.identifier }}', session_key, loaded_at from silver_clean.dbt_loads
    {%- endif -%}
{%- endmacro %}

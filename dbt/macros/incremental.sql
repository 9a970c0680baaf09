{#-
    Incremental by session. `dbt_loads` holds, as of the start of the run, when each session was loaded into bronze;
    `dbt_builds` holds, per model, the load that its rows came from and the rules that made them. A session is built again
    when either differs, so a session that was landed again replaces its rows, one that left bronze takes its rows along, and a
    changed query rebuilds everything below it. `dbt_builds` is written after the rows: a run that dies in between builds
    those sessions once more.
-#}

{% macro state_table(name) -%}
    {{ return(adapter.dispatch('state_table', 'f1lake')(name)) }}
{%- endmacro %}

{% macro default__state_table(name) -%}
    {{ return('silver_clean.' ~ name) }}
{%- endmacro %}

{#- With its catalog, so that no statement depends on the session's current one. -#}
{% macro databricks__state_table(name) -%}
    {{ return(api.Relation.create(database=target.database, schema='silver_clean', identifier=name).render()) }}
{%- endmacro %}

{% macro note_loads() -%}
    {{ adapter.dispatch('note_loads', 'f1lake')() }}
{%- endmacro %}

{% macro default__note_loads() -%}
    {%- do run_query('create schema if not exists silver_clean') -%}
    {%- do run_query(loads_sql('bronze_raw.bronze_loads')) -%}
    {%- do run_query(builds_sql()) -%}
    {%- do add_rules_to_builds() -%}
{%- endmacro %}

{#- A schema that exists needs no privilege to create one. -#}
{% macro databricks__note_loads() -%}
    {%- set silver = api.Relation.create(database=target.database, schema='silver_clean') -%}
    {%- if not adapter.check_schema_exists(silver.database, silver.schema) -%}
        {%- do adapter.create_schema(silver) -%}
    {%- endif -%}
    {%- set bronze_loads = api.Relation.create(database=target.database, schema='bronze_raw', identifier='bronze_loads') -%}
    {%- do run_query(loads_sql(bronze_loads.render())) -%}
    {#- A partition per model: models that are built at the same time write to different ones, which never conflict. -#}
    {%- do run_query(builds_sql() ~ ' partitioned by (model)') -%}
    {%- do add_rules_to_builds(' partitioned by (model)') -%}
    {#- Of models that were never noted, nothing has to be forgotten. -#}
    {%- set noted = run_query('select distinct model from ' ~ state_table('dbt_builds')).columns[0].values() -%}
    {%- do graph.update({'noted_models': noted}) -%}
{%- endmacro %}

{% macro loads_sql(bronze_loads) -%}
    create or replace table {{ state_table('dbt_loads') }} as
    select session_key, max(loaded_at) as loaded_at from {{ bronze_loads }} group by session_key
{%- endmacro %}

{% macro builds_sql() -%}
    create table if not exists {{ state_table('dbt_builds') }}
    (model {{ type_of('string') }}, session_key bigint, loaded_at {{ type_of('timestamp') }}, rules {{ type_of('string') }})
{%- endmacro %}

{#- The first version did not note the rules. -#}
{% macro add_rules_to_builds(partitioned='') -%}
    {%- set table = api.Relation.create(database=target.database, schema='silver_clean', identifier='dbt_builds') -%}
    {%- if 'rules' not in adapter.get_columns_in_relation(table) | map(attribute='name') | map('lower') -%}
        {%- set rewrite -%}
            create or replace table {{ state_table('dbt_builds') }}{{ partitioned }} as
            select model, session_key, loaded_at, cast(null as {{ type_of('string') }}) as rules
            from {{ state_table('dbt_builds') }}
        {%- endset -%}
        {%- do run_query(rewrite) -%}
    {%- endif -%}
{%- endmacro %}

{#- What this run knows of a node. The graph is the one object that dbt shares between its nodes; since 1.12 its nodes are copies. -#}
{% macro known(unique_id) -%}
    {{ return(graph.setdefault('f1lake', {}).setdefault(unique_id, {})) }}
{%- endmacro %}

{#- A node and all models above it. -#}
{% macro with_all_above(unique_id) -%}
    {%- if 'above' not in known(unique_id) -%}
        {%- set above = [unique_id] -%}
        {#- The list grows while it is walked. -#}
        {%- for name in above -%}
            {%- for upstream in graph.nodes[name].depends_on.nodes if upstream in graph.nodes and upstream not in above -%}
                {%- do above.append(upstream) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- do known(unique_id).update({'above': above | sort}) -%}
    {%- endif -%}
    {{ return(known(unique_id)['above']) }}
{%- endmacro %}

{#- A digest of the files that a model's rows come from: its own, those of all models above it, the macros. -#}
{% macro rules(unique_id=none) -%}
    {%- set parts = [macros_digest()] -%}
    {%- for node in with_all_above(unique_id or model.unique_id) -%}
        {%- do parts.append(node ~ ' ' ~ graph.nodes[node].checksum.checksum) -%}
    {%- endfor -%}
    {{ return(local_md5(parts | join('\n'))) }}
{%- endmacro %}

{#-
    A query for the keys of the sessions that this model has to build again. Rows of a session that is not noted are what a killed
    run left, or what a run of chosen models read from older tables; the session may have gone since.
-#}
{% macro changed_sessions_sql() -%}
    {%- set builds = state_table('dbt_builds') ~ " where model = '" ~ this.identifier ~ "'" -%}
    select coalesce(loads.session_key, builds.session_key)
    from {{ state_table('dbt_loads') }} as loads
    full outer join (
        select session_key, loaded_at, rules from {{ builds }}
    ) as builds on loads.session_key = builds.session_key
    where (loads.loaded_at is distinct from builds.loaded_at) or (coalesce(builds.rules, '') not like '{{ rules() if execute }}%')
    {% if config.get('meta', {}).get('grain') == 'session' -%}
    union (select session_key from {{ this }} except select session_key from {{ builds }})
    {%- endif -%}
{%- endmacro %}

{#- What goes between the parentheses of `session_key in (...)`. -#}
{% macro changed_sessions() -%}
    {{ return(adapter.dispatch('changed_sessions', 'f1lake')()) }}
{%- endmacro %}

{% macro default__changed_sessions() -%}
    {{ return(changed_sessions_sql()) }}
{%- endmacro %}

{#-
    On Databricks the keys themselves, asked for once a model: `replace where` takes no subquery, and the rows that are read
    and the rows that are replaced must be those of the same sessions. A row without a key says that the words changed.
-#}
{% macro databricks__changed_sessions() -%}
    {%- set known_now = known(model.unique_id) if execute else {} -%}
    {%- if execute and 'changed_sessions' not in known_now -%}
        {%- set found -%}
            {{ changed_sessions_sql() }}
            union select null where not exists (
                select 1 from {{ state_table('dbt_builds') }}
                where model = '{{ this.identifier }}' and rules = '{{ rules_and_words() }}'
            )
        {%- endset -%}
        {%- set keys = run_query(found).columns[0].values() -%}
        {%- do known_now.update({
            'changed_sessions': keys | reject('none') | map('int') | sort | join(', '), 'unchanged': keys | length == 0
        }) -%}
    {%- endif -%}
    {{ return(known_now.get('changed_sessions') or 'null') }}
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

{#- Materialization of models of grain lake. A table that is kept, its rows replaced, keeps its keys and comments on Databricks. -#}
{% macro whole_lake() -%}
    {{ return('incremental' if target.type == 'databricks' else 'table') }}
{%- endmacro %}

{#- Incremental strategy on Databricks: what changed is replaced in one statement, so that a reader sees all of it or none. -#}
{% macro get_incremental_replace_sessions_sql(arg_dict) -%}
    {%- set table = arg_dict['target_relation'] -%}
    {%- set columns = adapter.get_columns_in_relation(table) | map(attribute='quoted') | join(', ') -%}
    {%- set sessions = known(model.unique_id).get('changed_sessions') -%}
    {%- if config.get('meta')['grain'] == 'lake' -%}
        insert overwrite table {{ table }} select {{ columns }} from {{ arg_dict['temp_relation'] }}
    {%- elif sessions -%}
        insert into {{ table }} replace where session_key in ({{ sessions }})
        select {{ columns }} from {{ arg_dict['temp_relation'] }}
    {%- else -%}
        select 'no session changed'
    {%- endif -%}
{%- endmacro %}

{#-
    Before a model is built. An incremental run on DuckDB drops the rows of the changed sessions, also of those that have none
    any more, in the transaction of the build. A full build forgets what was built: its table may be empty for a while.
-#}
{% macro forget_changed_sessions() -%}
    {%- if config.get('materialized') != 'incremental' or not execute -%}
    {%- elif not is_incremental() -%}
        {%- if this.identifier in graph.get('noted_models', [this.identifier]) -%}
            delete from {{ state_table('dbt_builds') }} where model = '{{ this.identifier }}'
        {%- endif -%}
    {%- elif target.type == 'duckdb' -%}
        delete from {{ this }} where session_key in ({{ changed_sessions() }})
    {%- endif -%}
{%- endmacro %}

{#- After a model is built: notes which loads its rows came from. -#}
{% macro remember_built_sessions() -%}
    {%- set keeps_state = target.type == 'databricks' or target.name == 'duckdb' -%}
    {%- if keeps_state and execute and not flags.EMPTY -%}
        {{ adapter.dispatch('remember_built_sessions', 'f1lake')() }}
    {%- endif -%}
{%- endmacro %}

{% macro default__remember_built_sessions() -%}
    {%- do run_query("delete from " ~ state_table('dbt_builds') ~ " where model = '" ~ this.identifier ~ "'") -%}
    insert into {{ state_table('dbt_builds') }} {{ built_sessions_sql(rules()) }}
{%- endmacro %}

{% macro databricks__remember_built_sessions() -%}
    insert into {{ state_table('dbt_builds') }} replace where model = '{{ this.identifier }}'
    {{ built_sessions_sql(rules_and_words()) }}
{%- endmacro %}

{#-
    Sessions whose newest load is in the model at hand: those of which it is in all models above, by their rules of today. Others
    are what a run of chosen models read from older tables. On Databricks only the partitions of models above are read, so
    that notes of models beside this one do not conflict.
-#}
{% macro built_sessions_sql(rules_noted) -%}
    {%- set names, digests = [], [] -%}
    {%- for unique_id in with_all_above(model.unique_id) if unique_id != model.unique_id -%}
        {%- do names.append("'" ~ graph.nodes[unique_id].alias ~ "'") -%}
        {%- do digests.append("'" ~ rules(unique_id) ~ "'") -%}
    {%- endfor -%}
    select '{{ this.identifier }}' as model, loads.session_key, loads.loaded_at, '{{ rules_noted }}' as rules
    from {{ state_table('dbt_loads') }} as loads
    {%- if names %}
    inner join {{ state_table('dbt_builds') }} as builds
        on loads.session_key = builds.session_key and loads.loaded_at = builds.loaded_at
    where builds.model in ({{ names | join(', ') }}) and left(builds.rules, 32) in ({{ digests | join(', ') }})
    group by loads.session_key, loads.loaded_at
    having count(*) = {{ names | length }}
    {%- endif -%}
{%- endmacro %}

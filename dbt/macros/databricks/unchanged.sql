{#-
    On Databricks a model or snapshot is left alone when no session changed, and what the project says of its table did not
    either. Then the one statement of a build without news is the question whether there are any.
-#}
{% materialization incremental, adapter='databricks', supported_languages=['sql'] -%}
    {{ return(leave_alone() if is_incremental() and is_unchanged() else dbt.materialization_incremental_databricks()) }}
{%- endmaterialization %}

{% materialization snapshot, adapter='databricks' -%}
    {%- if load_cached_relation(this) is not none and is_unchanged() -%}
        {{ return(leave_alone()) }}
    {%- endif -%}
    {%- set built = dbt.materialization_snapshot_databricks() -%}
    {%- do run_query(remember_built_sessions()) -%}
    {{ return(built) }}
{%- endmaterialization %}

{% macro leave_alone() -%}
    {%- do store_raw_result('main', message='unchanged', code='', rows_affected=none) -%}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{%- endmacro %}

{% macro is_unchanged() -%}
    {%- do changed_sessions() -%}
    {{ return(known(model.unique_id)['unchanged'] and not flags.EMPTY) }}
{%- endmacro %}

{#- What `dbt_builds` notes of a model here: the rules of its rows, and a digest of what else the project says of its table. -#}
{% macro rules_and_words() -%}
    {%- set node = graph.nodes[model.unique_id] -%}
    {%- set words = [node.description] -%}
    {#- Key by key: dbt changes nodes while it runs them, such as the table that a foreign key points to. -#}
    {%- for column in node.columns.values() -%}
        {%- do words.append([column['name'], column['data_type'], column['description']]) -%}
    {%- endfor -%}
    {%- for constraint in node.get('constraints') or [] -%}
        {%- do words.append([constraint['type'] | string, constraint['columns'], constraint['to_columns']]) -%}
    {%- endfor -%}
    {%- for key in ['grants', 'liquid_clustered_by', 'persist_docs', 'databricks_tags', 'tblproperties'] -%}
        {%- do words.append(node.config.get(key)) -%}
    {%- endfor -%}
    {%- set words = tojson(words, sort_keys=true) -%}
    {{ return(rules() ~ ' ' ~ local_md5(words)) }}
{%- endmacro %}

{#- What dbt-databricks says of a table in one statement a column, in one statement a table. -#}

{% macro databricks__alter_column_comment(relation, column_dict) -%}
    {%- set changes = [] -%}
    {%- for column in column_dict.values() -%}
        {%- set comment = column['description'] | replace('\\', '\\\\') | replace("'", "\\'") -%}
        {%- do changes.append(adapter.quote(column['name']) ~ " comment '" ~ comment ~ "'") -%}
    {%- endfor -%}
    {%- if changes -%}
        {%- do run_query('alter table ' ~ relation.render() ~ ' alter column ' ~ changes | join(', ')) -%}
    {%- endif -%}
{%- endmacro %}

{#- A new table has no comments yet, and the contract says that its columns are those of the project: nothing to ask. -#}
{% macro databricks__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- do run_query(alter_relation_comment_sql(relation, model.description)) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() and model.columns -%}
        {%- if for_relation or not config.get('contract').enforced -%}
            {%- set columns = adapter.get_persist_doc_columns(adapter.get_columns_in_relation(relation), model.columns) -%}
        {%- else -%}
            {%- set columns = model.columns -%}
        {%- endif -%}
        {%- do alter_column_comment(relation, columns) -%}
    {%- endif -%}
{%- endmacro %}

{% macro databricks__alter_table_add_constraints(relation, model) -%}
    {%- set changes = [] -%}
    {%- for constraint in model.constraints if constraint.type == 'not_null' -%}
        {%- for column in constraint.columns -%}
            {%- do changes.append(adapter.quote(column) ~ ' set not null') -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if changes -%}
        {%- do run_query('alter table ' ~ relation.render() ~ ' alter column ' ~ changes | join(', ')) -%}
    {%- endif -%}
    {%- set others = model.constraints | rejectattr('type', 'equalto', 'not_null') | list -%}
    {%- for statement in get_constraints_sql(relation, others, model) -%}
        {%- do run_query(statement) -%}
    {%- endfor -%}
{%- endmacro %}

{#- A table is clustered as it is created; later on what a run replaced is clustered after it, if it replaced anything. -#}
{% macro databricks__optimize(relation) -%}
    {%- if model.resource_type != 'model' or (is_incremental() and known(model.unique_id).get('changed_sessions') != '') -%}
        {{ dbt.databricks__optimize(relation) }}
    {%- endif -%}
{%- endmacro %}

{#- The adapter asks for the filter that a table has, to keep it; a table that is not there yet has none. -#}
{% macro get_create_row_filter_clause(relation) -%}
    {%- if load_cached_relation(relation) is not none -%}
        {{ dbt.get_create_row_filter_clause(relation) }}
    {%- endif -%}
{%- endmacro %}

{#-
    On Databricks the generic tests that read the same tables run in one statement: the first of them asks for all. Each keeps
    its own result. When the statement cannot run at all, the first fails with its error and the others ask for themselves.
-#}
{% materialization test, adapter='databricks' -%}
    {%- set node = graph.nodes[model.unique_id] -%}
    {#- With `--defer` a test may read the tables of another environment. -#}
    {%- if not is_joined(node) or should_store_failures() or flags.DEFER -%}
        {{ return(dbt.materialization_test_default()) }}
    {%- endif -%}
    {%- if 'tested' not in known(model.unique_id) -%}
        {%- do run_tests(node) -%}
    {%- endif -%}
    {%- do store_raw_result('main', message='OK', code='', rows_affected=none, agate_table=known(model.unique_id)['tested']) -%}
    {{ return({'relations': []}) }}
{%- endmaterialization %}

{% macro is_joined(node) -%}
    {{ return(
        node.get('test_metadata') and not (node.config.get('limit') or node.config.get('where') or node.config.get('store_failures'))
        and '{{' not in generic_test_arguments(node) | string
    ) }}
{%- endmacro %}

{% macro run_tests(first) -%}
    {%- set questions = [] -%}
    {%- for unique_id in selected_resources if unique_id.startswith('test.') -%}
        {%- set node = graph.nodes[unique_id] -%}
        {%- set reads_the_same = node.depends_on.nodes | unique | sort == first.depends_on.nodes | unique | sort -%}
        {%- if unique_id == first.unique_id or (reads_the_same and 'asked' not in known(unique_id) and is_joined(node)) -%}
            {%- do known(unique_id).update({'asked': true}) -%}
            {%- set rows = context['test_' ~ node.test_metadata.name](**generic_test_arguments(node)) -%}
            {%- set statement = get_test_sql(
                rows, node.config.get('fail_calc'), node.config.get('warn_if'), node.config.get('error_if'), limit=none
            ) -%}
            {%- do questions.append("select '" ~ unique_id ~ "' as test, * from (" ~ statement ~ '\n)') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set found = run_query(questions | join('\nunion all\n')) -%}
    {%- for row in found.rows -%}
        {%- set result = found.select(['failures', 'should_warn', 'should_error']).limit(loop.index0, loop.index) -%}
        {%- do known(row['test']).update({'tested': result}) -%}
    {%- endfor -%}
{%- endmacro %}

{#- With tables in place of the calls of `ref` that dbt notes. -#}
{% macro generic_test_arguments(node) -%}
    {%- set arguments = node.test_metadata.kwargs.copy() -%}
    {%- do arguments.update({'model': relation_of(node.attached_node)}) -%}
    {%- if 'to' in arguments -%}
        {%- set others = node.depends_on.nodes | reject('equalto', node.attached_node) | list -%}
        {%- do arguments.update({'to': relation_of((others or [node.attached_node])[0])}) -%}
    {%- endif -%}
    {{ return(arguments) }}
{%- endmacro %}

{% macro relation_of(unique_id) -%}
    {%- set node = graph.nodes.get(unique_id) or graph.sources[unique_id] -%}
    {%- set identifier = node.get('identifier') or node.get('alias') -%}
    {{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=identifier)) }}
{%- endmacro %}

{#- Written by checks.carried_sql: a digest of dbt_project.yml and of all other macros, for `rules`. -#}
{% macro macros_digest() -%}
    {{ return('8378547a127ee86cf5ad214ab87d1852') }}
{%- endmacro %}

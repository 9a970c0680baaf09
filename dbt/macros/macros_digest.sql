{#- Written by checks.carried_sql: a digest of dbt_project.yml and of all other macros, for `rules`. -#}
{% macro macros_digest() -%}
    {{ return('36ee0ca535f5da579947a1420a3083a8') }}
{%- endmacro %}

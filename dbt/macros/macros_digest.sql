{#- Written by checks.carried_sql: a digest of dbt_project.yml and of all other macros, for `rules`. -#}
{% macro macros_digest() -%}
    {{ return('4704f4d3c9c98e8b7e1474820246afb9') }}
{%- endmacro %}

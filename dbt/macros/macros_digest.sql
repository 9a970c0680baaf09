{#- Written by checks.carried_sql: a digest of dbt_project.yml and of all other macros, for `rules`. -#}
{% macro macros_digest() -%}
    {{ return('841f3bcbc8e98b6a76dd708dfec08367') }}
{%- endmacro %}

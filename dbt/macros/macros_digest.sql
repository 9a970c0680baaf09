{#- Written by checks.carried_sql: a digest of dbt_project.yml and of all other macros, for `rules`. -#}
{% macro macros_digest() -%}
    {{ return('b6cbaa713e4b73f3b595f532073e312d') }}
{%- endmacro %}

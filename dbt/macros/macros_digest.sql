{#- Written by checks.carried_sql: a digest of dbt_project.yml and of all other macros, for `rules`. -#}
{% macro macros_digest() -%}
    {{ return('1b7488a85bb159c2341c35a5bb15db4a') }}
{%- endmacro %}

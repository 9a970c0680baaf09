{#- Written by checks.carried_sql: a digest of dbt_project.yml and of all other macros, for `rules`. -#}
{% macro macros_digest() -%}
    {{ return('16b73d0aaa4664c2559779df3ea038f3') }}
{%- endmacro %}

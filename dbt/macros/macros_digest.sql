{#- Written by checks.carried_sql: a digest of dbt_project.yml and of all other macros, for `rules`. -#}
{% macro macros_digest() -%}
    {{ return('880136ee8e9bee91798b6b28443a1544') }}
{%- endmacro %}

{#- Written by checks.carried_sql: a digest of dbt_project.yml and of all other macros, for `rules`. -#}
{% macro macros_digest() -%}
    {{ return('de3ab73b2ec2069639126fbef6ee10a1') }}
{%- endmacro %}

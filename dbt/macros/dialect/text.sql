{#- Replaces every match of a pattern. -#}
{% macro replace_all(text, pattern, replacement) -%}
    {{ return(adapter.dispatch('replace_all', 'f1lake')(text, pattern, replacement)) }}
{%- endmacro %}

{% macro default__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}

{% macro duckdb__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{#- Text without accents, in lower case. -#}
{% macro plain_text(text) -%}
    translate(
        lower({{ text }}),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    )
{%- endmacro %}

{#- Text as an identifier: letters and digits, words joined by `_`; null when nothing is left. -#}
{% macro slug(text) -%}
    nullif(trim(both '_' from {{ replace_all(plain_text(text), '[^a-z0-9]+', '_') }}), '')
{%- endmacro %}

{#- A short key of several columns: md5 of their texts, null standing for itself. -#}
{% macro hash_key(columns) -%}
    md5(concat_ws('|'
    {%- for column in columns -%}
        , coalesce(cast({{ column }} as {{ type_of('string') }}), '~')
    {%- endfor -%}
    ))
{%- endmacro %}

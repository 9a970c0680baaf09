{#-
    One group of the first match of a pattern, null without a match or when the group is empty. Write patterns without
    backslashes (`[0-9]`, `[.]`): engines read them differently in a text literal.
-#}
{% macro match_group(text, pattern, group=1) -%}
    {{ return(adapter.dispatch('match_group', 'f1lake')(text, pattern, group)) }}
{%- endmacro %}

{% macro default__match_group(text, pattern, group) -%}
    nullif(regexp_extract({{ text }}, '{{ pattern }}', {{ group }}), '')
{%- endmacro %}

{% macro duckdb__match_group(text, pattern, group) -%}
    {%- if target.name == 'datafusion' -%}
        nullif((regexp_match({{ text }}, '{{ pattern }}'))[{{ group }}], '')
    {%- else -%}
        nullif(regexp_extract({{ text }}, '{{ pattern }}', {{ group }}), '')
    {%- endif -%}
{%- endmacro %}

{#- The texts of a group in the order of a whole number, joined by a separator; null texts are left out. -#}
{% macro joined_text(text, order, separator) -%}
    {{ return(adapter.dispatch('joined_text', 'f1lake')(text, order, separator)) }}
{%- endmacro %}

{% macro default__joined_text(text, order, separator) -%}
    nullif(array_join(
        transform(
            array_sort(collect_list(named_struct('o', {{ order }}, 't', {{ text }}))),
            item -> item.t
        ),
        '{{ separator }}'
    ), '')
{%- endmacro %}

{% macro duckdb__joined_text(text, order, separator) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ order }})
{%- endmacro %}

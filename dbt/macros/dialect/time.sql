{#- Microseconds since 1970, whole number. -#}
{% macro epoch_micros(instant) -%}
    {{ return(adapter.dispatch('epoch_micros', 'f1lake')(instant)) }}
{%- endmacro %}

{% macro default__epoch_micros(instant) -%}
    {{ return('unix_micros(' ~ instant ~ ')') }}
{%- endmacro %}

{% macro duckdb__epoch_micros(instant) -%}
    {%- if target.name == 'datafusion' -%}
        {{ return('cast(arrow_cast(' ~ instant ~ ', \'Timestamp(Microsecond, Some("UTC"))\') as bigint)') }}
    {%- endif -%}
    {{ return('epoch_us(' ~ instant ~ ')') }}
{%- endmacro %}

{#- The instant of so many microseconds since 1970. -#}
{% macro instant_of(micros) -%}
    {{ return(adapter.dispatch('instant_of', 'f1lake')(micros)) }}
{%- endmacro %}

{% macro default__instant_of(micros) -%}
    {{ return('timestamp_micros(' ~ micros ~ ')') }}
{%- endmacro %}

{% macro duckdb__instant_of(micros) -%}
    {%- if target.name == 'datafusion' -%}
        {{ return('arrow_cast(cast(' ~ micros ~ ' as bigint), \'Timestamp(Microsecond, Some("UTC"))\')') }}
    {%- endif -%}
    {{ return('make_timestamptz(' ~ micros ~ ')') }}
{%- endmacro %}

{#- Seconds from the first instant to the second, a float. -#}
{% macro seconds_between(start, end) -%}
    (({{ epoch_micros(end) }} - {{ epoch_micros(start) }}) / 1e6)
{%- endmacro %}

{#- The instant so many seconds later, to the microsecond. -#}
{% macro add_seconds(instant, seconds) -%}
    {{ return(adapter.dispatch('add_seconds', 'f1lake')(instant, seconds)) }}
{%- endmacro %}

{% macro default__add_seconds(instant, seconds) -%}
    timestamp_micros(unix_micros({{ instant }}) + cast(round(({{ seconds }}) * 1e6) as bigint))
{%- endmacro %}

{% macro duckdb__add_seconds(instant, seconds) -%}
    {%- if target.name == 'datafusion' -%}
        ({{ instant }} + arrow_cast(cast(round(({{ seconds }}) * 1e6) as bigint), 'Duration(Microsecond)'))
    {%- else -%}
        ({{ instant }} + to_microseconds(cast(round(({{ seconds }}) * 1e6) as bigint)))
    {%- endif -%}
{%- endmacro %}

{#- Year of an instant in UTC, a whole number. -#}
{% macro year_of(instant) -%}
    cast(extract(year from {{ instant }}) as bigint)
{%- endmacro %}

{#- Day of an instant in UTC. -#}
{% macro day_of(instant) -%}
    cast({{ instant }} as date)
{%- endmacro %}

{#- Microseconds that a venue's clocks are ahead of UTC, from `[-]HH:MM:SS`; 0 where it is not known. -#}
{% macro offset_micros(gmt_offset) -%}
    (
            coalesce(cast({{ match_group(gmt_offset, '^[-+]?([0-9]+):') }} as bigint), 0) * 3600000000
            + coalesce(cast({{ match_group(gmt_offset, '^[-+]?[0-9]+:([0-9]+)') }} as bigint), 0) * 60000000
        ) * case when {{ gmt_offset }} like '-%' then -1 else 1 end
{%- endmacro %}

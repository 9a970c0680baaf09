{#-
    Laps of races at racing speed, with the number of such laps of their stint. A lap more than 7 % slower than the median of the
    stint met traffic, trouble or a local yellow: it does not show the pace (`is_at_pace`).
-#}
{% macro racing_laps() -%}
    select
        laps.*,
        medians.racing_laps,
        cast({{ millis('laps.lap_duration') }} * 100 as double) <= medians.median_ms * 107 as is_at_pace
    from {{ session_rows(ref('fact_laps')) }} as laps
    inner join (
        select
            session_key,
            driver_number,
            coalesce(stint_number, 0) as stint_number,
            count(*) as racing_laps,
            median(cast({{ millis('lap_duration') }} as double)) as median_ms
        from {{ session_rows(ref('fact_laps')) }}
        where session_category in ('Race', 'Sprint') and is_clean_lap
        group by session_key, driver_number, coalesce(stint_number, 0)
    ) as medians
        on
            laps.session_key = medians.session_key
            and laps.driver_number = medians.driver_number
            and coalesce(laps.stint_number, 0) = medians.stint_number
    where laps.session_category in ('Race', 'Sprint') and laps.is_clean_lap
{%- endmacro %}

{#-
    Fuel at the start of a race, kg. Nobody publishes it: a race may use 110 kg since 2019, most need a little less, so analysts
    take 105 to 110 kg (f1technical.net topic 26536 computes 1.66 kg per lap); the power units of 2026 need about 70 kg. A sprint
    is a third of the distance. `--vars '{fuel_kg: {2024: 100}}'` replaces the figure of a season.
-#}
{% macro fuel_at_start_kg(season, session_category) -%}
    (
        case
            {%- for year, kg in var('fuel_kg', {}).items() %}
            when {{ season }} = {{ year }} then cast({{ kg }} as double)
            {%- endfor %}
            when {{ season }} >= 2026 then cast(70 as double)
            else cast(105 as double)
        end
        / case when {{ session_category }} = 'Sprint' then cast(3 as double) else cast(1 as double) end
    )
{%- endmacro %}

{#-
    Seconds that a kilogram of fuel costs a lap: 0.03, on which published estimates agree (f1technical.net topic 26536: 0.0307;
    f1datajunkie, 2011: 0.03). `--vars '{fuel_seconds_per_kg: {2024: 0.032}}'` replaces the figure of a season.
-#}
{% macro fuel_seconds_per_kg(season) -%}
    {%- set replaced = var('fuel_seconds_per_kg', {}) -%}
    {%- if replaced -%}
    (
        case
            {%- for year, seconds in replaced.items() %}
            when {{ season }} = {{ year }} then cast({{ seconds }} as double)
            {%- endfor %}
            else cast(0.03 as double)
        end
    )
    {%- else -%}
    cast(0.03 as double)
    {%- endif -%}
{%- endmacro %}

{#-
    Statistics of times with millisecond precision. They are computed on whole milliseconds, whose sums are exact, so that
    every engine gives the same number whatever order it adds in.
-#}

{% macro millis(seconds) -%}
    cast(round(({{ seconds }}) * 1000) as bigint)
{%- endmacro %}

{% macro mean_of_times(seconds) -%}
    (cast(sum({{ millis(seconds) }}) as double) / nullif(cast(count({{ seconds }}) as double), 0) / 1000)
{%- endmacro %}

{% macro median_of_times(seconds) -%}
    (median(cast({{ millis(seconds) }} as double)) / 1000)
{%- endmacro %}

{#- Standard deviation of the sample, null for fewer than two times. -#}
{% macro stddev_of_times(seconds) -%}
    (sqrt(
        cast(
            count({{ seconds }}) * sum({{ millis(seconds) }} * {{ millis(seconds) }})
            - sum({{ millis(seconds) }}) * sum({{ millis(seconds) }}) as double
        )
        / nullif(cast(count({{ seconds }}) * (count({{ seconds }}) - 1) as double), 0)
    ) / 1000)
{%- endmacro %}

{#- Difference of two times, rounded to the millisecond that both are measured in. -#}
{% macro time_difference(a, b) -%}
    (cast({{ millis(a) }} - {{ millis(b) }} as double) / 1000)
{%- endmacro %}

{#-
    Which laps of `fact_laps` go into a mean: the timed ones, but none under a red flag and none that began on the grid after
    one. Clean laps leave out lap 1, the pit lane and every neutralisation too.
-#}
{% macro averaged_lap_time() -%}
    case when is_timed_lap and not is_under_red_flag and (lap_number = 1 or not is_start_lap) then lap_duration end
{%- endmacro %}

{% macro clean_lap_time() -%}
    case when is_clean_lap then lap_duration end
{%- endmacro %}

{#- Sector times of `fact_laps` that a best sector is chosen from: not of deleted laps, laps out of the pit lane and faults. -#}
{% macro comparable_sector(sector) -%}
    case
            when
                not is_deleted
                and not coalesce(is_pit_out_lap, false)
                and (is_valid_lap or lap_duration is null)
                and duration_sector_{{ sector }} > 0
                then duration_sector_{{ sector }}
        end
{%- endmacro %}

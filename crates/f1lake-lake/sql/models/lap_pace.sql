with racing_laps as (
    select
        laps.*,
        medians.racing_laps,
        cast(cast(round((laps.lap_duration) * 1000) as bigint) * 100 as double) <= medians.median_ms * 107 as is_at_pace
    from gold_analytics.fact_laps as laps
    inner join (
        select
            session_key,
            driver_number,
            coalesce(stint_number, 0) as stint_number,
            count(*) as racing_laps,
            median(cast(cast(round((lap_duration) * 1000) as bigint) as double)) as median_ms
        from gold_analytics.fact_laps
        where session_category in ('Race', 'Sprint') and is_clean_lap
        group by session_key, driver_number, coalesce(stint_number, 0)
    ) as medians
        on
            laps.session_key = medians.session_key
            and laps.driver_number = medians.driver_number
            and coalesce(laps.stint_number, 0) = medians.stint_number
    where laps.session_category in ('Race', 'Sprint') and laps.is_clean_lap
),

distances as (
    select session_key, max(laps) as laps
    from (
        select session_key, lap_number as laps
        from gold_analytics.fact_laps
        union all
        select session_key, number_of_laps as laps
        from gold_analytics.fact_results
    ) as counts
    group by session_key
),

-- The fuel that is left halfway round the lap, where it burns evenly.
fuelled as (
    select
        laps.*,
        sessions.circuit_key,
        (
        case
            when laps.season >= 2026 then cast(70 as double)
            else cast(105 as double)
        end
        / case when laps.session_category = 'Sprint' then cast(3 as double) else cast(1 as double) end
    )
        * cast(2 * (distances.laps - laps.lap_number) + 1 as double) / cast(2 * distances.laps as double) as fuel_kg,
        cast(0.03 as double) as fuel_seconds_per_kg,
        cast(round((laps.lap_duration) * 1000) as bigint) as lap_ms,
        -- Without the age of the tyres, laps on them: the slope is the same.
        coalesce(laps.tyre_age, laps.lap_in_stint) as age
    from racing_laps as laps
    inner join distances
        on laps.session_key = distances.session_key
    left join silver_clean.silver_sessions as sessions
        on laps.session_key = sessions.session_key
),

corrected as (
    select
        *,
        lap_ms - cast(round(fuel_kg * fuel_seconds_per_kg * 1000) as bigint) as corrected_ms,
        case when is_at_pace and stint_number is not null and age is not null then 1 else 0 end as is_usable
    from fuelled
),

-- Sums of a straight line through the corrected times of a stint, on whole numbers.
summed as (
    select
        session_key,
        driver_number,
        stint_number,
        count(*) as n,
        sum(age) as sum_x,
        sum(corrected_ms) as sum_y,
        count(*) * sum(age * age) - sum(age) * sum(age) as spread_x,
        count(*) * sum(age * corrected_ms) - sum(age) * sum(corrected_ms) as spread_xy,
        count(*) * sum(corrected_ms * corrected_ms) - sum(corrected_ms) * sum(corrected_ms) as spread_y
    from corrected
    where is_usable = 1
    group by session_key, driver_number, stint_number
),

-- A line through fewer than five laps says nothing.
fitted as (
    select
        *,
        cast(spread_xy as double) / cast(spread_x as double) as slope_ms,
        greatest(
            (
                cast(spread_y as double)
                - cast(spread_xy as double) * cast(spread_xy as double) / cast(spread_x as double)
            ) / cast(n as double),
            cast(0 as double)
        ) as squares
    from summed
    where n >= 5 and spread_x > 0
),

lines as (
    select
        *,
        (cast(sum_y as double) - slope_ms * cast(sum_x as double)) / cast(n as double) as level_ms,
        sqrt(squares / cast(n - 2 as double)) as deviation_ms,
        sqrt(squares / cast(n - 2 as double) / (cast(spread_x as double) / cast(n as double))) as error_ms
    from fitted
)

select
    corrected.session_key,
    corrected.meeting_key,
    corrected.session_category,
    corrected.season,
    corrected.circuit_key,
    corrected.circuit_short_name,
    corrected.driver_number,
    corrected.driver_id,
    corrected.name_acronym,
    corrected.team_id,
    corrected.lap_number,
    corrected.stint_number,
    corrected.compound,
    corrected.lap_in_stint,
    corrected.tyre_age,
    corrected.lap_duration,
    corrected.fuel_kg,
    corrected.fuel_seconds_per_kg,
    cast(corrected.corrected_ms as double) / 1000 as fuel_corrected_time,
    corrected.is_at_pace,
    corrected.is_usable = 1 and lines.n is not null as is_fitted,
    cast(lines.n as bigint) as fitted_laps,
    lines.slope_ms / 1000 as degradation,
    lines.error_ms / 1000 as degradation_stderr,
    lines.level_ms / 1000 as new_tyre_time,
    lines.deviation_ms / 1000 as residual_stddev,
    (lines.level_ms + lines.slope_ms * cast(corrected.age as double) + cast(corrected.lap_ms - corrected.corrected_ms as double))
    / 1000 as expected_lap_time,
    (cast(corrected.corrected_ms as double) - (lines.level_ms + lines.slope_ms * cast(corrected.age as double))) / 1000
        as residual,
    corrected.session_name,
    corrected.batch_day
from corrected
left join lines
    on
        corrected.session_key = lines.session_key
        and corrected.driver_number = lines.driver_number
        and corrected.stint_number = lines.stint_number

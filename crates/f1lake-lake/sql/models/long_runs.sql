with clean_laps as (
    select
        session_key,
        meeting_key,
        session_category,
        season,
        circuit_short_name,
        driver_number,
        driver_id,
        name_acronym,
        team_id,
        team_name,
        coalesce(stint_number, 0) as stint,
        stint_number,
        compound,
        tyre_age,
        lap_number,
        date_start,
        lap_duration,
        cast(round((lap_duration) * 1000) as bigint) as lap_ms,
        session_name
    from gold_analytics.fact_laps
    where session_category in ('Practice', 'Testing') and is_clean_lap
),

medians as (
    select session_key, driver_number, stint, median(cast(lap_ms as double)) as median_ms
    from clean_laps
    group by session_key, driver_number, stint
),

-- A lap to cool the tyres, and a fast one between such laps, are no part of a run.
even_laps as (
    select
        laps.*,
        laps.lap_number - row_number() over (
            partition by laps.session_key, laps.driver_number, laps.stint order by laps.lap_number
        ) as island
    from clean_laps as laps
    inner join medians
        on
            laps.session_key = medians.session_key
            and laps.driver_number = medians.driver_number
            and laps.stint = medians.stint
    where
        cast(laps.lap_ms * 100 as double) <= medians.median_ms * 107
        and cast(laps.lap_ms * 100 as double) >= medians.median_ms * 93
),

numbered as (
    select
        *,
        row_number() over (partition by session_key, driver_number, stint, island order by lap_number) as lap_in_run
    from even_laps
),

sums as (
    select
        session_key,
        meeting_key,
        session_category,
        season,
        circuit_short_name,
        driver_number,
        driver_id,
        name_acronym,
        team_id,
        team_name,
        stint,
        island,
        stint_number,
        compound,
        session_name,
        min(date_start) as date_start,
        min(lap_number) as first_lap,
        max(lap_number) as last_lap,
        min(tyre_age) as tyre_age_first,
        max(tyre_age) as tyre_age_last,
        count(*) as laps,
        min(lap_duration) as best_lap_time,
        (cast(sum(cast(round((lap_duration) * 1000) as bigint)) as double) / nullif(cast(count(lap_duration) as double), 0) / 1000) as mean_lap_time,
        (median(cast(cast(round((lap_duration) * 1000) as bigint) as double)) / 1000) as median_lap_time,
        (sqrt(
        cast(
            count(lap_duration) * sum(cast(round((lap_duration) * 1000) as bigint) * cast(round((lap_duration) * 1000) as bigint))
            - sum(cast(round((lap_duration) * 1000) as bigint)) * sum(cast(round((lap_duration) * 1000) as bigint)) as double
        )
        / nullif(cast(count(lap_duration) * (count(lap_duration) - 1) as double), 0)
    ) / 1000) as stddev_lap_time,
        -- Sums for the straight line through the lap times, whole numbers and so exact.
        cast(count(*) * sum(lap_in_run * lap_in_run) - sum(lap_in_run) * sum(lap_in_run) as double) as sxx,
        cast(count(*) * sum(lap_in_run * lap_ms) - sum(lap_in_run) * sum(lap_ms) as double) as sxy,
        cast(count(*) * sum(lap_ms * lap_ms) - sum(lap_ms) * sum(lap_ms) as double) as syy
    from numbered
    group by
        session_key, meeting_key, session_category, season, circuit_short_name, driver_number, driver_id, name_acronym,
        team_id, team_name, stint, island, stint_number, compound, session_name
    having count(*) >= 5
)

select
    session_key,
    meeting_key,
    session_category,
    season,
    circuit_short_name,
    driver_number,
    driver_id,
    name_acronym,
    team_id,
    team_name,
    cast(row_number() over (partition by session_key, driver_number order by first_lap) as bigint) as run_number,
    stint_number,
    compound,
    tyre_age_first,
    tyre_age_last,
    first_lap,
    last_lap,
    cast(laps as bigint) as laps,
    date_start,
    best_lap_time,
    mean_lap_time,
    median_lap_time,
    stddev_lap_time,
    sxy / sxx / 1000 as slope_s_per_lap,
    sqrt(greatest(syy - sxy * sxy / sxx, 0) / ((cast(laps as double) - 2) * sxx)) / 1000 as slope_standard_error,
    cast(case
        when compound is not null then rank() over (partition by session_key, compound order by median_lap_time)
    end as bigint) as pace_rank_on_compound,
    case
        when compound is not null
            then (cast(cast(round((median_lap_time) * 1000) as bigint) - cast(round((min(median_lap_time) over (partition by session_key, compound)) * 1000) as bigint) as double) / 1000)
    end as gap_to_best_on_compound,
    session_name
from sums

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

clean_laps as (
    select *
    from racing_laps
    where is_at_pace and stint_number is not null
),

paces as (
    select
        session_key,
        meeting_key,
        session_category,
        season,
        driver_number,
        driver_id,
        name_acronym,
        team_id,
        stint_number,
        compound,
        session_name,
        batch_day,
        max(racing_laps) as racing_laps,
        count(*) as clean_laps,
        min(lap_number) as first_clean_lap,
        max(lap_number) as last_clean_lap,
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
        -- Slope of the straight line through the lap times, on whole numbers.
        cast(
            count(*) * sum(lap_in_stint * cast(round((lap_duration) * 1000) as bigint))
            - sum(lap_in_stint) * sum(cast(round((lap_duration) * 1000) as bigint)) as double
        )
        / nullif(cast(
            count(*) * sum(lap_in_stint * lap_in_stint) - sum(lap_in_stint) * sum(lap_in_stint) as double
        ), 0) / 1000 as trend_s_per_lap
    from clean_laps
    group by
        session_key, meeting_key, session_category, season, driver_number, driver_id, name_acronym, team_id,
        stint_number, compound, session_name, batch_day
)

select
    session_key,
    meeting_key,
    session_category,
    season,
    driver_number,
    driver_id,
    name_acronym,
    team_id,
    stint_number,
    compound,
    cast(racing_laps as bigint) as racing_laps,
    cast(clean_laps as bigint) as clean_laps,
    first_clean_lap,
    last_clean_lap,
    best_lap_time,
    mean_lap_time,
    median_lap_time,
    stddev_lap_time,
    trend_s_per_lap,
    cast(case
        when compound is not null then rank() over (partition by session_key, compound order by median_lap_time)
    end as bigint) as pace_rank_on_compound,
    case
        when compound is not null
            then median_lap_time - min(median_lap_time) over (partition by session_key, compound)
    end as gap_to_best_on_compound,
    session_name,
    batch_day
from paces

{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number', 'stint_number'], 'partition_by': []}) }}

with racing_laps as (
    {{ racing_laps() }}
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
        {{ mean_of_times('lap_duration') }} as mean_lap_time,
        {{ median_of_times('lap_duration') }} as median_lap_time,
        {{ stddev_of_times('lap_duration') }} as stddev_lap_time,
        -- Slope of the straight line through the lap times, on whole numbers.
        cast(
            count(*) * sum(lap_in_stint * {{ millis('lap_duration') }})
            - sum(lap_in_stint) * sum({{ millis('lap_duration') }}) as double
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

{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number', 'lap_number'], 'partition_by': []}) }}

with ranked as (
    select
        *,
        {{ newest_first(
            key=['session_key', 'driver_number', 'lap_number'],
            ties=['date_start', 'lap_duration', 'duration_sector_1', 'duration_sector_2', 'duration_sector_3',
                  'i1_speed', 'i2_speed', 'st_speed', 'is_pit_out_lap']
        ) }} as _rn
    from {{ session_rows(source('bronze_raw', 'bronze_laps')) }}
),

laps as (
    select
        *,
        duration_sector_1 + duration_sector_2 + duration_sector_3 as calculated_lap_duration,
        lead(lap_number) over (partition by session_key, driver_number order by lap_number) as next_lap_number,
        lead(date_start) over (partition by session_key, driver_number order by lap_number) as next_date_start
    from ranked
    where _rn = 1
)

select
    meeting_key,
    session_key,
    driver_number,
    lap_number,
    date_start,
    lap_duration,
    duration_sector_1,
    duration_sector_2,
    duration_sector_3,
    i1_speed,
    i2_speed,
    st_speed,
    is_pit_out_lap,
    segments_sector_1,
    segments_sector_2,
    segments_sector_3,
    session_name,
    batch_day,
    cast(
        case when duration_sector_1 is null then 0 else 1 end
        + case when duration_sector_2 is null then 0 else 1 end
        + case when duration_sector_3 is null then 0 else 1 end
        as bigint
    ) as sector_completeness,
    calculated_lap_duration,
    lap_duration - calculated_lap_duration as sector_difference_s,
    -- Three roundings to the millisecond never add up to 0.01 s.
    coalesce(
        lap_duration > 0
        and not coalesce(is_pit_out_lap, false)
        and coalesce(abs(lap_duration - calculated_lap_duration) < 0.01, true),
        false
    ) as is_valid_lap,
    greatest(i1_speed, i2_speed, st_speed) as max_speed,
    case
        when next_lap_number = lap_number + 1 and next_date_start > date_start then next_date_start
        else {{ add_seconds('date_start', 'lap_duration') }}
    end as date_end
from laps

with ranked as (
    select
        *,
        row_number() over (
            partition by session_key, driver_number, lap_number
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, date_start desc nulls last, lap_duration desc nulls last, duration_sector_1 desc nulls last, duration_sector_2 desc nulls last, duration_sector_3 desc nulls last, i1_speed desc nulls last, i2_speed desc nulls last, st_speed desc nulls last, is_pit_out_lap desc nulls last
        ) as _rn
    from bronze_raw.bronze_laps
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
        else (date_start + arrow_cast(cast(round((lap_duration) * 1e6) as bigint), 'Duration(Microsecond)'))
    end as date_end
from laps

with ranked as (
    select
        *,
        row_number() over (
            partition by session_key, driver_number, lap_number, date
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, lane_duration desc nulls last, stop_duration desc nulls last, pit_duration desc nulls last
        ) as _rn
    from bronze_raw.bronze_pit
)

select
    meeting_key,
    session_key,
    driver_number,
    lap_number,
    date,
    lane_duration,
    stop_duration,
    pit_duration,
    session_name,
    batch_day,
    coalesce(lane_duration, pit_duration) as pit_lane_duration,
    case
        when session_name not in ('Race', 'Sprint') then 'garage'
        when coalesce(lane_duration, pit_duration) is null then null
        when coalesce(lane_duration, pit_duration) > 600 then 'red_flag'
        else 'stop'
    end as pit_type,
    case
        when session_name in ('Race', 'Sprint') then coalesce(lane_duration, pit_duration) > 600
        else false
    end as is_red_flag_stop
from ranked
where _rn = 1

{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number', 'lap_number', 'date'], 'partition_by': []}) }}

with ranked as (
    select
        *,
        {{ newest_first(
            key=['session_key', 'driver_number', 'lap_number', 'date'],
            ties=['lane_duration', 'stop_duration', 'pit_duration']
        ) }} as _rn
    from {{ session_rows(source('bronze_raw', 'bronze_pit')) }}
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

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
    pit.meeting_key,
    pit.session_key,
    pit.driver_number,
    pit.lap_number,
    pit.date,
    pit.lane_duration,
    pit.stop_duration,
    pit.pit_duration,
    pit.session_name,
    pit.batch_day,
    coalesce(pit.lane_duration, pit.pit_duration) as pit_lane_duration,
    {{ add_seconds('pit.date', '-coalesce(pit.lane_duration, pit.pit_duration)') }} as date_entry,
    -- In races the API counts a passage to the lap into the lane, elsewhere to the lap out of it.
    case
        when sessions.session_category in ('Race', 'Sprint') then pit.lap_number
        when pit.lap_number > 1 then pit.lap_number - 1
    end as in_lap_number,
    case
        when sessions.session_category in ('Race', 'Sprint') then pit.lap_number + 1
        else pit.lap_number
    end as out_lap_number
from ranked as pit
left join {{ session_rows(ref('silver_sessions')) }} as sessions
    on pit.session_key = sessions.session_key
where pit._rn = 1

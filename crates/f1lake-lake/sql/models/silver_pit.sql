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
    (pit.date + arrow_cast(cast(round((-coalesce(pit.lane_duration, pit.pit_duration)) * 1e6) as bigint), 'Duration(Microsecond)')) as date_entry,
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
left join silver_clean.silver_sessions as sessions
    on pit.session_key = sessions.session_key
where pit._rn = 1

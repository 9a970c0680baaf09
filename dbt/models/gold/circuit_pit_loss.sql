{{ config(
    materialized=whole_lake(),
    meta={'grain': 'lake', 'key': ['circuit_key', 'track_status'], 'partition_by': []}
) }}

select
    circuit_key,
    min(circuit_short_name) as circuit_short_name,
    track_status,
    cast(count(*) as bigint) as stops,
    cast(count(distinct session_key) as bigint) as sessions,
    min(season) as first_season,
    max(season) as last_season,
    {{ median_of_times('time_lost') }} as median_time_lost,
    min(time_lost) as least_time_lost,
    {{ median_of_times('lane_duration') }} as median_lane_duration,
    {{ median_of_times('stop_duration') }} as median_stop_duration
from {{ ref('pit_cycles') }}
where
    pit_type = 'stop'
    and circuit_key is not null
    and track_status is not null
    and time_lost is not null
group by circuit_key, track_status

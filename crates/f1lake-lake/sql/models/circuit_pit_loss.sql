select
    circuit_key,
    min(circuit_short_name) as circuit_short_name,
    track_status,
    cast(count(*) as bigint) as stops,
    cast(count(distinct session_key) as bigint) as sessions,
    min(season) as first_season,
    max(season) as last_season,
    (median(cast(cast(round((time_lost) * 1000) as bigint) as double)) / 1000) as median_time_lost,
    min(time_lost) as least_time_lost,
    (median(cast(cast(round((lane_duration) * 1000) as bigint) as double)) / 1000) as median_lane_duration,
    (median(cast(cast(round((stop_duration) * 1000) as bigint) as double)) / 1000) as median_stop_duration
from gold_analytics.pit_cycles
where
    pit_type = 'stop'
    and circuit_key is not null
    and track_status is not null
    and time_lost is not null
group by circuit_key, track_status

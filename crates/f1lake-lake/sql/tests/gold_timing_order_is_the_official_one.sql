-- The order by timing alone is the official one among those classified; not so after penalties.

select * from (select
    session_key,
    driver_number,
    timing_position,
    official_position,
    rank() over (partition by session_key order by timing_position)
    <> rank() over (partition by session_key order by official_position) as is_odd
from gold_analytics.session_leaderboard
where
    timing_position is not null
    and official_position is not null
    and (session_category in ('Race', 'Sprint') or best_lap_time is not null)) as compared
where is_odd

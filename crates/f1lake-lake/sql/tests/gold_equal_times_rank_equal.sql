-- Equal lap times have one rank, in the session and in the leaderboard.
select session_key, lap_duration as time, count(distinct lap_rank_in_session) as ranks
from gold_analytics.fact_laps
where is_timed_lap
group by session_key, lap_duration
having count(distinct lap_rank_in_session) <> 1
union all
select session_key, best_lap_time as time, count(distinct best_lap_rank) as ranks
from gold_analytics.session_leaderboard
where best_lap_time is not null
group by session_key, best_lap_time
having count(distinct best_lap_rank) <> 1

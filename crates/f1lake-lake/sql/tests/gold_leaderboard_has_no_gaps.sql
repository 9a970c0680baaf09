-- Places of a session are 1 plus the number of drivers ahead: equal places share it, none is left out otherwise.
with counted as (
    select
        session_key,
        driver_number,
        leaderboard_position,
        rank() over (partition by session_key order by leaderboard_position) as expected_position
    from gold_analytics.session_leaderboard
)

select *
from counted
where leaderboard_position is null or leaderboard_position <> expected_position

-- Who ended the race earlier is ahead in the official result, or has a penalty of time that explains it.

select session_key, driver_number, official_position, laps_completed, fewest_laps_ahead, ahead_at_line_s, penalty_s
from (with time_penalties as (
    select
        session_key,
        cast(nullif((regexp_match(message, 'CAR ([0-9]+)'))[1], '') as bigint) as driver_number,
        sum(
            cast(nullif((regexp_match(message, '([0-9]+) SECOND TIME PENALTY'))[1], '') as bigint)
            * case when message like '%SERVED%' then -1 else 1 end
        ) as seconds
    from silver_clean.silver_race_control
    where message like '% SECOND TIME PENALTY%'
    group by session_key, cast(nullif((regexp_match(message, 'CAR ([0-9]+)'))[1], '') as bigint)
),

race_finishers as (
    select
        board.session_key,
        board.driver_number,
        board.official_position,
        board.laps_completed,
        cast(arrow_cast(laps.date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros,
        coalesce(time_penalties.seconds, 0) as penalty_s
    from gold_analytics.session_leaderboard as board
    inner join gold_analytics.fact_results as results
        on board.session_key = results.session_key and board.driver_number = results.driver_number
    inner join gold_analytics.fact_laps as laps
        on
            board.session_key = laps.session_key
            and board.driver_number = laps.driver_number
            and board.laps_completed = laps.lap_number
    left join time_penalties
        on board.session_key = time_penalties.session_key and board.driver_number = time_penalties.driver_number
    where
        board.session_category in ('Race', 'Sprint')
        and board.official_position is not null
        and board.laps_completed = coalesce(results.number_of_laps, board.laps_completed)
        and laps.date_end is not null
),

finishers_ahead as (
    select
        *,
        min(laps_completed) over (
            partition by session_key order by official_position, driver_number rows between unbounded preceding and 1 preceding
        ) as fewest_laps_ahead,
        max(micros) over (
            partition by session_key, laps_completed order by official_position, driver_number
            rows between unbounded preceding and 1 preceding
        ) as last_micros_ahead
    from race_finishers
)

select
    session_key,
    driver_number,
    official_position,
    laps_completed,
    fewest_laps_ahead,
    (last_micros_ahead - micros) / 1e6 as ahead_at_line_s,
    penalty_s,
    coalesce(fewest_laps_ahead < laps_completed, false)
    or coalesce(last_micros_ahead > micros + penalty_s * 1000000 + 500000, false) as is_odd
from finishers_ahead) as compared
where is_odd

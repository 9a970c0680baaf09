-- The gap to the leader at the line is that of the times at which laps end, to a second.

select session_key, driver_number, lap_number, gap_at_line_s, least_gap_s, greatest_gap_s
from (with gap_crossings as (
    select
        session_key,
        driver_number,
        lap_number,
        micros,
        is_comparable,
        is_in_pit_lane,
        place,
        lead(place) over (partition by session_key, driver_number order by lap_number) as next_place,
        1 + count(*) over (
            partition by session_key, lap_number order by micros range between unbounded preceding and 300000 preceding
        ) as first_place,
        count(*) over (
            partition by session_key, lap_number order by micros range between unbounded preceding and 300000 following
        ) as last_place,
        min(micros) over (partition by session_key, lap_number) as leader_micros,
        max(lap_number) over (partition by session_key) as last_lap,
        sum(case when next_lap > lap_number + 1 or (previous_lap is null and lap_number > 1) then 1 else 0 end) over (
            partition by session_key
        ) as missing_laps
    from (
        select
            session_key,
            driver_number,
            lap_number,
            cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros,
            not is_under_red_flag as is_comparable,
            is_pit_in_lap or coalesce(is_pit_out_lap, false) as is_in_pit_lane,
            lag(lap_number) over (partition by session_key, driver_number order by lap_number) as previous_lap,
            lead(lap_number) over (partition by session_key, driver_number order by lap_number) as next_lap,
            row_number() over (partition by session_key, lap_number order by date_end, driver_number) as place
        from gold_analytics.fact_laps
        where session_category in ('Race', 'Sprint') and date_end is not null
    ) as laps
),

led_crossings as (
    select
        *,
        max(case when place = 1 and next_place = 1 then 1 else 0 end) over (partition by session_key, lap_number)
            as is_leader_certain
    from gap_crossings
),

gap_timeline as (
    select
        session_key, driver_number, micros, lap_number, micros - leader_micros as crossing_gap,
        is_comparable and not is_in_pit_lane and is_leader_certain = 1 and next_place is not null as is_comparable,
        cast(null as bigint) as gap
    from led_crossings
    union all
    select
        session_key, driver_number, cast(arrow_cast(date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros, cast(null as bigint) as lap_number,
        cast(null as bigint) as crossing_gap, false as is_comparable, cast(round(gap_to_leader_seconds * 1e6) as bigint) as gap
    from silver_clean.silver_intervals
    where gap_to_leader_seconds is not null
),

gaps_at_line as (
    select
        *,
        min(gap) over (
            partition by session_key, driver_number order by micros range between 12000000 preceding and 12000000 following
        ) as least_gap,
        max(gap) over (
            partition by session_key, driver_number order by micros range between 12000000 preceding and 12000000 following
        ) as greatest_gap,
        count(gap) over (
            partition by session_key, driver_number order by micros range between 12000000 preceding and current row
        ) as gaps_before,
        count(gap) over (
            partition by session_key, driver_number order by micros range between current row and 12000000 following
        ) as gaps_after
    from gap_timeline
)

select
    session_key,
    driver_number,
    lap_number,
    crossing_gap / 1e6 as gap_at_line_s,
    least_gap / 1e6 as least_gap_s,
    greatest_gap / 1e6 as greatest_gap_s,
    crossing_gap < least_gap - 1000000 or crossing_gap > greatest_gap + 1000000 as is_odd
from gaps_at_line
where is_comparable and gaps_before > 0 and gaps_after > 0) as compared
where is_odd

-- A car of a race has one stint more than changes of tyres in the pit lane: stops, and changes under a red flag.

select session_key, driver_number, stints, stops, red_flag_changes
from (with tyre_events as (
    select
        session_key, driver_number, 1 as is_stint, 0 as is_passage, 0 as is_stop, 0 as is_red_flag_change,
        lap_start as lap_number
    from gold_analytics.tyre_stints
    union all
    select
        passages.session_key,
        passages.driver_number,
        0 as is_stint,
        1 as is_passage,
        case
            when passages.pit_type = 'stop' and (passages.is_tyre_change or kept.lap_start is null) then 1 else 0
        end as is_stop,
        case when passages.pit_type = 'red_flag' and passages.is_tyre_change then 1 else 0 end as is_red_flag_change,
        passages.lap_number
    from gold_analytics.pit_passages as passages
    left join (select distinct session_key, driver_number, lap_start
    from silver_clean.silver_stints
    where is_age_continued) as kept
        on
            passages.session_key = kept.session_key
            and passages.driver_number = kept.driver_number
            and passages.out_lap_number = kept.lap_start
    union all
    select
        session_key, driver_number, 0 as is_stint, 0 as is_passage, 0 as is_stop, 0 as is_red_flag_change,
        lap_number
    from silver_clean.silver_laps
    union all
    select
        session_key, driver_number, 0 as is_stint, 0 as is_passage, 0 as is_stop, 0 as is_red_flag_change,
        number_of_laps as lap_number
    from silver_clean.silver_session_result
),

placed_events as (
    select
        *,
        max(case when is_passage = 0 then lap_number end) over (partition by session_key, driver_number) as last_lap,
        max(is_passage) over (partition by session_key) as has_passages
    from tyre_events
),

tyre_counts as (
    select
        session_key,
        driver_number,
        sum(is_stint) as stints,
        sum(case when lap_number < last_lap then is_stop else 0 end) as stops,
        sum(is_red_flag_change) as red_flag_changes
    from placed_events
    where has_passages = 1
    group by session_key, driver_number
)

select
    tyre_counts.session_key,
    tyre_counts.driver_number,
    tyre_counts.stints,
    tyre_counts.stops,
    tyre_counts.red_flag_changes,
    tyre_counts.stints - 1 <> tyre_counts.stops + tyre_counts.red_flag_changes as is_odd
from tyre_counts
inner join silver_clean.silver_sessions as sessions
    on tyre_counts.session_key = sessions.session_key
where sessions.session_category in ('Race', 'Sprint') and tyre_counts.stints > 0) as compared
where is_odd

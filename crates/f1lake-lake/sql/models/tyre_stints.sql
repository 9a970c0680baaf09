with sent as (
    select
        stints.*,
        lag(stints.compound) over (partition by stints.session_key, stints.driver_number order by stints.stint_number)
            as previous_compound,
        row_number() over (partition by stints.session_key, stints.driver_number order by stints.stint_number) as sent_order,
        coalesce(stints.lap_start > results.number_of_laps, false) as is_after_finish
    from silver_clean.silver_stints as stints
    left join gold_analytics.fact_results as results
        on
            stints.session_key = results.session_key
            and stints.driver_number = results.driver_number
            and results.status = 'Finished'
),

passages as (
    select
        session_key,
        driver_number,
        lap_number,
        max(case when pit_type in ('safety_car', 'drive_through', 'stop_go') then 0 else 1 end) as may_change
    from gold_analytics.pit_passages
    where lap_number is not null
    group by session_key, driver_number, lap_number
),

sessions_with_passages as (
    select distinct session_key
    from passages
),

in_laps as (
    select session_key, driver_number, lap_number
    from silver_clean.silver_laps
    where is_pit_in_lap
),

matched as (
    select
        sent.*,
        passages.may_change,
        -- Tyres are changed in the pit lane only, so where its feed is there, its silence says that none were.
        passages.lap_number is null and in_laps.lap_number is null and sessions_with_passages.session_key is not null
            as was_on_track
    from sent
    left join passages
        on
            sent.session_key = passages.session_key
            and sent.driver_number = passages.driver_number
            and sent.lap_start - 1 = passages.lap_number
    left join in_laps
        on
            sent.session_key = in_laps.session_key
            and sent.driver_number = in_laps.driver_number
            and sent.lap_start - 1 = in_laps.lap_number
    left join sessions_with_passages
        on sent.session_key = sessions_with_passages.session_key
),

separated as (
    select
        *,
        case
            when sent_order = 1 then 1
            -- Tyres that go on after the chequered flag are of no lap.
            when is_after_finish then 0
            -- The feed corrects a compound while the tyres grow older.
            when compound <> previous_compound then case when was_on_track and is_age_continued then 0 else 1 end
            when is_age_continued then 0
            when may_change = 0 or was_on_track then 0
            else 1
        end as is_new_set
    from matched
),

numbered as (
    select
        *,
        sum(is_new_set) over (
            partition by session_key, driver_number order by stint_number
            rows between unbounded preceding and current row
        ) as set_number
    from separated
),

-- The compound sent last is the corrected one.
known as (
    select
        *,
        last_value(case when not is_after_finish then compound end) ignore nulls over (partition by session_key, driver_number, set_number order by stint_number rows between unbounded preceding and unbounded following) as set_compound,
        first_value(tyre_age_at_start) ignore nulls over (partition by session_key, driver_number, set_number order by stint_number rows between unbounded preceding and unbounded following) as set_age,
        row_number() over (
            partition by session_key, driver_number, set_number order by is_after_finish asc, stint_number desc
        ) as from_last
    from numbered
)

select
    session_key,
    min(meeting_key) as meeting_key,
    driver_number,
    cast(set_number as bigint) as stint_number,
    min(set_compound) as compound,
    min(lap_start) as lap_start,
    max(case when from_last = 1 then lap_end end) as lap_end,
    min(set_age) as tyre_age_at_start,
    cast(count(*) as bigint) as api_stints,
    min(lap_start_raw) as lap_start_raw,
    max(case when from_last = 1 then lap_end_raw end) as lap_end_raw,
    max(case when is_repaired then 1 else 0 end) = 1 or count(*) > 1 as is_repaired,
    min(session_name) as session_name,
    min(batch_day) as batch_day
from known
group by session_key, driver_number, set_number

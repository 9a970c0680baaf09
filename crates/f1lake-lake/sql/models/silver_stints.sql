with ranked as (
    select
        *,
        row_number() over (
            partition by session_key, driver_number, stint_number
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, lap_start desc nulls last, lap_end desc nulls last, compound desc nulls last, tyre_age_at_start desc nulls last
        ) as _rn
    from bronze_raw.bronze_stints
),

sent as (
    select
        *,
        case when upper(compound) not in ('UNKNOWN', 'TEST_UNKNOWN') then upper(compound) end as known_compound,
        lag(lap_start) over (partition by session_key, driver_number order by stint_number) as previous_lap_start,
        lag(lap_end) over (partition by session_key, driver_number order by stint_number) as previous_lap_end,
        lag(tyre_age_at_start) over (partition by session_key, driver_number order by stint_number) as previous_age
    from ranked
    where _rn = 1
),

in_laps as (
    select session_key, driver_number, in_lap_number as lap_number
    from silver_clean.silver_pit
    where in_lap_number is not null
    union
    select session_key, driver_number, lap_number
    from silver_clean.silver_laps
    where is_pit_in_lap
),

matched as (
    select
        sent.*,
        coalesce(sessions.session_category in ('Race', 'Sprint'), false) as is_race,
        before.lap_number is not null as is_in_lap_before,
        at_start.lap_number is not null as is_in_lap_at_start
    from sent
    left join silver_clean.silver_sessions as sessions
        on sent.session_key = sessions.session_key
    left join in_laps as before
        on
            sent.session_key = before.session_key
            and sent.driver_number = before.driver_number
            and sent.lap_start - 1 = before.lap_number
    left join in_laps as at_start
        on
            sent.session_key = at_start.session_key
            and sent.driver_number = at_start.driver_number
            and sent.lap_start = at_start.lap_number
),

-- At some circuits the API starts the next stint at the lap into the pit lane, elsewhere at the lap out of it. Where the car
-- was in the lane on both laps, the other stops of the session tell.
counted as (
    select
        *,
        sum(case when is_in_lap_at_start and not is_in_lap_before and previous_lap_start is not null then 1 else 0 end)
            over (partition by session_key) as starts_at_in_lap,
        sum(case when is_in_lap_before and not is_in_lap_at_start and previous_lap_start is not null then 1 else 0 end)
            over (partition by session_key) as starts_at_out_lap
    from matched
),

bounded as (
    select
        *,
        case
            when previous_lap_start is null or not is_race then lap_start
            when is_in_lap_before and not is_in_lap_at_start then lap_start
            when is_in_lap_at_start and not is_in_lap_before then lap_start + 1
            when is_in_lap_at_start and starts_at_in_lap > starts_at_out_lap then lap_start + 1
            when is_in_lap_at_start then lap_start
            -- Nothing says where the lap into the lane was: a lap that both stints claim ends in it.
            when previous_lap_end = lap_start then lap_start + 1
            else lap_start
        end as first_lap
    from counted
),

ended as (
    select
        *,
        lead(first_lap) over (partition by session_key, driver_number order by stint_number) - 1 as before_next
    from bounded
),

shortened as (
    select
        *,
        -- The tyres stay on until the next ones begin, unless laps are missing in between.
        case
            when before_next is null or lap_end < before_next - 1 then lap_end
            else before_next
        end as last_lap
    from ended
)

select
    meeting_key,
    session_key,
    driver_number,
    stint_number,
    first_lap as lap_start,
    case when last_lap >= first_lap then last_lap end as lap_end,
    known_compound as compound,
    tyre_age_at_start,
    session_name,
    batch_day,
    upper(compound) as compound_raw,
    lap_start as lap_start_raw,
    lap_end as lap_end_raw,
    coalesce(first_lap <> lap_start, false) or coalesce(last_lap <> lap_end or last_lap < first_lap, false) as is_repaired,
    -- Tyres that go on are as many laps older as were driven; the API's counts may differ by one.
    case
        when previous_lap_start is null or tyre_age_at_start is null or previous_age is null then null
        else
            tyre_age_at_start > 0
            and abs(tyre_age_at_start - previous_age - (lap_start - previous_lap_start)) <= 1
    end as is_age_continued
from shortened

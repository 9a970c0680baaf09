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

stints as (
    select
        *,
        lead(lap_start) over (partition by session_key, driver_number order by stint_number) as next_lap_start
    from ranked
    where _rn = 1
),

-- The API mostly counts the lap of the stop to both stints.
shortened as (
    select
        *,
        case
            when lap_end >= next_lap_start and next_lap_start >= lap_start then next_lap_start - 1
            else lap_end
        end as shortened_lap_end
    from stints
)

select
    meeting_key,
    session_key,
    driver_number,
    stint_number,
    lap_start,
    case when shortened_lap_end >= lap_start then shortened_lap_end end as lap_end,
    upper(compound) as compound,
    tyre_age_at_start,
    session_name,
    batch_day,
    lap_start as lap_start_raw,
    lap_end as lap_end_raw,
    coalesce(lap_end is not null and (shortened_lap_end <> lap_end or shortened_lap_end < lap_start), false) as is_repaired
from shortened

with ranked as (
    select
        *,
        row_number() over (
            partition by session_key, driver_number, lap_number
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, date_start desc nulls last, lap_duration desc nulls last, duration_sector_1 desc nulls last, duration_sector_2 desc nulls last, duration_sector_3 desc nulls last, i1_speed desc nulls last, i2_speed desc nulls last, st_speed desc nulls last, is_pit_out_lap desc nulls last
        ) as _rn
    from bronze_raw.bronze_laps
),

sessions as (
    select
        session_key,
        cast(arrow_cast(date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as scheduled_micros,
        session_category in ('Race', 'Sprint') as is_race
    from silver_clean.silver_sessions
),

laps as (
    select
        ranked.*,
        coalesce(sessions.is_race, false) as is_race,
        cast(round((lap_duration) * 1000) as bigint) as lap_ms,
        cast(round((duration_sector_1) * 1000) as bigint) as sector_1_ms,
        cast(round((duration_sector_2) * 1000) as bigint) as sector_2_ms,
        cast(round((duration_sector_3) * 1000) as bigint) as sector_3_ms,
        lead(ranked.lap_number) over (
            partition by ranked.session_key, ranked.driver_number order by ranked.lap_number
        ) as next_lap_number,
        lead(ranked.date_start) over (
            partition by ranked.session_key, ranked.driver_number order by ranked.lap_number
        ) as next_date_start,
        lead(ranked.is_pit_out_lap) over (
            partition by ranked.session_key, ranked.driver_number order by ranked.lap_number
        ) as next_is_pit_out_lap
    from ranked
    left join sessions
        on ranked.session_key = sessions.session_key
    where ranked._rn = 1
),

passages as (
    select session_key, driver_number, in_lap_number, out_lap_number
    from silver_clean.silver_pit
    where lap_number is not null
),

cars_with_passages as (
    select distinct session_key, driver_number
    from passages
),

in_laps as (
    select distinct session_key, driver_number, in_lap_number as lap_number
    from passages
),

out_laps as (
    select distinct session_key, driver_number, out_lap_number as lap_number
    from passages
),

-- A race starts at the green light before the first car ends lap 1. The green light half an hour before opens the pit exit,
-- and those after a neutralisation restart the race.
first_lap_ends as (
    select session_key, min(next_date_start) as date
    from laps
    where is_race and lap_number = 1 and next_lap_number = 2
    group by session_key
),

first_neutralisations as (
    select session_key, min(date) as date
    from silver_clean.silver_race_control
    where event in ('red_flag', 'safety_car', 'virtual_safety_car')
    group by session_key
),

race_starts as (
    select race_control.session_key, max(race_control.date) as date
    from silver_clean.silver_race_control as race_control
    inner join sessions
        on race_control.session_key = sessions.session_key
    inner join first_lap_ends
        on race_control.session_key = first_lap_ends.session_key
    left join first_neutralisations
        on race_control.session_key = first_neutralisations.session_key
    where
        race_control.event = 'green_light'
        and race_control.date < first_lap_ends.date
        and (first_neutralisations.date is null or race_control.date <= first_neutralisations.date)
        and (
            sessions.scheduled_micros is null
            or cast(arrow_cast(race_control.date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) > sessions.scheduled_micros - 900000000
        )
    group by race_control.session_key
),

dated as (
    select
        laps.*,
        case
            when
                laps.next_lap_number = laps.lap_number + 1
                and (laps.date_start is null or laps.next_date_start > laps.date_start)
                then laps.next_date_start
        end as next_start,
        race_starts.date as race_start,
        cars_with_passages.driver_number is not null as has_passages,
        in_laps.lap_number is not null as is_recorded_in_lap,
        out_laps.lap_number is not null as is_recorded_out_lap,
        case
            when laps.sector_1_ms is not null and laps.sector_2_ms is not null and laps.sector_3_ms is not null then 0
            when laps.sector_2_ms is not null and laps.sector_3_ms is not null then laps.sector_2_ms + laps.sector_3_ms
            when laps.sector_1_ms is not null and laps.sector_3_ms is not null then laps.sector_1_ms + laps.sector_3_ms
            when laps.sector_1_ms is not null and laps.sector_2_ms is not null then laps.sector_1_ms + laps.sector_2_ms
        end as sum_of_two_ms,
        coalesce(laps.sector_1_ms, 0) + coalesce(laps.sector_2_ms, 0) + coalesce(laps.sector_3_ms, 0) as sum_of_sectors_ms,
        count(*) over (
            partition by laps.session_key, laps.driver_number, laps.lap_ms, laps.sector_3_ms order by laps.lap_number
            rows between unbounded preceding and current row
        ) as times_sent
    from laps
    left join race_starts
        on laps.session_key = race_starts.session_key and laps.lap_number = 1 and laps.is_race
    left join cars_with_passages
        on laps.session_key = cars_with_passages.session_key and laps.driver_number = cars_with_passages.driver_number
    left join in_laps
        on
            laps.session_key = in_laps.session_key
            and laps.driver_number = in_laps.driver_number
            and laps.lap_number = in_laps.lap_number
    left join out_laps
        on
            laps.session_key = out_laps.session_key
            and laps.driver_number = out_laps.driver_number
            and laps.lap_number = out_laps.lap_number
),

started as (
    select
        *,
        case
            when date_start is not null then date_start
            when lap_number = 1 and is_race and race_start < next_start then race_start
            when lap_number = 1 and is_race then (next_start + arrow_cast(cast(round((-lap_duration) * 1e6) as bigint), 'Duration(Microsecond)'))
        end as known_start,
        case
            when lap_duration is null or sum_of_two_ms is null then false
            when sum_of_two_ms > 0 then abs(lap_ms - sum_of_two_ms) <= 1
            else false
        end as is_sum_of_two_sectors,
        -- Equal times alone are common; a repeat by the feed has the third sector of the earlier lap, but not its others.
        coalesce(
            times_sent > 1
            and lap_ms > 0
            and sector_3_ms is not null
            and (
                sum_of_sectors_ms - lap_ms >= 10
                or (sum_of_two_ms = 0 and lap_ms - sum_of_sectors_ms >= 10)
            ),
            false
        ) as is_repeat,
        -- Where the feed of the pit lane has the car, it decides; the flag is wrong more often.
        case
            when is_race or not has_passages then coalesce(is_pit_out_lap, false)
            else is_recorded_out_lap
        end as began_in_pit_lane
    from dated
)

select
    meeting_key,
    session_key,
    driver_number,
    lap_number,
    known_start as date_start,
    lap_duration,
    duration_sector_1,
    duration_sector_2,
    duration_sector_3,
    i1_speed,
    i2_speed,
    st_speed,
    is_pit_out_lap,
    segments_sector_1,
    segments_sector_2,
    segments_sector_3,
    session_name,
    batch_day,
    cast(
        case when duration_sector_1 is null then 0 else 1 end
        + case when duration_sector_2 is null then 0 else 1 end
        + case when duration_sector_3 is null then 0 else 1 end
        as bigint
    ) as sector_completeness,
    duration_sector_1 + duration_sector_2 + duration_sector_3 as calculated_lap_duration,
    lap_duration - (duration_sector_1 + duration_sector_2 + duration_sector_3) as sector_difference_s,
    coalesce(lap_duration > 0 and not began_in_pit_lane and not is_sum_of_two_sectors and not is_repeat, false)
        as is_valid_lap,
    greatest(i1_speed, i2_speed, st_speed) as max_speed,
    -- A car that stays in its garage, or whose next lap is missing, ended this one long before the next start.
    case
        when
            not is_sum_of_two_sectors and not is_repeat
            and cast(arrow_cast(next_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint) - cast(arrow_cast(known_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint) > lap_duration * 1000000 + 5000000
            then (known_start + arrow_cast(cast(round((lap_duration) * 1e6) as bigint), 'Duration(Microsecond)'))
        else coalesce(next_start, (known_start + arrow_cast(cast(round((lap_duration) * 1e6) as bigint), 'Duration(Microsecond)')))
    end as date_end,
    date_start is null and known_start is not null as is_start_estimated,
    -- The last mini-sector of a lap into the pit lane has the code of the lane.
    coalesce(
        is_recorded_in_lap
        or segments_sector_3[cast(array_length(segments_sector_3) as bigint)] = 2064
        or ((is_race or not has_passages) and next_lap_number = lap_number + 1 and next_is_pit_out_lap),
        false
    ) as is_pit_in_lap,
    case
        when is_sum_of_two_sectors then 'sum of two sectors'
        when is_repeat then 'repeat of an earlier lap'
    end as glitch
from started

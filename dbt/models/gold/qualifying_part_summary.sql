{{ config(meta={'grain': 'session', 'key': ['session_key', 'qualifying_phase'], 'partition_by': []}) }}

-- Fast laps of one driver in one part: all but those to warm and to cool the tyres.
with fast_laps as (
    select
        laps.session_key,
        laps.driver_number,
        laps.qualifying_phase,
        {{ millis('laps.lap_duration') }} as lap_ms,
        {{ epoch_micros('laps.date_start') }} as micros,
        row_number() over (
            partition by laps.session_key, laps.driver_number, laps.qualifying_phase order by laps.lap_number asc
        ) as from_first,
        row_number() over (
            partition by laps.session_key, laps.driver_number, laps.qualifying_phase order by laps.lap_number desc
        ) as from_last
    from {{ session_rows(ref('fact_laps')) }} as laps
    inner join {{ session_rows(ref('qualifying_summary')) }} as parts
        on
            laps.session_key = parts.session_key
            and laps.driver_number = parts.driver_number
            and laps.qualifying_phase = parts.qualifying_phase
    where
        laps.is_timed_lap
        and laps.date_start is not null
        and {{ millis('laps.lap_duration') }} * 100 <= {{ millis('parts.best_lap_time') }} * 107
),

first_and_last as (
    select
        session_key,
        driver_number,
        qualifying_phase,
        max(case when from_first = 1 then lap_ms end) - max(case when from_last = 1 then lap_ms end) as gained_ms,
        max(case when from_last = 1 then micros end) - max(case when from_first = 1 then micros end) as micros_between
    from fast_laps
    group by session_key, driver_number, qualifying_phase
),

evolution as (
    select
        session_key,
        qualifying_phase,
        count(*) as drivers,
        median(cast(gained_ms as double) * 60000 / cast(micros_between as double)) as gained_s_per_minute
    from first_and_last
    where micros_between > 0
    group by session_key, qualifying_phase
),

parts as (
    select
        session_key,
        meeting_key,
        session_category,
        season,
        circuit_short_name,
        qualifying_phase,
        session_name,
        count(*) as drivers,
        count(best_lap_time) as drivers_with_time,
        min(best_lap_time) as best_lap_time,
        min(cutoff_time) as cutoff_time,
        min(case when cutoff_time is not null and not is_advanced then best_lap_time end) as first_out_time,
        sum(laps) as laps,
        sum(timed_laps) as timed_laps,
        sum(deleted_laps) as deleted_laps,
        min(best_sector_1) as best_sector_1,
        min(best_sector_2) as best_sector_2,
        min(best_sector_3) as best_sector_3,
        count(improvement_on_previous_part_s) as drivers_in_both,
        {{ median_of_times('improvement_on_previous_part_s') }} as improvement_on_previous_part_s
    from {{ session_rows(ref('qualifying_summary')) }}
    group by session_key, meeting_key, session_category, season, circuit_short_name, qualifying_phase, session_name
),

-- Who was best, and who was the last to advance and the first to leave; of equal places the lower number.
named as (
    select
        session_key,
        qualifying_phase,
        driver_number,
        name_acronym,
        row_number() over (
            partition by session_key, qualifying_phase order by place_in_part nulls last, driver_number
        ) as from_best,
        row_number() over (
            partition by session_key, qualifying_phase
            order by case when gap_to_cutoff_s <= 0 and is_advanced then place_in_part end desc nulls last, driver_number
        ) as from_cutoff,
        row_number() over (
            partition by session_key, qualifying_phase
            order by case when not is_advanced then place_in_part end nulls last, driver_number
        ) as from_first_out
    from {{ session_rows(ref('qualifying_summary')) }}
),

names as (
    select
        session_key,
        qualifying_phase,
        max(case when from_best = 1 then driver_number end) as best_driver_number,
        max(case when from_best = 1 then name_acronym end) as best_name_acronym,
        max(case when from_cutoff = 1 then name_acronym end) as cutoff_name_acronym,
        max(case when from_first_out = 1 then name_acronym end) as first_out_name_acronym
    from named
    group by session_key, qualifying_phase
)

select
    parts.session_key,
    parts.meeting_key,
    parts.session_category,
    parts.season,
    parts.circuit_short_name,
    parts.qualifying_phase,
    cast(parts.drivers as bigint) as drivers,
    cast(parts.drivers_with_time as bigint) as drivers_with_time,
    parts.best_lap_time,
    case when parts.best_lap_time is not null then names.best_driver_number end as best_driver_number,
    case when parts.best_lap_time is not null then names.best_name_acronym end as best_name_acronym,
    parts.cutoff_time,
    case when parts.cutoff_time is not null then names.cutoff_name_acronym end as cutoff_name_acronym,
    case when parts.first_out_time is not null then names.first_out_name_acronym end as first_out_name_acronym,
    {{ time_difference('parts.first_out_time', 'parts.cutoff_time') }} as first_out_gap_s,
    cast(parts.laps as bigint) as laps,
    cast(parts.timed_laps as bigint) as timed_laps,
    cast(parts.deleted_laps as bigint) as deleted_laps,
    cast(
        {{ millis('parts.best_sector_1') }} + {{ millis('parts.best_sector_2') }} + {{ millis('parts.best_sector_3') }}
        as double
    ) / 1000 as ideal_lap_time,
    case when parts.drivers_in_both >= 5 then parts.improvement_on_previous_part_s end as evolution_from_previous_part_s,
    case when evolution.drivers >= 5 then evolution.gained_s_per_minute end as evolution_s_per_minute,
    coalesce(cast(evolution.drivers as bigint), 0) as evolution_drivers,
    parts.session_name
from parts
inner join names
    on parts.session_key = names.session_key and parts.qualifying_phase = names.qualifying_phase
left join evolution
    on parts.session_key = evolution.session_key and parts.qualifying_phase = evolution.qualifying_phase

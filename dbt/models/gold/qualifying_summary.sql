{{ config(
    meta={'grain': 'session', 'key': ['session_key', 'driver_number', 'qualifying_phase'], 'partition_by': []}
) }}

with laps as (
    select
        session_key,
        driver_number,
        qualifying_phase,
        lap_number,
        lap_duration,
        is_timed_lap,
        is_deleted,
        compound,
        tyre_age,
        {{ epoch_micros('date_end') }} as end_micros,
        {% for sector in [1, 2, 3] -%}
        {{ comparable_sector(sector) }} as sector_{{ sector }},
        {% endfor -%}
        {{ first_value_of(
            'case when is_timed_lap then lap_duration end',
            'partition by session_key, driver_number, qualifying_phase order by lap_number'
            ~ ' rows between unbounded preceding and unbounded following'
        ) }} as first_time
    from {{ session_rows(ref('fact_laps')) }}
    where session_category in ('Qualifying', 'Sprint Qualifying') and qualifying_phase is not null
),

driven as (
    select
        session_key,
        driver_number,
        qualifying_phase,
        count(*) as laps,
        count(case when is_timed_lap then 1 end) as timed_laps,
        count(case when is_deleted then 1 end) as deleted_laps,
        min(first_time) as first_time,
        min(case when is_timed_lap then lap_duration end) as best_of_laps,
        min(case when is_deleted then lap_duration end) as best_deleted_lap_time,
        min(sector_1) as best_sector_1,
        min(sector_2) as best_sector_2,
        min(sector_3) as best_sector_3
    from laps
    group by session_key, driver_number, qualifying_phase
),

purple as (
    select session_key, driver_number, qualifying_phase, count(*) as purple_minisectors
    from {{ session_rows(ref('minisectors')) }}
    where status = 'purple' and is_timed_lap and qualifying_phase is not null
    group by session_key, driver_number, qualifying_phase
),

results as (
    select session_key, driver_number, position, coalesce(dsq, false) as is_disqualified, duration_q1, duration_q2, duration_q3
    from {{ session_rows(ref('fact_results')) }}
    where session_category in ('Qualifying', 'Sprint Qualifying')
),

official as (
    {% for part in [1, 2, 3] %}
    select
        session_key, driver_number, cast({{ part }} as bigint) as qualifying_phase, is_disqualified,
        duration_q{{ part }} as official_time,
        count(duration_q{{ part }}) over (partition by session_key) > 0 as is_official_part
    from results
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

parts as (
    select session_key, driver_number, qualifying_phase from driven
    union
    select session_key, driver_number, qualifying_phase from official
    where official_time is not null
),

-- The official time counts; a disqualified driver has none, and where the result has none at all the laps tell.
times as (
    select
        parts.session_key,
        parts.driver_number,
        parts.qualifying_phase,
        driven.laps,
        driven.timed_laps,
        driven.deleted_laps,
        driven.first_time,
        driven.best_deleted_lap_time,
        driven.best_sector_1,
        driven.best_sector_2,
        driven.best_sector_3,
        case
            when official.is_official_part and not official.is_disqualified then official.official_time
            else driven.best_of_laps
        end as best_lap_time,
        case
            when official.is_official_part and not official.is_disqualified then 'official result'
            else 'laps'
        end as time_source
    from parts
    left join driven
        on
            parts.session_key = driven.session_key
            and parts.driver_number = driven.driver_number
            and parts.qualifying_phase = driven.qualifying_phase
    left join official
        on
            parts.session_key = official.session_key
            and parts.driver_number = official.driver_number
            and parts.qualifying_phase = official.qualifying_phase
),

best_laps as (
    select
        laps.session_key,
        laps.driver_number,
        laps.qualifying_phase,
        laps.lap_number,
        laps.compound,
        laps.tyre_age,
        laps.end_micros,
        row_number() over (
            partition by laps.session_key, laps.driver_number, laps.qualifying_phase order by laps.lap_number
        ) as _rn
    from laps
    inner join times
        on
            laps.session_key = times.session_key
            and laps.driver_number = times.driver_number
            and laps.qualifying_phase = times.qualifying_phase
    where laps.is_timed_lap and {{ millis('laps.lap_duration') }} = {{ millis('times.best_lap_time') }}
),

entries as (
    select session_key, count(distinct driver_number) as cars
    from parts
    group by session_key
),

-- Of equal times the one that was set first is ahead; without laps the result knows it. Five cars leave after each of two
-- parts, six where 22 began.
placed as (
    select
        times.*,
        best_laps.lap_number as best_lap_number,
        best_laps.compound,
        best_laps.tyre_age,
        best_laps.end_micros as set_micros,
        rank() over (
            partition by times.session_key, times.qualifying_phase
            order by times.best_lap_time nulls last, best_laps.end_micros nulls last, results.position nulls last
        ) as place,
        case times.qualifying_phase
            when 1 then 10 + greatest(5, cast(ceil({{ ratio('entries.cars - 10', '2') }}) as bigint))
            when 2 then 10
        end as places_to_advance,
        count(*) over (partition by times.session_key, times.qualifying_phase) as cars_in_part,
        count(times.best_lap_time) over (partition by times.session_key, times.qualifying_phase) as times_in_part,
        max(times.qualifying_phase) over (partition by times.session_key) as last_part,
        max(times.qualifying_phase) over (partition by times.session_key, times.driver_number) as last_part_of_driver,
        min(times.best_lap_time) over (partition by times.session_key, times.qualifying_phase) as best_of_part,
        lag(times.best_lap_time) over (
            partition by times.session_key, times.driver_number order by times.qualifying_phase
        ) as previous_time
    from times
    inner join entries
        on times.session_key = entries.session_key
    left join results
        on times.session_key = results.session_key and times.driver_number = results.driver_number
    left join best_laps
        on
            times.session_key = best_laps.session_key
            and times.driver_number = best_laps.driver_number
            and times.qualifying_phase = best_laps.qualifying_phase
            and best_laps._rn = 1
),

cut as (
    select
        *,
        {{ millis('best_sector_1') }} + {{ millis('best_sector_2') }} + {{ millis('best_sector_3') }} as sum_of_bests_ms,
        max(case
            when
                qualifying_phase < last_part and cars_in_part > places_to_advance
                and times_in_part >= places_to_advance and place <= places_to_advance
                then best_lap_time
        end) over (partition by session_key, qualifying_phase) as cutoff_time
    from placed
)

select
    cut.session_key,
    sessions.meeting_key,
    sessions.session_category,
    sessions.year as season,
    sessions.circuit_short_name,
    cut.driver_number,
    drivers.driver_id,
    drivers.name_acronym,
    drivers.team_id,
    drivers.team_name,
    cut.qualifying_phase,
    results.position as official_position,
    cast(case when cut.best_lap_time is not null then cut.place end as bigint) as place_in_part,
    cut.best_lap_time,
    cut.time_source,
    cut.best_lap_number,
    {{ instant_of('cut.set_micros') }} as best_lap_set_at,
    cut.compound,
    cut.tyre_age,
    {{ time_difference('cut.best_lap_time', 'cut.best_of_part') }} as gap_to_best_s,
    {{ ratio(time_difference('cut.best_lap_time', 'cut.best_of_part'), 'cut.best_of_part') }} * 100 as gap_to_best_percent,
    cut.cutoff_time,
    {{ time_difference('cut.best_lap_time', 'cut.cutoff_time') }} as gap_to_cutoff_s,
    case
        when cut.qualifying_phase < cut.last_part
            then
                cut.last_part_of_driver > cut.qualifying_phase
                or (cut.best_lap_time is not null and cut.place <= cut.places_to_advance)
    end as is_advanced,
    {{ time_difference('cut.previous_time', 'cut.best_lap_time') }} as improvement_on_previous_part_s,
    {{ time_difference('cut.first_time', 'cut.best_lap_time') }} as improvement_in_part_s,
    cast(cut.laps as bigint) as laps,
    cast(cut.timed_laps as bigint) as timed_laps,
    cast(cut.deleted_laps as bigint) as deleted_laps,
    cut.best_deleted_lap_time,
    cut.best_sector_1,
    cut.best_sector_2,
    cut.best_sector_3,
    -- The best lap itself can lack a sector, or have sectors that do not add up to its official time.
    case
        when cut.sum_of_bests_ms <= {{ millis('cut.best_lap_time') }} then cast(cut.sum_of_bests_ms as double) / 1000
        when cut.sum_of_bests_ms is not null then cut.best_lap_time
    end as ideal_lap_time,
    case when cut.laps is not null then coalesce(cast(purple.purple_minisectors as bigint), 0) end as purple_minisectors,
    sessions.session_name
from cut
inner join {{ session_rows(ref('silver_sessions')) }} as sessions
    on cut.session_key = sessions.session_key
left join {{ session_rows(ref('silver_drivers')) }} as drivers
    on cut.session_key = drivers.session_key and cut.driver_number = drivers.driver_number
left join results
    on cut.session_key = results.session_key and cut.driver_number = results.driver_number
left join purple
    on
        cut.session_key = purple.session_key
        and cut.driver_number = purple.driver_number
        and cut.qualifying_phase = purple.qualifying_phase

-- The calendar lands with each session of its season; the newest one counts.
with landed as (
    select
        sessions.year as season,
        meetings.season_meetings,
        meetings.season_races,
        meetings.season_sprints,
        row_number() over (
            partition by sessions.year
            order by
                meetings._extracted_at desc nulls last, meetings._ingestion_timestamp desc nulls last, meetings.session_key desc
        ) as _rn
    from bronze_raw.bronze_meetings as meetings
    inner join silver_clean.silver_sessions as sessions
        on meetings.session_key = sessions.session_key
    where meetings.season_meetings is not null and sessions.year is not null
),

numbers as (

    select cast(1 as bigint) as number union all

    select cast(2 as bigint) as number union all

    select cast(3 as bigint) as number union all

    select cast(4 as bigint) as number union all

    select cast(5 as bigint) as number union all

    select cast(6 as bigint) as number union all

    select cast(7 as bigint) as number union all

    select cast(8 as bigint) as number union all

    select cast(9 as bigint) as number union all

    select cast(10 as bigint) as number union all

    select cast(11 as bigint) as number union all

    select cast(12 as bigint) as number union all

    select cast(13 as bigint) as number union all

    select cast(14 as bigint) as number union all

    select cast(15 as bigint) as number union all

    select cast(16 as bigint) as number union all

    select cast(17 as bigint) as number union all

    select cast(18 as bigint) as number union all

    select cast(19 as bigint) as number union all

    select cast(20 as bigint) as number union all

    select cast(21 as bigint) as number union all

    select cast(22 as bigint) as number union all

    select cast(23 as bigint) as number union all

    select cast(24 as bigint) as number union all

    select cast(25 as bigint) as number union all

    select cast(26 as bigint) as number union all

    select cast(27 as bigint) as number union all

    select cast(28 as bigint) as number union all

    select cast(29 as bigint) as number union all

    select cast(30 as bigint) as number union all

    select cast(31 as bigint) as number union all

    select cast(32 as bigint) as number union all

    select cast(33 as bigint) as number union all

    select cast(34 as bigint) as number union all

    select cast(35 as bigint) as number union all

    select cast(36 as bigint) as number union all

    select cast(37 as bigint) as number union all

    select cast(38 as bigint) as number union all

    select cast(39 as bigint) as number union all

    select cast(40 as bigint) as number

),

-- A race or sprint that was landed and of which nothing is known, neither a lap nor a result nor a driver, did not take
-- place: Imola 2023 is not marked as called off. Where only some of that is lacking, the source has a hole.
not_held as (
    select bronze.session_key
    from bronze_raw.bronze_loads as bronze
    where
        bronze.table_name not like '%bronze_sessions'
        and bronze.table_name not like '%bronze_meetings'
        and bronze.table_name not like '%bronze_starting_grid'
    group by bronze.session_key
    having
        sum(bronze.rows) = 0
        and count(case when bronze.table_name like '%bronze_laps' then 1 end) > 0
        and count(case when bronze.table_name like '%bronze_session_result' then 1 end) > 0
),

planned as (
    select
        landed.season,
        numbers.number as calendar_order,
        landed.season_meetings[numbers.number] as meeting_key,
        landed.season_races[numbers.number] as race_session_key,
        landed.season_sprints[numbers.number] as sprint_session_key
    from landed
    cross join numbers
    where landed._rn = 1 and numbers.number <= cast(array_length(landed.season_meetings) as bigint)
),

calendar as (
    select
        planned.season,
        planned.calendar_order,
        planned.meeting_key,
        case when no_race.session_key is null then planned.race_session_key end as race_session_key,
        case when no_sprint.session_key is null then planned.sprint_session_key end as sprint_session_key
    from planned
    left join not_held as no_race
        on planned.race_session_key = no_race.session_key
    left join not_held as no_sprint
        on planned.sprint_session_key = no_sprint.session_key
    where
        (planned.race_session_key is not null and no_race.session_key is null)
        or (planned.sprint_session_key is not null and no_sprint.session_key is null)
),

results as (
    select
        results.season,
        results.meeting_key,
        max(case when results.session_category = 'Race' then results.session_key end) as race_session_key,
        max(case when results.session_category = 'Sprint' then results.session_key end) as sprint_session_key,
        count(case when results.session_category = 'Race' then results.points end) > 0 as has_race_result,
        count(case when results.session_category = 'Sprint' then results.points end) > 0 as has_sprint_result,
        max(sessions.date_start) as last_date
    from gold_analytics.fact_results as results
    inner join silver_clean.silver_sessions as sessions
        on results.session_key = sessions.session_key
    where results.session_category in ('Race', 'Sprint') and results.season is not null
    group by results.season, results.meeting_key
),

took_place as (
    select
        calendar.season,
        calendar.calendar_order,
        results.last_date
    from calendar
    inner join results
        on calendar.season = results.season and calendar.meeting_key = results.meeting_key
),

-- What has a result and is in no calendar is a round all the same: after the last round that took place before it.
unplanned as (
    select
        results.season,
        results.meeting_key,
        results.race_session_key,
        results.sprint_session_key,
        results.last_date,
        max(took_place.calendar_order) as calendar_order
    from results
    left join calendar
        on results.season = calendar.season and results.meeting_key = calendar.meeting_key
    left join took_place
        on results.season = took_place.season and results.last_date > took_place.last_date
    where calendar.meeting_key is null
    group by
        results.season, results.meeting_key, results.race_session_key, results.sprint_session_key, results.last_date
),

rounds as (
    select season, meeting_key, race_session_key, sprint_session_key, calendar_order, true as is_in_calendar
    from calendar
    union all
    select season, meeting_key, race_session_key, sprint_session_key, calendar_order, false as is_in_calendar
    from unplanned
),

numbered as (
    select
        rounds.season,
        rounds.meeting_key,
        rounds.race_session_key,
        rounds.sprint_session_key,
        rounds.is_in_calendar,
        results.meeting_key is not null as is_in_lake,
        case when rounds.race_session_key is not null then coalesce(results.has_race_result, false) end
            as has_race_result,
        case when rounds.sprint_session_key is not null then coalesce(results.has_sprint_result, false) end
            as has_sprint_result,
        cast(row_number() over (
            partition by rounds.season
            order by
                coalesce(rounds.calendar_order, 0) asc, rounds.is_in_calendar desc, results.last_date asc nulls last,
                rounds.meeting_key asc
        ) as bigint) as round,
        max(case when rounds.is_in_calendar then 1 else 0 end) over (partition by rounds.season) = 1 as has_calendar,
        count(*) over (partition by rounds.season) as rounds_in_season
    from rounds
    left join results
        on rounds.season = results.season and rounds.meeting_key = results.meeting_key
)

select
    numbered.season,
    numbered.round,
    numbered.meeting_key,
    meetings.meeting_name,
    numbered.race_session_key,
    numbered.sprint_session_key,
    numbered.is_in_calendar,
    numbered.is_in_lake,
    numbered.has_race_result,
    numbered.has_sprint_result,
    case
        when numbered.has_calendar
            then cast(sum(case
                when
                    not coalesce(numbered.has_race_result, true) or not coalesce(numbered.has_sprint_result, true)
                    then 1
                else 0
            end) over (
                partition by numbered.season order by numbered.round
                rows between unbounded preceding and current row
            ) as bigint)
    end as rounds_missing,
    case when numbered.has_calendar then cast(numbered.rounds_in_season as bigint) end as rounds_in_season
from numbered
left join silver_clean.silver_meetings as meetings
    on numbered.meeting_key = meetings.meeting_key

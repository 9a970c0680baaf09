-- Any of these may have a number that the list of drivers lacks.
with cars as (
    select session_key, driver_number
    from silver_clean.silver_drivers
    union
    select session_key, driver_number
    from silver_clean.silver_session_result
    union
    select session_key, driver_number
    from silver_clean.silver_laps
    union
    select session_key, driver_number
    from silver_clean.silver_championship_drivers
),

entries as (
    select
        cars.session_key,
        cars.driver_number,
        sessions.meeting_key,
        sessions.year as season,
        sessions.date_start,
        drivers.driver_id,
        coalesce(drivers.full_name, drivers.first_name || ' ' || drivers.last_name, drivers.broadcast_name) as full_name,
        drivers.name_acronym,
        drivers.team_id,
        drivers.team_name
    from cars
    left join silver_clean.silver_sessions as sessions
        on cars.session_key = sessions.session_key
    left join silver_clean.silver_drivers as drivers
        on cars.session_key = drivers.session_key and cars.driver_number = drivers.driver_number
),

drivers_elsewhere as (
    select
        entries.session_key,
        entries.driver_number,
        others.driver_id,
        others.full_name,
        others.name_acronym,
        case
            when others.meeting_key = entries.meeting_key then 'meeting'
            when others.date_start < entries.date_start then 'earlier session'
            else 'later session'
        end as source,
        row_number() over (
            partition by entries.session_key, entries.driver_number
            order by
                case
                    when others.meeting_key = entries.meeting_key then 1
                    when others.date_start < entries.date_start then 2
                    else 3
                end,
                abs(cast(arrow_cast(others.date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint) - cast(arrow_cast(entries.date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint)) nulls last,
                others.date_start nulls last,
                others.session_key
        ) as _rn
    from entries
    inner join entries as others
        on entries.season = others.season and entries.driver_number = others.driver_number
    where entries.driver_id is null and others.driver_id is not null
),

teams_elsewhere as (
    select
        entries.session_key,
        entries.driver_number,
        others.team_id,
        others.team_name,
        case
            when others.meeting_key = entries.meeting_key then 'meeting'
            when others.date_start < entries.date_start then 'earlier session'
            else 'later session'
        end as source,
        row_number() over (
            partition by entries.session_key, entries.driver_number
            order by
                case
                    when others.meeting_key = entries.meeting_key then 1
                    when others.date_start < entries.date_start then 2
                    else 3
                end,
                abs(cast(arrow_cast(others.date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint) - cast(arrow_cast(entries.date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint)) nulls last,
                others.date_start nulls last,
                others.session_key
        ) as _rn
    from entries
    inner join entries as others
        on entries.season = others.season and entries.driver_number = others.driver_number
    where entries.team_id is null and others.team_id is not null
),

named as (
    select
        entries.*,
        cast(entries.driver_number as varchar) as number_text
    from entries
)

select
    named.session_key,
    named.driver_number,
    named.meeting_key,
    named.season,
    coalesce(named.driver_id, drivers_elsewhere.driver_id, 'unknown_' || named.number_text) as driver_id,
    case
        when named.driver_id is not null then named.full_name
        when drivers_elsewhere.driver_id is not null then drivers_elsewhere.full_name
        else 'Unknown driver ' || named.number_text
    end as full_name,
    coalesce(named.name_acronym, drivers_elsewhere.name_acronym) as name_acronym,
    case
        when named.driver_id is not null then 'session'
        else coalesce(drivers_elsewhere.source, 'unknown')
    end as driver_source,
    coalesce(named.team_id, teams_elsewhere.team_id, 'unknown_' || named.number_text) as team_id,
    case
        when named.team_id is not null then named.team_name
        when teams_elsewhere.team_id is not null then teams_elsewhere.team_name
        else 'Unknown team of ' || named.number_text
    end as team_name,
    case
        when named.team_id is not null then 'session'
        else coalesce(teams_elsewhere.source, 'unknown')
    end as team_source
from named
left join drivers_elsewhere
    on
        named.session_key = drivers_elsewhere.session_key
        and named.driver_number = drivers_elsewhere.driver_number
        and drivers_elsewhere._rn = 1
left join teams_elsewhere
    on
        named.session_key = teams_elsewhere.session_key
        and named.driver_number = teams_elsewhere.driver_number
        and teams_elsewhere._rn = 1

-- A version of a driver begins at the first session with its number, team, name or colour: event time, not load time.
with seen as (
    select
        drivers.driver_id,
        drivers.session_key,
        sessions.date_start,
        drivers.driver_number,

        last_value(drivers.name_acronym) ignore nulls over (partition by drivers.driver_id order by sessions.date_start, drivers.session_key, drivers.driver_number rows between unbounded preceding and current row) as name_acronym,

        last_value(drivers.full_name) ignore nulls over (partition by drivers.driver_id order by sessions.date_start, drivers.session_key, drivers.driver_number rows between unbounded preceding and current row) as full_name,

        last_value(drivers.broadcast_name) ignore nulls over (partition by drivers.driver_id order by sessions.date_start, drivers.session_key, drivers.driver_number rows between unbounded preceding and current row) as broadcast_name,

        last_value(drivers.first_name) ignore nulls over (partition by drivers.driver_id order by sessions.date_start, drivers.session_key, drivers.driver_number rows between unbounded preceding and current row) as first_name,

        last_value(drivers.last_name) ignore nulls over (partition by drivers.driver_id order by sessions.date_start, drivers.session_key, drivers.driver_number rows between unbounded preceding and current row) as last_name,

        last_value(drivers.team_id) ignore nulls over (partition by drivers.driver_id order by sessions.date_start, drivers.session_key, drivers.driver_number rows between unbounded preceding and current row) as team_id,

        last_value(drivers.team_name) ignore nulls over (partition by drivers.driver_id order by sessions.date_start, drivers.session_key, drivers.driver_number rows between unbounded preceding and current row) as team_name,

        last_value(drivers.team_colour) ignore nulls over (partition by drivers.driver_id order by sessions.date_start, drivers.session_key, drivers.driver_number rows between unbounded preceding and current row) as team_colour,

        last_value(drivers.headshot_url) ignore nulls over (partition by drivers.driver_id order by sessions.date_start, drivers.session_key, drivers.driver_number rows between unbounded preceding and current row) as headshot_url,

        last_value(drivers.country_code) ignore nulls over (partition by drivers.driver_id order by sessions.date_start, drivers.session_key, drivers.driver_number rows between unbounded preceding and current row) as country_code,

        row_number() over (
            partition by drivers.driver_id, sessions.date_start
            order by drivers.session_key, drivers.driver_number
        ) as _rn
    from silver_clean.silver_drivers as drivers
    inner join silver_clean.silver_sessions as sessions
        on drivers.session_key = sessions.session_key
    where drivers.driver_id is not null and sessions.date_start is not null
),

compared as (
    select
        *,
        lag(driver_number) over (partition by driver_id order by date_start) as previous_number,
        lag(name_acronym) over (partition by driver_id order by date_start) as previous_acronym,
        lag(team_id) over (partition by driver_id order by date_start) as previous_team_id,
        lag(team_name) over (partition by driver_id order by date_start) as previous_team_name,
        lag(team_colour) over (partition by driver_id order by date_start) as previous_colour,
        row_number() over (partition by driver_id order by date_start) as session_ordinal
    from seen
    where _rn = 1
),

numbered as (
    select
        *,
        sum(
            case
                when
                    session_ordinal = 1
                    or (driver_number is distinct from previous_number)
                    or (name_acronym is distinct from previous_acronym)
                    or (team_id is distinct from previous_team_id)
                    or (team_name is distinct from previous_team_name)
                    or (team_colour is distinct from previous_colour)
                    then 1
                else 0
            end
        ) over (partition by driver_id order by date_start rows between unbounded preceding and current row)
            as version
    from compared
),

ranked as (
    select
        *,
        min(date_start) over (partition by driver_id, version) as valid_from,
        max(date_start) over (partition by driver_id, version) as last_seen_at,
        count(*) over (partition by driver_id, version) as sessions_in_version,
        row_number() over (partition by driver_id, version order by date_start desc) as newest_in_version,
        first_value(full_name) over (
            partition by driver_id order by date_start desc
            rows between unbounded preceding and unbounded following
        ) as current_full_name,
        first_value(broadcast_name) over (
            partition by driver_id order by date_start desc
            rows between unbounded preceding and unbounded following
        ) as current_broadcast_name,
        first_value(first_name) over (
            partition by driver_id order by date_start desc
            rows between unbounded preceding and unbounded following
        ) as current_first_name,
        first_value(last_name) over (
            partition by driver_id order by date_start desc
            rows between unbounded preceding and unbounded following
        ) as current_last_name,
        first_value(headshot_url) over (
            partition by driver_id order by date_start desc
            rows between unbounded preceding and unbounded following
        ) as current_headshot_url,
        first_value(country_code) over (
            partition by driver_id order by date_start desc
            rows between unbounded preceding and unbounded following
        ) as current_country_code
    from numbered
)

select
    driver_id,
    cast(version as bigint) as version,
    driver_number,
    name_acronym,
    team_id,
    team_name,
    team_colour,
    current_full_name as full_name,
    current_broadcast_name as broadcast_name,
    current_first_name as first_name,
    current_last_name as last_name,
    current_country_code as country_code,
    current_headshot_url as headshot_url,
    valid_from,
    lead(valid_from) over (partition by driver_id order by valid_from) as valid_to,
    lead(valid_from) over (partition by driver_id order by valid_from) is null as is_current,
    last_seen_at,
    cast(sessions_in_version as bigint) as sessions_in_version
from ranked
where newest_in_version = 1

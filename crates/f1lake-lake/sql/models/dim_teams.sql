-- One name and colour a team and session: the one that most of its drivers carry.
with counted as (
    select
        drivers.team_id,
        drivers.session_key,
        sessions.date_start,
        drivers.team_name,
        drivers.team_colour,
        count(*) as cars
    from silver_clean.silver_drivers as drivers
    inner join silver_clean.silver_sessions as sessions
        on drivers.session_key = sessions.session_key
    where drivers.team_id is not null and drivers.team_name is not null and sessions.date_start is not null
    group by drivers.team_id, drivers.session_key, sessions.date_start, drivers.team_name, drivers.team_colour
),

seen as (
    select
        team_id,
        date_start,
        team_name,
        team_colour,
        row_number() over (
            partition by team_id, date_start
            order by cars desc, team_name asc, team_colour asc nulls last, session_key asc
        ) as _rn
    from counted
),

filled as (
    select
        team_id,
        date_start,
        team_name,
        last_value(team_colour) ignore nulls over (partition by team_id order by date_start rows between unbounded preceding and current row) as team_colour
    from seen
    where _rn = 1
),

compared as (
    select
        *,
        lag(team_name) over (partition by team_id order by date_start) as previous_name,
        lag(team_colour) over (partition by team_id order by date_start) as previous_colour,
        row_number() over (partition by team_id order by date_start) as session_ordinal
    from filled
),

numbered as (
    select
        *,
        sum(
            case
                when
                    session_ordinal = 1
                    or (team_name is distinct from previous_name)
                    or (team_colour is distinct from previous_colour)
                    then 1
                else 0
            end
        ) over (partition by team_id order by date_start rows between unbounded preceding and current row) as version
    from compared
),

versions as (
    select
        team_id,
        version,
        team_name,
        team_colour,
        min(date_start) as valid_from,
        max(date_start) as last_seen_at,
        count(*) as sessions_in_version
    from numbered
    group by team_id, version, team_name, team_colour
)

select
    team_id,
    cast(version as bigint) as version,
    team_name,
    team_colour,
    valid_from,
    lead(valid_from) over (partition by team_id order by valid_from) as valid_to,
    lead(valid_from) over (partition by team_id order by valid_from) is null as is_current,
    last_seen_at,
    cast(sessions_in_version as bigint) as sessions_in_version
from versions

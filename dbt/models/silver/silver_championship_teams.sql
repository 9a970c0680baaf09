{{ config(meta={'grain': 'session', 'key': ['session_key', 'team_name', 'position_start'], 'partition_by': []}) }}

with ranked as (
    select
        *,
        {{ newest_first(
            key=['session_key', 'team_name', 'position_start'],
            ties=['position_current', 'points_start', 'points_current']
        ) }} as _rn
    from {{ session_rows(source('bronze_raw', 'bronze_championship_teams')) }}
)

select
    meeting_key,
    session_key,
    team_name,
    position_start,
    position_current,
    points_start,
    points_current,
    session_name,
    batch_day
from ranked
where _rn = 1

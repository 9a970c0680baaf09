with ranked as (
    select
        *,
        row_number() over (
            partition by session_key, team_name, position_start
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, position_current desc nulls last, points_start desc nulls last, points_current desc nulls last
        ) as _rn
    from bronze_raw.bronze_championship_teams
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

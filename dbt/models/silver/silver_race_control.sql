{{ config(meta={
    'grain': 'session',
    'key': ['session_key', 'date', 'driver_number', 'lap_number', 'category', 'flag', 'scope', 'sector', 'message'],
    'partition_by': []
}) }}

with ranked as (
    select
        *,
        {{ newest_first(
            key=['session_key', 'date', 'driver_number', 'lap_number', 'category', 'flag', 'scope', 'sector',
                 'message'],
            ties=['qualifying_phase']
        ) }} as _rn
    from {{ session_rows(source('bronze_raw', 'bronze_race_control')) }}
)

select
    meeting_key,
    session_key,
    date,
    driver_number,
    lap_number,
    category,
    flag,
    scope,
    sector,
    qualifying_phase,
    message,
    session_name,
    batch_day
from ranked
where _rn = 1

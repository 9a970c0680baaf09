{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number'], 'partition_by': []}) }}

with ranked as (
    select
        *,
        {{ newest_first(
            key=['race_session_key', 'driver_number'],
            ties=['position', 'lap_duration', 'session_key']
        ) }} as _rn
    from {{ session_rows(source('bronze_raw', 'bronze_starting_grid'), key='race_session_key') }}
)

select
    meeting_key,
    race_session_key as session_key,
    driver_number,
    position,
    lap_duration,
    session_name,
    batch_day,
    session_key as qualifying_session_key
from ranked
where _rn = 1

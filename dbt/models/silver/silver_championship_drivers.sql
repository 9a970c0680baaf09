{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number'], 'partition_by': []}) }}

with ranked as (
    select
        *,
        {{ newest_first(
            key=['session_key', 'driver_number'],
            ties=['position_start', 'position_current', 'points_start', 'points_current']
        ) }} as _rn
    from {{ session_rows(source('bronze_raw', 'bronze_championship_drivers')) }}
)

select
    meeting_key,
    session_key,
    driver_number,
    position_start,
    position_current,
    points_start,
    points_current,
    session_name,
    batch_day
from ranked
where _rn = 1

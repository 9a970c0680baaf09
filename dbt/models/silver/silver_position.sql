{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number', 'date'], 'partition_by': []}) }}

with ranked as (
    select
        *,
        {{ newest_first(
            key=['session_key', 'driver_number', 'date'],
            ties=['position']
        ) }} as _rn
    from {{ session_rows(source('bronze_raw', 'bronze_position')) }}
)

select
    meeting_key,
    session_key,
    driver_number,
    date,
    position,
    session_name,
    batch_day
from ranked
where _rn = 1

{{ config(meta={
    'grain': 'session',
    'key': ['session_key', 'date', 'overtaking_driver_number', 'overtaken_driver_number'],
    'partition_by': []
}) }}

with ranked as (
    select
        *,
        {{ newest_first(
            key=['session_key', 'date', 'overtaking_driver_number', 'overtaken_driver_number'],
            ties=['position']
        ) }} as _rn
    from {{ session_rows(source('bronze_raw', 'bronze_overtakes')) }}
)

select
    meeting_key,
    session_key,
    overtaking_driver_number,
    overtaken_driver_number,
    date,
    position,
    session_name,
    batch_day
from ranked
where _rn = 1

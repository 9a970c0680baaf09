{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number', 'date', 'recording_url'], 'partition_by': []}) }}

with ranked as (
    select
        *,
        {{ newest_first(
            key=['session_key', 'driver_number', 'date', 'recording_url'],
            ties=[]
        ) }} as _rn
    from {{ session_rows(source('bronze_raw', 'bronze_team_radio')) }}
)

select
    meeting_key,
    session_key,
    driver_number,
    date,
    recording_url,
    session_name,
    batch_day
from ranked
where _rn = 1

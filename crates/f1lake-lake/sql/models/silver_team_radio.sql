with ranked as (
    select
        *,
        row_number() over (
            partition by session_key, driver_number, date, recording_url
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last
        ) as _rn
    from bronze_raw.bronze_team_radio
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

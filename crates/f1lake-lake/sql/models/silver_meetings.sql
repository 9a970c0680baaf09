with ranked as (
    select
        *,
        row_number() over (
            partition by meeting_key
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, meeting_name desc nulls last, meeting_official_name desc nulls last, location desc nulls last, country_key desc nulls last, country_code desc nulls last, country_name desc nulls last, country_flag desc nulls last, circuit_key desc nulls last, circuit_short_name desc nulls last, circuit_type desc nulls last, circuit_info_url desc nulls last, circuit_image desc nulls last, gmt_offset desc nulls last, date_start desc nulls last, date_end desc nulls last, year desc nulls last, meeting_code desc nulls last, is_cancelled desc nulls last, session_key desc nulls last
        ) as _rn
    from bronze_raw.bronze_meetings
)

select
    meeting_key,
    meeting_name,
    meeting_official_name,
    location,
    country_key,
    country_code,
    country_name,
    country_flag,
    circuit_key,
    circuit_short_name,
    circuit_type,
    circuit_info_url,
    circuit_image,
    gmt_offset,
    date_start,
    date_end,
    year,
    meeting_code,
    is_cancelled,
    session_name,
    batch_day
from ranked
where _rn = 1

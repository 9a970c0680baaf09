{{ config(materialized=whole_lake(), meta={'grain': 'lake', 'key': ['meeting_key'], 'partition_by': []}) }}

with ranked as (
    select
        *,
        {{ newest_first(
            key=['meeting_key'],
            ties=['meeting_name', 'meeting_official_name', 'location', 'country_key', 'country_code',
                  'country_name', 'country_flag', 'circuit_key', 'circuit_short_name', 'circuit_type',
                  'circuit_info_url', 'circuit_image', 'gmt_offset', 'date_start', 'date_end', 'year',
                  'meeting_code', 'is_cancelled', 'session_key']
        ) }} as _rn
    from {{ source('bronze_raw', 'bronze_meetings') }}
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

with ranked as (
    select
        *,
        row_number() over (
            partition by session_key, driver_number, date
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, x desc nulls last, y desc nulls last, z desc nulls last
        ) as _rn
    from bronze_raw.bronze_locations
)

select
    meeting_key,
    session_key,
    driver_number,
    date,
    x,
    y,
    z,
    session_name,
    batch_day,
    x is not null and y is not null and not (x = 0 and y = 0 and coalesce(z, 0) = 0) as has_fix,
    case
        when x <> 0 or y <> 0 or z <> 0 then sqrt(cast(x * x + y * y + z * z as double)) / 10
    end as distance_from_origin
from ranked
where _rn = 1

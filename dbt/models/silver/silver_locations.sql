{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number', 'date'], 'partition_by': ['session_key']}) }}

with ranked as (
    select
        *,
        {{ newest_first(
            key=['session_key', 'driver_number', 'date'],
            ties=['x', 'y', 'z']
        ) }} as _rn
    from {{ session_rows(source('bronze_raw', 'bronze_locations')) }}
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

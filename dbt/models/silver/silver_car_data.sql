{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number', 'date'], 'partition_by': ['session_key']}) }}

with ranked as (
    select
        *,
        {{ newest_first(
            key=['session_key', 'driver_number', 'date'],
            ties=['rpm', 'speed', 'n_gear', 'throttle', 'brake', 'drs']
        ) }} as _rn
    from {{ session_rows(source('bronze_raw', 'bronze_car_data')) }}
)

select
    meeting_key,
    session_key,
    driver_number,
    date,
    rpm,
    speed,
    n_gear,
    case when throttle = 104 and brake = 104 then null else throttle end as throttle,
    case when throttle = 104 and brake = 104 then null else brake end as brake,
    drs,
    session_name,
    batch_day,
    coalesce(throttle <> 104 or brake <> 104, true) as is_reading,
    case
        when drs in (10, 12, 14) then true
        when drs in (0, 1, 8) then false
    end as drs_open
from ranked
where _rn = 1

with ranked as (
    select
        *,
        row_number() over (
            partition by session_key, driver_number, date
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, rpm desc nulls last, speed desc nulls last, n_gear desc nulls last, throttle desc nulls last, brake desc nulls last, drs desc nulls last
        ) as _rn
    from bronze_raw.bronze_car_data
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

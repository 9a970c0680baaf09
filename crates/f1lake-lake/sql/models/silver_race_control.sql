with ranked as (
    select
        *,
        row_number() over (
            partition by session_key, date, driver_number, lap_number, category, flag, scope, sector, message
            order by
                _ingestion_timestamp desc nulls last, _source_file desc nulls last, qualifying_phase desc nulls last
        ) as _rn
    from bronze_raw.bronze_race_control
)

select
    meeting_key,
    session_key,
    date,
    driver_number,
    lap_number,
    category,
    flag,
    scope,
    sector,
    qualifying_phase,
    message,
    session_name,
    batch_day,
    case
        when flag = 'RED' then 'red_flag'
        when flag = 'CHEQUERED' then 'chequered_flag'
        when message like 'GREEN LIGHT%' then 'green_light'
        when message like 'TRACK CLEAR%' then 'track_clear'
        when message like 'VIRTUAL SAFETY CAR DEPLOYED%' or message like 'VSC DEPLOYED%' then 'virtual_safety_car'
        when message like 'VIRTUAL SAFETY CAR ENDING%' or message like 'VSC ENDING%' then 'virtual_safety_car_ending'
        when message like 'SAFETY CAR DEPLOYED%' then 'safety_car'
        when message like '%SAFETY CAR THROUGH THE PIT LANE%' then 'safety_car_through_pit_lane'
        when message like '%SAFETY CAR IN THIS LAP%' or message like '%SAFETY CAR WILL ENTER%' then 'safety_car_in'
        when message like '%SAFETY CAR WILL STAY OUT%' then 'safety_car_stays_out'
        when message like '%START%BEHIND THE SAFETY CAR%' and message not like '%FORMATION LAP%'
            then 'start_behind_safety_car'
        when message like 'STANDING START%' then 'standing_start'
        when message like 'ROLLING START%' then 'rolling_start'
        when message like '%WILL NOT BE RESUMED%' then 'not_resumed'
        when message like '%WILL RESUME%' then 'resumption'
        when nullif((regexp_match(message, '^S?Q([23]) WILL START'))[1], '') is not null then 'next_part'
        when message like 'CAR % DELETED %' then 'deletion'
        when message like 'CAR % WILL BE REINSTATED%' then 'reinstatement'
        when message like '%SERVED%' or message like '%CONVERTED%' then null
        when message like '%DRIVE%THROUGH PENALTY FOR CAR%' then 'drive_through_penalty'
        when message like '%STOP%GO PENALTY FOR CAR%' then 'stop_go_penalty'
    end as event
from ranked
where _rn = 1

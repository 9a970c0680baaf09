with all_values as (

    select
        event as value_field,
        count(*) as n_records

    from silver_clean.silver_race_control
    group by event

)

select *
from all_values
where value_field not in (
    'red_flag','chequered_flag','green_light','track_clear','virtual_safety_car','virtual_safety_car_ending','safety_car','safety_car_through_pit_lane','safety_car_in','safety_car_stays_out','start_behind_safety_car','standing_start','rolling_start','not_resumed','resumption','next_part','deletion','reinstatement','drive_through_penalty','stop_go_penalty'
)

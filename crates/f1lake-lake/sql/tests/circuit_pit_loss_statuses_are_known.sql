with all_values as (

    select
        track_status as value_field,
        count(*) as n_records

    from gold_analytics.circuit_pit_loss
    group by track_status

)

select *
from all_values
where value_field not in (
    'green','safety_car','virtual_safety_car','red_flag'
)

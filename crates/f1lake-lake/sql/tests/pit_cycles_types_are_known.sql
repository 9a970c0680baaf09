with all_values as (

    select
        pit_type as value_field,
        count(*) as n_records

    from gold_analytics.pit_cycles
    group by pit_type

)

select *
from all_values
where value_field not in (
    'stop','drive_through','stop_go'
)

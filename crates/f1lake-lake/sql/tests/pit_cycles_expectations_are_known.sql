with all_values as (

    select
        expected_from as value_field,
        count(*) as n_records

    from gold_analytics.pit_cycles
    group by expected_from

)

select *
from all_values
where value_field not in (
    'own_pace','nearby_cars'
)

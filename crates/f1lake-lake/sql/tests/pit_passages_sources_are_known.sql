with all_values as (

    select
        pit_type_source as value_field,
        count(*) as n_records

    from gold_analytics.pit_passages
    group by pit_type_source

)

select *
from all_values
where value_field not in (
    'race control','tyres','stationary time','lane time','time','session'
)

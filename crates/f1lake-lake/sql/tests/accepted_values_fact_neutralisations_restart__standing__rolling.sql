with all_values as (

    select
        restart as value_field,
        count(*) as n_records

    from gold_analytics.fact_neutralisations
    group by restart

)

select *
from all_values
where value_field not in (
    'standing','rolling'
)

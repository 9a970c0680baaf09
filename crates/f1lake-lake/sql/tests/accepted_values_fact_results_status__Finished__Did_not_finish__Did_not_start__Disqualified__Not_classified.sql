with all_values as (

    select
        status as value_field,
        count(*) as n_records

    from gold_analytics.fact_results
    group by status

)

select *
from all_values
where value_field not in (
    'Finished','Did not finish','Did not start','Disqualified','Not classified'
)

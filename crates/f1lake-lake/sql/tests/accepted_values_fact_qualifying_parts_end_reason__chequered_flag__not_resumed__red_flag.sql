with all_values as (

    select
        end_reason as value_field,
        count(*) as n_records

    from gold_analytics.fact_qualifying_parts
    group by end_reason

)

select *
from all_values
where value_field not in (
    'chequered flag','not resumed','red flag'
)

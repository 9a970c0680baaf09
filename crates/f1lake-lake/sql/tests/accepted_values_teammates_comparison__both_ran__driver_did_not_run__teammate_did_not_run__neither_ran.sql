with all_values as (

    select
        comparison as value_field,
        count(*) as n_records

    from gold_analytics.teammates
    group by comparison

)

select *
from all_values
where value_field not in (
    'both ran','driver did not run','teammate did not run','neither ran'
)

with all_values as (

    select
        competitor_type as value_field,
        count(*) as n_records

    from gold_analytics.season_form
    group by competitor_type

)

select *
from all_values
where value_field not in (
    'driver','team'
)

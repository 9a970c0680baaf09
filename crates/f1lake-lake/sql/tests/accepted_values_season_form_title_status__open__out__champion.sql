with all_values as (

    select
        title_status as value_field,
        count(*) as n_records

    from gold_analytics.season_form
    group by title_status

)

select *
from all_values
where value_field not in (
    'open','out','champion'
)

with all_values as (

    select
        time_source as value_field,
        count(*) as n_records

    from gold_analytics.qualifying_summary
    group by time_source

)

select *
from all_values
where value_field not in (
    'official result','laps'
)

with all_values as (

    select
        driver_source as value_field,
        count(*) as n_records

    from gold_analytics.session_entries
    group by driver_source

)

select *
from all_values
where value_field not in (
    'session','meeting','earlier session','later session','unknown'
)

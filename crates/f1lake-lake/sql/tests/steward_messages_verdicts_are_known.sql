with all_values as (

    select
        verdict as value_field,
        count(*) as n_records

    from gold_analytics.steward_messages
    group by verdict

)

select *
from all_values
where value_field not in (
    'noted','under_investigation','to_be_investigated','no_further_action','penalty','served','warning','lap_deleted','lap_reinstated'
)

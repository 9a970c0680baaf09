with all_values as (

    select
        served_by as value_field,
        count(*) as n_records

    from gold_analytics.penalties
    group by served_by

)

select *
from all_values
where value_field not in (
    'pit_stop','pit_lane','race_control','race_time','not_served'
)

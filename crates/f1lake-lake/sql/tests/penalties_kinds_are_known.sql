with all_values as (

    select
        penalty_kind as value_field,
        count(*) as n_records

    from gold_analytics.penalties
    group by penalty_kind

)

select *
from all_values
where value_field not in (
    'time','stop_go','drive_through','grid','reprimand','fine','disqualification','lap_deletion'
)

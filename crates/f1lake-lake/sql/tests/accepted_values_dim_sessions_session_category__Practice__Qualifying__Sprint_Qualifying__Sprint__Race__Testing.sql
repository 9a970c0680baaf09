with all_values as (

    select
        session_category as value_field,
        count(*) as n_records

    from gold_analytics.dim_sessions
    group by session_category

)

select *
from all_values
where value_field not in (
    'Practice','Qualifying','Sprint Qualifying','Sprint','Race','Testing'
)

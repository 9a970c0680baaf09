with all_values as (

    select
        timing_source as value_field,
        count(*) as n_records

    from gold_analytics.session_leaderboard
    group by timing_source

)

select *
from all_values
where value_field not in (
    'laps_and_position','best_lap_by_phase','best_lap'
)

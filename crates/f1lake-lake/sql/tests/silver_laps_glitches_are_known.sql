with all_values as (

    select
        glitch as value_field,
        count(*) as n_records

    from silver_clean.silver_laps
    group by glitch

)

select *
from all_values
where value_field not in (
    'sum of two sectors','repeat of an earlier lap'
)

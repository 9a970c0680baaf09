-- Stints that overlap even after repair: they were sent out of order, and each lap keeps the one that began last.
with following as (
    select
        session_key,
        driver_number,
        stint_number,
        lap_end,
        lead(lap_start) over (partition by session_key, driver_number order by stint_number) as next_lap_start
    from gold_analytics.fact_stints
)

select *
from following
where lap_end >= next_lap_start

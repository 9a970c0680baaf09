-- Spreads within each stint, so that neither the pace of a car nor the evolution of the track between stints is in the slope.
-- They are rounded to whole numbers, whose sums every engine gives alike.
with stints as (
    select
        circuit_key,
        season,
        compound,
        session_key,
        driver_number,
        stint_number,
        min(circuit_short_name) as circuit_short_name,
        count(*) as n,
        sum(coalesce(tyre_age, lap_in_stint)) as sum_x,
        sum(cast(round((fuel_corrected_time) * 1000) as bigint)) as sum_y,
        sum(coalesce(tyre_age, lap_in_stint) * coalesce(tyre_age, lap_in_stint)) as sum_xx,
        sum(coalesce(tyre_age, lap_in_stint) * cast(round((fuel_corrected_time) * 1000) as bigint)) as sum_xy,
        sum(cast(round((fuel_corrected_time) * 1000) as bigint) * cast(round((fuel_corrected_time) * 1000) as bigint)) as sum_yy,
        min(degradation) as degradation
    from gold_analytics.lap_pace
    where is_fitted and circuit_key is not null and compound is not null and season is not null
    group by circuit_key, season, compound, session_key, driver_number, stint_number
),

spreads as (
    select
        *,
        cast(round(cast(n * sum_xx - sum_x * sum_x as double) * 1000 / cast(n as double)) as bigint) as spread_x,
        cast(round(cast(n * sum_xy - sum_x * sum_y as double) * 1000 / cast(n as double)) as bigint) as spread_xy,
        cast(round(cast(n * sum_yy - sum_y * sum_y as double) * 1000 / cast(n as double)) as bigint) as spread_y
    from stints
),

pooled as (
    select
        circuit_key,
        season,
        compound,
        min(circuit_short_name) as circuit_short_name,
        count(distinct session_key) as sessions,
        count(*) as stints,
        sum(n) as fitted_laps,
        cast(sum(spread_x) as double) / 1000 as spread_x,
        cast(sum(spread_xy) as double) / 1000 as spread_xy,
        cast(sum(spread_y) as double) / 1000 as spread_y,
        median(cast(cast(round(degradation * 1000000) as bigint) as double)) / 1000000 as median_degradation
    from spreads
    group by circuit_key, season, compound
)

select
    circuit_key,
    circuit_short_name,
    season,
    compound,
    cast(sessions as bigint) as sessions,
    cast(stints as bigint) as stints,
    cast(fitted_laps as bigint) as fitted_laps,
    spread_xy / spread_x / 1000 as degradation,
    sqrt(
        greatest(spread_y - spread_xy * spread_xy / spread_x, cast(0 as double))
        / nullif(cast(fitted_laps - stints - 1 as double), 0)
        / spread_x
    ) / 1000 as degradation_stderr,
    median_degradation
from pooled

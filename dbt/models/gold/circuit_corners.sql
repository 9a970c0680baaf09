{{ config(
    materialized=whole_lake(),
    meta={'grain': 'lake', 'key': ['season', 'circuit_key', 'corner_number'], 'partition_by': []}
) }}

-- The session of the season with most laps in its line; one with holes in it has no corners.
with candidates as (
    select
        line.session_key,
        line.season,
        line.circuit_key,
        max(line.laps) as laps,
        max(sessions.date_start) as date_start
    from {{ ref('track_line') }} as line
    inner join {{ ref('silver_sessions') }} as sessions
        on line.session_key = sessions.session_key
    where line.season is not null and line.circuit_key is not null
    group by line.session_key, line.season, line.circuit_key
    having count(*) >= 285 and max(line.laps) >= 5
),

chosen as (
    select
        session_key,
        row_number() over (
            partition by season, circuit_key order by laps desc, date_start desc nulls last, session_key desc
        ) as _rn
    from candidates
),

{#- The lap is a loop: after the last bin comes the first. -#}
{%- set along = 'partition by season, circuit_key order by bin' %}
{%- set whole = 'partition by season, circuit_key order by bin rows between unbounded preceding and unbounded following' %}

points as (
    select line.*
    from {{ ref('track_line') }} as line
    inner join chosen
        on line.session_key = chosen.session_key and chosen._rn = 1
),

steps as (
    select
        *,
        coalesce(lead(x) over ({{ along }}), first_value(x) over ({{ whole }})) - x as dx,
        coalesce(lead(y) over ({{ along }}), first_value(y) over ({{ whole }})) - y as dy
    from points
),

pairs as (
    select
        *,
        coalesce(lag(dx) over ({{ along }}), last_value(dx) over ({{ whole }})) as previous_dx,
        coalesce(lag(dy) over ({{ along }}), last_value(dy) over ({{ whole }})) as previous_dy
    from steps
),

-- Locations are tenths of metres.
turns as (
    select
        *,
        degrees(atan2(previous_dx * dy - previous_dy * dx, previous_dx * dx + previous_dy * dy)) as turn,
        sqrt(dx * dx + dy * dy) / 10 as step_m
    from pairs
),

smoothed as (
    select
        *,
        sum(turn) over ({{ along }} rows between 1 preceding and 1 following) as turn_of_three,
        sum(step_m) over ({{ along }} rows between 1 preceding and 1 following) as metres_of_three
    from turns
),

-- Radians for each metre: a bend of 300 m or less.
sides as (
    select
        *,
        metres_of_three / nullif(abs(radians(turn_of_three)), 0) as radius_m,
        case
            when abs(radians(turn_of_three)) * 300 < metres_of_three then 0
            when turn_of_three > 0 then 1
            else -1
        end as side
    from smoothed
),

marked as (
    select
        *,
        case when side = lag(side) over ({{ along }}) then 0 else 1 end as is_new
    from sides
),

numbered as (
    select
        *,
        sum(is_new) over ({{ along }} rows between unbounded preceding and current row) as piece
    from marked
),

placed as (
    select
        *,
        row_number() over (partition by season, circuit_key, piece order by radius_m, bin) as from_apex
    from numbered
    where side <> 0
),

bends as (
    select
        season,
        circuit_key,
        min(circuit_short_name) as circuit_short_name,
        min(session_key) as session_key,
        piece,
        min(side) as side,
        min(distance_m) as distance_start_m,
        max(distance_m) as distance_end_m,
        max(case when from_apex = 1 then distance_m end) as apex_distance_m,
        max(case when from_apex = 1 then x end) as apex_x,
        max(case when from_apex = 1 then y end) as apex_y,
        max(case when from_apex = 1 then radius_m end) as radius_m,
        sum(turn) as turn_degrees,
        min(speed_mean) as speed_min,
        max(laps) as laps,
        max(length_m) as length_m
    from placed
    group by season, circuit_key, piece
    having abs(sum(turn)) >= 10
)

select
    season,
    circuit_key,
    circuit_short_name,
    cast(row_number() over (partition by season, circuit_key order by piece) as bigint) as corner_number,
    case when side > 0 then 'left' else 'right' end as direction,
    apex_distance_m,
    distance_start_m,
    distance_end_m,
    apex_x,
    apex_y,
    radius_m,
    abs(turn_degrees) as turn_degrees,
    speed_min,
    length_m,
    session_key,
    laps
from bends

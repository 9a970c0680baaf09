{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number'], 'partition_by': []}) }}

{#- A race that ends early has a shorter table. -#}
{%- set tables = [
    ('Race', [25, 18, 15, 12, 10, 8, 6, 4, 2, 1]),
    ('Race', [19, 14, 12, 10, 8, 6, 4, 3, 2, 1]),
    ('Race', [13, 10, 8, 6, 5, 4, 3, 2, 1]),
    ('Race', [6, 4, 3, 2, 1]),
    ('Sprint', [8, 7, 6, 5, 4, 3, 2, 1]),
] %}

with places as (
    {% for category, points in tables %}
    {% set table = loop.index %}
    {% set is_last = loop.last %}
    {% for each in points %}
    select
        {{ table }} as points_table,
        '{{ category }}' as session_category,
        {{ loop.index }} as position,
        {{ each }} as points
    {{ 'union all' if not (is_last and loop.last) }}
    {% endfor %}
    {% endfor %}
),

tables as (
    select distinct points_table, session_category
    from places
),

results as (
    select
        session_key,
        meeting_key,
        season,
        session_category,
        circuit_short_name,
        driver_number,
        driver_id,
        name_acronym,
        team_id,
        team_name,
        position,
        points,
        session_name,
        count(points) over (partition by session_key) as rows_with_points
    from {{ session_rows(ref('fact_results')) }}
),

compared as (
    select
        results.*,
        tables.points_table,
        coalesce(results.points, 0) as scored,
        coalesce(places.points, 0) as points_of_place,
        results.session_category = 'Race' and results.season <= 2024 and results.position <= 10 as may_have_fastest_lap
    from results
    inner join tables
        on results.session_category = tables.session_category
    left join places
        on tables.points_table = places.points_table and results.position = places.position
    where results.rows_with_points > 0
),

judged as (
    select
        *,
        coalesce(may_have_fastest_lap and scored = points_of_place + 1, false) as has_fastest_lap_point
    from compared
),

counted as (
    select
        *,
        count(case when has_fastest_lap_point then 1 end) over (partition by session_key, points_table)
            as fastest_lap_points,
        count(case when scored > 0 and (scored = points_of_place or has_fastest_lap_point) then 1 end) over (
            partition by session_key, points_table
        ) as fitting_scores,
        count(case when scored <> points_of_place and not has_fastest_lap_point then 1 end) over (
            partition by session_key, points_table
        ) as misfits
    from judged
),

-- The table of a session is the one by which most of those who scored have what they should; points that were lost
-- would fit a shorter table otherwise.
ranked as (
    select
        *,
        row_number() over (
            partition by session_key, driver_number
            order by fitting_scores desc, misfits asc, points_table asc
        ) as _rn
    from counted
)

select
    session_key,
    meeting_key,
    season,
    session_category,
    circuit_short_name,
    driver_number,
    driver_id,
    name_acronym,
    team_id,
    team_name,
    position,
    points,
    cast(points_of_place as double) as points_of_place,
    has_fastest_lap_point,
    case when has_fastest_lap_point then fastest_lap_points = 1 else scored = points_of_place end as is_fitting,
    session_name
from ranked
where _rn = 1

with places as (

    select
        1 as points_table,
        'Race' as session_category,
        1 as position,
        25 as points
    union all

    select
        1 as points_table,
        'Race' as session_category,
        2 as position,
        18 as points
    union all

    select
        1 as points_table,
        'Race' as session_category,
        3 as position,
        15 as points
    union all

    select
        1 as points_table,
        'Race' as session_category,
        4 as position,
        12 as points
    union all

    select
        1 as points_table,
        'Race' as session_category,
        5 as position,
        10 as points
    union all

    select
        1 as points_table,
        'Race' as session_category,
        6 as position,
        8 as points
    union all

    select
        1 as points_table,
        'Race' as session_category,
        7 as position,
        6 as points
    union all

    select
        1 as points_table,
        'Race' as session_category,
        8 as position,
        4 as points
    union all

    select
        1 as points_table,
        'Race' as session_category,
        9 as position,
        2 as points
    union all

    select
        1 as points_table,
        'Race' as session_category,
        10 as position,
        1 as points
    union all

    select
        2 as points_table,
        'Race' as session_category,
        1 as position,
        19 as points
    union all

    select
        2 as points_table,
        'Race' as session_category,
        2 as position,
        14 as points
    union all

    select
        2 as points_table,
        'Race' as session_category,
        3 as position,
        12 as points
    union all

    select
        2 as points_table,
        'Race' as session_category,
        4 as position,
        10 as points
    union all

    select
        2 as points_table,
        'Race' as session_category,
        5 as position,
        8 as points
    union all

    select
        2 as points_table,
        'Race' as session_category,
        6 as position,
        6 as points
    union all

    select
        2 as points_table,
        'Race' as session_category,
        7 as position,
        4 as points
    union all

    select
        2 as points_table,
        'Race' as session_category,
        8 as position,
        3 as points
    union all

    select
        2 as points_table,
        'Race' as session_category,
        9 as position,
        2 as points
    union all

    select
        2 as points_table,
        'Race' as session_category,
        10 as position,
        1 as points
    union all

    select
        3 as points_table,
        'Race' as session_category,
        1 as position,
        13 as points
    union all

    select
        3 as points_table,
        'Race' as session_category,
        2 as position,
        10 as points
    union all

    select
        3 as points_table,
        'Race' as session_category,
        3 as position,
        8 as points
    union all

    select
        3 as points_table,
        'Race' as session_category,
        4 as position,
        6 as points
    union all

    select
        3 as points_table,
        'Race' as session_category,
        5 as position,
        5 as points
    union all

    select
        3 as points_table,
        'Race' as session_category,
        6 as position,
        4 as points
    union all

    select
        3 as points_table,
        'Race' as session_category,
        7 as position,
        3 as points
    union all

    select
        3 as points_table,
        'Race' as session_category,
        8 as position,
        2 as points
    union all

    select
        3 as points_table,
        'Race' as session_category,
        9 as position,
        1 as points
    union all

    select
        4 as points_table,
        'Race' as session_category,
        1 as position,
        6 as points
    union all

    select
        4 as points_table,
        'Race' as session_category,
        2 as position,
        4 as points
    union all

    select
        4 as points_table,
        'Race' as session_category,
        3 as position,
        3 as points
    union all

    select
        4 as points_table,
        'Race' as session_category,
        4 as position,
        2 as points
    union all

    select
        4 as points_table,
        'Race' as session_category,
        5 as position,
        1 as points
    union all

    select
        5 as points_table,
        'Sprint' as session_category,
        1 as position,
        8 as points
    union all

    select
        5 as points_table,
        'Sprint' as session_category,
        2 as position,
        7 as points
    union all

    select
        5 as points_table,
        'Sprint' as session_category,
        3 as position,
        6 as points
    union all

    select
        5 as points_table,
        'Sprint' as session_category,
        4 as position,
        5 as points
    union all

    select
        5 as points_table,
        'Sprint' as session_category,
        5 as position,
        4 as points
    union all

    select
        5 as points_table,
        'Sprint' as session_category,
        6 as position,
        3 as points
    union all

    select
        5 as points_table,
        'Sprint' as session_category,
        7 as position,
        2 as points
    union all

    select
        5 as points_table,
        'Sprint' as session_category,
        8 as position,
        1 as points

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
    from gold_analytics.fact_results
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

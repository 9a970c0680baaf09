-- Points in races and sprints are those of the place, and a point for the fastest lap until 2024.

select
    points.session_key,
    sessions.meeting_name,
    points.session_category,
    points.driver_number,
    points.position,
    points.points,
    points.points_of_place
from gold_analytics.fact_points as points
left join gold_analytics.dim_sessions as sessions
    on points.session_key = sessions.session_key
where not points.is_fitting

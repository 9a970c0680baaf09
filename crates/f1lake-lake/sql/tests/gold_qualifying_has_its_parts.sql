-- Qualifying has as many parts by race control as the official result has times of, else three.

select session_key, parts, official_parts
from (with part_counts as (
    select session_key, 1 as parts, 0 as official_part
    from gold_analytics.fact_qualifying_parts
    union all
    select
        session_key,
        0 as parts,
        case
            when duration_q3 is not null then 3 when duration_q2 is not null then 2 when duration_q1 is not null then 1 else 0
        end as official_part
    from silver_clean.silver_session_result
    union all
    select distinct session_key, 0 as parts, 0 as official_part
    from silver_clean.silver_laps
),

parts_of_session as (
    select session_key, sum(parts) as parts, coalesce(nullif(max(official_part), 0), 3) as official_parts
    from part_counts
    group by session_key
)

select
    parts_of_session.session_key,
    parts_of_session.parts,
    parts_of_session.official_parts,
    parts_of_session.parts <> parts_of_session.official_parts as is_odd
from parts_of_session
inner join silver_clean.silver_sessions as sessions
    on parts_of_session.session_key = sessions.session_key
where sessions.session_category in ('Qualifying', 'Sprint Qualifying')) as compared
where is_odd

-- Joins neither drop nor double rows: each fact has as many rows a session as the table it is made of; a merged stint counts
-- for those it is made of.
{% set pairs = [
    ('fact_laps', 'silver_laps'),
    ('tyre_stints', 'silver_stints'),
    ('fact_stints', 'tyre_stints'),
    ('pit_passages', 'silver_pit'),
    ('fact_pit_stops', 'silver_pit'),
    ('fact_results', 'silver_session_result'),
    ('dim_sessions', 'silver_sessions'),
] %}
with counted as (
    {% for fact, silver in pairs %}
    select '{{ fact }}' as fact, session_key, sum(fact_rows) as fact_rows, sum(silver_rows) as silver_rows
    from (
        select session_key, {{ 'sum(api_stints)' if fact == 'tyre_stints' else 'count(*)' }} as fact_rows, 0 as silver_rows
        from {{ ref(fact) }}
        group by session_key
        union all
        select session_key, 0 as fact_rows, count(*) as silver_rows
        from {{ ref(silver) }}
        group by session_key
    ) as both_{{ loop.index }}
    group by session_key
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select *
from counted
where fact_rows <> silver_rows

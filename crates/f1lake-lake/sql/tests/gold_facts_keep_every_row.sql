-- Joins neither drop nor double rows: each fact has as many rows a session as the table it is made of; a merged stint counts
-- for those it is made of.

with counted as (

    select 'fact_laps' as fact, session_key, sum(fact_rows) as fact_rows, sum(silver_rows) as silver_rows
    from (
        select session_key, count(*) as fact_rows, 0 as silver_rows
        from gold_analytics.fact_laps
        group by session_key
        union all
        select session_key, 0 as fact_rows, count(*) as silver_rows
        from silver_clean.silver_laps
        group by session_key
    ) as both_1
    group by session_key
    union all

    select 'tyre_stints' as fact, session_key, sum(fact_rows) as fact_rows, sum(silver_rows) as silver_rows
    from (
        select session_key, sum(api_stints) as fact_rows, 0 as silver_rows
        from gold_analytics.tyre_stints
        group by session_key
        union all
        select session_key, 0 as fact_rows, count(*) as silver_rows
        from silver_clean.silver_stints
        group by session_key
    ) as both_2
    group by session_key
    union all

    select 'fact_stints' as fact, session_key, sum(fact_rows) as fact_rows, sum(silver_rows) as silver_rows
    from (
        select session_key, count(*) as fact_rows, 0 as silver_rows
        from gold_analytics.fact_stints
        group by session_key
        union all
        select session_key, 0 as fact_rows, count(*) as silver_rows
        from gold_analytics.tyre_stints
        group by session_key
    ) as both_3
    group by session_key
    union all

    select 'pit_passages' as fact, session_key, sum(fact_rows) as fact_rows, sum(silver_rows) as silver_rows
    from (
        select session_key, count(*) as fact_rows, 0 as silver_rows
        from gold_analytics.pit_passages
        group by session_key
        union all
        select session_key, 0 as fact_rows, count(*) as silver_rows
        from silver_clean.silver_pit
        group by session_key
    ) as both_4
    group by session_key
    union all

    select 'fact_pit_stops' as fact, session_key, sum(fact_rows) as fact_rows, sum(silver_rows) as silver_rows
    from (
        select session_key, count(*) as fact_rows, 0 as silver_rows
        from gold_analytics.fact_pit_stops
        group by session_key
        union all
        select session_key, 0 as fact_rows, count(*) as silver_rows
        from silver_clean.silver_pit
        group by session_key
    ) as both_5
    group by session_key
    union all

    select 'fact_results' as fact, session_key, sum(fact_rows) as fact_rows, sum(silver_rows) as silver_rows
    from (
        select session_key, count(*) as fact_rows, 0 as silver_rows
        from gold_analytics.fact_results
        group by session_key
        union all
        select session_key, 0 as fact_rows, count(*) as silver_rows
        from silver_clean.silver_session_result
        group by session_key
    ) as both_6
    group by session_key
    union all

    select 'dim_sessions' as fact, session_key, sum(fact_rows) as fact_rows, sum(silver_rows) as silver_rows
    from (
        select session_key, count(*) as fact_rows, 0 as silver_rows
        from gold_analytics.dim_sessions
        group by session_key
        union all
        select session_key, 0 as fact_rows, count(*) as silver_rows
        from silver_clean.silver_sessions
        group by session_key
    ) as both_7
    group by session_key

)

select *
from counted
where fact_rows <> silver_rows

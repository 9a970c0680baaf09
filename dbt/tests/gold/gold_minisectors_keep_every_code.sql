-- Every code of a lap is a row, also one that the feed lost, however many mini-sectors a circuit has.
with counted as (
    select
        session_key,
        sum(
            coalesce({{ array_length('segments_sector_1') }}, 0)
            + coalesce({{ array_length('segments_sector_2') }}, 0)
            + coalesce({{ array_length('segments_sector_3') }}, 0)
        ) as of_laps,
        0 as of_table
    from {{ ref('silver_laps') }}
    group by session_key
    union all
    select session_key, 0 as of_laps, count(*) as of_table
    from {{ ref('minisectors') }}
    group by session_key
)

select session_key, sum(of_laps) as codes, sum(of_table) as listed
from counted
group by session_key
having sum(of_laps) <> sum(of_table)

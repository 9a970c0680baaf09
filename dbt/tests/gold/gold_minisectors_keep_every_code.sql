-- Every code of a lap is a row, also one that the feed lost, however many mini-sectors a circuit has.
with counted as (
    select
        session_key,
        sum(
            coalesce({{ array_length('segments_sector_1') }}, 0)
            + coalesce({{ array_length('segments_sector_2') }}, 0)
            + coalesce({{ array_length('segments_sector_3') }}, 0)
        ) as codes,
        0 as listed
    from {{ ref('silver_laps') }}
    group by session_key
    union all
    select session_key, 0 as codes, count(*) as listed
    from {{ ref('minisectors') }}
    group by session_key
)

select session_key, sum(codes) as codes, sum(listed) as listed
from counted
group by session_key
having sum(codes) <> sum(listed)

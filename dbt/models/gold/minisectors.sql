{{ config(
    meta={
        'grain': 'session',
        'key': ['session_key', 'driver_number', 'lap_number', 'sector', 'segment'],
        'partition_by': [],
    }
) }}

{#- More than any circuit has in one sector; a data test finds a longer list. -#}
{%- set most_segments = 40 %}

with numbers as (
    {% for number in range(1, most_segments + 1) %}
    select cast({{ number }} as bigint) as number {{ 'union all' if not loop.last }}
    {% endfor %}
),

sectors as (
    {% for sector in [1, 2, 3] %}
    select
        session_key,
        driver_number,
        lap_number,
        cast({{ sector }} as bigint) as sector,
        segments_sector_{{ sector }} as segments
    from {{ session_rows(ref('silver_laps')) }}
    where segments_sector_{{ sector }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

listed as (
    select
        sectors.session_key,
        sectors.driver_number,
        sectors.lap_number,
        sectors.sector,
        numbers.number as segment,
        {{ array_length('sectors.segments') }} as segments_in_sector,
        {{ element_of('sectors.segments', 'numbers.number') }} as code
    from sectors
    cross join numbers
    where numbers.number <= {{ array_length('sectors.segments') }}
)

select
    listed.session_key,
    laps.meeting_key,
    laps.session_category,
    laps.season,
    laps.circuit_short_name,
    listed.driver_number,
    laps.driver_id,
    laps.name_acronym,
    listed.lap_number,
    laps.qualifying_phase,
    laps.is_timed_lap,
    listed.sector,
    listed.segment,
    listed.segments_in_sector,
    listed.code,
    case listed.code
        when 0 then 'not available'
        when 2048 then 'yellow'
        when 2049 then 'green'
        when 2051 then 'purple'
        when 2064 then 'pit lane'
        else case when listed.code is not null then 'unknown' end
    end as status,
    laps.session_name
from listed
inner join {{ session_rows(ref('fact_laps')) }} as laps
    on
        listed.session_key = laps.session_key
        and listed.driver_number = laps.driver_number
        and listed.lap_number = laps.lap_number

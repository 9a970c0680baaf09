with numbers as (

    select cast(1 as bigint) as number union all

    select cast(2 as bigint) as number union all

    select cast(3 as bigint) as number union all

    select cast(4 as bigint) as number union all

    select cast(5 as bigint) as number union all

    select cast(6 as bigint) as number union all

    select cast(7 as bigint) as number union all

    select cast(8 as bigint) as number union all

    select cast(9 as bigint) as number union all

    select cast(10 as bigint) as number union all

    select cast(11 as bigint) as number union all

    select cast(12 as bigint) as number union all

    select cast(13 as bigint) as number union all

    select cast(14 as bigint) as number union all

    select cast(15 as bigint) as number union all

    select cast(16 as bigint) as number union all

    select cast(17 as bigint) as number union all

    select cast(18 as bigint) as number union all

    select cast(19 as bigint) as number union all

    select cast(20 as bigint) as number union all

    select cast(21 as bigint) as number union all

    select cast(22 as bigint) as number union all

    select cast(23 as bigint) as number union all

    select cast(24 as bigint) as number union all

    select cast(25 as bigint) as number union all

    select cast(26 as bigint) as number union all

    select cast(27 as bigint) as number union all

    select cast(28 as bigint) as number union all

    select cast(29 as bigint) as number union all

    select cast(30 as bigint) as number union all

    select cast(31 as bigint) as number union all

    select cast(32 as bigint) as number union all

    select cast(33 as bigint) as number union all

    select cast(34 as bigint) as number union all

    select cast(35 as bigint) as number union all

    select cast(36 as bigint) as number union all

    select cast(37 as bigint) as number union all

    select cast(38 as bigint) as number union all

    select cast(39 as bigint) as number union all

    select cast(40 as bigint) as number

),

sectors as (

    select
        session_key,
        driver_number,
        lap_number,
        cast(1 as bigint) as sector,
        segments_sector_1 as segments
    from silver_clean.silver_laps
    where segments_sector_1 is not null
    union all

    select
        session_key,
        driver_number,
        lap_number,
        cast(2 as bigint) as sector,
        segments_sector_2 as segments
    from silver_clean.silver_laps
    where segments_sector_2 is not null
    union all

    select
        session_key,
        driver_number,
        lap_number,
        cast(3 as bigint) as sector,
        segments_sector_3 as segments
    from silver_clean.silver_laps
    where segments_sector_3 is not null

),

listed as (
    select
        sectors.session_key,
        sectors.driver_number,
        sectors.lap_number,
        sectors.sector,
        numbers.number as segment,
        cast(array_length(sectors.segments) as bigint) as segments_in_sector,
        sectors.segments[numbers.number] as code
    from sectors
    cross join numbers
    where numbers.number <= cast(array_length(sectors.segments) as bigint)
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
inner join gold_analytics.fact_laps as laps
    on
        listed.session_key = laps.session_key
        and listed.driver_number = laps.driver_number
        and listed.lap_number = laps.lap_number

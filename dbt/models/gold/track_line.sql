{{ config(meta={'grain': 'session', 'key': ['session_key', 'bin'], 'partition_by': []}) }}

{%- set bins = 300 %}

-- Up to 30 of the fastest laps, within 103 % of the best.
with ranked as (
    select
        session_key,
        driver_number,
        lap_number,
        {{ millis('lap_duration') }} as lap_ms,
        min({{ millis('lap_duration') }}) over (partition by session_key) as best_ms,
        row_number() over (partition by session_key order by lap_duration, driver_number, lap_number) as place
    from {{ session_rows(ref('fact_laps')) }}
    where is_timed_lap
),

fast_laps as (
    select session_key, driver_number, lap_number
    from ranked
    where place <= 30 and lap_ms * 100 <= best_ms * 103
),

-- A location is older than the sample that carries it, so it belongs as much further back.
samples as (
    select
        telemetry.session_key,
        telemetry.driver_number,
        telemetry.lap_number,
        telemetry.speed,
        telemetry.x,
        telemetry.y,
        telemetry.lap_distance_m - telemetry.speed * telemetry.location_age_s / 3.6 as distance_m,
        max(telemetry.lap_distance_m) over (
            partition by telemetry.session_key, telemetry.driver_number, telemetry.lap_number
        ) as length_m
    from {{ session_rows(ref('fact_lap_telemetry')) }} as telemetry
    inner join fast_laps
        on
            telemetry.session_key = fast_laps.session_key
            and telemetry.driver_number = fast_laps.driver_number
            and telemetry.lap_number = fast_laps.lap_number
),

lengths as (
    select session_key, driver_number, lap_number, max(length_m) as length_m
    from samples
    group by session_key, driver_number, lap_number
),

circuits as (
    select session_key, median(length_m) as length_m
    from lengths
    where length_m > 0
    group by session_key
),

-- A lap whose telemetry has a hole is too short.
whole as (
    select
        samples.session_key,
        samples.driver_number,
        samples.lap_number,
        samples.speed,
        samples.x,
        samples.y,
        circuits.length_m,
        1 + cast(floor(samples.distance_m / samples.length_m * {{ bins }}) as bigint) as bin
    from samples
    inner join circuits
        on samples.session_key = circuits.session_key
    where
        samples.x is not null
        and samples.distance_m >= 0
        and samples.distance_m < samples.length_m
        and abs(samples.length_m - circuits.length_m) <= circuits.length_m * 0.02
),

lines as (
    select
        session_key,
        bin,
        max(length_m) as length_m,
        count(*) as samples,
        {{ ratio('sum(x)', 'count(*)') }} as x,
        {{ ratio('sum(y)', 'count(*)') }} as y,
        {{ ratio('sum(speed)', 'count(*)') }} as speed_mean
    from whole
    group by session_key, bin
),

laps as (
    select session_key, count(*) as laps
    from (select distinct session_key, driver_number, lap_number from whole) as each_once
    group by session_key
)

select
    lines.session_key,
    sessions.meeting_key,
    sessions.session_category,
    sessions.year as season,
    sessions.circuit_key,
    sessions.circuit_short_name,
    lines.bin,
    lines.length_m * (lines.bin - 0.5) / {{ bins }} as distance_m,
    lines.length_m,
    lines.x,
    lines.y,
    lines.speed_mean,
    cast(lines.samples as bigint) as samples,
    cast(laps.laps as bigint) as laps,
    sessions.session_name
from lines
inner join laps
    on lines.session_key = laps.session_key
inner join {{ session_rows(ref('silver_sessions')) }} as sessions
    on lines.session_key = sessions.session_key

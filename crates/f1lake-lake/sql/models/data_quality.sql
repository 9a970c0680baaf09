with sessions as (
    select
        session_key,
        meeting_key,
        session_name,
        session_category,
        year,
        batch_day,
        date_end,
        session_category in ('Race', 'Sprint') as is_race
    from silver_clean.silver_sessions
),

checks as (

    select 1 as check_order, 'missing_endpoints' as check_name, 'Endpoints that a session of this category has and that gave no row' as description
    union all

    select 2 as check_order, 'rescued_rows' as check_name, 'Rows with fields without a column or of an unexpected type' as description
    union all

    select 3 as check_order, 'quarantined_rows' as check_name, 'Rows without a key, which are not in the tables' as description
    union all

    select 4 as check_order, 'duplicate_keys' as check_name, 'Rows that repeat the key of another row and were dropped' as description
    union all

    select 5 as check_order, 'null_names' as check_name, 'Drivers without name, acronym or team' as description
    union all

    select 6 as check_order, 'unknown_drivers' as check_name, 'Cars with laps that the list of drivers does not have' as description
    union all

    select 7 as check_order, 'drivers_without_laps' as check_name, 'Listed drivers without a lap' as description
    union all

    select 8 as check_order, 'lap_gaps' as check_name, 'Laps missing between the first lap and the last one of a driver' as description
    union all

    select 9 as check_order, 'laps_without_start' as check_name, 'Laps whose start was not sent' as description
    union all

    select 10 as check_order, 'sectors_do_not_add_up' as check_name, 'Laps whose three sectors differ from the lap time by 0.01 s or more' as description
    union all

    select 11 as check_order, 'faults_of_the_feed' as check_name, 'Lap times that are a sum of two sectors or repeat an earlier lap, and do not count' as description
    union all

    select 12 as check_order, 'overlapping_stints' as check_name, 'Stints whose first or last lap was repaired, or that still overlap the next one' as description
    union all

    select 13 as check_order, 'stints_without_tyre_change' as check_name, 'Stints of the API that no change of tyres separates from the one before; merged' as description
    union all

    select 14 as check_order, 'laps_without_stint' as check_name, 'Laps that no stint covers' as description
    union all

    select 15 as check_order, 'doubtful_pit_stops' as check_name, 'Passages through the pit lane of a race that only the time in the lane tells from a stop, or nothing' as description
    union all

    select 16 as check_order, 'stints_differ_from_stops' as check_name, 'Cars of a race whose stints are not one more than their changes of tyres in the pit lane' as description
    union all

    select 17 as check_order, 'stops_within_a_stint' as check_name, 'Stops in a race with the same tyres before and after' as description
    union all

    select 18 as check_order, 'neutralisations_without_end' as check_name, 'Neutralisations of a race without an end though the race went on for 15 minutes' as description
    union all

    select 19 as check_order, 'unmatched_deletions' as check_name, 'Lap times that race control deleted and that no lap has' as description
    union all

    select 20 as check_order, 'unparsed_steward_messages' as check_name, 'Messages about incidents, penalties and deleted laps that are not understood' as description
    union all

    select 21 as check_order, 'gaps_differ_from_laps' as check_name, 'Laps of a race at whose end the gap to the leader is not that of the times at the line' as description
    union all

    select 22 as check_order, 'positions_differ_from_laps' as check_name, 'Laps of a race at whose end the position is not the place among those who ended that lap' as description
    union all

    select 23 as check_order, 'parts_differ_from_result' as check_name, 'Qualifyings whose parts by race control are not those of the official result, or three' as description
    union all

    select 24 as check_order, 'laps_differ_from_result' as check_name, 'Drivers whose number of laps is not that of the official result' as description
    union all

    select 25 as check_order, 'position_differs_from_result' as check_name, 'Classified drivers whose last position on the track is not the official one' as description
    union all

    select 26 as check_order, 'last_lap_differs_from_result' as check_name, 'Classified drivers who lost a place after the last lap of a race without a penalty that explains it' as description
    union all

    select 27 as check_order, 'best_lap_differs_from_result' as check_name, 'Drivers whose best lap is not the official one, in practice and qualifying' as description
    union all

    select 28 as check_order, 'order_differs_from_result' as check_name, 'Classified drivers whose position by the timing alone is not the official one' as description
    union all

    select 29 as check_order, 'points_do_not_fit_places' as check_name, 'Drivers whose points in a race or sprint do not match their position' as description
    union all

    select 30 as check_order, 'points_differ_from_standings' as check_name, 'Drivers and teams whose points in a race are not what their points in the standings grew by' as description
    union all

    select 31 as check_order, 'result_may_have_changed' as check_name, 'Results last fetched less than 30 days after the session' as description
    union all

    select 32 as check_order, 'drivers_without_telemetry' as check_name, 'Drivers with laps but without car data or location, where telemetry was requested' as description
    union all

    select 33 as check_order, 'frozen_location' as check_name, 'Laps of at least 1 km during which the location did not move 10 m' as description
    union all

    select 34 as check_order, 'samples_without_location' as check_name, 'Telemetry samples without a location within 0.5 s' as description
    union all

    select 35 as check_order, 'laps_without_telemetry' as check_name, 'Timed laps without telemetry, of drivers who have some' as description

),

-- Every check gives, per session and driver (0: none in particular), what it looked at and how much of it is odd.
loads as (
    select
        bronze.session_key,
        case
            when bronze.table_name like '%bronze_%' then regexp_replace(bronze.table_name, '^.*bronze_', '', 'g')
            else bronze.table_name
        end as landing_name,
        bronze.rows as loaded_rows,
        bronze.rescued_rows,
        bronze.quarantined_rows,
        bronze.extracted_at
    from bronze_raw.bronze_loads as bronze
),

endpoints as (
    select loads.*
    from loads
    inner join sessions
        on loads.session_key = sessions.session_key
    where
        loads.landing_name in (
            'car_data', 'drivers', 'laps', 'locations', 'position', 'race_control', 'session_result', 'stints', 'weather'
        )
        or (sessions.is_race and loads.landing_name in ('intervals', 'overtakes', 'pit', 'starting_grid'))
        or (
            sessions.session_category = 'Race' and sessions.year >= 2026
            and loads.landing_name in ('championship_drivers', 'championship_teams')
        )
),

kept as (

    select session_key, 'drivers' as landing_name, count(*) as kept_rows
    from silver_clean.silver_drivers
    group by session_key
    union all

    select session_key, 'laps' as landing_name, count(*) as kept_rows
    from silver_clean.silver_laps
    group by session_key
    union all

    select session_key, 'pit' as landing_name, count(*) as kept_rows
    from silver_clean.silver_pit
    group by session_key
    union all

    select session_key, 'position' as landing_name, count(*) as kept_rows
    from silver_clean.silver_position
    group by session_key
    union all

    select session_key, 'race_control' as landing_name, count(*) as kept_rows
    from silver_clean.silver_race_control
    group by session_key
    union all

    select session_key, 'session_result' as landing_name, count(*) as kept_rows
    from silver_clean.silver_session_result
    group by session_key
    union all

    select session_key, 'stints' as landing_name, count(*) as kept_rows
    from silver_clean.silver_stints
    group by session_key
    union all

    select session_key, 'weather' as landing_name, count(*) as kept_rows
    from silver_clean.silver_weather
    group by session_key
    union all

    select session_key, 'car_data' as landing_name, count(*) as kept_rows
    from silver_clean.silver_car_data
    group by session_key
    union all

    select session_key, 'locations' as landing_name, count(*) as kept_rows
    from silver_clean.silver_locations
    group by session_key
    union all

    select session_key, 'intervals' as landing_name, count(*) as kept_rows
    from silver_clean.silver_intervals
    group by session_key
    union all

    select session_key, 'overtakes' as landing_name, count(*) as kept_rows
    from silver_clean.silver_overtakes
    group by session_key
    union all

    select session_key, 'starting_grid' as landing_name, count(*) as kept_rows
    from silver_clean.silver_starting_grid
    group by session_key

),

lap_counts as (
    select
        session_key,
        driver_number,
        count(*) as laps,
        min(lap_number) as first_lap,
        max(lap_number) as last_lap,
        count(case when date_start is null or is_start_estimated then 1 end) as laps_without_start,
        count(case when sector_completeness = 3 and lap_duration is not null then 1 end) as laps_with_sectors,
        count(case
            when
                abs(
                    cast(round((lap_duration) * 1000) as bigint) - cast(round((duration_sector_1) * 1000) as bigint)
                    - cast(round((duration_sector_2) * 1000) as bigint) - cast(round((duration_sector_3) * 1000) as bigint)
                ) >= 10
                then 1
        end) as laps_that_differ,
        count(case when stint_number is null then 1 end) as laps_without_stint,
        max(case when driver_id is null and name_acronym is null then 1 else 0 end) as is_unknown
    from gold_analytics.fact_laps
    group by session_key, driver_number
),

deletions as (
    select
        session_key,
        message,
        cast(nullif((regexp_match(message, '^CAR ([0-9]+) '))[1], '') as bigint) as driver_number,
        count(*) as messages
    from silver_clean.silver_race_control
    where message like 'CAR % TIME % DELETED %'
    group by session_key, message
),

verdicts as (
    select distinct session_key, verdict_message
    from gold_analytics.fact_laps
    where verdict_message is not null
),

reinstatements as (
    select distinct
        session_key,
        cast(nullif((regexp_match(message, '^CAR ([0-9]+) '))[1], '') as bigint) as driver_number,
        nullif((regexp_match(message, ' TIME ([0-9:.]+) '))[1], '') as time_text
    from silver_clean.silver_race_control
    where message like 'CAR % TIME % WILL BE REINSTATED%'
),

timing_order as (
    select
        session_key,
        driver_number,
        official_position,
        session_category,
        last_position,
        laps_completed
    from gold_analytics.session_leaderboard
),

results as (
    select session_key, driver_number, position, number_of_laps
    from gold_analytics.fact_results
),

lap_locations as (
    select
        session_key,
        driver_number,
        lap_number,
        count(*) as samples,
        count(x) as located_samples,
        max(lap_distance_m) as distance_m,
        max(x) - min(x) + max(y) - min(y) as extent
    from gold_analytics.fact_lap_telemetry
    group by session_key, driver_number, lap_number
),

drivers_with_telemetry as (
    select distinct session_key, driver_number
    from lap_locations
),

finishes as (
    select session_key, min(date) as date
    from silver_clean.silver_race_control
    where event = 'chequered_flag'
    group by session_key
),

telemetry_asked_for as (
    select distinct session_key, landing_name
    from loads
    where landing_name in ('car_data', 'locations')
),

cars_with_telemetry as (

    select distinct session_key, driver_number, 'car_data' as landing_name
    from silver_clean.silver_car_data
    union all

    select distinct session_key, driver_number, 'locations' as landing_name
    from silver_clean.silver_locations

),

sessions_with_laps as (
    select distinct session_key
    from lap_counts
),

sessions_with_stints as (
    select distinct session_key
    from silver_clean.silver_stints
),

following_stints as (
    select
        session_key,
        driver_number,
        is_repaired,
        lap_end,
        lead(lap_start) over (partition by session_key, driver_number order by stint_number) as next_lap_start
    from silver_clean.silver_stints
),

found as (
    select
        session_key,
        'missing_endpoints' as check_name,
        cast(0 as bigint) as driver_number,
        count(case when coalesce(loaded_rows, 0) = 0 then 1 end) as odd,
        count(*) as looked_at
    from endpoints
    group by session_key
    union all
    select
        session_key,
        'rescued_rows' as check_name,
        cast(0 as bigint) as driver_number,
        sum(rescued_rows) as odd,
        sum(loaded_rows) as looked_at
    from loads
    group by session_key
    union all
    select
        session_key,
        'quarantined_rows' as check_name,
        cast(0 as bigint) as driver_number,
        sum(quarantined_rows) as odd,
        sum(loaded_rows + quarantined_rows) as looked_at
    from loads
    group by session_key
    union all
    select
        loads.session_key,
        'duplicate_keys' as check_name,
        cast(0 as bigint) as driver_number,
        sum(loads.loaded_rows - coalesce(kept.kept_rows, 0)) as odd,
        sum(loads.loaded_rows) as looked_at
    from loads
    left join kept
        on loads.session_key = kept.session_key and loads.landing_name = kept.landing_name
    where
        loads.landing_name in (
            'drivers', 'laps', 'pit', 'position', 'race_control', 'session_result', 'stints', 'weather', 'car_data',
            'locations', 'intervals', 'overtakes', 'starting_grid'
        )
    group by loads.session_key
    union all
    select
        session_key,
        'null_names' as check_name,
        driver_number,
        case when full_name is null or name_acronym is null or team_name is null then 1 else 0 end as odd,
        1 as looked_at
    from silver_clean.silver_drivers
    union all
    select
        session_key,
        'unknown_drivers' as check_name,
        driver_number,
        is_unknown as odd,
        1 as looked_at
    from lap_counts
    union all
    select
        drivers.session_key,
        'drivers_without_laps' as check_name,
        drivers.driver_number,
        case when lap_counts.laps is null then 1 else 0 end as odd,
        1 as looked_at
    from silver_clean.silver_drivers as drivers
    inner join sessions_with_laps
        on drivers.session_key = sessions_with_laps.session_key
    left join lap_counts
        on drivers.session_key = lap_counts.session_key and drivers.driver_number = lap_counts.driver_number
    union all
    select
        session_key,
        'lap_gaps' as check_name,
        driver_number,
        last_lap - first_lap + 1 - laps as odd,
        last_lap - first_lap + 1 as looked_at
    from lap_counts
    union all
    select
        session_key,
        'laps_without_start' as check_name,
        driver_number,
        laps_without_start as odd,
        laps as looked_at
    from lap_counts
    union all
    select
        session_key,
        'sectors_do_not_add_up' as check_name,
        driver_number,
        laps_that_differ as odd,
        laps_with_sectors as looked_at
    from lap_counts
    union all
    select
        session_key,
        'faults_of_the_feed' as check_name,
        driver_number,
        case when glitch is not null then 1 else 0 end as odd,
        1 as looked_at
    from silver_clean.silver_laps
    where lap_duration is not null
    union all
    select
        session_key,
        'stints_without_tyre_change' as check_name,
        driver_number,
        api_stints - 1 as odd,
        api_stints as looked_at
    from gold_analytics.tyre_stints
    union all
    select
        passages.session_key,
        'doubtful_pit_stops' as check_name,
        passages.driver_number,
        case when passages.pit_type is null or passages.pit_type_source = 'lane time' then 1 else 0 end as odd,
        1 as looked_at
    from gold_analytics.pit_passages as passages
    inner join sessions
        on passages.session_key = sessions.session_key
    where sessions.is_race
    union all
    select
        neutralisations.session_key,
        'neutralisations_without_end' as check_name,
        cast(0 as bigint) as driver_number,
        case
            when
                neutralisations.date_end is null
                and (
                    finishes.date is null
                    or cast(arrow_cast(finishes.date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) > cast(arrow_cast(neutralisations.date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint) + 900000000
                )
                then 1
            else 0
        end as odd,
        1 as looked_at
    from gold_analytics.fact_neutralisations as neutralisations
    inner join sessions
        on neutralisations.session_key = sessions.session_key
    left join finishes
        on neutralisations.session_key = finishes.session_key
    where sessions.is_race
    union all
    select
        session_key,
        'overlapping_stints' as check_name,
        driver_number,
        case when is_repaired or lap_end >= next_lap_start then 1 else 0 end as odd,
        1 as looked_at
    from following_stints
    union all
    select
        lap_counts.session_key,
        'laps_without_stint' as check_name,
        lap_counts.driver_number,
        lap_counts.laps_without_stint as odd,
        lap_counts.laps as looked_at
    from lap_counts
    inner join sessions_with_stints
        on lap_counts.session_key = sessions_with_stints.session_key
    union all
    -- A deletion that was taken back is matched by the message that took it back.
    select
        deletions.session_key,
        'unmatched_deletions' as check_name,
        deletions.driver_number,
        case when verdicts.verdict_message is null and reinstatements.time_text is null then 1 else 0 end as odd,
        1 as looked_at
    from deletions
    inner join sessions_with_laps
        on deletions.session_key = sessions_with_laps.session_key
    left join verdicts
        on deletions.session_key = verdicts.session_key and deletions.message = verdicts.verdict_message
    left join reinstatements
        on
            deletions.session_key = reinstatements.session_key
            and deletions.driver_number = reinstatements.driver_number
            and nullif((regexp_match(deletions.message, ' TIME ([0-9:.]+) '))[1], '') = reinstatements.time_text
    union all
    select
        session_key,
        'unparsed_steward_messages' as check_name,
        coalesce(driver_number, 0) as driver_number,
        case when verdict is null then 1 else 0 end as odd,
        1 as looked_at
    from gold_analytics.steward_messages
    where car_order = 1
    union all
    select
        results.session_key,
        'laps_differ_from_result' as check_name,
        results.driver_number,
        case when timing_order.laps_completed <> results.number_of_laps then 1 else 0 end as odd,
        1 as looked_at
    from results
    inner join sessions
        on results.session_key = sessions.session_key
    inner join sessions_with_laps
        on results.session_key = sessions_with_laps.session_key
    inner join timing_order
        on results.session_key = timing_order.session_key and results.driver_number = timing_order.driver_number
    where sessions.is_race and results.number_of_laps is not null
    union all
    select
        session_key,
        'position_differs_from_result' as check_name,
        driver_number,
        case when last_position <> official_position then 1 else 0 end as odd,
        1 as looked_at
    from timing_order
    where session_category in ('Race', 'Sprint') and last_position is not null and official_position is not null
    union all
    select
        session_key,
        'points_do_not_fit_places' as check_name,
        driver_number,
        case when is_fitting then 0 else 1 end as odd,
        1 as looked_at
    from gold_analytics.fact_points
    union all

    select
        session_key,
        'stints_differ_from_stops' as check_name,
        driver_number,
        case when is_odd then 1 else 0 end as odd,
        1 as looked_at
    from (
        with tyre_events as (
    select
        session_key, driver_number, 1 as is_stint, 0 as is_passage, 0 as is_stop, 0 as is_red_flag_change,
        lap_start as lap_number
    from gold_analytics.tyre_stints
    union all
    select
        passages.session_key,
        passages.driver_number,
        0 as is_stint,
        1 as is_passage,
        case
            when passages.pit_type = 'stop' and (passages.is_tyre_change or kept.lap_start is null) then 1 else 0
        end as is_stop,
        case when passages.pit_type = 'red_flag' and passages.is_tyre_change then 1 else 0 end as is_red_flag_change,
        passages.lap_number
    from gold_analytics.pit_passages as passages
    left join (select distinct session_key, driver_number, lap_start
    from silver_clean.silver_stints
    where is_age_continued) as kept
        on
            passages.session_key = kept.session_key
            and passages.driver_number = kept.driver_number
            and passages.out_lap_number = kept.lap_start
    union all
    select
        session_key, driver_number, 0 as is_stint, 0 as is_passage, 0 as is_stop, 0 as is_red_flag_change,
        lap_number
    from silver_clean.silver_laps
    union all
    select
        session_key, driver_number, 0 as is_stint, 0 as is_passage, 0 as is_stop, 0 as is_red_flag_change,
        number_of_laps as lap_number
    from silver_clean.silver_session_result
),

placed_events as (
    select
        *,
        max(case when is_passage = 0 then lap_number end) over (partition by session_key, driver_number) as last_lap,
        max(is_passage) over (partition by session_key) as has_passages
    from tyre_events
),

tyre_counts as (
    select
        session_key,
        driver_number,
        sum(is_stint) as stints,
        sum(case when lap_number < last_lap then is_stop else 0 end) as stops,
        sum(is_red_flag_change) as red_flag_changes
    from placed_events
    where has_passages = 1
    group by session_key, driver_number
)

select
    tyre_counts.session_key,
    tyre_counts.driver_number,
    tyre_counts.stints,
    tyre_counts.stops,
    tyre_counts.red_flag_changes,
    tyre_counts.stints - 1 <> tyre_counts.stops + tyre_counts.red_flag_changes as is_odd
from tyre_counts
inner join silver_clean.silver_sessions as sessions
    on tyre_counts.session_key = sessions.session_key
where sessions.session_category in ('Race', 'Sprint') and tyre_counts.stints > 0
    ) as compared
    union all

    select
        session_key,
        'stops_within_a_stint' as check_name,
        driver_number,
        case when is_odd then 1 else 0 end as odd,
        1 as looked_at
    from (
        select
    stops.session_key,
    stops.driver_number,
    stops.stop_number,
    stops.lap_number,
    stops.out_lap_number,
    stops.stint_before,
    stops.stint_after,
    stops.stint_before = stops.stint_after
    and (stints.lap_end is null or stops.out_lap_number <= stints.lap_end) as is_odd
from gold_analytics.fact_pit_stops as stops
inner join gold_analytics.tyre_stints as stints
    on
        stops.session_key = stints.session_key
        and stops.driver_number = stints.driver_number
        and stops.stint_before = stints.stint_number
left join (select distinct session_key, driver_number, lap_start
    from silver_clean.silver_stints
    where is_age_continued) as kept
    on
        stops.session_key = kept.session_key
        and stops.driver_number = kept.driver_number
        and stops.out_lap_number = kept.lap_start
where stops.pit_type = 'stop' and kept.lap_start is null
    ) as compared
    union all

    select
        session_key,
        'gaps_differ_from_laps' as check_name,
        driver_number,
        case when is_odd then 1 else 0 end as odd,
        1 as looked_at
    from (
        with gap_crossings as (
    select
        session_key,
        driver_number,
        lap_number,
        micros,
        is_comparable,
        is_in_pit_lane,
        place,
        lead(place) over (partition by session_key, driver_number order by lap_number) as next_place,
        1 + count(*) over (
            partition by session_key, lap_number order by micros range between unbounded preceding and 300000 preceding
        ) as first_place,
        count(*) over (
            partition by session_key, lap_number order by micros range between unbounded preceding and 300000 following
        ) as last_place,
        min(micros) over (partition by session_key, lap_number) as leader_micros,
        max(lap_number) over (partition by session_key) as last_lap,
        sum(case when next_lap > lap_number + 1 or (previous_lap is null and lap_number > 1) then 1 else 0 end) over (
            partition by session_key
        ) as missing_laps
    from (
        select
            session_key,
            driver_number,
            lap_number,
            cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros,
            not is_under_red_flag as is_comparable,
            is_pit_in_lap or coalesce(is_pit_out_lap, false) as is_in_pit_lane,
            lag(lap_number) over (partition by session_key, driver_number order by lap_number) as previous_lap,
            lead(lap_number) over (partition by session_key, driver_number order by lap_number) as next_lap,
            row_number() over (partition by session_key, lap_number order by date_end, driver_number) as place
        from gold_analytics.fact_laps
        where session_category in ('Race', 'Sprint') and date_end is not null
    ) as laps
),

led_crossings as (
    select
        *,
        max(case when place = 1 and next_place = 1 then 1 else 0 end) over (partition by session_key, lap_number)
            as is_leader_certain
    from gap_crossings
),

gap_timeline as (
    select
        session_key, driver_number, micros, lap_number, micros - leader_micros as crossing_gap,
        is_comparable and not is_in_pit_lane and is_leader_certain = 1 and next_place is not null as is_comparable,
        cast(null as bigint) as gap
    from led_crossings
    union all
    select
        session_key, driver_number, cast(arrow_cast(date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros, cast(null as bigint) as lap_number,
        cast(null as bigint) as crossing_gap, false as is_comparable, cast(round(gap_to_leader_seconds * 1e6) as bigint) as gap
    from silver_clean.silver_intervals
    where gap_to_leader_seconds is not null
),

gaps_at_line as (
    select
        *,
        min(gap) over (
            partition by session_key, driver_number order by micros range between 12000000 preceding and 12000000 following
        ) as least_gap,
        max(gap) over (
            partition by session_key, driver_number order by micros range between 12000000 preceding and 12000000 following
        ) as greatest_gap,
        count(gap) over (
            partition by session_key, driver_number order by micros range between 12000000 preceding and current row
        ) as gaps_before,
        count(gap) over (
            partition by session_key, driver_number order by micros range between current row and 12000000 following
        ) as gaps_after
    from gap_timeline
)

select
    session_key,
    driver_number,
    lap_number,
    crossing_gap / 1e6 as gap_at_line_s,
    least_gap / 1e6 as least_gap_s,
    greatest_gap / 1e6 as greatest_gap_s,
    crossing_gap < least_gap - 1000000 or crossing_gap > greatest_gap + 1000000 as is_odd
from gaps_at_line
where is_comparable and gaps_before > 0 and gaps_after > 0
    ) as compared
    union all

    select
        session_key,
        'positions_differ_from_laps' as check_name,
        driver_number,
        case when is_odd then 1 else 0 end as odd,
        1 as looked_at
    from (
        with place_crossings as (
    select
        session_key,
        driver_number,
        lap_number,
        micros,
        is_comparable,
        is_in_pit_lane,
        place,
        lead(place) over (partition by session_key, driver_number order by lap_number) as next_place,
        1 + count(*) over (
            partition by session_key, lap_number order by micros range between unbounded preceding and 300000 preceding
        ) as first_place,
        count(*) over (
            partition by session_key, lap_number order by micros range between unbounded preceding and 300000 following
        ) as last_place,
        min(micros) over (partition by session_key, lap_number) as leader_micros,
        max(lap_number) over (partition by session_key) as last_lap,
        sum(case when next_lap > lap_number + 1 or (previous_lap is null and lap_number > 1) then 1 else 0 end) over (
            partition by session_key
        ) as missing_laps
    from (
        select
            session_key,
            driver_number,
            lap_number,
            cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros,
            not is_under_red_flag as is_comparable,
            is_pit_in_lap or coalesce(is_pit_out_lap, false) as is_in_pit_lane,
            lag(lap_number) over (partition by session_key, driver_number order by lap_number) as previous_lap,
            lead(lap_number) over (partition by session_key, driver_number order by lap_number) as next_lap,
            row_number() over (partition by session_key, lap_number order by date_end, driver_number) as place
        from gold_analytics.fact_laps
        where session_category in ('Race', 'Sprint') and date_end is not null
    ) as laps
),

finished_crossings as (
    select
        *,
        min(case when lap_number = last_lap then micros end) over (partition by session_key) as finish_micros
    from place_crossings
),

place_timeline as (
    select
        session_key, driver_number, micros, 1 as kind, lap_number, first_place, last_place + missing_laps as last_place,
        is_comparable and micros < finish_micros as is_comparable,
        cast(null as bigint) as position, cast(null as bigint) as sent_micros
    from finished_crossings
    union all
    select
        session_key, driver_number, cast(arrow_cast(date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros, 0 as kind, cast(null as bigint) as lap_number,
        cast(null as bigint) as first_place, cast(null as bigint) as last_place, false as is_comparable,
        position, cast(arrow_cast(date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as sent_micros
    from silver_clean.silver_position
    where position is not null
),

bracketed_places as (
    select
        *,
        last_value(position) ignore nulls over (partition by session_key, driver_number order by micros, kind, lap_number rows between unbounded preceding and current row) as position_before,
        first_value(position) ignore nulls over (partition by session_key, driver_number order by micros, kind, lap_number rows between current row and unbounded following) as position_after,
        first_value(sent_micros) ignore nulls over (partition by session_key, driver_number order by micros, kind, lap_number rows between current row and unbounded following) as micros_after
    from place_timeline
),

compared_places as (
    select
        *,
        case when micros_after <= micros + 2000000 then position_after else position_before end as position_soon
    from bracketed_places
    where kind = 1 and is_comparable and position_before is not null
)

select
    session_key,
    driver_number,
    lap_number,
    first_place,
    last_place,
    position_before,
    position_soon,
    greatest(position_before, position_soon) < first_place or least(position_before, position_soon) > last_place as is_odd
from compared_places
    ) as compared
    union all

    select
        session_key,
        'last_lap_differs_from_result' as check_name,
        driver_number,
        case when is_odd then 1 else 0 end as odd,
        1 as looked_at
    from (
        with time_penalties as (
    select
        session_key,
        cast(nullif((regexp_match(message, 'CAR ([0-9]+)'))[1], '') as bigint) as driver_number,
        sum(
            cast(nullif((regexp_match(message, '([0-9]+) SECOND TIME PENALTY'))[1], '') as bigint)
            * case when message like '%SERVED%' then -1 else 1 end
        ) as seconds
    from silver_clean.silver_race_control
    where message like '% SECOND TIME PENALTY%'
    group by session_key, cast(nullif((regexp_match(message, 'CAR ([0-9]+)'))[1], '') as bigint)
),

race_finishers as (
    select
        board.session_key,
        board.driver_number,
        board.official_position,
        board.laps_completed,
        cast(arrow_cast(laps.date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros,
        coalesce(time_penalties.seconds, 0) as penalty_s
    from gold_analytics.session_leaderboard as board
    inner join gold_analytics.fact_results as results
        on board.session_key = results.session_key and board.driver_number = results.driver_number
    inner join gold_analytics.fact_laps as laps
        on
            board.session_key = laps.session_key
            and board.driver_number = laps.driver_number
            and board.laps_completed = laps.lap_number
    left join time_penalties
        on board.session_key = time_penalties.session_key and board.driver_number = time_penalties.driver_number
    where
        board.session_category in ('Race', 'Sprint')
        and board.official_position is not null
        and board.laps_completed = coalesce(results.number_of_laps, board.laps_completed)
        and laps.date_end is not null
),

finishers_ahead as (
    select
        *,
        min(laps_completed) over (
            partition by session_key order by official_position, driver_number rows between unbounded preceding and 1 preceding
        ) as fewest_laps_ahead,
        max(micros) over (
            partition by session_key, laps_completed order by official_position, driver_number
            rows between unbounded preceding and 1 preceding
        ) as last_micros_ahead
    from race_finishers
)

select
    session_key,
    driver_number,
    official_position,
    laps_completed,
    fewest_laps_ahead,
    (last_micros_ahead - micros) / 1e6 as ahead_at_line_s,
    penalty_s,
    coalesce(fewest_laps_ahead < laps_completed, false)
    or coalesce(last_micros_ahead > micros + penalty_s * 1000000 + 500000, false) as is_odd
from finishers_ahead
    ) as compared
    union all

    select
        session_key,
        'points_differ_from_standings' as check_name,
        driver_number,
        case when is_odd then 1 else 0 end as odd,
        1 as looked_at
    from (
        with scores as (
    select session_key, driver_number, team_id, coalesce(points, 0) as points
    from gold_analytics.fact_results
),

driver_points as (
    select
        scores.session_key,
        scores.driver_number,
        cast(null as varchar) as team_id,
        scores.points,
        standings.points_current - standings.points_start as standings_points
    from scores
    inner join silver_clean.silver_championship_drivers as standings
        on scores.session_key = standings.session_key and scores.driver_number = standings.driver_number
),

team_scores as (
    select
        session_key,
        team_id,
        sum(points) as points,
        sum(sum(case when team_id is null then points else 0 end)) over (partition by session_key) as points_without_team
    from scores
    group by session_key, team_id
),

team_growth as (
    select
        session_key,
        case team_name
            when 'AlphaTauri' then 'racing_bulls'
            when 'Scuderia AlphaTauri' then 'racing_bulls'
            when 'RB' then 'racing_bulls'
            when 'RB F1 Team' then 'racing_bulls'
            when 'Visa Cash App RB' then 'racing_bulls'
            when 'Racing Bulls' then 'racing_bulls'
            when 'Alfa Romeo' then 'audi'
            when 'Alfa Romeo F1 Team Stake' then 'audi'
            when 'Stake F1 Team Kick Sauber' then 'audi'
            when 'Stake F1 Team' then 'audi'
            when 'Kick Sauber' then 'audi'
            when 'Sauber' then 'audi'
            when 'Audi' then 'audi'
            when 'Haas' then 'haas'
            when 'Haas F1 Team' then 'haas'
            when 'Red Bull' then 'red_bull'
            when 'Red Bull Racing' then 'red_bull'
            else nullif(trim(both '_' from regexp_replace(translate(
        lower(team_name),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    ), '[^a-z0-9]+', '_', 'g')), '')
        end as team_id,
        sum(points_current - points_start) as standings_points
    from silver_clean.silver_championship_teams
    where team_name is not null
    group by session_key, case team_name
            when 'AlphaTauri' then 'racing_bulls'
            when 'Scuderia AlphaTauri' then 'racing_bulls'
            when 'RB' then 'racing_bulls'
            when 'RB F1 Team' then 'racing_bulls'
            when 'Visa Cash App RB' then 'racing_bulls'
            when 'Racing Bulls' then 'racing_bulls'
            when 'Alfa Romeo' then 'audi'
            when 'Alfa Romeo F1 Team Stake' then 'audi'
            when 'Stake F1 Team Kick Sauber' then 'audi'
            when 'Stake F1 Team' then 'audi'
            when 'Kick Sauber' then 'audi'
            when 'Sauber' then 'audi'
            when 'Audi' then 'audi'
            when 'Haas' then 'haas'
            when 'Haas F1 Team' then 'haas'
            when 'Red Bull' then 'red_bull'
            when 'Red Bull Racing' then 'red_bull'
            else nullif(trim(both '_' from regexp_replace(translate(
        lower(team_name),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    ), '[^a-z0-9]+', '_', 'g')), '')
        end
),

team_points as (
    select
        team_scores.session_key,
        cast(0 as bigint) as driver_number,
        team_scores.team_id,
        team_scores.points,
        team_growth.standings_points
    from team_scores
    inner join team_growth
        on team_scores.session_key = team_growth.session_key and team_scores.team_id = team_growth.team_id
    where team_scores.points_without_team = 0
)

select
    *,
    points <> standings_points as is_odd
from (
    select session_key, driver_number, team_id, points, standings_points
    from driver_points
    union all
    select session_key, driver_number, team_id, points, standings_points
    from team_points
) as compared
where standings_points is not null
    ) as compared
    union all

    select
        session_key,
        'best_lap_differs_from_result' as check_name,
        driver_number,
        case when is_odd then 1 else 0 end as odd,
        1 as looked_at
    from (
        select
    board.session_key,
    board.driver_number,
    board.best_lap_time,
    official.duration_seconds,
    board.best_q1,
    official.duration_q1,
    board.best_q2,
    official.duration_q2,
    board.best_q3,
    official.duration_q3,
    case
        when
            board.timing_source = 'best_lap'
            then (board.best_lap_time is distinct from official.duration_seconds)
        else
            (board.best_q1 is distinct from official.duration_q1)
            or (board.best_q2 is distinct from official.duration_q2)
            or (board.best_q3 is distinct from official.duration_q3)
    end as is_odd
from gold_analytics.session_leaderboard as board
inner join gold_analytics.fact_results as official
    on board.session_key = official.session_key and board.driver_number = official.driver_number
where
    not coalesce(official.dsq, false)
    and (
        board.timing_source = 'best_lap_by_phase'
        or (board.timing_source = 'best_lap' and board.session_category not in ('Qualifying', 'Sprint Qualifying'))
    )
    ) as compared
    union all

    select
        session_key,
        'order_differs_from_result' as check_name,
        driver_number,
        case when is_odd then 1 else 0 end as odd,
        1 as looked_at
    from (
        select
    session_key,
    driver_number,
    timing_position,
    official_position,
    rank() over (partition by session_key order by timing_position)
    <> rank() over (partition by session_key order by official_position) as is_odd
from gold_analytics.session_leaderboard
where
    timing_position is not null
    and official_position is not null
    and (session_category in ('Race', 'Sprint') or best_lap_time is not null)
    ) as compared
    union all

    select
        session_key,
        'parts_differ_from_result' as check_name,
        cast(0 as bigint) as driver_number,
        case when is_odd then 1 else 0 end as odd,
        1 as looked_at
    from (
        with part_counts as (
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
where sessions.session_category in ('Qualifying', 'Sprint Qualifying')
    ) as compared
    union all
    select
        loads.session_key,
        'result_may_have_changed' as check_name,
        cast(0 as bigint) as driver_number,
        case
            when cast(arrow_cast(loads.extracted_at, 'Timestamp(Microsecond, Some("UTC"))') as bigint) < cast(arrow_cast(sessions.date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) + 2592000000000 then 1
            else 0
        end as odd,
        1 as looked_at
    from loads
    inner join sessions
        on loads.session_key = sessions.session_key
    where loads.landing_name = 'session_result' and loads.loaded_rows > 0 and sessions.date_end is not null
    union all
    select
        lap_counts.session_key,
        'drivers_without_telemetry' as check_name,
        lap_counts.driver_number,
        case when cars_with_telemetry.driver_number is null then 1 else 0 end as odd,
        1 as looked_at
    from lap_counts
    inner join telemetry_asked_for
        on lap_counts.session_key = telemetry_asked_for.session_key
    left join cars_with_telemetry
        on
            lap_counts.session_key = cars_with_telemetry.session_key
            and lap_counts.driver_number = cars_with_telemetry.driver_number
            and telemetry_asked_for.landing_name = cars_with_telemetry.landing_name
    union all
    select
        session_key,
        'frozen_location' as check_name,
        driver_number,
        case when extent < 100 then 1 else 0 end as odd,
        1 as looked_at
    from lap_locations
    where distance_m >= 1000 and located_samples >= 20
    union all
    select
        session_key,
        'samples_without_location' as check_name,
        driver_number,
        samples - located_samples as odd,
        samples as looked_at
    from lap_locations
    union all
    select
        laps.session_key,
        'laps_without_telemetry' as check_name,
        laps.driver_number,
        case when lap_locations.samples is null then 1 else 0 end as odd,
        1 as looked_at
    from gold_analytics.fact_laps as laps
    inner join drivers_with_telemetry
        on
            laps.session_key = drivers_with_telemetry.session_key
            and laps.driver_number = drivers_with_telemetry.driver_number
    left join lap_locations
        on
            laps.session_key = lap_locations.session_key
            and laps.driver_number = lap_locations.driver_number
            and laps.lap_number = lap_locations.lap_number
    where laps.is_timed_lap
),

by_driver as (
    select
        session_key,
        check_name,
        driver_number,
        cast(sum(odd) as bigint) as odd,
        cast(sum(looked_at) as bigint) as looked_at
    from found
    group by session_key, check_name, driver_number
),

by_session as (
    select
        session_key,
        check_name,
        cast(sum(odd) as bigint) as odd,
        cast(sum(looked_at) as bigint) as looked_at,
        string_agg(case when odd > 0 and driver_number > 0 then cast(driver_number as varchar) end, ', ' order by driver_number) as drivers
    from by_driver
    group by session_key, check_name
)

select
    sessions.session_key,
    sessions.meeting_key,
    sessions.session_category,
    sessions.year as season,
    checks.check_name,
    checks.description,
    case
        when coalesce(by_session.looked_at, 0) = 0 then 'not checked'
        when by_session.odd = 0 then 'passed'
        else 'warned'
    end as status,
    by_session.odd,
    by_session.looked_at,
    by_session.drivers,
    sessions.session_name,
    sessions.batch_day,
    cast(checks.check_order as bigint) as check_order
from sessions
cross join checks
left join by_session
    on sessions.session_key = by_session.session_key and checks.check_name = by_session.check_name

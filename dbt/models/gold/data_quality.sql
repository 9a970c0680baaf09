{{ config(meta={'grain': 'session', 'key': ['session_key', 'check_name'], 'partition_by': []}) }}

{%- set checks = [
    ('missing_endpoints', 'Endpoints that a session of this category has and that gave no row'),
    ('rescued_rows', 'Rows with fields without a column or of an unexpected type'),
    ('quarantined_rows', 'Rows without a key, which are not in the tables'),
    ('duplicate_keys', 'Rows that repeat the key of another row and were dropped'),
    ('null_names', 'Drivers without name, acronym or team'),
    ('unknown_drivers', 'Cars with laps that the list of drivers does not have'),
    ('drivers_without_laps', 'Listed drivers without a lap'),
    ('lap_gaps', 'Laps missing between the first lap and the last one of a driver'),
    ('laps_without_start', 'Laps whose start was not sent'),
    ('sectors_do_not_add_up', 'Laps whose three sectors differ from the lap time by 0.01 s or more'),
    ('faults_of_the_feed', 'Lap times that are a sum of two sectors or repeat an earlier lap, and do not count'),
    ('overlapping_stints', 'Stints whose first or last lap was repaired, or that still overlap the next one'),
    ('stints_without_tyre_change', 'Stints of the API that no change of tyres separates from the one before; merged'),
    ('laps_without_stint', 'Laps that no stint covers'),
    ('doubtful_pit_stops', 'Passages through the pit lane of a race that only the time in the lane tells from a stop, or nothing'),
    ('stints_differ_from_stops', 'Cars of a race whose stints are not one more than their changes of tyres in the pit lane'),
    ('stops_within_a_stint', 'Stops in a race with the same tyres before and after'),
    ('neutralisations_without_end', 'Neutralisations of a race without an end though the race went on for 15 minutes'),
    ('unmatched_deletions', 'Lap times that race control deleted and that no lap has'),
    ('unparsed_steward_messages', 'Messages about incidents, penalties and deleted laps that are not understood'),
    ('gaps_differ_from_laps', 'Laps of a race at whose end the gap to the leader is not that of the times at the line'),
    ('positions_differ_from_laps', 'Laps of a race at whose end the position is not the place among those who ended that lap'),
    ('parts_differ_from_result', 'Qualifyings whose parts by race control are not those of the official result, or three'),
    ('laps_differ_from_result', 'Drivers whose number of laps is not that of the official result'),
    ('position_differs_from_result', 'Classified drivers whose last position on the track is not the official one'),
    ('last_lap_differs_from_result', 'Classified drivers who lost a place after the last lap of a race without a penalty that explains it'),
    ('best_lap_differs_from_result', 'Drivers whose best lap is not the official one, in practice and qualifying'),
    ('order_differs_from_result', 'Classified drivers whose position by the timing alone is not the official one'),
    ('points_do_not_fit_places', 'Drivers whose points in a race or sprint do not match their position'),
    ('points_differ_from_standings', 'Drivers and teams whose points in a race are not what their points in the standings grew by'),
    ('result_may_have_changed', 'Results last fetched less than 30 days after the session'),
    ('drivers_without_telemetry', 'Drivers with laps but without car data or location, where telemetry was requested'),
    ('frozen_location', 'Laps of at least 1 km during which the location did not move 10 m'),
    ('samples_without_location', 'Telemetry samples without a location within 0.5 s'),
    ('laps_without_telemetry', 'Timed laps without telemetry, of drivers who have some'),
] %}

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
    from {{ session_rows(ref('silver_sessions')) }}
),

checks as (
    {% for name, description in checks %}
    select {{ loop.index }} as check_order, '{{ name }}' as check_name, '{{ description }}' as description
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Every check gives, per session and driver (0: none in particular), what it looked at and how much of it is odd.
loads as (
    select
        bronze.session_key,
        case
            when bronze.table_name like '%bronze_%' then {{ replace_all('bronze.table_name', '^.*bronze_', '') }}
            else bronze.table_name
        end as landing_name,
        bronze.rows as loaded_rows,
        bronze.rescued_rows,
        bronze.quarantined_rows,
        bronze.extracted_at
    from {{ session_rows(source('bronze_raw', 'bronze_loads')) }} as bronze
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
    {% for name in ['drivers', 'laps', 'pit', 'position', 'race_control', 'session_result', 'stints', 'weather',
                    'car_data', 'locations', 'intervals', 'overtakes', 'starting_grid'] %}
    select session_key, '{{ name }}' as landing_name, count(*) as kept_rows
    from {{ session_rows(ref('silver_' ~ name)) }}
    group by session_key
    {{ 'union all' if not loop.last }}
    {% endfor %}
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
                    {{ millis('lap_duration') }} - {{ millis('duration_sector_1') }}
                    - {{ millis('duration_sector_2') }} - {{ millis('duration_sector_3') }}
                ) >= 10
                then 1
        end) as laps_that_differ,
        count(case when stint_number is null then 1 end) as laps_without_stint,
        max(case when driver_id is null and name_acronym is null then 1 else 0 end) as is_unknown
    from {{ session_rows(ref('fact_laps')) }}
    group by session_key, driver_number
),

deletions as (
    select
        session_key,
        message,
        cast({{ match_group('message', '^CAR ([0-9]+) ') }} as bigint) as driver_number,
        count(*) as messages
    from {{ session_rows(ref('silver_race_control')) }}
    where message like 'CAR % TIME % DELETED %'
    group by session_key, message
),

verdicts as (
    select distinct session_key, verdict_message
    from {{ session_rows(ref('fact_laps')) }}
    where verdict_message is not null
),

reinstatements as (
    select distinct
        session_key,
        cast({{ match_group('message', '^CAR ([0-9]+) ') }} as bigint) as driver_number,
        {{ match_group('message', ' TIME ([0-9:.]+) ') }} as time_text
    from {{ session_rows(ref('silver_race_control')) }}
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
    from {{ session_rows(ref('session_leaderboard')) }}
),

results as (
    select session_key, driver_number, position, number_of_laps
    from {{ session_rows(ref('fact_results')) }}
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
    from {{ session_rows(ref('fact_lap_telemetry')) }}
    group by session_key, driver_number, lap_number
),

drivers_with_telemetry as (
    select distinct session_key, driver_number
    from lap_locations
),

finishes as (
    select session_key, min(date) as date
    from {{ session_rows(ref('silver_race_control')) }}
    where event = 'chequered_flag'
    group by session_key
),

telemetry_asked_for as (
    select distinct session_key, landing_name
    from loads
    where landing_name in ('car_data', 'locations')
),

cars_with_telemetry as (
    {% for name in ['car_data', 'locations'] %}
    select distinct session_key, driver_number, '{{ name }}' as landing_name
    from {{ session_rows(ref('silver_' ~ name)) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

sessions_with_laps as (
    select distinct session_key
    from lap_counts
),

sessions_with_stints as (
    select distinct session_key
    from {{ session_rows(ref('silver_stints')) }}
),

following_stints as (
    select
        session_key,
        driver_number,
        is_repaired,
        lap_end,
        lead(lap_start) over (partition by session_key, driver_number order by stint_number) as next_lap_start
    from {{ session_rows(ref('silver_stints')) }}
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
    from {{ session_rows(ref('silver_drivers')) }}
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
    from {{ session_rows(ref('silver_drivers')) }} as drivers
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
    from {{ session_rows(ref('silver_laps')) }}
    where lap_duration is not null
    union all
    select
        session_key,
        'stints_without_tyre_change' as check_name,
        driver_number,
        api_stints - 1 as odd,
        api_stints as looked_at
    from {{ session_rows(ref('tyre_stints')) }}
    union all
    select
        passages.session_key,
        'doubtful_pit_stops' as check_name,
        passages.driver_number,
        case when passages.pit_type is null or passages.pit_type_source = 'lane time' then 1 else 0 end as odd,
        1 as looked_at
    from {{ session_rows(ref('pit_passages')) }} as passages
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
                    or {{ epoch_micros('finishes.date') }} > {{ epoch_micros('neutralisations.date_start') }} + 900000000
                )
                then 1
            else 0
        end as odd,
        1 as looked_at
    from {{ session_rows(ref('fact_neutralisations')) }} as neutralisations
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
            and {{ match_group('deletions.message', ' TIME ([0-9:.]+) ') }} = reinstatements.time_text
    union all
    select
        session_key,
        'unparsed_steward_messages' as check_name,
        coalesce(driver_number, 0) as driver_number,
        case when verdict is null then 1 else 0 end as odd,
        1 as looked_at
    from {{ session_rows(ref('steward_messages')) }}
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
    from {{ session_rows(ref('fact_points')) }}
    union all
    {% for name, compared in [
        ('stints_differ_from_stops', stints_against_stops()),
        ('stops_within_a_stint', tyres_before_against_after_a_stop()),
        ('gaps_differ_from_laps', gaps_against_crossings()),
        ('positions_differ_from_laps', positions_against_crossings()),
        ('last_lap_differs_from_result', last_lap_against_result()),
        ('points_differ_from_standings', points_against_standings()),
        ('best_lap_differs_from_result', best_times_against_result()),
        ('order_differs_from_result', timing_order_against_result()),
    ] %}
    select
        session_key,
        '{{ name }}' as check_name,
        driver_number,
        case when is_odd then 1 else 0 end as odd,
        1 as looked_at
    from (
        {{ compared }}
    ) as compared
    union all
    {% endfor %}
    select
        session_key,
        'parts_differ_from_result' as check_name,
        cast(0 as bigint) as driver_number,
        case when is_odd then 1 else 0 end as odd,
        1 as looked_at
    from (
        {{ qualifying_parts_against_result() }}
    ) as compared
    union all
    select
        loads.session_key,
        'result_may_have_changed' as check_name,
        cast(0 as bigint) as driver_number,
        case
            when {{ epoch_micros('loads.extracted_at') }} < {{ epoch_micros('sessions.date_end') }} + 2592000000000 then 1
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
    from {{ session_rows(ref('fact_laps')) }} as laps
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
        {{ joined_text(
            'case when odd > 0 and driver_number > 0 then cast(driver_number as ' ~ type_of('string') ~ ') end',
            'driver_number',
            ', '
        ) }} as drivers
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

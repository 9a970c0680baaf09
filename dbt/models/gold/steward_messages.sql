{{ config(
    meta={'grain': 'session', 'key': ['session_key', 'message_number', 'car_order'], 'partition_by': []}
) }}

-- Messages of race control about incidents, penalties and deleted laps: `FIA STEWARDS: TURN 4 INCIDENT INVOLVING CARS 18 (STR)
-- AND 14 (ALO) NOTED - CAUSING A COLLISION`.
with messages as (
    select
        session_key,
        min(meeting_key) as meeting_key,
        date,
        lap_number,
        message,
        min(session_name) as session_name,
        min(batch_day) as batch_day,
        row_number() over (
            partition by session_key order by date asc nulls last, message asc, lap_number asc nulls first
        ) as message_number,
        trim({{ replace_all(
            replace_all("replace(upper(message), '–', '-')", '^ *(?:(?:FIA STEWARDS|CORRECTION|UPDATE): *|S?Q[1-3] - )+', ''),
            '^PENALTY SERVED - ', 'PENALTY SERVED '
        ) }}) as body
    from {{ session_rows(ref('silver_race_control')) }}
    where
        message like '%STEWARDS:%'
        or message like '%INCIDENT%'
        or message like '%NOTED%'
        or message like '%INVESTIGAT%'
        or message like '%NO FURTHER%'
        or message like '%PENALTY%'
        or message like '%REPRIMAND%'
        or message like '%FINED %'
        or message like '% FINE %'
        or message like '%BLACK%FLAG%'
        or message like '%DISQUALIF%'
        or message like '%TRACK LIMIT%'
        or message like '%DELETED%'
        or message like '%REINSTATED%'
    group by session_key, date, lap_number, message
),

-- What was decided stands before the dash, why behind it.
split as (
    select
        *,
        coalesce(trim({{ match_group('body', '^(.*?) -') }}), body) as head,
        trim({{ match_group('body', ' -(.*)$') }}) as tail
    from messages
),

decided as (
    select
        *,
        case
            when head like '%SERVED%' then 'served'
            when head like '%NO FURTHER ACTION%' or head like '%NO FURTHER INVESTIGATION%' then 'no_further_action'
            when head like '%INVESTIGATED AFTER%' then 'to_be_investigated'
            when head like '%UNDER INVESTIGATION%' then 'under_investigation'
            when head like '%NOTED' then 'noted'
            when head like 'CAR % DELETED' then 'lap_deleted'
            when head like 'CAR % WILL BE REINSTATED' then 'lap_reinstated'
            when head like 'BLACK AND % FLAG FOR CAR%' then 'warning'
            when
                head like '%PENALTY FOR CAR%'
                or head like '%REPRIMAND%CAR%'
                or head like '%CAR%REPRIMAND%'
                or head like '%FINE%CAR%'
                or head like '%CAR%FINE%'
                or head like '%BLACK FLAG FOR CAR%'
                or head like '%CAR%DISQUALIFIED%'
                then 'penalty'
        end as verdict,
        case
            when head like '%SECOND TIME PENALTY%' then 'time'
            when head like '%STOP%GO PENALTY%' then 'stop_go'
            when head like '%DRIVE%THROUGH PENALTY%' then 'drive_through'
            when head like '%GRID%' or head like '%PLACE PENALTY%' or head like '%START FROM THE PIT LANE%' then 'grid'
            when head like '%REPRIMAND%' then 'reprimand'
            when head like '%FINE%' then 'fine'
            when head like 'BLACK AND WHITE FLAG%' then 'black_and_white_flag'
            when head like 'BLACK AND ORANGE FLAG%' then 'black_and_orange_flag'
            when head like '%BLACK FLAG%' or head like '%DISQUALIFIED%' then 'disqualification'
            when head like 'CAR % DELETED' or head like 'CAR % WILL BE REINSTATED' then 'lap_deletion'
        end as penalty_kind
    from split
),

digits as (
    {% for digit in range(10) %}
    select cast({{ digit }} as bigint) as digit
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

car_numbers as (
    select tens.digit * 10 + ones.digit as driver_number
    from digits as tens
    cross join digits as ones
),

-- `CARS 10 (GAS), 18 (STR) AND 4 (NOR)`: a number before three letters.
named_cars as (
    select
        decided.session_key,
        decided.message_number,
        car_numbers.driver_number,
        row_number() over (
            partition by decided.session_key, decided.message_number order by car_numbers.driver_number
        ) as car_order
    from decided
    cross join car_numbers
    where
        decided.head like concat('% ', cast(car_numbers.driver_number as {{ type_of('string') }}), ' (___)%')
        or decided.head like concat('CAR ', cast(car_numbers.driver_number as {{ type_of('string') }}), ' (___)%')
        or (
            decided.head not like '%(___)%'
            and {{ match_group('decided.head', 'CAR ([0-9]+)') }} = cast(car_numbers.driver_number as {{ type_of('string') }})
        )
)

select
    decided.session_key,
    decided.meeting_key,
    sessions.session_category,
    sessions.year as season,
    sessions.circuit_short_name,
    cast(decided.message_number as bigint) as message_number,
    cast(coalesce(named_cars.car_order, 1) as bigint) as car_order,
    named_cars.driver_number,
    drivers.driver_id,
    drivers.name_acronym,
    drivers.team_id,
    decided.date,
    decided.lap_number,
    decided.verdict,
    case when decided.verdict in ('served', 'lap_deleted', 'lap_reinstated', 'warning', 'penalty') then decided.penalty_kind end
        as penalty_kind,
    -- Where the offence was is in columns of its own.
    nullif(trim({{ replace_all('decided.tail', ' (?:AT TURNS?|AT PIT ENTRY LAP|LAP) [0-9].*$', '') }}), '') as reason,
    cast(case
        when decided.verdict in ('penalty', 'served') and decided.penalty_kind in ('time', 'stop_go')
            then {{ match_group('decided.head', '([0-9]+) SECOND') }}
    end as bigint) as penalty_seconds,
    cast(case
        when decided.verdict in ('penalty', 'served') and decided.penalty_kind = 'grid'
            then {{ match_group('decided.head', '([0-9]+) (?:GRID )?PLACE') }}
    end as bigint) as grid_places,
    cast(case
        when decided.verdict = 'penalty' and decided.penalty_kind = 'fine'
            then {{ replace_all(match_group('decided.head', '(?:EUR |FINE OF |FINED )([0-9][0-9.,]*)'), '[.,]', '') }}
    end as bigint) as fine_eur,
    {{ match_group('decided.body', ' TIME ([0-9:.]+) ') }} as lap_time_text,
    cast({{ match_group('decided.body', 'TURNS? ([0-9]+)') }} as bigint) as turn,
    cast({{ match_group('decided.body', 'LAP ([0-9]+)') }} as bigint) as incident_lap,
    decided.message,
    decided.session_name,
    decided.batch_day
from decided
left join named_cars
    on
        decided.session_key = named_cars.session_key
        and decided.message_number = named_cars.message_number
left join {{ session_rows(ref('silver_sessions')) }} as sessions
    on decided.session_key = sessions.session_key
left join {{ session_rows(ref('silver_drivers')) }} as drivers
    on decided.session_key = drivers.session_key and named_cars.driver_number = drivers.driver_number

{{ config(
    meta={'grain': 'session', 'key': ['session_key', 'neutralisation_number'], 'partition_by': []}
) }}

with sessions as (
    select
        session_key,
        meeting_key,
        session_category,
        year as season,
        circuit_short_name,
        session_name,
        batch_day,
        session_category in ('Race', 'Sprint') as is_race,
        {{ offset_micros('gmt_offset') }} as offset_micros
    from {{ session_rows(ref('silver_sessions')) }}
),

-- The leader is the first car to complete a lap.
crossings as (
    select laps.session_key, laps.lap_number, min({{ epoch_micros('laps.date_end') }}) as micros
    from {{ session_rows(ref('silver_laps')) }} as laps
    inner join sessions
        on laps.session_key = sessions.session_key
    where sessions.is_race and laps.date_end is not null
    group by laps.session_key, laps.lap_number
),

race_starts as (
    select session_key, min({{ epoch_micros('date_start') }}) as micros
    from {{ session_rows(ref('silver_laps')) }}
    where lap_number = 1 and date_start is not null
    group by session_key
),

messages as (
    select distinct
        race_control.session_key,
        sessions.is_race,
        {{ epoch_micros('race_control.date') }} as micros,
        {{ epoch_micros('race_control.date') }} + sessions.offset_micros as local_micros,
        race_control.lap_number,
        race_control.event,
        race_control.message
    from {{ session_rows(ref('silver_race_control')) }} as race_control
    inner join sessions
        on race_control.session_key = sessions.session_key
    where
        race_control.event in (
            'red_flag', 'safety_car', 'virtual_safety_car', 'start_behind_safety_car', 'chequered_flag', 'green_light',
            'track_clear', 'virtual_safety_car_ending', 'safety_car_in', 'safety_car_stays_out', 'standing_start',
            'rolling_start', 'resumption'
        )
        and race_control.date is not null
),

events as (
    select
        *,
        -- `RACE WILL RESUME AT 15:33`, local time: so long after the message, past midnight where it would be before it.
        (
            cast({{ match_group('message', ' AT ([0-9]+):') }} as bigint) * 3600000000
            + cast({{ match_group('message', ' AT [0-9]+:([0-9]+)') }} as bigint) * 60000000
            - local_micros % 86400000000
            + 129600000000
        ) % 86400000000 - 43200000000 + micros as resume_micros,
        cast({{ match_group('message', ' OUT FOR ([0-9]+) LAP') }} as bigint) as laps_behind_safety_car,
        -- What went before tells a repeated message from a new neutralisation.
        {{ last_value_of(
            "case when event in ('red_flag', 'safety_car', 'virtual_safety_car', 'safety_car_in', 'standing_start', "
            ~ "'rolling_start', 'green_light', 'resumption') then event end",
            'partition by session_key order by micros, event, message rows between unbounded preceding and 1 preceding'
        ) }} as before_red_flag,
        {{ last_value_of(
            "case when event in ('red_flag', 'safety_car', 'virtual_safety_car', 'safety_car_in', 'standing_start', "
            ~ "'rolling_start', 'green_light', 'virtual_safety_car_ending', 'track_clear') then event end",
            'partition by session_key order by micros, event, message rows between unbounded preceding and 1 preceding'
        ) }} as before_safety_car,
        min(case when is_race and event = 'chequered_flag' then micros end) over (partition by session_key)
            as finish_micros,
        min(case when event in ('red_flag', 'safety_car', 'virtual_safety_car') then micros end) over (
            partition by session_key
        ) as first_micros
    from messages
),

-- A race that the safety car starts: race control says so, or calls it in without having sent it out.
safety_car_starts as (
    select
        events.session_key,
        coalesce(min(race_starts.micros), min(events.micros)) as micros,
        min(events.message) as message
    from events
    left join race_starts
        on events.session_key = race_starts.session_key
    where
        events.is_race
        and (
            events.event = 'start_behind_safety_car'
            or (
                events.event = 'safety_car_in'
                and (events.first_micros is null or events.micros < events.first_micros)
            )
        )
    group by events.session_key
),

starts as (
    select session_key, micros, event as kind, message
    from events
    where
        (finish_micros is null or micros < finish_micros)
        and (
            (event = 'red_flag' and coalesce(before_red_flag, 'none') <> 'red_flag')
            or (event in ('safety_car', 'virtual_safety_car') and coalesce(before_safety_car, 'none') <> event)
        )
    union all
    select session_key, micros, 'safety_car' as kind, message
    from safety_car_starts
),

periods as (
    select
        *,
        row_number() over (partition by session_key order by micros, kind) as neutralisation_number,
        lead(micros) over (partition by session_key order by micros, kind) as next_micros
    from starts
),

-- The messages during each neutralisation, the last of a kind numbered 1.
followed as (
    select
        periods.session_key,
        periods.neutralisation_number,
        periods.micros,
        periods.next_micros,
        periods.kind,
        periods.message,
        events.event,
        events.micros as event_micros,
        events.message as event_message,
        events.resume_micros,
        events.laps_behind_safety_car,
        row_number() over (
            partition by periods.session_key, periods.neutralisation_number, events.event
            order by events.micros desc, events.message desc
        ) as from_last
    from periods
    left join events
        on
            periods.session_key = events.session_key
            and periods.micros < events.micros
            and (periods.next_micros is null or periods.next_micros > events.micros)
            and (events.finish_micros is null or events.micros <= events.finish_micros)
),

signals as (
    select
        session_key,
        neutralisation_number,
        kind,
        micros,
        next_micros,
        message,
        min(case when event = 'safety_car_in' then event_micros end) as in_micros,
        min(case when event = 'virtual_safety_car_ending' then event_micros end) as ending_micros,
        min(case when event = 'track_clear' then event_micros end) as clear_micros,
        max(case when event = 'track_clear' then event_micros end) as last_clear_micros,
        max(case when event = 'standing_start' then event_micros end) as standing_micros,
        max(case when event = 'rolling_start' then event_micros end) as rolling_micros,
        min(case when event = 'green_light' then event_micros end) as green_micros,
        max(case when event = 'resumption' and from_last = 1 then resume_micros end) as resume_micros,
        max(case when event = 'resumption' and from_last = 1 and event_message like '%STANDING START%' then 1 else 0 end)
            as is_standing_announced,
        max(case when event = 'safety_car_stays_out' and from_last = 1 then laps_behind_safety_car end)
            as laps_behind_safety_car
    from followed
    group by session_key, neutralisation_number, kind, micros, next_micros, message
),

decided as (
    select
        signals.*,
        sessions.is_race,
        case
            when not sessions.is_race and signals.kind = 'red_flag'
                then case when signals.green_micros is not null then 'green light' end
            when signals.kind = 'virtual_safety_car'
                then case
                    when signals.clear_micros <= coalesce(signals.ending_micros + 15000000, signals.clear_micros)
                        then 'track clear'
                    when signals.ending_micros is not null then 'virtual safety car ending'
                end
            when signals.kind = 'safety_car'
                then case
                    when signals.in_micros is not null then 'safety car in'
                    when signals.rolling_micros is not null then 'rolling start'
                    when signals.standing_micros is not null then 'standing start'
                    when signals.clear_micros is not null then 'track clear'
                end
            when signals.standing_micros is not null then 'standing start'
            when signals.in_micros is not null then 'safety car in'
            when signals.rolling_micros is not null then 'rolling start'
            when signals.laps_behind_safety_car is not null then 'laps behind the safety car'
            when signals.resume_micros is not null then 'announced time'
            when signals.green_micros is not null then 'green light'
            when signals.clear_micros is not null then 'track clear'
        end as end_reason
    from signals
    inner join sessions
        on signals.session_key = sessions.session_key
),

-- Most ends take effect when the leader next crosses the line, or for the n-th time.
signalled as (
    select
        *,
        case end_reason
            when 'safety car in' then in_micros
            when 'rolling start' then rolling_micros
            when 'standing start' then standing_micros
            when 'announced time' then resume_micros
            when 'laps behind the safety car' then coalesce(resume_micros, green_micros, last_clear_micros)
            when 'green light' then green_micros
            when 'track clear' then clear_micros
            when 'virtual safety car ending' then ending_micros + 15000000
        end as signal_micros,
        case
            when not is_race then 0
            when end_reason = 'laps behind the safety car' then laps_behind_safety_car
            when end_reason in ('safety car in', 'rolling start', 'standing start', 'announced time', 'green light') then 1
            when end_reason = 'track clear' and kind = 'red_flag' then 1
            else 0
        end as crossings_to_wait
    from decided
),

crossed as (
    select
        signalled.*,
        crossings.micros as crossing_micros,
        count(crossings.micros) over (partition by signalled.session_key, signalled.neutralisation_number) as crossings_left,
        row_number() over (
            partition by signalled.session_key, signalled.neutralisation_number order by crossings.micros
        ) as crossing_number
    from signalled
    left join crossings
        on
            signalled.session_key = crossings.session_key
            and signalled.signal_micros < crossings.micros
            and signalled.crossings_to_wait > 0
),

ended as (
    select
        *,
        case
            when end_reason is null then next_micros
            when crossing_micros is not null then least(crossing_micros, coalesce(next_micros, crossing_micros))
            -- Without laps: the track is clear once the leader has crossed the line.
            when end_reason = 'safety car in' and last_clear_micros > signal_micros
                then least(last_clear_micros, coalesce(next_micros, last_clear_micros))
            else least(signal_micros, coalesce(next_micros, signal_micros))
        end as end_micros
    from crossed
    where crossing_number = greatest(least(crossings_to_wait, crossings_left), 1)
),

resumed as (
    select
        *,
        case
            when kind = 'red_flag'
                then coalesce(
                    green_micros, resume_micros, standing_micros, rolling_micros, in_micros,
                    case when end_reason is not null then end_micros end
                )
        end as resumed_micros
    from ended
),

-- Laps that the leader has completed; without laps race control's count of them.
leader_laps as (
    select session_key, lap_number, micros
    from crossings
    union all
    select messages.session_key, messages.lap_number - 1 as lap_number, min(messages.micros) - 1 as micros
    from messages
    left join race_starts
        on messages.session_key = race_starts.session_key
    where race_starts.session_key is null and messages.is_race and messages.lap_number is not null
    group by messages.session_key, messages.lap_number
),

counted as (
    select
        resumed.session_key,
        resumed.neutralisation_number,
        resumed.kind,
        resumed.is_race,
        resumed.micros,
        resumed.end_micros,
        resumed.next_micros,
        resumed.resumed_micros,
        resumed.end_reason,
        resumed.is_standing_announced,
        resumed.message,
        count(leader_laps.micros) > 0 as has_laps,
        max(case when leader_laps.micros <= resumed.micros then leader_laps.lap_number else 0 end) as laps_before,
        max(case when leader_laps.micros < resumed.end_micros then leader_laps.lap_number else 0 end) as laps_before_end
    from resumed
    left join leader_laps
        on resumed.session_key = leader_laps.session_key
    group by
        resumed.session_key, resumed.neutralisation_number, resumed.kind, resumed.is_race, resumed.micros,
        resumed.end_micros, resumed.next_micros, resumed.resumed_micros, resumed.end_reason,
        resumed.is_standing_announced, resumed.message
)

select
    counted.session_key,
    sessions.meeting_key,
    sessions.session_category,
    sessions.season,
    sessions.circuit_short_name,
    cast(counted.neutralisation_number as bigint) as neutralisation_number,
    counted.kind,
    {{ instant_of('counted.micros') }} as date_start,
    {{ instant_of('counted.end_micros') }} as date_end,
    cast(case when counted.has_laps then counted.laps_before + 1 end as bigint) as first_lap,
    cast(case when counted.has_laps and counted.end_micros is not null then counted.laps_before_end + 1 end as bigint)
        as last_lap,
    counted.message as reason,
    case
        when counted.end_micros is null then null
        when counted.end_reason is null or counted.end_micros = counted.next_micros then 'next neutralisation'
        else counted.end_reason
    end as end_reason,
    case
        when counted.kind <> 'red_flag' or counted.end_micros is null or not counted.is_race then null
        when counted.end_reason = 'standing start' then 'standing'
        when counted.end_reason in ('safety car in', 'rolling start', 'laps behind the safety car') then 'rolling'
        when counted.is_standing_announced = 1 then 'standing'
    end as restart,
    {{ instant_of(
        'case when counted.resumed_micros < counted.end_micros or counted.end_micros is null'
        ~ ' then counted.resumed_micros when counted.resumed_micros is not null then counted.end_micros end'
    ) }} as date_resumed,
    sessions.session_name,
    sessions.batch_day
from counted
inner join sessions
    on counted.session_key = sessions.session_key

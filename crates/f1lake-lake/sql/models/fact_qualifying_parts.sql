with messages as (
    select
        race_control.session_key,
        sessions.session_category,
        race_control.date,
        cast(arrow_cast(race_control.date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros,
        race_control.qualifying_phase,
        race_control.event,
        max(race_control.qualifying_phase) over (partition by race_control.session_key) as last_sent_phase
    from silver_clean.silver_race_control as race_control
    inner join silver_clean.silver_sessions as sessions
        on race_control.session_key = sessions.session_key
    where
        sessions.session_category in ('Qualifying', 'Sprint Qualifying')
        and race_control.date is not null
),

-- Where the API sends the part, it begins at the green light that carries it, else at the first message that does.
sent_parts as (
    select
        session_key,
        min(session_category) as session_category,
        qualifying_phase as part,
        coalesce(min(case when event = 'green_light' then micros end), min(micros)) as start_micros
    from messages
    where qualifying_phase is not null
    group by session_key, qualifying_phase
),

-- A green light and what follows until the next one. Number 0 is a part whose green light is missing.
events as (
    select distinct session_key, session_category, micros, event, last_sent_phase
    from messages
    where event in ('green_light', 'red_flag', 'chequered_flag', 'not_resumed', 'next_part', 'resumption')
),

numbered as (
    select
        *,
        sum(case when event = 'green_light' then 1 else 0 end) over (
            partition by session_key order by micros, event rows between unbounded preceding and current row
        ) as green_number
    from events
),

greens as (
    select
        session_key,
        session_category,
        green_number,
        max(last_sent_phase) as last_sent_phase,
        min(case when event = 'green_light' then micros end) as start_micros,
        min(case when event in ('red_flag', 'chequered_flag', 'not_resumed') then micros end) as stop_micros,
        min(case when event = 'chequered_flag' then micros end) as chequered_micros,
        min(case when event = 'not_resumed' then micros end) as not_resumed_micros,
        max(case when event in ('chequered_flag', 'not_resumed', 'next_part') then 1 else 0 end) as ends_part,
        max(case when event = 'resumption' then 1 else 0 end) as is_resumed
    from numbered
    group by session_key, session_category, green_number
    having green_number > 0 or max(case when event in ('chequered_flag', 'not_resumed', 'next_part') then 1 else 0 end) = 1
),

running as (
    select
        *,
        lead(start_micros) over (partition by session_key order by green_number) as next_start_micros,
        coalesce(lag(ends_part) over (partition by session_key order by green_number), 0) as begins_part,
        coalesce(lag(is_resumed) over (partition by session_key order by green_number), 0) as continues,
        lag(stop_micros) over (partition by session_key order by green_number) is not null as follows_stop
    from greens
),

timed as (
    select
        *,
        -- Of two green lights without a stop between them the later one starts the clock.
        case
            when stop_micros is null and next_start_micros is not null then 0
            else (stop_micros - start_micros) / 1e6
        end as run_s
    from running
),

parts_0 as (
    select
        *,
        begins_part as begins_part_0
    from timed
),

counted_1 as (
    select
        *,
        1 + sum(begins_part_0) over (
            partition by session_key order by green_number rows between unbounded preceding and current row
        ) as part
    from parts_0
),

elapsed_1 as (
    select
        *,
        sum(run_s) over (
            partition by session_key, part order by green_number rows between unbounded preceding and current row
        ) as elapsed_s,
        row_number() over (partition by session_key, part order by green_number) as green_of_part,
        -- 18, 15 and 12 minutes, in sprint qualifying 12, 10 and 8.
        case
            when session_category = 'Sprint Qualifying' then case part when 1 then 720 when 2 then 600 else 480 end
            when part = 1 then 1080
            when part = 2 then 900
            else 720
        end as length_s
    from counted_1
),

overrun_1 as (
    select session_key, min(green_number) as green_number
    from elapsed_1
    where
        green_of_part > 1
        and follows_stop
        and part < 3
        and (elapsed_s > length_s + 60 or (continues = 0 and length_s - (elapsed_s - run_s) < 60))
    group by session_key
),

parts_1 as (
    select
        counted.session_key,
        counted.session_category,
        counted.green_number,
        counted.last_sent_phase,
        counted.start_micros,
        counted.stop_micros,
        counted.chequered_micros,
        counted.not_resumed_micros,
        counted.next_start_micros,
        counted.continues,
        counted.follows_stop,
        counted.run_s,
        case
            when overrun.green_number is not null then 1
            else counted.begins_part_0
        end as begins_part_1
    from counted_1 as counted
    left join overrun_1 as overrun
        on counted.session_key = overrun.session_key and counted.green_number = overrun.green_number
),

counted_2 as (
    select
        *,
        1 + sum(begins_part_1) over (
            partition by session_key order by green_number rows between unbounded preceding and current row
        ) as part
    from parts_1
),

elapsed_2 as (
    select
        *,
        sum(run_s) over (
            partition by session_key, part order by green_number rows between unbounded preceding and current row
        ) as elapsed_s,
        row_number() over (partition by session_key, part order by green_number) as green_of_part,
        -- 18, 15 and 12 minutes, in sprint qualifying 12, 10 and 8.
        case
            when session_category = 'Sprint Qualifying' then case part when 1 then 720 when 2 then 600 else 480 end
            when part = 1 then 1080
            when part = 2 then 900
            else 720
        end as length_s
    from counted_2
),

overrun_2 as (
    select session_key, min(green_number) as green_number
    from elapsed_2
    where
        green_of_part > 1
        and follows_stop
        and part < 3
        and (elapsed_s > length_s + 60 or (continues = 0 and length_s - (elapsed_s - run_s) < 60))
    group by session_key
),

parts_2 as (
    select
        counted.session_key,
        counted.session_category,
        counted.green_number,
        counted.last_sent_phase,
        counted.start_micros,
        counted.stop_micros,
        counted.chequered_micros,
        counted.not_resumed_micros,
        counted.next_start_micros,
        counted.continues,
        counted.follows_stop,
        counted.run_s,
        case
            when overrun.green_number is not null then 1
            else counted.begins_part_1
        end as begins_part_2
    from counted_2 as counted
    left join overrun_2 as overrun
        on counted.session_key = overrun.session_key and counted.green_number = overrun.green_number
),

decided as (
    select
        *,
        least(1 + sum(begins_part_2) over (
            partition by session_key order by green_number rows between unbounded preceding and current row
        ), 3) as part
    from parts_2
),

decided_parts as (
    select session_key, session_category, part, min(start_micros) as start_micros
    from decided
    where last_sent_phase is null
    group by session_key, session_category, part
),

starts as (
    select session_key, session_category, part, start_micros, 'api' as source
    from sent_parts
    union all
    select session_key, session_category, part, start_micros, 'race control' as source
    from decided_parts
),

bounded as (
    select
        *,
        lead(start_micros) over (partition by session_key order by part) as next_start_micros
    from starts
),

-- The clock of a part runs from a green light to the next red or chequered flag.
clocks as (
    select
        bounded.session_key,
        bounded.part,
        cast(sum(timed.run_s) as double) as running_time_s,
        max(timed.stop_micros) as stop_micros,
        max(timed.chequered_micros) as chequered_micros,
        max(timed.not_resumed_micros) as not_resumed_micros
    from bounded
    inner join timed
        on
            bounded.session_key = timed.session_key
            and bounded.start_micros <= timed.start_micros
            and (bounded.next_start_micros is null or bounded.next_start_micros > timed.start_micros)
    group by bounded.session_key, bounded.part
)

select
    bounded.session_key,
    sessions.meeting_key,
    bounded.session_category,
    sessions.year as season,
    sessions.circuit_short_name,
    cast(bounded.part as bigint) as qualifying_phase,
    arrow_cast(cast(bounded.start_micros as bigint), 'Timestamp(Microsecond, Some("UTC"))') as date_start,
    arrow_cast(cast(clocks.stop_micros as bigint), 'Timestamp(Microsecond, Some("UTC"))') as date_end,
    case
        when clocks.chequered_micros is not null then 'chequered flag'
        when clocks.not_resumed_micros is not null then 'not resumed'
        when clocks.stop_micros is not null then 'red flag'
    end as end_reason,
    clocks.running_time_s,
    bounded.source,
    sessions.session_name,
    sessions.batch_day
from bounded
inner join silver_clean.silver_sessions as sessions
    on bounded.session_key = sessions.session_key
left join clocks
    on bounded.session_key = clocks.session_key and bounded.part = clocks.part

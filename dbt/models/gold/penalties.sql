{{ config(meta={'grain': 'session', 'key': ['session_key', 'driver_number', 'penalty_number'], 'partition_by': []}) }}

with numbered as (
    select
        *,
        row_number() over (
            partition by session_key, driver_number, verdict, lap_time_text, message order by message_number
        ) as occurrence
    from {{ session_rows(ref('steward_messages')) }}
    where driver_number is not null
),

messages as (
    select
        *,
        {{ epoch_micros('date') }} as micros,
        case
            when verdict = 'penalty' then 1
            -- Race control sometimes sends a deletion again, word for word.
            when verdict = 'lap_deleted' and (lap_time_text is null or occurrence = 1) then 1
            else 0
        end as is_penalty
    from numbered
),

-- What was said of a car and an offence since its last penalty for the same belongs to the next one.
grouped as (
    select
        *,
        coalesce(sum(is_penalty) over (
            partition by session_key, driver_number, reason order by message_number
            rows between unbounded preceding and 1 preceding
        ), 0) as penalties_before
    from messages
),

traced as (
    select
        *,
        {{ last_value_of(
            "case when verdict = 'noted' then micros end",
            'partition by session_key, driver_number, reason, penalties_before order by message_number'
            ~ ' rows between unbounded preceding and current row'
        ) }} as noted_micros,
        {{ last_value_of(
            "case when verdict in ('under_investigation', 'to_be_investigated') then micros end",
            'partition by session_key, driver_number, reason, penalties_before order by message_number'
            ~ ' rows between unbounded preceding and current row'
        ) }} as investigated_micros
    from grouped
),

given as (
    select
        *,
        row_number() over (partition by session_key, driver_number order by message_number) as penalty_number
    from traced
    where is_penalty = 1
),

deleted_laps as (
    select session_key, driver_number, verdict_message, max(lap_number) as lap_number
    from {{ session_rows(ref('fact_laps')) }}
    where is_deleted
    group by session_key, driver_number, verdict_message
),

reinstated as (
    select distinct session_key, driver_number, coalesce(lap_time_text, cast(incident_lap as {{ type_of('string') }})) as what
    from messages
    where verdict = 'lap_reinstated'
),

served_messages as (
    select
        given.session_key,
        given.driver_number,
        given.penalty_number,
        min(messages.micros) as micros
    from given
    inner join messages
        on
            given.session_key = messages.session_key
            and given.driver_number = messages.driver_number
            and given.message_number < messages.message_number
            and given.penalty_kind = messages.penalty_kind
            and (messages.penalty_seconds is null or given.penalty_seconds = messages.penalty_seconds)
    where messages.verdict = 'served'
    group by given.session_key, given.driver_number, given.penalty_number
),

-- A penalty of time is due at the next stop; a drive-through and a stop-and-go are passages of their own.
next_passages as (
    select
        given.session_key,
        given.driver_number,
        given.penalty_number,
        passages.lap_number,
        passages.stop_duration,
        row_number() over (
            partition by given.session_key, given.driver_number, given.penalty_number order by passages.stop_number
        ) as _rn
    from given
    inner join {{ session_rows(ref('pit_passages')) }} as passages
        on
            given.session_key = passages.session_key
            and given.driver_number = passages.driver_number
            and passages.pit_type = case when given.penalty_kind = 'time' then 'stop' else given.penalty_kind end
            and given.micros < {{ epoch_micros('passages.date_exit') }}
    where given.penalty_kind in ('time', 'drive_through', 'stop_go')
),

sessions_with_passages as (
    select distinct session_key
    from {{ session_rows(ref('pit_passages')) }}
),

evidence as (
    select
        given.*,
        deleted_laps.lap_number as deleted_lap,
        reinstated.what is not null as is_reinstated,
        served_messages.micros as served_message_micros,
        next_passages.lap_number as passage_lap,
        case
            when next_passages._rn is null then null
            when given.penalty_kind = 'time' then coalesce(next_passages.stop_duration >= given.penalty_seconds, true)
            else true
        end as is_served_at_passage,
        sessions_with_passages.session_key is not null as has_passages,
        results.status
    from given
    left join deleted_laps
        on
            given.session_key = deleted_laps.session_key
            and given.driver_number = deleted_laps.driver_number
            and given.message = deleted_laps.verdict_message
    left join reinstated
        on
            given.session_key = reinstated.session_key
            and given.driver_number = reinstated.driver_number
            and coalesce(given.lap_time_text, cast(given.incident_lap as {{ type_of('string') }})) = reinstated.what
            and given.verdict = 'lap_deleted'
    left join served_messages
        on
            given.session_key = served_messages.session_key
            and given.driver_number = served_messages.driver_number
            and given.penalty_number = served_messages.penalty_number
    left join next_passages
        on
            given.session_key = next_passages.session_key
            and given.driver_number = next_passages.driver_number
            and given.penalty_number = next_passages.penalty_number
            and next_passages._rn = 1
    left join sessions_with_passages
        on given.session_key = sessions_with_passages.session_key
    left join {{ session_rows(ref('fact_results')) }} as results
        on given.session_key = results.session_key and given.driver_number = results.driver_number
),

served as (
    select
        *,
        case
            when penalty_kind not in ('time', 'drive_through', 'stop_go') then null
            when is_served_at_passage and penalty_kind = 'time' then 'pit_stop'
            when is_served_at_passage then 'pit_lane'
            when served_message_micros is not null then 'race_control'
            when not has_passages then null
            when penalty_kind = 'time' and status = 'Finished' then 'race_time'
            when status is not null then 'not_served'
        end as served_by
    from evidence
)

select
    session_key,
    meeting_key,
    session_category,
    season,
    circuit_short_name,
    driver_number,
    driver_id,
    name_acronym,
    team_id,
    cast(penalty_number as bigint) as penalty_number,
    date,
    lap_number,
    penalty_kind,
    penalty_seconds,
    grid_places,
    fine_eur,
    reason,
    turn,
    incident_lap,
    deleted_lap as deleted_lap_number,
    is_reinstated,
    {{ instant_of('noted_micros') }} as date_noted,
    {{ instant_of('investigated_micros') }} as date_investigated,
    served_by,
    case when served_by in ('pit_stop', 'pit_lane') then passage_lap end as served_lap_number,
    message,
    session_name,
    batch_day
from served

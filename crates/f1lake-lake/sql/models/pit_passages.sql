with passages as (
    select
        pit.*,
        cast(arrow_cast(pit.date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as exit_micros,
        cast(arrow_cast(pit.date_entry, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as entry_micros,
        coalesce(sessions.session_category in ('Race', 'Sprint'), false) as is_race,
        cast(arrow_cast(sessions.date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as scheduled_micros,
        row_number() over (
            partition by pit.session_key, pit.driver_number
            order by pit.lap_number asc nulls first, pit.date asc nulls first
        ) as stop_number,
        lead(pit.session_key) over (
            partition by pit.session_key, pit.driver_number
            order by pit.lap_number asc nulls first, pit.date asc nulls first
        ) is not null as has_later_passage
    from silver_clean.silver_pit as pit
    left join silver_clean.silver_sessions as sessions
        on pit.session_key = sessions.session_key
),

race_starts as (
    select session_key, min(cast(arrow_cast(date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint)) as micros
    from silver_clean.silver_laps
    where lap_number = 1 and date_start is not null
    group by session_key
),

race_control as (
    select session_key, cast(arrow_cast(date, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as micros, event, message
    from silver_clean.silver_race_control
    where date is not null
),

finishes as (
    select session_key, min(micros) as micros
    from race_control
    where event = 'chequered_flag'
    group by session_key
),

last_laps as (
    select session_key, driver_number, max(lap_number) as lap_number
    from (
        select session_key, driver_number, lap_number
        from silver_clean.silver_laps
        union all
        select session_key, driver_number, number_of_laps as lap_number
        from silver_clean.silver_session_result
        union all
        select session_key, driver_number, lap_start as lap_number
        from silver_clean.silver_stints
    ) as laps
    group by session_key, driver_number
),

neutralisations as (
    select
        session_key,
        kind,
        restart,
        last_lap,
        cast(arrow_cast(date_start, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as start_micros,
        cast(arrow_cast(date_end, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as end_micros,
        cast(arrow_cast(date_resumed, 'Timestamp(Microsecond, Some("UTC"))') as bigint) as resumed_micros
    from gold_analytics.fact_neutralisations
),

-- The safety car leads the field through the pit lane from the message to the green.
led_through as (
    select
        race_control.session_key,
        race_control.micros as start_micros,
        min(neutralisations.end_micros) as end_micros
    from race_control
    left join neutralisations
        on
            race_control.session_key = neutralisations.session_key
            and neutralisations.kind = 'safety_car'
            and race_control.micros >= neutralisations.start_micros
            and (neutralisations.end_micros is null or race_control.micros <= neutralisations.end_micros)
    where race_control.event = 'safety_car_through_pit_lane'
    group by race_control.session_key, race_control.micros
),

-- Behind the safety car of a rolling restart cars may stop for tyres; before a standing one they may not. Without laps the end
-- of the lap to the grid is known by its number only.
red_flags as (
    select
        neutralisations.session_key,
        neutralisations.start_micros,
        neutralisations.end_micros,
        case
            when neutralisations.restart = 'rolling'
                then coalesce(neutralisations.resumed_micros, neutralisations.end_micros)
            else neutralisations.end_micros
        end as tyres_until_micros,
        case when race_starts.session_key is null then neutralisations.last_lap end as last_lap
    from neutralisations
    left join race_starts
        on neutralisations.session_key = race_starts.session_key
    where neutralisations.kind = 'red_flag'
),

passages_led_through as (
    select distinct passages.session_key, passages.driver_number, passages.stop_number
    from passages
    inner join led_through
        on
            passages.session_key = led_through.session_key
            and passages.entry_micros >= led_through.start_micros
            and (led_through.end_micros is null or passages.entry_micros <= led_through.end_micros)
    where passages.is_race
),

cars_with_stints as (
    select distinct session_key, driver_number
    from silver_clean.silver_stints
),

stints as (
    select
        session_key,
        driver_number,
        stint_number,
        lap_start,
        compound,
        is_age_continued,
        lag(compound) over (partition by session_key, driver_number order by stint_number) as previous_compound
    from silver_clean.silver_stints
),

changes as (
    select
        session_key,
        driver_number,
        lap_start - 1 as lap_number,
        max(case when compound <> previous_compound then 1 else 0 end) as is_other_compound,
        max(case when is_age_continued then 0 when not is_age_continued then 1 end) as is_other_age
    from stints
    where stint_number > 1 and lap_start > 1
    group by session_key, driver_number, lap_start
),

evidence as (
    select
        passages.*,
        race_starts.micros as race_start_micros,
        finishes.micros as finish_micros,
        last_laps.lap_number > passages.lap_number or passages.has_later_passage as has_later_lap,
        passages_led_through.stop_number is not null as is_led_through,
        coalesce(changes.is_other_compound = 1, false) as is_other_compound,
        coalesce(changes.is_other_age = 0, false) as is_age_continued,
        case
            when changes.is_other_compound = 1 or changes.is_other_age = 1 then 'changed'
            when changes.is_other_age = 0 then 'kept'
            when changes.lap_number is null and cars_with_stints.driver_number is not null then 'kept'
        end as tyres
    from passages
    left join race_starts
        on passages.session_key = race_starts.session_key
    left join finishes
        on passages.session_key = finishes.session_key
    left join last_laps
        on passages.session_key = last_laps.session_key and passages.driver_number = last_laps.driver_number
    left join passages_led_through
        on
            passages.session_key = passages_led_through.session_key
            and passages.driver_number = passages_led_through.driver_number
            and passages.stop_number = passages_led_through.stop_number
    left join changes
        on
            passages.session_key = changes.session_key
            and passages.driver_number = changes.driver_number
            and passages.in_lap_number = changes.lap_number
    left join cars_with_stints
        on
            passages.session_key = cars_with_stints.session_key
            and passages.driver_number = cars_with_stints.driver_number
),

passages_under_red_flag as (
    select distinct evidence.session_key, evidence.driver_number, evidence.stop_number
    from evidence
    inner join red_flags
        on
            evidence.session_key = red_flags.session_key
            and evidence.exit_micros > red_flags.start_micros
            and (
                red_flags.end_micros is null
                or coalesce(evidence.entry_micros, evidence.exit_micros) < red_flags.tyres_until_micros
                or (
                    coalesce(evidence.tyres, 'kept') = 'kept'
                    and (
                        coalesce(evidence.entry_micros, evidence.exit_micros) < red_flags.end_micros
                        or evidence.in_lap_number < red_flags.last_lap
                    )
                )
            )
    where evidence.is_race
),

-- `FIA STEWARDS: 10 SECOND STOP/GO PENALTY FOR CAR 20 (MAG) - ...`
penalties as (
    select
        session_key,
        micros,
        cast(nullif((regexp_match(message, 'PENALTY FOR CAR ([0-9]+)'))[1], '') as bigint) as driver_number,
        case event when 'drive_through_penalty' then 'drive_through' else 'stop_go' end as pit_type
    from race_control
    where event in ('drive_through_penalty', 'stop_go_penalty')
),

placed as (
    select
        evidence.*,
        passages_under_red_flag.stop_number is not null as is_under_red_flag,
        -- The field is strung out behind the safety car: what tells a stop is more time than the car before and after.
        least(
            lag(cast(round((pit_lane_duration) * 1000) as bigint)) over (
                partition by evidence.session_key, evidence.is_led_through order by evidence.exit_micros, evidence.driver_number
            ),
            lead(cast(round((pit_lane_duration) * 1000) as bigint)) over (
                partition by evidence.session_key, evidence.is_led_through order by evidence.exit_micros, evidence.driver_number
            )
        ) as neighbour_ms
    from evidence
    left join passages_under_red_flag
        on
            evidence.session_key = passages_under_red_flag.session_key
            and evidence.driver_number = passages_under_red_flag.driver_number
            and evidence.stop_number = passages_under_red_flag.stop_number
),

-- It is served the next time that the car comes in, within some laps; other tyres are forbidden then. The API's ages of tyres
-- begin again after every passage, so they say nothing against it.
served as (
    select session_key, driver_number, stop_number, min(pit_type) as pit_type
    from (
        select
            placed.session_key,
            placed.driver_number,
            placed.stop_number,
            penalties.pit_type,
            row_number() over (
                partition by penalties.session_key, penalties.driver_number, penalties.micros, penalties.pit_type
                order by placed.stop_number
            ) as _rn
        from penalties
        inner join placed
            on
                penalties.session_key = placed.session_key
                and penalties.driver_number = placed.driver_number
                and coalesce(placed.entry_micros, placed.exit_micros) > penalties.micros
                and coalesce(placed.entry_micros, placed.exit_micros) < penalties.micros + 900000000
        where
            placed.is_race
            and not placed.is_led_through
            and not placed.is_under_red_flag
            and not placed.is_other_compound
            and (
                placed.stop_duration is null
                or case penalties.pit_type
                    when 'drive_through' then placed.stop_duration = 0
                    else placed.stop_duration >= 5
                end
            )
    ) as candidates
    where _rn = 1
    group by session_key, driver_number, stop_number
),

-- Time in the lane of those that changed tyres, and of those that the safety car led through it.
usual as (
    select
        session_key,
        median(case
            when tyres = 'changed' and not is_led_through and not is_under_red_flag
                then cast(cast(round((pit_lane_duration) * 1000) as bigint) as double)
        end) as stop_ms,
        median(case when is_led_through then cast(cast(round((pit_lane_duration) * 1000) as bigint) as double) end) as led_through_ms,
        median(case when is_led_through and is_age_continued then cast(cast(round((pit_lane_duration) * 1000) as bigint) as double) end)
            as led_through_kept_ms,
        -- The API's ages of tyres go on through the lane in some sessions and begin again in others.
        avg(
            case
                when is_led_through and not is_other_compound
                    then case when is_age_continued then 1.0 when tyres = 'changed' then 0.0 end
            end
        ) > 0.5 as ages_go_on
    from placed
    where is_race
    group by session_key
),

decided as (
    select
        placed.*,
        served.pit_type as penalty,
        case
            when not placed.is_race then 'session'
            when placed.exit_micros < coalesce(placed.race_start_micros, placed.scheduled_micros) then 'time'
            when placed.entry_micros < coalesce(placed.race_start_micros, placed.scheduled_micros) then 'time'
            when placed.pit_lane_duration is null and not coalesce(placed.has_later_lap, true) then 'time'
            when placed.exit_micros > placed.finish_micros then 'time'
        end as garage_by,
        placed.is_led_through
        and not placed.is_other_compound
        and (
            placed.is_age_continued
            or cast(round((placed.pit_lane_duration) * 1000) as bigint)
            <= case
                when placed.tyres = 'changed' and usual.ages_go_on then usual.led_through_kept_ms + 1500
                else greatest(usual.led_through_ms, cast(placed.neighbour_ms as double)) + 5000
            end
        ) as is_safety_car,
        cast(cast(round((placed.pit_lane_duration) * 1000) as bigint) as double) / nullif(usual.stop_ms, 0) as share_of_usual
    from placed
    left join served
        on
            placed.session_key = served.session_key
            and placed.driver_number = served.driver_number
            and placed.stop_number = served.stop_number
    left join usual
        on placed.session_key = usual.session_key
)

select
    session_key,
    meeting_key,
    driver_number,
    cast(stop_number as bigint) as stop_number,
    in_lap_number as lap_number,
    out_lap_number,
    date_entry,
    date as date_exit,
    pit_lane_duration as lane_duration,
    stop_duration,
    case
        when garage_by is not null then 'garage'
        when is_under_red_flag then 'red_flag'
        when is_safety_car then 'safety_car'
        when penalty is not null then penalty
        when tyres = 'changed' or stop_duration > 0 then 'stop'
        when tyres = 'kept' and share_of_usual < 0.9 then 'drive_through'
        when share_of_usual < 0.8 then 'drive_through'
        when pit_lane_duration is not null then 'stop'
    end as pit_type,
    case
        when garage_by is not null then garage_by
        when is_safety_car or is_under_red_flag or penalty is not null then 'race control'
        when tyres = 'changed' then 'tyres'
        when stop_duration > 0 then 'stationary time'
        when pit_lane_duration is not null then 'lane time'
    end as pit_type_source,
    tyres = 'changed' as is_tyre_change,
    session_name,
    batch_day
from decided

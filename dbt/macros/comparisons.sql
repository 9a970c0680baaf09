{#-
    Comparisons of sources that do not know of each other. Each is a query with one row for everything that it compared and
    `is_odd` where the sources contradict each other: a test returns the odd rows, `data_quality` counts them by session.
    docs/rules.md says which sources, how exact and why. All stand in one statement in `data_quality`, where the program's engine
    takes the name of a common table once only.
-#}

{#- The feed says of some stops that the same tyres went on: a penalty served, a new nose. -#}
{% macro stints_on_the_same_tyres() -%}
    select distinct session_key, driver_number, lap_start
    from {{ session_rows(ref('silver_stints')) }}
    where is_age_continued
{%- endmacro %}

{#- Races: stints of the tyre feed, less one, against changes of tyres in the pit lane. -#}
{% macro stints_against_stops() -%}
with tyre_events as (
    select
        session_key, driver_number, 1 as is_stint, 0 as is_passage, 0 as is_stop, 0 as is_red_flag_change,
        lap_start as lap_number
    from {{ session_rows(ref('tyre_stints')) }}
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
    from {{ session_rows(ref('pit_passages')) }} as passages
    left join ({{ stints_on_the_same_tyres() }}) as kept
        on
            passages.session_key = kept.session_key
            and passages.driver_number = kept.driver_number
            and passages.out_lap_number = kept.lap_start
    union all
    select
        session_key, driver_number, 0 as is_stint, 0 as is_passage, 0 as is_stop, 0 as is_red_flag_change,
        lap_number
    from {{ session_rows(ref('silver_laps')) }}
    union all
    select
        session_key, driver_number, 0 as is_stint, 0 as is_passage, 0 as is_stop, 0 as is_red_flag_change,
        number_of_laps as lap_number
    from {{ session_rows(ref('silver_session_result')) }}
),

{# What went on in a stop after which the car did not drive is not in the feed of tyres. -#}
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
inner join {{ session_rows(ref('silver_sessions')) }} as sessions
    on tyre_counts.session_key = sessions.session_key
where sessions.session_category in ('Race', 'Sprint') and tyre_counts.stints > 0
{%- endmacro %}

{#- Races: the set of tyres before a stop against the set after it, unless the feed says that the same tyres went on. -#}
{% macro tyres_before_against_after_a_stop() -%}
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
from {{ session_rows(ref('fact_pit_stops')) }} as stops
inner join {{ session_rows(ref('tyre_stints')) }} as stints
    on
        stops.session_key = stints.session_key
        and stops.driver_number = stints.driver_number
        and stops.stint_before = stints.stint_number
left join ({{ stints_on_the_same_tyres() }}) as kept
    on
        stops.session_key = kept.session_key
        and stops.driver_number = kept.driver_number
        and stops.out_lap_number = kept.lap_start
where stops.pit_type = 'stop' and kept.lap_start is null
{%- endmacro %}

{#- Qualifying: parts by race control against parts in which the official result has times; three where it has none at all. -#}
{% macro qualifying_parts_against_result() -%}
with part_counts as (
    select session_key, 1 as parts, 0 as official_part
    from {{ session_rows(ref('fact_qualifying_parts')) }}
    union all
    select
        session_key,
        0 as parts,
        case
            when duration_q3 is not null then 3 when duration_q2 is not null then 2 when duration_q1 is not null then 1 else 0
        end as official_part
    from {{ session_rows(ref('silver_session_result')) }}
    union all
    select distinct session_key, 0 as parts, 0 as official_part
    from {{ session_rows(ref('silver_laps')) }}
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
inner join {{ session_rows(ref('silver_sessions')) }} as sessions
    on parts_of_session.session_key = sessions.session_key
where sessions.session_category in ('Qualifying', 'Sprint Qualifying')
{%- endmacro %}

{#- Races: points of the result against what the standings of drivers, and those of teams, grew by. -#}
{% macro points_against_standings() -%}
with scores as (
    select session_key, driver_number, team_id, coalesce(points, 0) as points
    from {{ session_rows(ref('fact_results')) }}
),

driver_points as (
    select
        scores.session_key,
        scores.driver_number,
        cast(null as {{ type_of('string') }}) as team_id,
        scores.points,
        standings.points_current - standings.points_start as standings_points
    from scores
    inner join {{ session_rows(ref('silver_championship_drivers')) }} as standings
        on scores.session_key = standings.session_key and scores.driver_number = standings.driver_number
),

{# Points without a team in the session's list of drivers could be any team's. -#}
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
        {{ team_lineage('team_name') }} as team_id,
        sum(points_current - points_start) as standings_points
    from {{ session_rows(ref('silver_championship_teams')) }}
    where team_name is not null
    group by session_key, {{ team_lineage('team_name') }}
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
{%- endmacro %}

{#-
    Races: when each car ended each lap, with its place among those who ended that lap. Times at the line are a quarter of a
    second off at most, so cars that are closer than 0.3 s have the places of both.
-#}
{% macro crossings_of_races() -%}
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
            {{ epoch_micros('date_end') }} as micros,
            not is_under_red_flag as is_comparable,
            is_pit_in_lap or coalesce(is_pit_out_lap, false) as is_in_pit_lane,
            lag(lap_number) over (partition by session_key, driver_number order by lap_number) as previous_lap,
            lead(lap_number) over (partition by session_key, driver_number order by lap_number) as next_lap,
            row_number() over (partition by session_key, lap_number order by date_end, driver_number) as place
        from {{ session_rows(ref('fact_laps')) }}
        where session_category in ('Race', 'Sprint') and date_end is not null
    ) as laps
{%- endmacro %}

{#-
    Races: the gap to the leader by the time at the line against those that were sent within 12 seconds of it, which are about
    three before and three after. Nobody knows whom a gap counts from while the leader changes, nor where in the pit lane it
    is taken, and none is sent after a car's last lap.
-#}
{% macro gaps_against_crossings() -%}
with gap_crossings as (
    {{ crossings_of_races() }}
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
        session_key, driver_number, {{ epoch_micros('date') }} as micros, cast(null as bigint) as lap_number,
        cast(null as bigint) as crossing_gap, false as is_comparable, cast(round(gap_to_leader_seconds * 1e6) as bigint) as gap
    from {{ session_rows(ref('silver_intervals')) }}
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
{%- endmacro %}

{#-
    Races: the place at the line against the position that holds then or follows within two seconds. Laps that are missing
    make places uncertain by as many; after the leader's last lap positions have penalties in them.
-#}
{% macro positions_against_crossings() -%}
with place_crossings as (
    {{ crossings_of_races() }}
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
        session_key, driver_number, {{ epoch_micros('date') }} as micros, 0 as kind, cast(null as bigint) as lap_number,
        cast(null as bigint) as first_place, cast(null as bigint) as last_place, false as is_comparable,
        position, {{ epoch_micros('date') }} as sent_micros
    from {{ session_rows(ref('silver_position')) }}
    where position is not null
),

{% set before -%}
    partition by session_key, driver_number order by micros, kind, lap_number rows between unbounded preceding and current row
{%- endset %}
{% set after -%}
    partition by session_key, driver_number order by micros, kind, lap_number rows between current row and unbounded following
{%- endset %}
bracketed_places as (
    select
        *,
        {{ last_value_of('position', before) }} as position_before,
        {{ first_value_of('position', after) }} as position_after,
        {{ first_value_of('sent_micros', after) }} as micros_after
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
{%- endmacro %}

{#-
    Races: the order at the end of the last lap against the official one. A driver may be behind who crossed the line earlier
    by less than the penalties that race control gave and did not call served.
-#}
{% macro last_lap_against_result() -%}
with time_penalties as (
    select
        session_key,
        cast({{ match_group('message', 'CAR ([0-9]+)') }} as bigint) as driver_number,
        sum(
            cast({{ match_group('message', '([0-9]+) SECOND TIME PENALTY') }} as bigint)
            * case when message like '%SERVED%' then -1 else 1 end
        ) as seconds
    from {{ session_rows(ref('silver_race_control')) }}
    where message like '% SECOND TIME PENALTY%'
    group by session_key, cast({{ match_group('message', 'CAR ([0-9]+)') }} as bigint)
),

race_finishers as (
    select
        board.session_key,
        board.driver_number,
        board.official_position,
        board.laps_completed,
        {{ epoch_micros('laps.date_end') }} as micros,
        coalesce(time_penalties.seconds, 0) as penalty_s
    from {{ session_rows(ref('session_leaderboard')) }} as board
    inner join {{ session_rows(ref('fact_results')) }} as results
        on board.session_key = results.session_key and board.driver_number = results.driver_number
    inner join {{ session_rows(ref('fact_laps')) }} as laps
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

{# Of those who are officially ahead: the fewest laps, and the last to cross the line with as many laps. -#}
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
{%- endmacro %}

{#- Best times of practice and of the parts of qualifying against the official result, which has none of the disqualified. -#}
{% macro best_times_against_result() -%}
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
from {{ session_rows(ref('session_leaderboard')) }} as board
inner join {{ session_rows(ref('fact_results')) }} as official
    on board.session_key = official.session_key and board.driver_number = official.driver_number
where
    not coalesce(official.dsq, false)
    and (
        board.timing_source = 'best_lap_by_phase'
        or (board.timing_source = 'best_lap' and board.session_category not in ('Qualifying', 'Sprint Qualifying'))
    )
{%- endmacro %}

{#-
    The order by timing alone against the official one, among those classified. Who has no time outside races has no place by
    timing.
-#}
{% macro timing_order_against_result() -%}
select
    session_key,
    driver_number,
    timing_position,
    official_position,
    rank() over (partition by session_key order by timing_position)
    <> rank() over (partition by session_key order by official_position) as is_odd
from {{ session_rows(ref('session_leaderboard')) }}
where
    timing_position is not null
    and official_position is not null
    and (session_category in ('Race', 'Sprint') or best_lap_time is not null)
{%- endmacro %}

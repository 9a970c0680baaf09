with progress as (
    select
        *,
        points + points_left as most_points,
        lag(position) over (partition by season, competitor_type, competitor_id order by round) as previous_position,
        count(*) over (partition by season, competitor_type, competitor_id order by round range between 4 preceding and current row) as form_rounds,
        sum(coalesce(round_points, 0)) over (partition by season, competitor_type, competitor_id order by round range between 4 preceding and current row) as form_points,
        count(case when is_title_open then 1 end) over (partition by season, round, competitor_type) as open_titles
    from gold_analytics.championship_progress
),

-- Wins and podiums are counted from the start of the season, so those of five rounds are a difference.
earlier as (
    select season, round, competitor_type, competitor_id, wins, podiums
    from gold_analytics.championship_progress
),

-- A round whose race or sprint is missing takes the form of five rounds with it.
holes as (
    select season, round, rounds_missing
    from gold_analytics.dim_rounds
),

-- Places above whoever the points to come can no longer reach are lost.
out_of_reach as (
    select own.season, own.round, own.competitor_type, own.competitor_id, count(*) as competitors
    from progress as own
    inner join progress as other
        on
            own.season = other.season
            and own.round = other.round
            and own.competitor_type = other.competitor_type
    where other.points > own.most_points
    group by own.season, own.round, own.competitor_type, own.competitor_id
),

formed as (
    select
        progress.*,
        progress.wins - coalesce(earlier.wins, 0) as form_wins,
        progress.podiums - coalesce(earlier.podiums, 0) as form_podiums,
        progress.rounds_missing - coalesce(holes.rounds_missing, 0) as form_rounds_missing,
        coalesce(out_of_reach.competitors, 0) as out_of_reach
    from progress
    left join earlier
        on
            progress.season = earlier.season
            and progress.round - 5 = earlier.round
            and progress.competitor_type = earlier.competitor_type
            and progress.competitor_id = earlier.competitor_id
    left join holes
        on progress.season = holes.season and progress.round - 5 = holes.round
    left join out_of_reach
        on
            progress.season = out_of_reach.season
            and progress.round = out_of_reach.round
            and progress.competitor_type = out_of_reach.competitor_type
            and progress.competitor_id = out_of_reach.competitor_id
)

select
    season,
    round,
    meeting_key,
    meeting_name,
    rounds_in_season,
    rounds_left,
    rounds_missing,
    competitor_type,
    competitor_id,
    competitor_name,
    points,
    position,
    previous_position - position as positions_gained,
    points_behind,
    points_left,
    most_points,
    cast(case
        when position is null then null
        when rounds_left = 0 then position
        else 1 + out_of_reach
    end as bigint) as best_possible_position,
    is_title_open,
    case
        when is_title_open is null then null
        when not is_title_open then 'out'
        when open_titles = 1 then 'champion'
        else 'open'
    end as title_status,
    cast(form_rounds as bigint) as form_rounds,
    case when form_rounds_missing = 0 then form_points end as form_points,
    cast(case
        when form_rounds_missing = 0
            then rank() over (partition by season, round, competitor_type order by form_points desc)
    end as bigint) as form_position,
    cast(case when form_rounds_missing = 0 then form_wins end as bigint) as form_wins,
    cast(case when form_rounds_missing = 0 then form_podiums end as bigint) as form_podiums
from formed

-- Example queries of `f1lake sql --examples`. Each block is a title, a question and one query; blocks stand
-- in the order of a weekend. They use the common subset of SQL, so DuckDB and Spark run them too.

-- # What is in the lake
-- Which sessions are there, and how many laps of each?
select season, circuit_short_name, session_name, session_key, count(*) as laps
from fact_laps
group by season, circuit_short_name, session_name, session_key
order by season, min(date_start);

-- # Result of each race
-- Who finished where, from which place on the grid, and with how many points?
select season, circuit_short_name, session_name, position, name_acronym, team_name, grid_position, positions_gained, points, status
from fact_results
where session_category in ('Race', 'Sprint')
order by season, session_key, position nulls last, name_acronym
limit 100;

-- # Winners and podiums
-- Who stood on the podium of each race?
select season, circuit_short_name,
    max(case when position = 1 then name_acronym end) as first,
    max(case when position = 2 then name_acronym end) as second,
    max(case when position = 3 then name_acronym end) as third
from fact_results
where session_category = 'Race'
group by season, circuit_short_name, session_key
order by season, session_key;

-- # Fastest lap of each session
-- Who set the fastest lap, on which lap and tyres?
select season, circuit_short_name, session_name, name_acronym, lap_number, lap_duration, compound, tyre_age
from fact_laps
where is_session_best
order by season, date_start;

-- # Ten fastest laps
-- Which laps were the fastest of each qualifying?
select season, circuit_short_name, session_name, lap_rank_in_session as rank, name_acronym, lap_number, lap_duration, compound
from fact_laps
where session_category = 'Qualifying' and lap_rank_in_session <= 10
order by season, session_key, rank, lap_number;

-- # Poles
-- Who was fastest in qualifying, by how much, and who started first after penalties?
select season, circuit_short_name, session_name, fastest_name_acronym as fastest, fastest_time, margin_s, second_name_acronym as second,
    pole_name_acronym as pole, front_row_name_acronym as front_row
from qualifying_sessions
order by season, session_key;

-- # Poles and front rows by driver
-- How often did each driver start from the first two places of a Grand Prix?
select season, driver, sum(pole) as poles, count(*) as front_rows
from (
    select season, pole_driver_id as driver, 1 as pole from qualifying_sessions where session_category = 'Qualifying'
    union all
    select season, front_row_driver_id as driver, 0 as pole from qualifying_sessions where session_category = 'Qualifying'
) as starts
where driver is not null
group by season, driver
order by season, poles desc, front_rows desc, driver;

-- # Who was knocked out
-- By how much did the first driver out miss the next part?
select season, circuit_short_name, session_name, qualifying_phase, cutoff_time, cutoff_name_acronym as last_through,
    first_out_name_acronym as first_out, first_out_gap_s
from qualifying_part_summary
where cutoff_time is not null
order by season, session_key, qualifying_phase;

-- # Who improved in qualifying
-- Who gained most from one part to the next?
select season, circuit_short_name, session_name, qualifying_phase, name_acronym, best_lap_time, improvement_on_previous_part_s
from qualifying_summary
where improvement_on_previous_part_s is not null
order by improvement_on_previous_part_s desc, session_key, name_acronym
limit 20;

-- # Track evolution
-- How much faster did the track get within and between the parts of qualifying?
select season, circuit_short_name, session_name, qualifying_phase, best_lap_time, evolution_from_previous_part_s,
    round(evolution_s_per_minute, 4) as evolution_s_per_minute, evolution_drivers
from qualifying_part_summary
order by season, session_key, qualifying_phase;

-- # Time left on the table
-- How far from the sum of the best sectors was each driver's best lap of the last part?
select season, circuit_short_name, session_name, name_acronym, best_lap_time, ideal_lap_time,
    round(best_lap_time - ideal_lap_time, 3) as lost_s
from qualifying_summary
where qualifying_phase = 3 and ideal_lap_time is not null
order by season, session_key, lost_s desc, name_acronym;

-- # Deleted laps
-- Which laps were deleted, and would they have been better?
select season, circuit_short_name, session_name, name_acronym, qualifying_phase, deleted_laps, best_deleted_lap_time, best_lap_time
from qualifying_summary
where deleted_laps > 0
order by season, session_key, qualifying_phase, name_acronym;

-- # Teammates in qualifying
-- Who was faster in the last part that both took?
select season, circuit_short_name, session_name, team_name, name_acronym, teammate_acronym, qualifying_phase, qualifying_gap_s,
    round(qualifying_gap_percent, 3) as qualifying_gap_percent
from teammates
where qualifying_gap_s <= 0
order by season, session_key, qualifying_gap_s;

-- # Teammates in races
-- Who was ahead, and who had more pace on laps that both drove cleanly?
select season, circuit_short_name, session_name, team_name, name_acronym, position, teammate_acronym, teammate_position, comparison,
    have_both_finished, shared_clean_laps, race_pace_gap_s
from teammates
where session_category in ('Race', 'Sprint') and (is_ahead or comparison = 'teammate did not run')
order by season, session_key, position nulls last, name_acronym;

-- # Teammates over a season
-- What is the score in qualifying and in races?
select season, session_category, team_name, name_acronym, teammate_acronym, sessions_compared, ahead, not_ahead,
    round(median_qualifying_gap_percent, 3) as qualifying_percent, round(median_race_pace_gap_percent, 3) as race_pace_percent
from teammates_season
where session_category in ('Qualifying', 'Race') and name_acronym < teammate_acronym
order by season, session_category, team_name, sessions_compared desc;

-- # Pace in races
-- Which stint was the fastest on each compound?
select race_pace.season, race_pace.session_key, race_pace.name_acronym, race_pace.stint_number, race_pace.compound, race_pace.clean_laps,
    race_pace.median_lap_time, race_pace.gap_to_best_on_compound, round(race_pace.trend_s_per_lap, 3) as trend_s_per_lap
from race_pace
where race_pace.clean_laps >= 5 and race_pace.pace_rank_on_compound <= 5
order by race_pace.season, race_pace.session_key, race_pace.compound, race_pace.pace_rank_on_compound, race_pace.name_acronym;

-- # Consistency
-- Whose clean laps differ least?
select summary.season, summary.session_name, summary.name_acronym, summary.clean_laps, summary.median_lap_time_clean,
    round(summary.stddev_lap_time_clean, 3) as stddev_s
from driver_session_summary as summary
where summary.session_category = 'Race' and summary.clean_laps >= 20
order by summary.season, summary.session_key, summary.stddev_lap_time_clean, summary.name_acronym;

-- # Strategies
-- Which tyres did everybody use in a race, and for how long?
select season, session_key, name_acronym, stint_number, compound, lap_start, lap_end, stint_laps, tyre_age_at_start
from fact_stints
where session_category = 'Race'
order by season, session_key, name_acronym, stint_number;

-- # Pit stops
-- How long were the cars in the lane, and how long did they stand?
select season, circuit_short_name, name_acronym, lap_number, round(lane_duration, 1) as lane_s, stop_duration, compound_before,
    compound_after, position_before, position_after, is_under_neutralisation
from fact_pit_stops
where session_category = 'Race' and pit_type = 'stop'
order by season, session_key, lap_number, name_acronym;

-- # Fastest stops of the teams
-- Which team changes tyres fastest?
select season, team_name, count(stop_duration) as stops, min(stop_duration) as best_s, round(avg(stop_duration), 2) as mean_s
from fact_pit_stops
where pit_type = 'stop' and stop_duration > 0
group by season, team_name
order by season, mean_s, team_name;

-- # Neutralisations
-- When did the safety car, the virtual one or a red flag neutralise a race?
select season, circuit_short_name, session_name, neutralisation_number, kind, first_lap, last_lap, date_start, date_end, restart
from fact_neutralisations
where session_category in ('Race', 'Sprint')
order by season, session_key, neutralisation_number;

-- # Gained and lost places
-- Who gained most places from the grid to the finish?
select season, circuit_short_name, session_name, name_acronym, grid_position, position, positions_gained
from fact_results
where positions_gained is not null
order by positions_gained desc, season, session_key, name_acronym
limit 20;

-- # Speed traps
-- Who was fastest on the straight?
select season, circuit_short_name, session_name, name_acronym, max(st_speed) as speed_trap_kmh
from fact_laps
where st_speed is not null
group by season, circuit_short_name, session_name, session_key, name_acronym
order by season, session_key, speed_trap_kmh desc, name_acronym;

-- # Purple mini-sectors
-- Who was fastest in most mini-sectors at the time?
select season, circuit_short_name, session_name, name_acronym, sector, count(*) as purple
from minisectors
where status = 'purple'
group by season, circuit_short_name, session_name, session_key, name_acronym, sector
order by season, session_key, purple desc, name_acronym, sector
limit 50;

-- # Long runs of practice
-- Whose long run was the fastest on each compound, and how did the tyres last?
select season, circuit_short_name, session_name, compound, name_acronym, laps, tyre_age_first, median_lap_time,
    round(slope_s_per_lap, 3) as slope_s_per_lap, round(slope_standard_error, 3) as standard_error
from long_runs
order by season, session_key, compound, median_lap_time, name_acronym;

-- # Weather
-- How warm was it, and did it rain?
select season, circuit_short_name, session_name, round(air_temperature_mean, 1) as air, round(track_temperature_mean, 1) as track,
    round(humidity_mean, 0) as humidity, round(wind_speed_mean, 1) as wind, wind_direction_mean as wind_from, rain_windows, rain_minutes
from session_weather
order by season, session_key;

-- # Wind and lap times
-- Were clean laps slower with more wind?
select laps.season, laps.circuit_short_name, laps.session_name, round(weather.wind_speed, 0) as wind, count(*) as laps,
    round(avg(laps.delta_to_personal_best), 3) as mean_delta_to_personal_best
from fact_laps as laps
inner join lap_weather as weather
    on laps.session_key = weather.session_key and laps.driver_number = weather.driver_number and laps.lap_number = weather.lap_number
where laps.is_clean_lap and laps.session_category = 'Race'
group by laps.season, laps.circuit_short_name, laps.session_name, laps.session_key, round(weather.wind_speed, 0)
order by laps.season, laps.session_key, wind;

-- # Championship
-- How do the drivers stand after the last round in the lake, and who can still be champion?
select form.season, form.round, form.competitor_name, form.points, form.position, form.points_behind, form.points_left,
    form.best_possible_position, form.title_status
from season_form as form
inner join (select season, max(round) as round from season_form group by season) as newest
    on form.season = newest.season and form.round = newest.round
where form.competitor_type = 'driver'
order by form.season, form.points desc, form.competitor_name;

-- # Form
-- Who scored most in the last five rounds?
select form.season, form.competitor_type, form.competitor_name, form.form_points, form.form_position, form.form_wins, form.form_podiums
from season_form as form
inner join (select season, max(round) as round from season_form group by season) as newest
    on form.season = newest.season and form.round = newest.round
order by form.season, form.competitor_type, form.form_points desc nulls last, form.competitor_name;

-- # Points by car
-- Which share of the points of a team did each driver score?
select shares.season, shares.team_name, shares.name_acronym, shares.races, shares.points, shares.team_points,
    round(shares.share_percent, 1) as share_percent
from constructor_shares as shares
inner join (select season, max(round) as round from constructor_shares group by season) as newest
    on shares.season = newest.season and shares.round = newest.round
order by shares.season, shares.team_points desc, shares.team_name, shares.points desc, shares.name_acronym;

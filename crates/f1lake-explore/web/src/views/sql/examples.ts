export interface Example {
  title: string;
  question: string;
  sql: string;
}

/** Queries to begin with. They hold for every lake: none names a session or a driver. */
export const EXAMPLES: readonly Example[] = [
  {
    title: "What is in the lake",
    question: "Which sessions are there, and how many laps of each?",
    sql: `select season, circuit_short_name, session_name, session_key, count(*) as laps
from fact_laps
group by season, circuit_short_name, session_name, session_key
order by season, min(date_start)`,
  },
  {
    title: "Median pace by compound",
    question: "How fast was each driver on each tyre in the newest race?",
    sql: `select name_acronym as driver, compound, count(*) as laps,
       round(median(lap_duration), 3) as median_s,
       round(min(lap_duration), 3) as best_s
from fact_laps
where is_timed_lap and not is_pit_in_lap
  and session_key = (
    select session_key from fact_laps where session_category = 'Race' order by date_start desc limit 1
  )
group by 1, 2
having count(*) >= 8
order by median_s`,
  },
  {
    title: "Lap times of a race",
    question: "How did the lap times of the first three go?",
    sql: `select laps.lap_number, laps.name_acronym, laps.lap_duration, laps.compound, laps.tyre_age
from fact_laps as laps
inner join fact_results as results
  on laps.session_key = results.session_key and laps.driver_number = results.driver_number
where results.position <= 3 and laps.is_timed_lap
  and laps.session_key = (
    select session_key from fact_laps where session_category = 'Race' order by date_start desc limit 1
  )
order by laps.lap_number, results.position`,
  },
  {
    title: "Fastest lap of each session",
    question: "Who set it, on which lap and tyres?",
    sql: `select season, circuit_short_name, session_name, name_acronym, lap_number, lap_duration, compound, tyre_age
from fact_laps
where is_session_best
order by season, date_start`,
  },
  {
    title: "Pit stops",
    question: "How long were the cars in the lane, and how long did they stand?",
    sql: `select season, circuit_short_name, name_acronym, lap_number, round(lane_duration, 1) as lane_s, stop_duration,
       compound_before, compound_after
from fact_pit_stops
where session_category = 'Race'
order by season, session_key, lap_number, name_acronym`,
  },
  {
    title: "Points by team",
    question: "How many points did each team score in the races and sprints of the lake?",
    sql: `select team_name, sum(points) as points
from fact_results
where session_category in ('Race', 'Sprint')
group by team_name
order by points desc, team_name`,
  },
  {
    title: "What the checks found",
    question: "Which checks of the data found something, and how much?",
    sql: `select season, session_key, session_name, check_name, odd, looked_at, description
from data_quality
where status = 'warned'
order by odd desc, session_key, check_name`,
  },
  {
    title: "Speed over one lap",
    question: "How fast was the fastest lap with telemetry, metre by metre?",
    sql: `select telemetry.lap_distance_m, telemetry.speed, telemetry.n_gear, telemetry.throttle
from fact_lap_telemetry as telemetry
inner join (
  select session_key, driver_number, lap_number
  from fact_laps
  where is_timed_lap and session_key in (select session_key from minisectors)
  order by lap_duration
  limit 1
) as best
  on telemetry.session_key = best.session_key
    and telemetry.driver_number = best.driver_number
    and telemetry.lap_number = best.lap_number
order by telemetry.lap_distance_m`,
  },
];

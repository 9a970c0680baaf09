/** A row of sql/session_leaderboard.sql. */
export interface LeaderboardRow {
  place_in_list: number;
  driver_number: number;
  name_acronym: string;
  full_name: string;
  team_name: string;
  leaderboard_position: number | null;
  order_source: string | null;
  official_position: number | null;
  status: string | null;
  grid_position: number | null;
  positions_gained: number | null;
  gap_to_leader_seconds: number | null;
  gap_to_leader_laps: number | null;
  gap_to_ahead_seconds: number | null;
  gap_to_ahead_laps: number | null;
  best_lap_time: number | null;
  best_lap_rank: number | null;
  gap_to_best_lap: number | null;
  fastest_lap_number: number | null;
  fastest_lap_compound: string | null;
  fastest_lap_tyre_age: number | null;
  deleted_laps: number | null;
  laps: number | null;
  last_lap: number | null;
  /** Lap on which a car that did not finish went out. */
  out_lap: number | null;
  number_of_laps: number | null;
  pit_stops: number | null;
  stints: number | null;
  stint_compounds: ArrayLike<string | null> | null;
  stint_laps: ArrayLike<number | null> | null;
  points: number | null;
}

/** Laps that the longest row of stints needs. */
export const longestOf = (rows: readonly LeaderboardRow[]) =>
  Math.max(
    1,
    ...rows.map((row) => Array.from(row.stint_laps ?? [], (laps) => laps ?? 0).reduce((sum, laps) => sum + laps, 0)),
  );

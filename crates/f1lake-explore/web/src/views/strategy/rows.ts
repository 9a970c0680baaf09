/** A row of sql/strategy_stints.sql: a stint, or a driver without one. */
export interface StintRow {
  place_in_list: number;
  driver_number: number;
  name_acronym: string;
  status: string | null;
  number_of_laps: number | null;
  pit_stops: number | null;
  pit_lane_time: number | null;
  stint_number: number | null;
  compound: string | null;
  lap_start: number | null;
  lap_end: number | null;
  stint_laps: number | null;
  tyre_age_at_start: number | null;
  tyre_age_at_end: number | null;
  median_lap_time_clean: number | null;
  time_lost: number | null;
  is_repaired: boolean | null;
  lap_start_raw: number | null;
  lap_end_raw: number | null;
  api_stints: number | null;
  date_start: number | null;
  date_end: number | null;
}

export type NeutralisationKind = "safety_car" | "virtual_safety_car" | "red_flag";

/** A row of sql/strategy_neutralisations.sql. */
export interface NeutralisationRow {
  neutralisation_number: number;
  kind: NeutralisationKind;
  date_start: number | null;
  date_end: number | null;
  first_lap: number | null;
  last_lap: number | null;
  laps_at_start: number | null;
  laps_at_end: number | null;
}

/** A row of sql/strategy_gaps.sql. */
export interface GapRow {
  driver_number: number;
  name_acronym: string;
  lap_number: number;
  position: number | null;
  gap: number | null;
  is_stop: boolean;
  compound_after: string | null;
}

export type TrackStatus = "green" | NeutralisationKind;

/** A row of sql/strategy_stops.sql. */
export interface StopRow {
  driver_number: number;
  name_acronym: string;
  stop_number: number;
  pit_type: "stop" | "drive_through" | "stop_go" | "red_flag";
  lap_number: number | null;
  compound_before: string | null;
  compound_after: string | null;
  stop_duration: number | null;
  lane_duration: number | null;
  track_status: TrackStatus | null;
  double_stack: "first" | "second" | null;
  time_lost: number | null;
  median_time_lost: number | null;
  time_lost_to_median: number | null;
  expected_from: "own_pace" | "nearby_cars" | null;
  position_before: number | null;
  position_after: number | null;
}

/** A row of sql/strategy_undercuts.sql. */
export interface UndercutRow {
  driver_number: number;
  name_acronym: string;
  stop_number: number;
  lap_number: number;
  rival_driver_number: number;
  rival_name_acronym: string;
  rival_lap_number: number;
  gap_before: number;
  gap_after: number;
  undercut_gain: number;
  position_before: number | null;
  position_after: number | null;
  rival_position_before: number | null;
  rival_position_after: number | null;
  worked: "undercut" | "overcut" | "none";
  is_neutralised: boolean;
}

/** A row of sql/strategy_pit_loss.sql. */
export interface PitLossRow {
  track_status: TrackStatus;
  stops: number;
  sessions: number;
  first_season: number;
  last_season: number;
  median_time_lost: number;
  saved: number | null;
  least_time_lost: number;
  median_lane_duration: number | null;
  median_stop_duration: number | null;
  median_time_lost_here: number | null;
  stops_here: number | null;
}

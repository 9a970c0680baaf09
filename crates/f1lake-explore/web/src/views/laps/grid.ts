import type { Rows } from "../../api";

/** The rows of sql/laps_chart.sql by driver and lap, as columns. */
export interface LapGrid {
  length: number;
  /** Car numbers, in the order of the rows. */
  drivers: readonly number[];
  /** 1 to the last lap of the session. */
  laps: readonly number[];
  /** Row of a lap; -1 when the driver has no such lap. */
  rowOf(driver: number, lap: number): number;
  driver: readonly number[];
  acronym: readonly (string | null)[];
  lap: readonly number[];
  duration: readonly (number | null)[];
  pace: readonly (number | null)[];
  compound: readonly (string | null)[];
  age: readonly (number | null)[];
  isClean: readonly boolean[];
  isStart: readonly boolean[];
  isPitIn: readonly boolean[];
  isPitOut: readonly boolean[];
  isNeutralised: readonly boolean[];
  isDeleted: readonly boolean[];
  isPersonalBest: readonly boolean[];
  isSessionBest: readonly boolean[];
}

export function gridOf(rows: Rows): LapGrid {
  const driver = rows.column<number>("driver_number");
  const lap = rows.column<number>("lap_number");
  const drivers = [...new Set(driver)];
  const last = lap.reduce((most, number) => Math.max(most, number), 0);
  const places = new Map(drivers.map((number, i) => [number, i * (last + 1)]));
  const rowAt = new Int32Array(drivers.length * (last + 1)).fill(-1);
  for (let row = 0; row < rows.length; row++) rowAt[places.get(driver[row]!)! + lap[row]!] = row;
  return {
    length: rows.length,
    drivers,
    laps: Array.from({ length: last }, (_, i) => i + 1),
    rowOf: (number, at) => (at > last ? -1 : (rowAt[(places.get(number) ?? NaN) + at] ?? -1)),
    driver,
    acronym: rows.column<string | null>("name_acronym"),
    lap,
    duration: rows.column("lap_duration"),
    pace: rows.column("pace"),
    compound: rows.column<string | null>("compound"),
    age: rows.column("tyre_age"),
    isClean: rows.column<boolean>("is_clean"),
    isStart: rows.column<boolean>("is_start_lap"),
    isPitIn: rows.column<boolean>("is_pit_in_lap"),
    isPitOut: rows.column<boolean>("is_pit_out_lap"),
    isNeutralised: rows.column<boolean>("is_neutralised"),
    isDeleted: rows.column<boolean>("is_deleted"),
    isPersonalBest: rows.column<boolean>("is_personal_best"),
    isSessionBest: rows.column<boolean>("is_session_best"),
  };
}

/** Why a lap is not an ordinary one, such as "out of the pits"; empty for others. */
export function noteOf(grid: LapGrid, row: number): string {
  const notes = [
    grid.isDeleted[row] && "deleted",
    grid.isStart[row] && "from the grid",
    grid.isPitOut[row] && "out of the pits",
    grid.isPitIn[row] && "into the pits",
    grid.isNeutralised[row] && "neutralised",
  ];
  return notes.filter(Boolean).join(", ");
}

/** Lap of the driver's best time; null without one. */
export function bestLapOf(grid: LapGrid, driver: number): number | null {
  const row = grid.isPersonalBest.findIndex((isBest, i) => isBest && grid.driver[i] === driver);
  return row < 0 ? null : (grid.lap[row] ?? null);
}

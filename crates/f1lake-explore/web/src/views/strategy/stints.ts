import { seconds } from "../../format";
import type { StintRow } from "./rows";

/** A row that is a stint. */
export interface Stint extends StintRow {
  stint_number: number;
  /** Lap on which the next stint of the driver begins. */
  next_lap_start: number | null;
}

/** A driver of the list with the stints. */
export interface DriverStints {
  driver_number: number;
  name_acronym: string;
  status: string | null;
  number_of_laps: number | null;
  pit_stops: number | null;
  pit_lane_time: number | null;
  stints: readonly Stint[];
}

/** The rows by driver, in the order of the rows. */
export function byDriver(rows: readonly StintRow[]): readonly DriverStints[] {
  const drivers = new Map<number, DriverStints & { stints: Stint[] }>();
  for (const row of rows) {
    const driver = drivers.get(row.driver_number) ?? { ...row, stints: [] };
    if (row.stint_number !== null) {
      const before = driver.stints.at(-1);
      if (before) before.next_lap_start = row.lap_start;
      driver.stints.push({ ...row, stint_number: row.stint_number, next_lap_start: null });
    }
    drivers.set(row.driver_number, driver);
  }
  return [...drivers.values()];
}

/** What stands where the stints of a driver end: nothing for a driver who finished. */
export function endWords({ status, number_of_laps, stints }: DriverStints): string {
  switch (status) {
    case "Did not finish":
      if (number_of_laps === null) return "Out";
      return number_of_laps ? `Out after lap ${number_of_laps}` : "Out on lap 1";
    case "Did not start":
    case "Disqualified":
    case "Not classified":
      return status;
    default:
      return stints.length ? "" : "Stints not known";
  }
}

export type RepairedEnd = "start" | "end";

/** The end of a stint that was repaired, where the mark stands. */
export function repairedEnd(stint: StintRow): RepairedEnd | null {
  if (!stint.is_repaired) return null;
  return stint.lap_end === stint.lap_end_raw ? "start" : "end";
}

/** What was repaired in a stint, and why. */
export function repairWords(stint: StintRow): string {
  if (!stint.is_repaired) return "";
  const changed = [
    stint.lap_start !== stint.lap_start_raw && stint.lap_start_raw !== null && `start sent as lap ${stint.lap_start_raw}`,
    stint.lap_end !== stint.lap_end_raw && stint.lap_end_raw !== null && `end sent as lap ${stint.lap_end_raw}`,
    (stint.api_stints ?? 1) > 1 && `sent as ${stint.api_stints} stints`,
  ].filter(Boolean);
  return changed.length ? changed.join(", ") : "repaired";
}

/** laps 1–31; lap 5 */
export function lapsWords({ lap_start, lap_end }: StintRow): string {
  if (lap_start === null) return "laps not known";
  if (lap_end === null) return `from lap ${lap_start}`;
  return lap_start === lap_end ? `lap ${lap_start}` : `laps ${lap_start}–${lap_end}`;
}

export const costWords = (stint: StintRow) => (stint.time_lost === null ? "" : `stop cost ${seconds(stint.time_lost)}`);

import type { CursorAxis } from "../../charts/cursor";
import type { Band } from "../../charts/bands";
import { lapTicks, timeTicks } from "../../charts/svg";
import type { SessionClock } from "../../clock";
import { isRace } from "../../session";
import type { Session } from "../../session";
import { sessionTime } from "../../format";
import type { DriverStints, Stint } from "./stints";
import type { NeutralisationRow } from "./rows";

/** A stretch of the axis. The end of an open one is not known. */
export interface Span {
  from: number;
  to: number;
  isOpen: boolean;
}

/** The axis of the stints: laps completed, or seconds of a session in which cars come and go. */
export interface StintAxis {
  cursor: CursorAxis;
  high: number;
  /** Name of the axis for readers. */
  name: string;
  spanOf(stint: Stint): Span | null;
  /** The value of the shared cursor at a place of the axis. */
  cursorAt(place: number): number;
  ticks(most: number): number[];
  format(value: number): string;
  bands: readonly Band[];
}

const MIN_LAPS = 1;
const MINUTE = 60;

/** Bands by laps the leader had completed; one without an end lasts to the last lap. */
export function bandsByLap(rows: readonly NeutralisationRow[], lastLap: number): Band[] {
  return rows.flatMap((row) =>
    row.laps_at_start === null ? [] : [{ kind: row.kind, from: row.laps_at_start, to: Math.max(row.laps_at_end ?? lastLap, row.laps_at_start) }],
  );
}

function bandsByTime(rows: readonly NeutralisationRow[], clock: SessionClock): Band[] {
  return rows.flatMap((row) =>
    row.date_start === null ? [] : [{ kind: row.kind, from: clock.seconds(row.date_start), to: clock.seconds(row.date_end ?? clock.end) }],
  );
}

/** A stint without a last lap lasts at most to the next stint, or to the last lap of the driver. */
function spanOnLaps({ lap_start, lap_end, next_lap_start, number_of_laps }: Stint): Span | null {
  if (lap_start === null) return null;
  const from = lap_start - 1;
  const to = lap_end ?? (next_lap_start === null ? Math.max(number_of_laps ?? 0, lap_start) : next_lap_start - 1);
  return to > from ? { from, to, isOpen: lap_end === null } : null;
}

function lapAxis(drivers: readonly DriverStints[], neutralisations: readonly NeutralisationRow[], hasBands: boolean): StintAxis {
  const ends = drivers.flatMap((driver) => [driver.number_of_laps ?? 0, ...driver.stints.map((stint) => spanOnLaps(stint)?.to ?? 0)]);
  const high = Math.max(MIN_LAPS, ...ends);
  return {
    cursor: "lap",
    high,
    name: "laps",
    spanOf: spanOnLaps,
    cursorAt: (place) => Math.min(high, Math.floor(place) + 1),
    ticks: (most) => lapTicks(0, high, most).filter((lap) => lap > 0),
    format: String,
    bands: hasBands ? bandsByLap(neutralisations, high) : [],
  };
}

function timeAxis(clock: SessionClock, neutralisations: readonly NeutralisationRow[]): StintAxis {
  const high = clock.seconds(clock.end);
  const spanOf = ({ date_start, date_end }: Stint): Span | null => {
    if (date_start === null) return null;
    const from = Math.max(0, clock.seconds(date_start));
    return { from, to: Math.max(from, date_end === null ? from : Math.min(high, clock.seconds(date_end))), isOpen: date_end === null };
  };
  return {
    cursor: "time",
    high,
    name: "time",
    spanOf,
    cursorAt: (place) => Math.floor(place / MINUTE) * MINUTE,
    ticks: (most) => timeTicks(0, high, most),
    format: (value) => sessionTime(value).slice(0, -3),
    bands: bandsByTime(neutralisations, clock),
  };
}

/** Laps in a race. Elsewhere time, when the time of every stint is known; else laps, each car by its own count. */
export function axisOf(
  session: Session,
  drivers: readonly DriverStints[],
  neutralisations: readonly NeutralisationRow[],
  clock: SessionClock,
): StintAxis {
  const stints = drivers.flatMap((driver) => driver.stints);
  const hasTimes = stints.length > 0 && stints.every((stint) => stint.date_start !== null);
  if (isRace(session) || !hasTimes) return lapAxis(drivers, neutralisations, isRace(session));
  return timeAxis(clock, neutralisations);
}

import { calmName } from "../../drivers";
import type { DriverStyles } from "../../drivers";
import { plural } from "../../format";

/** "Verstappen", of a car number; the full name where the session's list lacks the car. */
export const lastName = (drivers: DriverStyles, number: number | null, full: string | null = null) =>
  drivers.get(number ?? -1)?.last_name ?? (full ? calmName(full) : String(number ?? ""));

const ORDERS: Record<string, string> = {
  official_result: "official result",
  laps_and_position: "no official result; by laps and last position",
  best_lap_by_phase: "no official result; by the best lap of the last part",
  best_lap: "no official result; by best lap",
};

/** What the order of a session comes from. */
export const orderWords = (source: string | null | undefined) => ORDERS[source ?? ""];

const SHORT: Record<string, string> = {
  "Did not finish": "DNF",
  "Did not start": "DNS",
  Disqualified: "DSQ",
  "Not classified": "NC",
};

export const shortStatus = (status: string | null) => SHORT[status ?? ""];

/** "1 safety car, 2 red flags", without what there was none of. */
export const counted = (amounts: readonly (readonly [number | null, string])[]) =>
  amounts.flatMap(([number, word]) => (number ? [plural(number, word)] : [])).join(", ");

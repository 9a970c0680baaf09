import type { LapRef } from "../../api";

export const MOST_LAPS = 6;

export const keyOf = ({ session_key, driver_number, lap_number }: LapRef) =>
  `${session_key}-${driver_number}-${lap_number}`;

/** Laps of the query string, `9647-81-43,9647-1-37`; the first is the reference. */
export function parseLaps(text: string): LapRef[] {
  const keys = new Set(text.split(",").filter((part) => /^\d+-\d+-\d+$/.test(part)));
  return [...keys].slice(0, MOST_LAPS).map((key) => {
    const [session_key = 0, driver_number = 0, lap_number = 0] = key.split("-").map(Number);
    return { session_key, driver_number, lap_number };
  });
}

export const writeLaps = (laps: readonly LapRef[]) => laps.map(keyOf).join(",");

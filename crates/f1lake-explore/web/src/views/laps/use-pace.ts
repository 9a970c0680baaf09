import { isRace } from "../../session";
import type { Session } from "../../session";
import { useParam } from "../../param";
import { useObjects, useView } from "../../use-view";

export type Correction = "none" | "fuel" | "tyres";
const CORRECTIONS: readonly Correction[] = ["none", "fuel", "tyres"];
/** Stands for what lap_pace assumes. */
const ASSUMED = -1;

export const MOST_KG = 120;
export const MOST_COST = 0.06;

interface Fuel {
  laps: number;
  fuel_kg: number | null;
  seconds_per_kg: number | null;
  has_tyre_slopes: boolean;
}

export interface Pace {
  correction: Correction;
  setCorrection: (correction: Correction) => void;
  /** Whether the session has laps that can be corrected. */
  canCorrect: boolean;
  hasTyres: boolean;
  /** Laps over which the fuel burns. */
  laps: number;
  kg: number;
  setKg: (kg: number) => void;
  cost: number;
  setCost: (cost: number) => void;
  /** Parameters of sql/laps_chart.sql and sql/laps_spread.sql; null until they are known. */
  params: Record<string, number> | null;
}

/** What is subtracted from the lap times, kept in the query string. */
export function usePace(session: Session): Pace {
  const { session_key } = session;
  const [fuel] = useObjects<Fuel>(useView("laps_fuel", isRace(session) ? { session_key } : null).rows);
  const [chosen, choose] = useParam("corrected", 0);
  const [ownKg, setOwnKg] = useParam("kg", ASSUMED);
  const [ownCost, setOwnCost] = useParam("cost", ASSUMED);
  const kg = ownKg >= 0 ? Math.min(ownKg, MOST_KG) : (fuel?.fuel_kg ?? 0);
  const cost = ownCost >= 0 ? Math.min(ownCost, MOST_COST) : (fuel?.seconds_per_kg ?? 0);
  const canCorrect = isRace(session) && (!fuel || fuel.fuel_kg !== null);
  const correction = canCorrect ? (CORRECTIONS[chosen] ?? "none") : "none";
  const isKnown = correction === "none" || fuel;
  return {
    correction,
    setCorrection: (next) => choose(CORRECTIONS.indexOf(next)),
    canCorrect,
    hasTyres: fuel?.has_tyre_slopes ?? false,
    laps: fuel?.laps ?? 0,
    kg,
    setKg: (next) => setOwnKg(next === fuel?.fuel_kg ? ASSUMED : next),
    cost,
    setCost: (next) => setOwnCost(next === fuel?.seconds_per_kg ? ASSUMED : next),
    params: !isKnown
      ? null
      : correction === "none"
        ? { session_key }
        : { session_key, fuel_kg: kg, seconds_per_kg: cost, tyres: correction === "tyres" ? 1 : 0 },
  };
}

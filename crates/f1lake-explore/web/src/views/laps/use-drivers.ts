import { useMemo } from "preact/hooks";
import type { ViewState } from "../../use-view";
import { useObjects } from "../../use-view";
import { useDriverStyle } from "../../drivers";
import type { DriverStyle } from "../../drivers";
import { NO_COLOUR } from "../../colour";
import { useParam } from "../../param";

/** A row of sql/laps_spread.sql. */
export interface Spread {
  driver_number: number;
  name_acronym: string | null;
  clean_laps: number;
  fastest: number | null;
  lower_quartile: number | null;
  median: number | null;
  upper_quartile: number | null;
  slowest: number | null;
  best_lap_time: number | null;
  order_in_list: number;
}

export interface LapsDriver extends Spread {
  style: DriverStyle | undefined;
  colour: string;
  /** Letters, with the car number where two drivers have the same. */
  label: string;
  isPicked: boolean;
}

export const MOST_PICKED = 6;
const FIRST_PICKED = 4;
/** No car has it: `drivers=0` is a choice of nobody, as an empty list is no choice. */
const NOBODY = 0;

export interface LapsDrivers {
  /** By median, as the rows come. */
  byMedian: readonly LapsDriver[];
  /** By result. */
  all: readonly LapsDriver[];
  picked: readonly LapsDriver[];
  toggle: (driver: number) => void;
  /** Picks a driver who is not, in the place of the last one when there are six. */
  add: (driver: number) => void;
}

/** The drivers who have laps, and which of them are in colour. */
export function useDrivers(session_key: number, spread: ViewState): LapsDrivers {
  const rows = useObjects<Spread>(spread.rows);
  const styles = useDriverStyle(session_key);
  const [chosen, choose] = useParam("drivers", []);
  return useMemo(() => {
    const inOrder = [...rows].sort((a, b) => a.order_in_list - b.order_in_list);
    const known = new Set(rows.map((row) => row.driver_number));
    const numbers = chosen.length
      ? [...new Set(chosen)].filter((number) => known.has(number)).slice(0, MOST_PICKED)
      : inOrder.slice(0, FIRST_PICKED).map((row) => row.driver_number);
    const seen = new Map<string | null, number>();
    for (const row of rows) seen.set(row.name_acronym, (seen.get(row.name_acronym) ?? 0) + 1);
    const driverOf = (row: Spread): LapsDriver => {
      const style = styles.get(row.driver_number);
      const letters = row.name_acronym ?? String(row.driver_number);
      const isShared = row.name_acronym !== null && (seen.get(row.name_acronym) ?? 0) > 1;
      return {
        ...row,
        style,
        colour: style?.colour ?? NO_COLOUR,
        label: isShared ? `${letters} ${row.driver_number}` : letters,
        isPicked: numbers.includes(row.driver_number),
      };
    };
    const byMedian = rows.map(driverOf);
    const all = [...byMedian].sort((a, b) => a.order_in_list - b.order_in_list);
    const write = (next: readonly number[]) => choose(next.length ? next : [NOBODY]);
    return {
      byMedian,
      all,
      picked: all.filter((driver) => driver.isPicked),
      toggle: (driver) => write(numbers.includes(driver) ? numbers.filter((n) => n !== driver) : [...numbers, driver].slice(0, MOST_PICKED)),
      add: (driver) => numbers.includes(driver) || write([...numbers.slice(0, MOST_PICKED - 1), driver]),
    };
  }, [rows, styles, chosen, choose]);
}

import type { LineSeries } from "../../charts/line-chart";
import { middle } from "../../charts/svg";
import { NO_COLOUR } from "../../colour";
import type { DriverStyles } from "../../drivers";
import type { GapRow } from "./rows";

export type Measure = "gap" | "position";

const UNKNOWN_TYRE = "?";
const WIDTH = 2.25;
const AIR = 0.04;
/** A line that ends at most so many laps early has its letters at the edge; lapped cars end early too. */
const EARLY_LAPS = 3;
/** Share of the gaps at each end that may lie outside the chart. */
const OUTSIDE = 0.02;
/** How far beyond the others they are drawn, as a share of the span of the others. */
const REACH = 0.5;

/** What a car did, by lap from the grid on. */
export interface CarLaps {
  driver_number: number;
  name_acronym: string;
  gap: readonly (number | null)[];
  position: readonly (number | null)[];
  /** Compound fitted at the end of a lap. */
  tyres: readonly (string | null)[];
  lastLap: number;
}

export interface Cars {
  /** Last lap of the race. */
  laps: number;
  byNumber: ReadonlyMap<number, CarLaps>;
}

const tyreOf = (row: GapRow) => (row.is_stop ? (row.compound_after ?? UNKNOWN_TYRE) : null);

export function carsOf(rows: readonly GapRow[]): Cars {
  const laps = rows.reduce((most, row) => Math.max(most, row.lap_number), 0);
  const numbers = new Map<number, GapRow[]>();
  for (const row of rows) {
    const own = numbers.get(row.driver_number);
    if (own) own.push(row);
    else numbers.set(row.driver_number, [row]);
  }
  const byLap = <T>(own: readonly GapRow[], value: (row: GapRow) => T | null): (T | null)[] => {
    const values = new Array<T | null>(laps + 1).fill(null);
    for (const row of own) values[row.lap_number] = value(row);
    return values;
  };
  return {
    laps,
    byNumber: new Map([...numbers].map(([driver_number, own]) => [driver_number, {
      driver_number,
      name_acronym: own[0]?.name_acronym ?? String(driver_number),
      gap: byLap(own, (row) => row.gap),
      position: byLap(own, (row) => row.position),
      tyres: byLap(own, tyreOf),
      lastLap: own.findLast((row) => row.position !== null || row.gap !== null)?.lap_number ?? 0,
    }])),
  };
}

interface Options {
  cars: Cars;
  /** Drivers in colour; the first is the one to whom the gaps are. */
  inColour: readonly number[];
  /** All drivers in order of the result. */
  order: readonly number[];
  /** Drivers who are out. */
  out: ReadonlySet<number>;
  styles: DriverStyles;
  measure: Measure;
}

/** First place on the axis: the grid for places, the end of lap 1 for gaps. */
export const firstLap = (measure: Measure) => (measure === "gap" ? 1 : 0);

/** One line a car: grey ones first, so that those in colour lie above them. */
export function linesOf({ cars, inColour, order, out, styles, measure }: Options): LineSeries[] {
  const from = firstLap(measure);
  const until = (measure === "gap" ? cars.byNumber.get(inColour[0] ?? 0)?.lastLap : undefined) ?? cars.laps;
  const others = order.filter((number) => !inColour.includes(number));
  return [...others, ...inColour.toReversed()].flatMap((number) => {
    const car = cars.byNumber.get(number);
    if (!car) return [];
    const style = styles.get(number);
    const isContext = !inColour.includes(number);
    return [{
      key: number,
      label: car.name_acronym,
      colour: style?.colour ?? NO_COLOUR,
      dash: isContext ? undefined : style?.dash,
      width: isContext ? undefined : WIDTH,
      isContext,
      isNamed: measure === "position",
      isHollow: style?.isSecond,
      endText: car.lastLap < until - EARLY_LAPS && (measure === "position" || !isContext)
        ? `${car.name_acronym}${out.has(number) ? " out" : ""}`
        : undefined,
      tyres: isContext ? undefined : car.tyres.slice(from),
      y: car[measure].slice(from),
    }];
  });
}

/** Ends of the values: all places, or the gaps of the cars in colour with 0; a car far behind the others does not squeeze them. */
export function rangeOf(lines: readonly LineSeries[], measure: Measure, places: number): [number, number] {
  if (measure === "position") return [0.5, places + 0.5];
  const gaps = lines.filter((line) => !line.isContext).flatMap((line) => line.y.filter((gap) => gap !== null));
  const [low, high] = middle(gaps, OUTSIDE);
  const reach = (high - low) * REACH;
  const least = Math.max(low - reach, gaps.reduce((a, b) => Math.min(a, b), 0));
  const most = Math.min(high + reach, gaps.reduce((a, b) => Math.max(a, b), 0));
  const air = Math.max(1, (most - least) * AIR);
  return [Math.min(0, least) - air, Math.max(0, most) + air];
}

/** Every place from 1 to the last. */
export const placeTicks = (_low: number, high: number) => Array.from({ length: Math.floor(high) }, (_, i) => i + 1);

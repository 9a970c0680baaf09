import type { ChartMark, LineSeries, PointShape } from "../../charts/line-chart";
import { middle } from "../../charts/svg";
import { tyreLetter } from "../../components/tyre";
import type { LapGrid } from "./grid";
import type { LapsDriver } from "./use-drivers";

const POINT_SHAPES: Record<string, PointShape> = { S: "S", M: "M", H: "H", I: "I", W: "W" };
/** Share of the slow laps that may lie outside. */
const OUTSIDE = 0.02;
const OUTSIDE_OF_ALL = 0.08;
/** Laps so many quartile distances above the middle half lie outside: stops, and those behind the safety car. */
const FENCE = 3;
const AIR = 0.04;
/** Laps around a tick in which another one has no room for its word. */
const WORD_LAPS = 3;
const SAME_LAP = 0.25;

/** Pace on each lap of the session; null for laps that are not drawn. */
export function paceLine(grid: LapGrid, driver: number, isClean: boolean): (number | null)[] {
  return grid.laps.map((lap) => {
    const row = grid.rowOf(driver, lap);
    if (row < 0 || (isClean && !grid.isClean[row])) return null;
    return grid.pace[row] ?? null;
  });
}

/** Lines of all drivers: those not picked first, below, and the first of the list on top. */
export function linesOf(grid: LapGrid, drivers: readonly LapsDriver[], isClean: boolean): LineSeries[] {
  const lines = [...drivers].reverse().map((driver): LineSeries => {
    const key = driver.driver_number;
    const y = paceLine(grid, key, isClean);
    if (!driver.isPicked) return { key, label: driver.label, colour: driver.colour, y, isContext: true };
    const points = grid.laps.map((lap, i) => {
      const row = y[i] === null ? -1 : grid.rowOf(key, lap);
      return row < 0 ? null : (POINT_SHAPES[tyreLetter(grid.compound[row])] ?? "circle");
    });
    const isHollow = driver.style?.isSecond ?? false;
    return { key, label: driver.label, colour: driver.colour, dash: driver.style?.dash, y, points, isHollow };
  });
  return [...lines.filter((line) => line.isContext), ...lines.filter((line) => !line.isContext)];
}

function slowEnd(values: readonly (number | null)[], isClean: boolean): number {
  if (isClean) return middle(values, OUTSIDE)[1];
  const [lower, upper] = middle(values, 0.25);
  return Math.min(middle(values, OUTSIDE_OF_ALL)[1], upper + FENCE * (upper - lower));
}

/** From the fastest lap to the slow end of the middle, of all drivers and of those picked. */
export function rangeOf(lines: readonly LineSeries[], isClean: boolean): [number, number] {
  const values = lines.flatMap((line) => line.y);
  const picked = lines.flatMap((line) => (line.isContext ? [] : line.y));
  const [low] = middle(values, 0);
  const high = Math.max(slowEnd(values, isClean), picked.some((value) => value !== null) ? slowEnd(picked, isClean) : low);
  const air = Math.max((high - low) * AIR, 0.05);
  return [low - air, high + air];
}

/** Ticks between the lap into the pits and the next; "pit" where there is room. */
export function stopsOf(grid: LapGrid, picked: readonly LapsDriver[]): ChartMark[] {
  const stops = picked.flatMap((driver) =>
    grid.laps.flatMap((lap) => {
      const row = grid.rowOf(driver.driver_number, lap);
      const hasNext = grid.rowOf(driver.driver_number, lap + 1) >= 0;
      return row >= 0 && grid.isPitIn[row] && hasNext ? [{ x: lap + 0.5, colour: driver.colour }] : [];
    }),
  );
  stops.sort((a, b) => a.x - b.x);
  let word = -Infinity;
  let place = -Infinity;
  return stops.map((stop) => {
    place = stop.x - place < SAME_LAP ? place + SAME_LAP : stop.x;
    const hasRoom = stop.x - word >= WORD_LAPS;
    if (hasRoom) word = stop.x;
    return { ...stop, x: place, text: hasRoom ? "pit" : undefined };
  });
}

/** The best lap of the session, where its driver is in colour. */
export function ringOf(grid: LapGrid, lines: readonly LineSeries[]): { x: number; y: number } | null {
  const row = grid.isSessionBest.indexOf(true);
  const line = lines.find((other) => !other.isContext && other.key === grid.driver[row]);
  const lap = grid.lap[row];
  const pace = lap === undefined ? null : line?.y[lap - 1];
  return lap === undefined || pace == null ? null : { x: lap, y: pace };
}

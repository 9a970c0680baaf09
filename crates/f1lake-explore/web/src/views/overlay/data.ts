import type { OverlayMeta, Rows } from "../../api";

/** A row of the overlay. */
export interface OverlayRow {
  lap: number;
  distance: number;
  time: number;
  delta: number | null;
  noise: number | null;
  /** Null where the row is an official time, between samples. */
  speed: number | null;
  throttle: number | null;
  brake: number | null;
  gear: number | null;
  x: number | null;
  y: number | null;
}

export interface DeltaRow extends OverlayRow {
  delta: number;
}

export interface LapLines {
  samples: readonly OverlayRow[];
  /** Rows with a difference to the reference; none for the reference. */
  deltas: readonly DeltaRow[];
  /** Official times at the sector lines and the line. */
  official: readonly DeltaRow[];
}

export interface OverlayData {
  meta: OverlayMeta;
  rows: readonly OverlayRow[];
  laps: readonly LapLines[];
  /** Distances at which the cursor can stand: the samples of the reference. */
  places: readonly number[];
  /** Length of the lap, m. */
  length: number;
}

const hasDelta = (row: OverlayRow): row is DeltaRow => row.delta !== null;

export function readOverlay(rows: Rows, meta: OverlayMeta): OverlayData {
  const length = meta.anchors.at(-1) ?? 0;
  // Distances of rows have fewer digits than the anchors, so the end of the lap can lie beyond its length.
  const all = rows.objects<OverlayRow>().map((row) => (row.distance > length ? { ...row, distance: length } : row));
  const laps = meta.laps.map((_, lap) => {
    const own = all.filter((row) => row.lap === lap);
    const deltas = own.filter(hasDelta);
    return {
      samples: own.filter((row) => row.speed !== null),
      deltas,
      official: deltas.filter((row) => row.speed === null && row.distance > 0),
    };
  });
  return {
    meta,
    rows: all,
    laps,
    places: laps[0]?.samples.map((row) => row.distance) ?? [],
    length,
  };
}

/** The row that is nearest to a distance; rows ascend. */
export function nearest<R extends { distance: number }>(rows: readonly R[], distance: number): R | undefined {
  return rows[nearestIndex(rows, distance, (row) => row.distance)];
}

/** Index of the nearest of ascending items; -1 of none. */
export function nearestIndex<T>(items: readonly T[], value: number, of: (item: T) => number): number {
  if (!items.length) return -1;
  let [low, high] = [0, items.length - 1];
  while (high - low > 1) {
    const half = (low + high) >> 1;
    if (of(items[half]!) <= value) low = half;
    else high = half;
  }
  return Math.abs(of(items[high]!) - value) < Math.abs(of(items[low]!) - value) ? high : low;
}

/** Whether two laps or more have times in the minisectors. */
export const isCut = ({ meta }: OverlayData) => meta.minisectors.some((part) => part.lead !== null);

/** Slots of the laps without times in the minisectors. */
export const uncutSlots = ({ meta }: OverlayData) =>
  meta.laps.flatMap((_, slot) => (meta.minisectors.some((part) => (part.times[slot] ?? null) !== null) ? [] : [slot]));

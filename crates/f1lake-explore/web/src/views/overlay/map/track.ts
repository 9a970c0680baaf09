import { fitTo } from "../../../charts/outline";
import type { Point } from "../../../charts/outline";
import { round } from "../../../charts/svg";
import type { OverlayData } from "../data";

/** Positions that lie further apart leave a gap in the track, m. */
const GAP_M = 200;
const REACH_M = 40;
const LEAST_POSITIONS = 20;
/** A sample carries the last fix before it, so neighbours can share one; a step back would draw a spike, m. */
const LEAST_STEP_M = 3;

interface Place extends Point {
  distance: number;
}

export interface Track {
  /** Where a distance lies in the drawing; null in a gap. */
  at(distance: number): Point | null;
  /** Path of a part of the lap. */
  path(from: number, to: number): string;
  /** From metres of the circuit to the drawing. */
  fit(point: Point): Point;
  /** Direction to the right of the track at a distance, of length 1. */
  side(distance: number): Point;
  points: readonly Point[];
  width: number;
  height: number;
  /** The distance whose place is nearest to a point of the drawing. */
  distanceAt(point: Point): number;
}

/** Positions of the lap that has most of them; the reference comes first among equals. */
export function positionsOf(data: OverlayData): readonly Place[] {
  const lists = data.laps.map((lap) =>
    lap.samples.flatMap(({ distance, x, y }) => (x === null || y === null ? [] : [{ distance, x, y }])),
  );
  const best = lists.reduce((most, list) => (list.length > most.length * 1.1 ? list : most), lists[0] ?? []);
  const moving: Place[] = [];
  for (const place of best) {
    const last = moving.at(-1);
    if (!last || Math.hypot(place.x - last.x, place.y - last.y) >= LEAST_STEP_M) moving.push(place);
  }
  return moving.length < LEAST_POSITIONS ? [] : moving;
}

/** The track in a drawing, from positions of one lap; the end of the lap meets its start. */
export function trackOf(
  positions: readonly Place[],
  length: number,
  width: number,
  height: number,
  pad: number,
): Track {
  const fit = fitTo(positions, width, height, pad);
  const drawn = positions.map((place) => ({ distance: place.distance, ...fit(place) }));
  const [first, last] = [drawn[0]!, drawn.at(-1)!];
  const ring = [
    { ...last, distance: last.distance - length },
    ...drawn,
    { ...first, distance: first.distance + length },
  ];
  const before = (distance: number) => {
    let [low, high] = [0, ring.length - 1];
    while (high - low > 1) {
      const half = (low + high) >> 1;
      if (ring[half]!.distance <= distance) low = half;
      else high = half;
    }
    return low;
  };
  const at = (distance: number): Point | null => {
    const i = before(distance);
    const [a, b] = [ring[i]!, ring[i + 1] ?? ring[i]!];
    const span = b.distance - a.distance;
    if (span > GAP_M) return null;
    const share = span ? (distance - a.distance) / span : 0;
    return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
  };
  const path = (from: number, to: number) => {
    const inner = ring.filter((place) => place.distance > from && place.distance < to).map((place) => place.distance);
    let text = "";
    let isDown = false;
    let previous = from;
    for (const distance of [from, ...inner, to]) {
      const point = at(distance);
      if (distance - previous > GAP_M) isDown = false;
      previous = distance;
      if (point) text += `${isDown ? "L" : "M"}${round(point.x)} ${round(point.y)}`;
      isDown = point !== null;
    }
    return text;
  };
  const side = (distance: number): Point => {
    const wrap = (value: number) => ((value % length) + length) % length;
    const [a, b] = [at(wrap(distance - REACH_M)), at(wrap(distance + REACH_M))];
    if (!a || !b) return { x: 0, y: -1 };
    const size = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    return { x: -(b.y - a.y) / size, y: (b.x - a.x) / size };
  };
  const distanceAt = (point: Point) =>
    drawn.reduce(
      (best, place) => {
        const away = Math.hypot(place.x - point.x, place.y - point.y);
        return away < best.away ? { away, distance: place.distance } : best;
      },
      { away: Infinity, distance: 0 },
    ).distance;
  return { at, path, fit, side, points: drawn, width, height, distanceAt };
}

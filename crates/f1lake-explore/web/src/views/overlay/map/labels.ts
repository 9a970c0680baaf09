import type { Point } from "../../../charts/outline";
import type { Track } from "./track";

export interface MapLabel extends Point {
  text: string;
  isStrong: boolean;
}

interface Wish {
  text: string;
  isStrong: boolean;
  /** The place that is named. */
  point: Point;
  distance: number;
}

const REACHES = [15, 21, 28];
const ENOUGH_PX = 14;
/** Half of the size of a name. */
const EDGE_PX = 8;

/** Puts each name beside its place, on the side with more room from the track and the other names. */
export function placeLabels(track: Track, wishes: readonly Wish[]): MapLabel[] {
  const placed: MapLabel[] = [];
  const isOutside = ({ x, y }: Point) =>
    x < EDGE_PX || x > track.width - EDGE_PX || y < EDGE_PX || y > track.height - EDGE_PX;
  const room = (at: Point) =>
    isOutside(at)
      ? 0
      : Math.min(
          ...track.points.map((point) => Math.hypot(point.x - at.x, point.y - at.y)),
          ...placed.map((label) => Math.hypot(label.x - at.x, (label.y - at.y) * 1.4) - 4),
        );
  for (const { point, distance, text, isStrong } of wishes) {
    const side = track.side(distance);
    const places = REACHES.flatMap((reach) =>
      [reach, -reach].map((px) => ({ x: point.x + side.x * px, y: point.y + side.y * px })),
    );
    const scored = places.map((at) => ({ at, room: room(at) }));
    const found = scored.find((place) => place.room >= ENOUGH_PX) ?? scored.reduce((a, b) => (b.room > a.room ? b : a));
    placed.push({ ...found.at, text, isStrong });
  }
  return placed;
}

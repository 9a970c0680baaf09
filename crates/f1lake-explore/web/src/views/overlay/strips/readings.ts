import { difference, NOT_KNOWN, share, speed } from "../../../format";
import type { SpeedUnit } from "../../../format";
import { nearest } from "../data";
import type { OverlayData } from "../data";
import type { SlotStyle } from "../slot-style";

export interface Readings {
  /** "3.48 km, VER −0.357 s"; of more than two laps the place alone. */
  title: string;
  laps: { letters: string; delta: number | null; speed: string; throttle: string; gear: string }[];
}

const NEAR_M = 30;

/** What the laps did at a place: the values of their nearest samples. */
export function readingsAt(data: OverlayData, styles: readonly SlotStyle[], unit: SpeedUnit, at: number): Readings {
  const laps = data.laps.map((lap, slot) => {
    const sample = nearest(lap.samples, at);
    return {
      letters: styles[slot]?.letters ?? "",
      delta: nearest(lap.deltas, at)?.delta ?? null,
      speed: speed(sample?.speed, unit, true),
      throttle: sample?.throttle == null ? NOT_KNOWN : share(sample.throttle, 0),
      gear: sample?.gear == null ? `gear ${NOT_KNOWN}` : `gear ${sample.gear}`,
    };
  });
  const other = laps.length === 2 ? laps[1] : undefined;
  const delta = other && other.delta !== null ? `, ${other.letters} ${difference(other.delta)} s` : "";
  return { title: `${(at / 1000).toFixed(2)} km${delta}`, laps };
}

/** The same as a sentence, for readers. */
export function spokenAt(data: OverlayData, styles: readonly SlotStyle[], unit: SpeedUnit, at: number): string {
  const { title, laps } = readingsAt(data, styles, unit, at);
  const corner = data.meta.corners.find((other) => Math.abs(other.distance - at) < NEAR_M);
  const values = laps.map((lap) => {
    const delta = laps.length > 2 && lap.delta !== null ? `${difference(lap.delta)} s, ` : "";
    return `${lap.letters} ${delta}${lap.speed}, throttle ${lap.throttle}, ${lap.gear}`;
  });
  return `${corner ? `Corner ${corner.number}, ` : ""}${title}: ${values.join("; ")}`;
}

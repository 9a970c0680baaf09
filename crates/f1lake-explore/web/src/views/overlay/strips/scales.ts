import { linear } from "../../../charts/svg";
import type { Scale } from "../../../charts/svg";
import { speedIn } from "../../../format";
import type { SpeedUnit } from "../../../format";
import type { OverlayData } from "../data";
import { endsOf, isIn } from "./frame";
import type { Frame } from "./frame";

export interface Scales {
  delta: Scale | null;
  speed: Scale;
  throttle: Scale;
  gear: Scale;
}

const AIR = 0.06;
const LEAST_DELTA = 0.02;

/** Scales of the values: differences and speeds of what is shown, the others always the same. */
export function scalesOf(data: OverlayData, frame: Frame, unit: SpeedUnit): Scales {
  const deltas = data.laps.flatMap((lap) =>
    lap.deltas
      .filter((row) => isIn(row.distance, frame.range))
      .flatMap((row) => [row.delta - (row.noise ?? 0), row.delta + (row.noise ?? 0)]),
  );
  const speeds = data.laps.flatMap((lap) =>
    lap.samples.filter((row) => isIn(row.distance, frame.range)).map((row) => speedIn(row.speed ?? 0, unit)),
  );
  const [low, high] = endsOf([...deltas, LEAST_DELTA, -LEAST_DELTA], AIR);
  const [slow, fast] = endsOf(speeds, AIR);
  return {
    delta: frame.delta && linear(low, high, frame.delta.bottom, frame.delta.top),
    speed: linear(Math.max(0, slow), fast, frame.speed.bottom, frame.speed.top),
    throttle: linear(0, 100, frame.throttle.bottom, frame.throttle.top + 2),
    gear: linear(0, 8.2, frame.gear.bottom, frame.gear.top),
  };
}

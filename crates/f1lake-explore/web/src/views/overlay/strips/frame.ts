import { linear } from "../../../charts/svg";
import type { Scale } from "../../../charts/svg";

export interface Strip {
  top: number;
  bottom: number;
}

export type Range = readonly [number, number];

/** The places of the strips in the drawing, px, and the part of the lap that they show, m. */
export interface Frame {
  width: number;
  height: number;
  isNarrow: boolean;
  left: number;
  right: number;
  /** Where the lines of sectors and corners begin and end. */
  top: number;
  bottom: number;
  range: Range;
  scale: Scale;
  delta: Strip | null;
  speed: Strip;
  throttle: Strip;
  brake: Strip;
  gear: Strip;
}

const NARROW_PX = 600;
const HEAD_PX = 58;
const GAP_PX = 28;
const FOOT_PX = 22;
/** Height of the bar of one lap in the strip of brakes, and from one to the next. */
export const BRAKE_BAR_PX = 11;
export const BRAKE_STEP_PX = 14;
/** Room for the letters where a line ends. */
const LETTER_PX = 7;
const LETTERS_PAD_PX = 14;

export function frameOf(width: number, letters: readonly string[], range: Range): Frame {
  const isNarrow = width < NARROW_PX;
  const left = isNarrow ? 36 : 58;
  const lapCount = letters.length;
  const room = Math.max(...letters.map((text) => text.length)) * LETTER_PX + LETTERS_PAD_PX;
  const right = width - (lapCount > 2 ? room : isNarrow ? 6 : 14);
  let y = HEAD_PX;
  const strip = (height: number): Strip => {
    const at = { top: y, bottom: y + height };
    y = at.bottom + GAP_PX;
    return at;
  };
  const delta = lapCount > 1 ? strip(128) : null;
  const speed = strip(isNarrow ? 170 : 214);
  const throttle = strip(62);
  const brake = strip(2 + lapCount * BRAKE_STEP_PX);
  const gear = strip(70);
  const bottom = gear.bottom + 6;
  return {
    width,
    height: bottom + FOOT_PX,
    isNarrow,
    left,
    right,
    top: 4,
    bottom,
    range,
    scale: linear(range[0], range[1], left, right),
    delta,
    speed,
    throttle,
    brake,
    gear,
  };
}

export const isIn = (value: number, [low, high]: Range) => value >= low && value <= high;

/** Ends of a list of values, with some air around them. */
export function endsOf(values: readonly number[], air: number): Range {
  const known = values.filter(Number.isFinite);
  if (!known.length) return [0, 1];
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const around = (high - low || Math.abs(high) || 1) * air;
  return [low - around, high + around];
}

/** The rows of a line that are drawn: those in the range, and one more at both ends. */
export function drawn<R extends { distance: number }>(rows: readonly R[], [low, high]: Range): readonly R[] {
  const first = rows.findIndex((row) => row.distance >= low);
  const last = rows.findLastIndex((row) => row.distance <= high);
  return first < 0 || last < 0 ? [] : rows.slice(Math.max(0, first - 1), last + 2);
}

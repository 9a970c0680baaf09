import { linear } from "../svg";
import type { Scale } from "../svg";

/** The place of the plot in the chart, px, and what it shows. */
export interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  rangeX: readonly [number, number];
  rangeY: readonly [number, number];
  scaleX: Scale;
  scaleY: Scale;
}

const AXIS_PX = 46;
const LABEL_PX = 40;
const WORD_PX = 18;
const AXIS_X_PX = 24;
const EDGE_PX = 6;

interface Options {
  width: number;
  height: number;
  rangeX: readonly [number, number];
  rangeY: readonly [number, number];
  isReversed?: boolean;
  hasNoAxisX?: boolean;
  axisWidth?: number;
  labelWidth?: number;
  hasWords: boolean;
}

export function frameOf(options: Options): Frame {
  const { width, height, rangeX, rangeY } = options;
  const left = options.axisWidth ?? AXIS_PX;
  const right = width - (options.labelWidth ?? LABEL_PX);
  const top = options.hasWords ? WORD_PX : EDGE_PX;
  const bottom = height - (options.hasNoAxisX ? EDGE_PX : AXIS_X_PX);
  const [low, high] = options.isReversed ? [rangeY[1], rangeY[0]] : rangeY;
  return {
    width,
    height,
    left,
    right,
    top,
    bottom,
    rangeX,
    rangeY,
    scaleX: linear(rangeX[0], rangeX[1], left, right),
    scaleY: linear(low, high, bottom, top),
  };
}

import { linear } from "../../charts/svg";
import type { Scale } from "../../charts/svg";
import type { StintAxis } from "./axis";
import type { DriverStints, Stint } from "./stints";
import type { Bar } from "./stint-bar";

const NARROW_PX = 600;
const TOP = 22;
const BOTTOM = 22;

export interface Layout {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  rowHeight: number;
  barHeight: number;
  isNarrow: boolean;
  scale: Scale;
}

export function layoutOf(width: number, rows: number, axis: StintAxis): Layout {
  const isNarrow = width < NARROW_PX;
  const rowHeight = isNarrow ? 22 : 25;
  const left = isNarrow ? 38 : 122;
  const right = width - (isNarrow ? 4 : 108);
  const bottom = TOP + rowHeight * rows;
  return {
    width,
    height: bottom + BOTTOM,
    left,
    right,
    top: TOP,
    bottom,
    rowHeight,
    barHeight: rowHeight - 7,
    isNarrow,
    scale: linear(0, axis.high, left, right),
  };
}

/** A stint that can be drawn, with its place in the list of drivers. */
export interface PlacedStint {
  stint: Stint;
  driver: DriverStints;
  row: number;
}

/** The stints whose place on the axis is known, row by row. */
export function placed(drivers: readonly DriverStints[], axis: StintAxis): readonly PlacedStint[] {
  return drivers.flatMap((driver, row) =>
    driver.stints.filter((stint) => axis.spanOf(stint)).map((stint) => ({ stint, driver, row })),
  );
}

export function barOf(stint: Stint, axis: StintAxis, scale: Scale): Bar | null {
  const span = axis.spanOf(stint);
  return span && { x0: scale(span.from), x1: scale(span.to), isOpen: span.isOpen };
}

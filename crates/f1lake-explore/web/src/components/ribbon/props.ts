import type { Scale } from "../../charts/svg";
import type { SessionClock } from "../../clock";
import type { DriverStyles } from "../../drivers";
import type { RibbonEvent } from "./events";

/** Upper edge and height of the bar, px; the words stand above, the axis below. */
export const TOP = 15;
export const BAR = 14;
export const BOTTOM = TOP + BAR;

export interface RibbonProps {
  width: number;
  height: number;
  pad: number;
  scale: Scale;
  clock: SessionClock;
  events: readonly RibbonEvent[];
  drivers: DriverStyles;
  second: number | null;
  /** Whether the laps are there; the axis waits for them. */
  isRead: boolean;
}

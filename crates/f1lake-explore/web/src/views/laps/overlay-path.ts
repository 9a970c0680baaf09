import { sessionPath } from "../../router";
import { bestLapOf } from "./grid";
import type { LapGrid } from "./grid";

/** Address of the overlay of a lap and the driver's best lap; the best lap is laid over the best of the session. */
export function overlayPath(grid: LapGrid, session_key: number, driver: number, lap: number): string {
  const best = bestLapOf(grid, driver);
  const row = grid.isSessionBest.indexOf(true);
  const others: [number, number | null | undefined][] = [[driver, best], [grid.driver[row] ?? driver, grid.lap[row]]];
  const other = others.find(([who, number]) => number != null && (who !== driver || number !== lap));
  const laps = [[driver, lap], ...(other ? [other] : [])];
  return `${sessionPath(session_key, "overlay")}?laps=${laps.map(([who, number]) => `${session_key}-${who}-${number}`).join(",")}`;
}

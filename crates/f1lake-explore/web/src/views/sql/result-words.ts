import { count, plural, signed } from "../../format";
import type { Ran } from "./run";

/** 41 ms, 1.24 s */
export const tookText = (ms: number) => (ms < 1000 ? `${Math.round(ms)}\u00a0ms` : `${signed(ms / 1000, 2)}\u00a0s`);

/** "36 rows", "Showing the first 100 000 rows" */
export function rowsText({ rows, truncated }: Ran): string {
  if (truncated === "rows") return `Showing the first ${count(rows.length)} rows`;
  if (truncated === "bytes") return `Showing the first ${plural(rows.length, "row")}, which fill 64\u00a0MiB`;
  return plural(rows.length, "row");
}

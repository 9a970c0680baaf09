import { linear, middle, round, Svg, ticks } from "../../charts/svg";
import { lapTick, lapTime } from "../../format";
import type { LapGrid } from "./grid";
import type { LapsDriver } from "./use-drivers";

const LEFT = 48;
const RIGHT = 62;
const TOP = 6;
const BOTTOM = 22;
const ROW = 19.6;
const TICK_PX = 58;
const OUTSIDE = 0.02;

/** Paces of a driver's clean laps. */
function cleanPaces(grid: LapGrid, driver: number): number[] {
  return grid.laps.flatMap((lap) => {
    const row = grid.rowOf(driver, lap);
    const pace = row >= 0 && grid.isClean[row] ? grid.pace[row] : null;
    return pace == null ? [] : [pace];
  });
}

interface Props {
  width: number;
  grid: LapGrid;
  drivers: readonly LapsDriver[];
  /** Row of the cursor. */
  index: number | null;
}

export const spreadHeight = (rows: number) => TOP + ROW * rows + BOTTOM;

/** Row under a pixel; null outside. */
export function spreadRow(pixel: number, rows: number): number | null {
  const row = Math.floor((pixel - TOP) / ROW);
  return row >= 0 && row < rows ? row : null;
}

/** One row a driver: a tick for each lap, a bar between the quartiles, a line at the median. */
export function SpreadDrawing({ width, grid, drivers, index }: Props) {
  const rows = drivers.map((driver) => ({ driver, paces: cleanPaces(grid, driver.driver_number) }));
  const all = rows.flatMap((row) => row.paces);
  const [low] = middle(all, 0);
  const [, high] = middle(all, OUTSIDE);
  const air = Math.max((high - low) * 0.03, 0.02);
  const scale = linear(low - air, high + air, LEFT, width - RIGHT);
  const height = spreadHeight(rows.length);
  const at = ticks(low - air, high + air, Math.max(2, Math.floor((width - LEFT - RIGHT) / TICK_PX)));
  const place = (value: number) => round(Math.min(width - RIGHT, Math.max(LEFT, scale(value))));
  return (
    <Svg width={width} height={height}>
      {index !== null && <rect x="-6" y={TOP + ROW * index} width={width + 12} height={ROW} rx="3" fill="var(--hover)" />}
      {at.map((value) => (
        <g key={value}>
          <line class="gl" x1={place(value)} x2={place(value)} y1={TOP} y2={height - BOTTOM} />
          <text class="ax" x={place(value)} y={height - 6} text-anchor="middle">{lapTick(value)}</text>
        </g>
      ))}
      {rows.map(({ driver, paces }, i) => {
        const y = round(TOP + ROW * (i + 0.5));
        const isPicked = driver.isPicked;
        const colour = isPicked ? driver.colour : "var(--control)";
        const ink = isPicked ? "var(--ink)" : "var(--ink-2)";
        const { lower_quartile: lower, upper_quartile: upper, median } = driver;
        return (
          <g key={driver.driver_number} font-size="11">
            <text x="0" y={y + 4} font-weight={isPicked ? 650 : 400} fill={ink}>{driver.label}</text>
            {lower !== null && upper !== null && <rect x={place(lower)} y={y - 4} width={Math.max(1, place(upper) - place(lower))} height="8" rx="2" fill={colour} opacity=".22" />}
            <path d={paces.map((pace) => `M${place(pace)} ${y - 3}v6`).join("")} stroke={colour} opacity={isPicked ? 0.85 : 0.55} />
            {median !== null && <path d={`M${place(median)} ${y - 7}v14`} stroke={ink} stroke-width="2" />}
            <text x={width} y={y + 4} text-anchor="end" fill={median === null ? "var(--ink-3)" : ink} font-style={median === null ? "italic" : undefined}>{lapTime(median)}</text>
          </g>
        );
      })}
    </Svg>
  );
}

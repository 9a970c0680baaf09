import { Bands } from "../../charts/bands";
import { AxisX, round, Svg } from "../../charts/svg";
import type { DriverStyles } from "../../drivers";
import { plural } from "../../format";
import type { StintAxis } from "./axis";
import type { DriverStints, Stint } from "./stints";
import { endWords } from "./stints";
import { StintBar } from "./stint-bar";
import { barOf } from "./stints-layout";
import type { Layout } from "./stints-layout";

const TICK_PX = 64;
const MOST_TICKS = 16;
const WORD_PX = 6;
const TEXT_DOWN = 4;

interface DriverProps {
  driver: DriverStints;
  styles: DriverStyles;
  y: number;
  layout: Layout;
}

function DriverName({ driver, styles, y, layout }: DriverProps) {
  const style = styles.get(driver.driver_number);
  const middle = y + layout.barHeight / 2 + TEXT_DOWN;
  return (
    <>
      <path d={`M1.500 ${y}v${layout.barHeight}`} stroke={style?.colour ?? "var(--control)"} stroke-width="3" stroke-dasharray={style?.isSecond ? "4 2" : undefined} />
      <text class="name" x="8" y={middle}>{driver.name_acronym}</text>
      {!layout.isNarrow && <text class="value" x="42" y={middle}>{style?.last_name ?? ""}</text>}
    </>
  );
}

/** Where a driver did not reach the end: the reason, right of the last stint or inside it where there is no room. */
function EndWords({ driver, y, layout, end }: { driver: DriverStints; y: number; layout: Layout; end: number }) {
  const words = endWords(driver);
  if (!words) return null;
  const text = layout.isNarrow ? words.replace(/ .*/, "").toLowerCase() : words;
  const hasRoom = end + 8 + text.length * WORD_PX < layout.right;
  return (
    <text class="ax out" x={round(hasRoom ? end + 6 : end - 6)} y={y + layout.barHeight / 2 + TEXT_DOWN} text-anchor={hasRoom ? "start" : "end"}>{text}</text>
  );
}

/** Columns right of the bars: number of stops and the time in the lane, or laps outside races. */
function Sums({ driver, y, layout, isRace }: { driver: DriverStints; y: number; layout: Layout; isRace: boolean }) {
  const middle = y + layout.barHeight / 2 + TEXT_DOWN;
  const left = layout.right + 14;
  if (!isRace) return <text class="value" x={layout.width} y={middle} text-anchor="end">{driver.number_of_laps ?? ""}</text>;
  return (
    <>
      <text class="strong" x={left} y={middle}>{driver.pit_stops ?? ""}</text>
      <text class="value" x={layout.width} y={middle} text-anchor="end">{driver.pit_lane_time?.toFixed(1) ?? (driver.pit_stops === 0 ? "0" : "")}</text>
    </>
  );
}

function SumHeads({ layout, isRace }: { layout: Layout; isRace: boolean }) {
  const y = layout.top - 8;
  return (
    <>
      {isRace && <text class="ax" x={layout.right + 14} y={y}>Stops</text>}
      <text class="ax" x={layout.width} y={y} text-anchor="end">{isRace ? "In lane, s" : "Laps"}</text>
    </>
  );
}

interface Props {
  drivers: readonly DriverStints[];
  styles: DriverStyles;
  axis: StintAxis;
  layout: Layout;
  isRace: boolean;
  active: Stint | null;
  /** Place of the shared cursor on the axis. */
  cursor: number | null;
}

/** Stints of all drivers, one row a driver. */
export function StintsDrawing({ drivers, styles, axis, layout, isRace, active, cursor }: Props) {
  const { scale, top, bottom, left, right, width, height } = layout;
  const ticks = axis.ticks(Math.max(2, Math.min(MOST_TICKS, Math.floor((right - left) / TICK_PX))));
  const at = cursor === null ? null : round(scale(cursor));
  return (
    <Svg width={width} height={height} label={`Stints of ${plural(drivers.length, "driver")}`}>
      <Bands bands={axis.bands} scale={scale} top={top} bottom={bottom} />
      {ticks.map((tick) => <line key={tick} class="gl" x1={round(scale(tick))} x2={round(scale(tick))} y1={top} y2={bottom} />)}
      <AxisX scale={scale} ticks={ticks} format={axis.format} y={height - 6} />
      {!layout.isNarrow && <SumHeads layout={layout} isRace={isRace} />}
      {drivers.map((driver, row) => {
        const y = top + row * layout.rowHeight + 3;
        const bars = driver.stints.map((stint) => barOf(stint, axis, scale));
        return (
          <g key={driver.driver_number}>
            <DriverName driver={driver} styles={styles} y={y} layout={layout} />
            {driver.stints.map((stint, i) => {
              const bar = bars[i];
              return bar && <StintBar key={stint.stint_number} stint={stint} bar={bar} y={y} height={layout.barHeight} isNarrow={layout.isNarrow} isActive={stint === active} />;
            })}
            <EndWords driver={driver} y={y} layout={layout} end={Math.max(left, ...bars.map((bar) => bar?.x1 ?? left))} />
            {!layout.isNarrow && <Sums driver={driver} y={y} layout={layout} isRace={isRace} />}
          </g>
        );
      })}
      {at !== null && at >= left && at <= right && <line class="cur" x1={at} x2={at} y1={top} y2={bottom} />}
    </Svg>
  );
}

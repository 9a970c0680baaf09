import { linePath, round, spread } from "../../../charts/svg";
import type { Scale } from "../../../charts/svg";
import { difference, speedIn } from "../../../format";
import type { SpeedUnit } from "../../../format";
import type { DeltaRow, OverlayData, OverlayRow } from "../data";
import type { SlotStyle } from "../slot-style";
import { BRAKE_BAR_PX, BRAKE_STEP_PX, drawn, isIn } from "./frame";
import type { Frame } from "./frame";
import type { Scales } from "./scales";

interface Props {
  data: OverlayData;
  frame: Frame;
  scales: Scales;
  styles: readonly SlotStyle[];
  unit: SpeedUnit;
}

const WIDTH = 1.75;
const FIRST_WIDTH = 2;
const SQUARE_PX = 8;
const LETTERS_GAP = 14;

/** The values of the laps, clipped to the part of the lap that is shown. */
export function Lines({ data, frame, scales, styles, unit }: Props) {
  const clip = { x: frame.left, y: 0, width: Math.max(1, frame.right - frame.left), height: frame.height };
  const speedOf = (row: OverlayRow) => scales.speed(speedIn(row.speed ?? 0, unit));
  const path = (rows: readonly OverlayRow[], y: (row: OverlayRow) => number | null) =>
    linePath(drawn(rows, frame.range).map((row) => [frame.scale(row.distance), y(row)] as const));
  return (
    <>
      <svg {...clip} viewBox={`${clip.x} 0 ${clip.width} ${clip.height}`}>
        {scales.delta && <Deltas data={data} frame={frame} scale={scales.delta} styles={styles} />}
        {data.laps.map((lap, slot) => {
          const style = styles[slot];
          const throttle = (row: OverlayRow) =>
            row.throttle === null ? null : scales.throttle(Math.min(100, row.throttle));
          const d = [
            path(lap.samples, speedOf),
            path(lap.samples, throttle),
            gearPath(lap.samples, frame, scales.gear),
          ];
          return (
            <path
              key={slot}
              d={d.join("")}
              fill="none"
              stroke={style?.colour}
              stroke-width={slot ? WIDTH : FIRST_WIDTH}
              stroke-dasharray={style?.dash}
              stroke-linejoin="round"
            />
          );
        })}
        <Brakes data={data} frame={frame} styles={styles} />
      </svg>
      {!frame.isNarrow &&
        styles.map((style, slot) => (
          <text
            key={slot}
            class="ax"
            x={frame.left - 6}
            y={frame.brake.top + 11 + slot * BRAKE_STEP_PX}
            text-anchor="end"
          >
            {style.letters}
          </text>
        ))}
      {scales.delta && <Officials data={data} frame={frame} scale={scales.delta} styles={styles} />}
    </>
  );
}

/** Gears hold until the next sample, so they are steps. */
function gearPath(samples: readonly OverlayRow[], frame: Frame, scale: Scale): string {
  let path = "";
  let isDown = false;
  for (const row of drawn(samples, frame.range)) {
    const x = round(frame.scale(row.distance));
    if (row.gear === null) isDown = false;
    else {
      path += isDown ? `H${x}V${round(scale(row.gear))}` : `M${x} ${round(scale(row.gear))}`;
      isDown = true;
    }
  }
  return path;
}

const deltaColour = (styles: readonly SlotStyle[], slot: number) =>
  styles.length === 2 ? "var(--ink)" : (styles[slot]?.colour ?? "var(--ink)");

function Deltas({
  data,
  frame,
  scale,
  styles,
}: {
  data: OverlayData;
  frame: Frame;
  scale: Scale;
  styles: readonly SlotStyle[];
}) {
  const others = data.laps.map((lap, slot) => ({ rows: drawn(lap.deltas, frame.range), slot })).slice(1);
  const edge = (rows: readonly DeltaRow[], sign: number) =>
    rows.map((row) => [frame.scale(row.distance), scale(row.delta + sign * (row.noise ?? 0))] as const);
  const band = (rows: readonly DeltaRow[]) => {
    const lower = edge(rows, -1).reverse();
    return `${linePath(edge(rows, 1))}${lower.map(([x, y]) => `L${round(x)} ${round(y)}`).join("")}Z`;
  };
  return (
    <>
      {others.map(({ rows, slot }) => rows.length > 0 && <path key={slot} d={band(rows)} fill="var(--selected)" />)}
      {others.map(({ rows, slot }) => (
        <path
          key={slot}
          d={linePath(rows.map((row) => [frame.scale(row.distance), scale(row.delta)] as const))}
          fill="none"
          stroke={deltaColour(styles, slot)}
          stroke-width="2"
          stroke-dasharray={styles.length === 2 ? undefined : styles[slot]?.dash}
          stroke-linejoin="round"
        />
      ))}
    </>
  );
}

/** Squares at the official times; with two laps their differences, with more the letters at the end. */
function Officials({
  data,
  frame,
  scale,
  styles,
}: {
  data: OverlayData;
  frame: Frame;
  scale: Scale;
  styles: readonly SlotStyle[];
}) {
  const squares = data.laps.flatMap((lap, slot) =>
    lap.official.filter((row) => isIn(row.distance, frame.range)).map((row) => ({ row, slot })),
  );
  const ends =
    styles.length > 2
      ? data.laps.flatMap((lap, slot) => {
          const last = lap.deltas.findLast((row) => isIn(row.distance, frame.range));
          return last ? [{ slot, y: scale(last.delta) + 4 }] : [];
        })
      : [];
  return (
    <>
      {squares.map(({ row, slot }) => {
        const [x, y] = [round(frame.scale(row.distance)), round(scale(row.delta))];
        return (
          <g key={`${slot} ${row.distance}`}>
            <rect
              x={x - SQUARE_PX / 2}
              y={y - SQUARE_PX / 2}
              width={SQUARE_PX}
              height={SQUARE_PX}
              fill="var(--surface)"
              stroke={deltaColour(styles, slot)}
              stroke-width="1.75"
            />
            {styles.length === 2 && (
              <Difference row={row} rows={data.laps[slot]?.deltas ?? []} x={x} y={y} frame={frame} scale={scale} />
            )}
          </g>
        );
      })}
      {frame.delta &&
        spread(ends, LETTERS_GAP, frame.delta.top + 4, frame.delta.bottom + 4).map(({ slot, y }) => (
          <text key={slot} class="lbl" x={frame.right + 8} y={round(y)}>
            {styles[slot]?.letters}
          </text>
        ))}
    </>
  );
}

const ROOM_PX = 46;
const LABEL_FROM_PX = 40;

/** The difference stands left of its square, on the side where the line is not. */
function Difference({ row, rows, x, y, frame, scale }: DifferenceProps) {
  const before = rows.filter((other) => {
    const px = frame.scale(other.distance);
    return px > x - LABEL_FROM_PX && px < x;
  });
  const line = before.length ? before.reduce((sum, other) => sum + scale(other.delta), 0) / before.length : y;
  const isLow = frame.delta !== null && y > frame.delta.bottom - 14;
  const isAbove = isLow || line > y;
  const isAtEnd = x > frame.right - 2;
  const isAtStart = x < frame.left + ROOM_PX;
  return (
    <text
      class="lbl"
      x={x + (isAtEnd ? 4 : isAtStart ? 8 : -8)}
      y={isAbove ? y - 8 : y + 17}
      text-anchor={isAtStart ? "start" : "end"}
    >
      {difference(row.delta)}
    </text>
  );
}

interface DifferenceProps {
  row: DeltaRow;
  rows: readonly DeltaRow[];
  x: number;
  y: number;
  frame: Frame;
  scale: Scale;
}

/** Brakes are on or off: a bar from the first sample with brakes to the first one without. */
function Brakes({ data, frame, styles }: { data: OverlayData; frame: Frame; styles: readonly SlotStyle[] }) {
  return (
    <>
      {data.laps.map((lap, slot) => {
        const style = styles[slot];
        const y = frame.brake.top + 2 + slot * BRAKE_STEP_PX;
        const bars = spansOf(lap.samples).map(
          ([from, to]) => [round(frame.scale(from)), round(frame.scale(to))] as const,
        );
        const middle = bars.map(([x0, x1]) => `M${x0} ${y + BRAKE_BAR_PX / 2}H${x1}`).join("");
        return (
          <g key={slot}>
            <rect x={frame.left} y={y} width={frame.right - frame.left} height={BRAKE_BAR_PX} fill="var(--hover)" />
            <path d={middle} fill="none" stroke={style?.colour} stroke-width={BRAKE_BAR_PX} />
            {style?.stripe && (
              <path
                d={middle}
                fill="none"
                stroke="var(--surface)"
                stroke-width={style.stripe.width}
                stroke-dasharray={style.stripe.dash}
              />
            )}
          </g>
        );
      })}
    </>
  );
}

function spansOf(samples: readonly OverlayRow[]): [number, number][] {
  const spans: [number, number][] = [];
  let from: number | null = null;
  for (const row of samples) {
    const isOn = (row.brake ?? 0) > 0;
    if (isOn && from === null) from = row.distance;
    if (!isOn && from !== null) {
      spans.push([from, row.distance]);
      from = null;
    }
  }
  const last = samples.at(-1);
  if (from !== null && last) spans.push([from, last.distance]);
  return spans;
}

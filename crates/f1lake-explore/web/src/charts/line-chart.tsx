import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { DataTable } from "../components/data-table";
import { NotKnown } from "../components/unknown";
import { plural } from "../format";
import type { Band } from "./bands";
import { cursorOf } from "./cursor";
import type { CursorAxis } from "./cursor";
import { ChartFigure } from "./figure";
import { Sized } from "./svg";
import { createStore, useStore } from "../store";
import { nearestIndex, rangeOf, rangeOfX } from "./line-chart/domain";
import { Plot } from "./line-chart/plot";
import { TipBox } from "./line-chart/tip";

export type PointShape = "S" | "M" | "H" | "I" | "W" | "?" | "circle" | null;

export interface LineSeries {
  /** Key of the line: a car number, the slot of a lap. */
  key: string | number;
  /** Letters at the end of the line and in the box of values. */
  label: string;
  /** One value for each x; null breaks the line. */
  y: readonly (number | null)[];
  /** Hex value of the theme on the screen, such as `DriverStyle.colour`. */
  colour: string;
  dash?: readonly number[];
  width?: number;
  /** Grey line without label, not in the box of values. */
  isContext?: boolean;
  /** Shape of the mark at each x; null draws none. Left out: no marks. */
  points?: readonly PointShape[];
  /** Compound fitted at each x, drawn as a tyre with its letter; null draws none. */
  tyres?: readonly (string | null)[];
  /** Letters at the end of a context line too. */
  isNamed?: boolean;
  /** Words where the line ends, such as "GAS out", in place of letters at the right edge. */
  endText?: string;
  /** Hollow marks, for the second car of a team. */
  isHollow?: boolean;
  /** Half width of the band of noise around the line. */
  noise?: readonly (number | null)[];
  /** Draws steps, for gears and brakes. */
  isStepped?: boolean;
}

export interface ChartMark {
  x: number;
  colour: string;
  /** Small word under the tick, such as "pit". */
  text?: string;
}

export interface TipRow {
  key: string | number;
  /** Cells after the letters, such as "1:27.415" and "S, 2 laps". */
  cells: readonly string[];
}

export interface LineChartProps {
  /** Name for readers. */
  title: string;
  /** Ascending. Keep `x` and `series` in `useMemo`: the lines are drawn anew when they change. */
  x: readonly number[];
  series: readonly LineSeries[];
  height: number;
  formatX?: (value: number) => string;
  formatY?: (value: number) => string;
  /** Length of a selection, such as "12 laps"; by default the difference by `formatX`. */
  formatSpan?: (from: number, to: number) => string;
  /** Word at the right end under the axis, such as "Lap". */
  xLabel?: string;
  /** Round places for labels; by default laps for the axis "lap", minutes for "time". */
  ticksX?: (low: number, high: number, most: number) => number[];
  ticksY?: (low: number, high: number, most: number) => number[];
  /** Ends of the values; by default the middle of the data of the lines that are not context. */
  rangeY?: readonly [number, number];
  /** Larger values lower, for positions. */
  isReversed?: boolean;
  /** A strip among others: no labels of x. */
  hasNoAxisX?: boolean;
  /** Width of the labels of y in px, the same for all strips of a stack. */
  axisWidth?: number;
  /** Px kept free right of the plot for the letters; 0 leaves them out. */
  labelWidth?: number;
  bands?: readonly Band[];
  /** Vertical lines with a label, such as corners. */
  lines?: readonly { x: number; label?: string; isStrong?: boolean }[];
  /** Ticks at the upper edge, such as stops or values outside. */
  marks?: readonly ChartMark[];
  /** Ring around one point, such as the best lap. */
  ring?: { x: number; y: number } | null;
  /** Shares the cursor with other charts of this axis. */
  cursor?: CursorAxis;
  /** Where the cursor rests when nobody points, such as the lap of the query string. */
  restX?: number | null;
  /** Title of the box of values, such as "Lap 43". */
  tipTitle?: (index: number) => string;
  /** Rows of the box, in the order in which they are drawn; by default the lines sorted from top to bottom. */
  tip?: (index: number) => readonly TipRow[];
  /** What a reader hears; by default the title and rows of the box. */
  speak?: (index: number) => string;
  /** Enter or click on the plot. */
  onOpen?: (index: number) => void;
  /** Zoom held by the caller, to share it among strips. */
  zoom?: readonly [number, number] | null;
  onZoom?: (range: readonly [number, number] | null) => void;
  /** Rows for readers; by default x and all lines. */
  table?: () => ComponentChildren;
}

const HALF = 0.5;

const plainNumber = (value: number) => String(Math.round(value * 1000) / 1000);

const lapSpan = (from: number, to: number) => plural(Math.floor(to) - Math.ceil(from) + 1, "lap");

/** Lines over one axis, with a cursor, zoom, bands of flags and letters at their ends. */
export function LineChart(props: LineChartProps) {
  const { x, series, formatX = plainNumber, formatY = plainNumber } = props;
  const formatSpan = props.formatSpan ?? (props.cursor === "lap" ? lapSpan : undefined);
  const own = useMemo(() => createStore<number | null>(null), []);
  const store = props.cursor ? cursorOf(props.cursor) : own;
  const at = useStore(store);
  const [ownZoom, setOwnZoom] = useState<readonly [number, number] | null>(null);
  const zoom = props.zoom === undefined ? ownZoom : props.zoom;
  const setZoom = props.onZoom ?? setOwnZoom;
  const all = useMemo(() => rangeOfX(x, props.cursor === "lap" ? HALF : 0), [x, props.cursor]);
  const rangeX = zoom ?? all;
  const rangeY = useMemo(() => props.rangeY ?? rangeOf(series), [props.rangeY, series]);
  const shownX = at ?? props.restX ?? null;
  const index = shownX === null || !x.length ? null : nearestIndex(x, shownX);

  const tipRows = (i: number) =>
    props.tip?.(i) ??
    series
      .flatMap((line) =>
        line.isContext || line.y[i] == null ? [] : [{ key: line.key, value: line.y[i], cells: [formatY(line.y[i])] }],
      )
      .sort((a, b) => (props.isReversed ? a.value - b.value : b.value - a.value));
  const tipTitle = (i: number) => props.tipTitle?.(i) ?? `${props.xLabel ?? ""} ${formatX(x[i] ?? 0)}`.trim();
  const labelOf = (key: string | number) => series.find((line) => line.key === key)?.label ?? "";
  const speak = (i: number) =>
    props.speak?.(i) ??
    `${tipTitle(i)}: ${tipRows(i)
      .map((row) => `${labelOf(row.key)} ${row.cells.join(", ")}`)
      .join("; ")}`;

  const zoomBy = (step: "in" | "out" | "all") => {
    if (step === "all") return setZoom(null);
    const centre = index === null ? (rangeX[0] + rangeX[1]) / 2 : (x[index] ?? 0);
    const size = (rangeX[1] - rangeX[0]) * (step === "in" ? HALF : 1 / HALF);
    if (size >= all[1] - all[0]) return setZoom(null);
    const low = Math.min(all[1] - size, Math.max(all[0], centre - size / 2));
    setZoom([low, low + size]);
  };
  const table = () => (
    <DataTable
      caption={props.title}
      rows={x}
      columns={[
        { name: "x", head: props.xLabel ?? "", isRowHead: true, cell: (value) => formatX(value) },
        ...series
          .filter((line) => !line.isContext)
          .map((line) => ({
            name: String(line.key),
            head: line.label,
            cell: (_: number, i: number) => (line.y[i] == null ? <NotKnown /> : formatY(line.y[i])),
          })),
      ]}
    />
  );
  return (
    <ChartFigure
      title={props.title}
      count={x.length}
      index={index}
      onMove={(i) => store.set(x[i] ?? null)}
      speak={speak}
      onOpen={props.onOpen}
      onZoom={zoomBy}
      table={props.table ?? table}
    >
      <Sized height={props.height}>
        {(width) => (
          <Plot
            {...props}
            width={width}
            formatX={formatX}
            formatSpan={formatSpan}
            formatY={formatY}
            rangeX={rangeX}
            rangeY={rangeY}
            index={index}
            onPoint={(value) => store.set(value === null ? null : (x[nearestIndex(x, value)] ?? null))}
            onRange={setZoom}
            tip={(i, left) => (
              <TipBox title={tipTitle(i)} rows={tipRows(i)} series={series} left={left} width={width} />
            )}
          />
        )}
      </Sized>
    </ChartFigure>
  );
}

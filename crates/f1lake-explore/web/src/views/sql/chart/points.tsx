import { useMemo, useState } from "preact/hooks";
import { ChartFigure } from "../../../charts/figure";
import { AxisX, GridY, linear, round, Sized, Svg, ticks } from "../../../charts/svg";
import { count } from "../../../format";
import type { ResultColumn } from "../cells";
import { isCategory } from "./choice";
import { areTyres, Mark } from "./marks";
import { SeriesLegend } from "./series-legend";
import { axisText, axisTicks, nameAt, numberAt } from "./values";

interface Props {
  x: ResultColumn;
  y: ResultColumn;
  by: ResultColumn | undefined;
  length: number;
}

interface Point {
  index: number;
  x: number;
  y: number;
  series: number;
}

const MOST_POINTS = 4000;
const MOST_ROWS = 60;
const ROW = 20;
const TOP = 8;
const BOTTOM = 40;
const RIGHT = 14;
const HEIGHT = 360;
const CHAR = 6.6;

function spanOf(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const edge = (high - low) * 0.05 || Math.abs(high) * 0.05 || 1;
  return [low - edge, high + edge];
}

function pointsOf({ x, y, by, length }: Props) {
  const rows = new Map<string, number>();
  const series = new Map<string, number>();
  const points: Point[] = [];
  let left = 0;
  for (let index = 0; index < length; index++) {
    const across = numberAt(x, index);
    if (across === null) continue;
    const name = nameAt(y, index);
    if (isCategory(y) && !rows.has(name) && rows.size < MOST_ROWS) rows.set(name, rows.size);
    const up = isCategory(y) ? (rows.get(name) ?? null) : numberAt(y, index);
    if (up === null || points.length >= MOST_POINTS) {
      left += 1;
      continue;
    }
    const group = nameAt(by, index);
    if (!series.has(group)) series.set(group, series.size);
    points.push({ index, x: across, y: up, series: series.get(group) ?? 0 });
  }
  return { points, rows: [...rows.keys()], series: [...series.keys()], left };
}

/** Points of a result; a column of names makes a row of points for each. */
export function Points(props: Props) {
  const { x, y, by, length } = props;
  const { points, rows, series, left } = useMemo(() => pointsOf(props), [x, y, by, length]);
  const [at, setAt] = useState<number | null>(null);
  const hasRows = rows.length > 0;
  const isTyre = areTyres(series);
  const height = hasRows ? TOP + rows.length * ROW + BOTTOM : HEIGHT;
  const point = at === null ? undefined : points[at];
  const say = ({ index }: Point) =>
    [nameAt(y, index), nameAt(by, index), `${x.name} ${x.text(index)}`].filter(Boolean).join(", ");
  if (!points.length)
    return (
      <p class="faint">
        No row has both {x.name} and {y.name}.
      </p>
    );
  const rangeX = spanOf(points.map((p) => p.x));
  const rangeY = spanOf(points.map((p) => p.y));
  const [formatX, formatY] = [axisText(x, ...rangeX), axisText(y, ...rangeY)];
  const widest = Math.max(...(hasRows ? rows : ticks(...rangeY).map(formatY)).map((text) => text.length));
  const start = Math.min(150, Math.max(30, widest * CHAR + 10));
  return (
    <>
      <ChartFigure
        title={`${y.name} by ${x.name}`}
        count={points.length}
        index={at}
        onMove={setAt}
        speak={(i) => say(points[i]!)}
      >
        <Sized height={height}>
          {(width) => {
            const sx = linear(...rangeX, start, width - RIGHT);
            const sy = hasRows ? (row: number) => TOP + row * ROW + ROW / 2 : linear(...rangeY, height - BOTTOM, TOP);
            const across = (axisTicks(x) ?? ticks)(...rangeX, Math.max(2, Math.min(8, Math.floor(width / 80))));
            return (
              <Svg width={width} height={height}>
                {across.map((tick) => (
                  <line key={tick} class="gl" x1={round(sx(tick))} x2={round(sx(tick))} y1={TOP} y2={height - BOTTOM} />
                ))}
                {!hasRows && (
                  <GridY
                    scale={sy as ReturnType<typeof linear>}
                    ticks={ticks(...rangeY)}
                    format={formatY}
                    from={start}
                    to={width - RIGHT}
                  />
                )}
                <AxisX scale={sx} ticks={across} format={formatX} y={height - BOTTOM + 16} />
                <text class="ax" x={width - RIGHT} y={height - 8} text-anchor="end">
                  {x.name}
                </text>
                {rows.map((name, row) => {
                  const own = points.filter((p) => p.y === row).map((p) => sx(p.x));
                  return (
                    <g key={name}>
                      <text class="ax-t" x="0" y={sy(row) + 4}>
                        {name.length > 22 ? `${name.slice(0, 21)}…` : name}
                      </text>
                      <path
                        d={`M${round(Math.min(...own))} ${sy(row)}H${round(Math.max(...own))}`}
                        stroke="var(--line-strong)"
                        stroke-width="2"
                      />
                    </g>
                  );
                })}
                {points.map((p, i) => (
                  <g key={p.index} onPointerEnter={() => setAt(i)}>
                    <Mark name={series[p.series] ?? ""} place={p.series} areTyres={isTyre} x={sx(p.x)} y={sy(p.y)} />
                  </g>
                ))}
                {point && (
                  <circle
                    cx={round(sx(point.x))}
                    cy={round(sy(point.y))}
                    r="11"
                    fill="none"
                    stroke="var(--ink)"
                    stroke-width="1.5"
                  />
                )}
              </Svg>
            );
          }}
        </Sized>
      </ChartFigure>
      <p class="picked">{point ? say(point) : " "}</p>
      {by && !isTyre && <SeriesLegend names={series} />}
      {left > 0 && <p class="faint small">{count(left)} more rows are not drawn.</p>}
    </>
  );
}

import { Bands } from "../bands";
import type { LineChartProps } from "../line-chart";
import { AxisX, GridY, lapTicks, linePath, round, Svg, ticks, timeTicks } from "../svg";
import type { Frame } from "./frame";

const TICK_X_PX = 64;
const TICK_Y_PX = 36;
const MOST = 8;
const AXIS_TEXT_Y = 15;

type Props = Omit<LineChartProps, "tip" | "rangeY"> & {
  frame: Frame;
  formatX: (value: number) => string;
  formatY: (value: number) => string;
};

function ticksOf(props: Props): { x: number[]; y: number[] } {
  const { frame } = props;
  const mostX = Math.max(2, Math.min(2 * MOST, Math.floor((frame.right - frame.left) / TICK_X_PX)));
  const mostY = Math.max(2, Math.min(MOST, Math.floor((frame.bottom - frame.top) / TICK_Y_PX)));
  const byAxis = props.cursor === "lap" ? lapTicks : props.cursor === "time" ? timeTicks : ticks;
  const within = (values: number[], [low, high]: readonly [number, number]) =>
    values.filter((v) => v >= low && v <= high);
  return {
    x: within((props.ticksX ?? byAxis)(...frame.rangeX, mostX), frame.rangeX),
    y: within((props.ticksY ?? ticks)(...frame.rangeY, mostY), frame.rangeY),
  };
}

/** Half width of the noise, as a band around a line. */
function Noise({
  frame,
  x,
  y,
  noise,
}: {
  frame: Frame;
  x: readonly number[];
  y: readonly (number | null)[];
  noise: readonly (number | null)[];
}) {
  const edge = (sign: number) =>
    x.flatMap((value, i) =>
      y[i] == null || noise[i] == null ? [] : [[frame.scaleX(value), frame.scaleY(y[i] + sign * noise[i])] as const],
    );
  const lower = edge(-1)
    .reverse()
    .map(([px, py]) => `L${round(px)} ${round(py)}`);
  return <path d={`${linePath(edge(1))}${lower.join("")}Z`} fill="var(--selected)" />;
}

export function Ground(props: Props) {
  const { frame, series, x, formatX, formatY } = props;
  const at = ticksOf(props);
  const clip = {
    x: frame.left,
    y: frame.top,
    width: Math.max(0, frame.right - frame.left),
    height: Math.max(0, frame.bottom - frame.top),
  };
  const bands = (props.bands ?? [])
    .filter((band) => band.to > frame.rangeX[0] && band.from < frame.rangeX[1])
    .map((band) => ({
      ...band,
      from: Math.max(band.from, frame.rangeX[0]),
      to: Math.min(band.to, frame.rangeX[1]),
    }));
  return (
    <Svg width={frame.width} height={frame.height}>
      <Bands bands={bands} scale={frame.scaleX} top={frame.top} bottom={frame.bottom} />
      <svg {...clip} viewBox={`${clip.x} ${clip.y} ${clip.width} ${clip.height}`}>
        {series.map((line) => line.noise && <Noise key={line.key} frame={frame} x={x} y={line.y} noise={line.noise} />)}
      </svg>
      <GridY scale={frame.scaleY} ticks={at.y} format={formatY} from={frame.left} to={frame.right} />
      {props.lines
        ?.filter((line) => line.x >= frame.rangeX[0] && line.x <= frame.rangeX[1])
        .map((line) => (
          <g key={line.x}>
            <line
              class={line.isStrong ? "gl0" : "gl"}
              x1={round(frame.scaleX(line.x))}
              x2={round(frame.scaleX(line.x))}
              y1={frame.top}
              y2={frame.bottom}
            />
            {line.label && (
              <text
                class={line.isStrong ? "ax-t" : "ax"}
                x={round(frame.scaleX(line.x))}
                y={frame.top - 5}
                text-anchor="middle"
              >
                {line.label}
              </text>
            )}
          </g>
        ))}
      {!props.hasNoAxisX && (
        <>
          <line class="gl0" x1={frame.left} x2={frame.right} y1={frame.bottom} y2={frame.bottom} />
          <AxisX scale={frame.scaleX} ticks={at.x} format={formatX} y={frame.bottom + AXIS_TEXT_Y} />
          {props.xLabel && (
            <text class="ax" x={frame.right + 8} y={frame.bottom + AXIS_TEXT_Y}>
              {props.xLabel}
            </text>
          )}
        </>
      )}
    </Svg>
  );
}

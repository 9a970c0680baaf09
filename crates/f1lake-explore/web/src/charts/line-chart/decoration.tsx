import { TyreMark } from "../../components/tyre";
import type { LineChartProps, LineSeries } from "../line-chart";
import { tyreShape } from "../shapes";
import { round, spread, Svg } from "../svg";
import type { Frame } from "./frame";

const POINT_R = 2.6;
const LABEL_GAP = 14;
const EDGE_TICK = 6;
const TYRE_R = 6;
const END_PX = 6;

type Props = Pick<LineChartProps, "x" | "series" | "marks" | "ring" | "labelWidth"> & { frame: Frame };

const isInside = (value: number, [low, high]: readonly [number, number]) => value >= low && value <= high;

/** Marks on a line: the shape says the tyre, the fill says which car of the team. */
function Points({ frame, x, line }: { frame: Frame; x: readonly number[]; line: LineSeries }) {
  return (
    <>
      {line.points?.map((shape, i) => {
        const [px, value] = [x[i]!, line.y[i] ?? null];
        if (!shape || value === null || !isInside(px, frame.rangeX) || !isInside(value, frame.rangeY)) return null;
        const path = tyreShape(shape === "circle" ? "S" : shape, frame.scaleX(px), frame.scaleY(value), POINT_R);
        return (
          <path
            key={px}
            d={path}
            fill={line.isHollow ? "var(--surface)" : line.colour}
            stroke={line.colour}
            stroke-width="1.25"
          />
        );
      })}
    </>
  );
}

/** Values outside the range: a tick at the edge, so that the chart is not squeezed. */
function Outside({ frame, x, line }: { frame: Frame; x: readonly number[]; line: LineSeries }) {
  return (
    <>
      {line.y.map((value, i) => {
        const px = x[i]!;
        if (value === null || !isInside(px, frame.rangeX) || isInside(value, frame.rangeY)) return null;
        const isAbove = frame.scaleY(value) < frame.top;
        const from = isAbove ? frame.top : frame.bottom - EDGE_TICK;
        return (
          <path key={px} d={`M${round(frame.scaleX(px))} ${from}v${EDGE_TICK}`} stroke={line.colour} stroke-width="2" />
        );
      })}
    </>
  );
}

/** New sets of tyres, at the stops. */
function Tyres({ frame, x, line }: { frame: Frame; x: readonly number[]; line: LineSeries }) {
  return (
    <>
      {line.tyres?.map((compound, i) => {
        const [px, value] = [x[i]!, line.y[i] ?? null];
        if (!compound || value === null || !isInside(px, frame.rangeX) || !isInside(value, frame.rangeY)) return null;
        return <TyreMark key={px} compound={compound} x={frame.scaleX(px)} y={frame.scaleY(value)} r={TYRE_R} />;
      })}
    </>
  );
}

const labelClass = (line: { isContext?: boolean }) => (line.isContext ? "lbl is-context" : "lbl");

/** Words at the place where a line ends. */
function EndText({ frame, x, line }: { frame: Frame; x: readonly number[]; line: LineSeries }) {
  const last = line.y.findLastIndex((value) => value !== null);
  const [px, value] = [x[last], line.y[last]];
  if (px === undefined || value == null || !isInside(px, frame.rangeX) || !isInside(value, frame.rangeY)) return null;
  return (
    <text class={labelClass(line)} x={round(frame.scaleX(px)) + END_PX} y={round(frame.scaleY(value)) + 4}>
      {line.endText}
    </text>
  );
}

function EndLabels({ frame, x, series }: { frame: Frame; x: readonly number[]; series: readonly LineSeries[] }) {
  const ends = series.flatMap((line) => {
    if ((line.isContext && !line.isNamed) || line.endText || !line.label) return [];
    const last = line.y.findLastIndex((value, i) => value !== null && isInside(x[i]!, frame.rangeX));
    const value = line.y[last];
    if (value == null) return [];
    return [
      {
        key: line.key,
        label: line.label,
        isContext: line.isContext,
        y: Math.min(frame.bottom, Math.max(frame.top, frame.scaleY(value))),
      },
    ];
  });
  return (
    <>
      {spread(ends, LABEL_GAP, frame.top + 4, frame.bottom).map((end) => (
        <text key={end.key} class={labelClass(end)} x={frame.right + END_PX} y={round(end.y) + 4}>
          {end.label}
        </text>
      ))}
    </>
  );
}

/** What lies above the lines and does not move with the cursor. */
export function Decoration({ frame, x, series, marks, ring, labelWidth }: Props) {
  const lines = series.filter((line) => !line.isContext);
  return (
    <Svg width={frame.width} height={frame.height}>
      {lines.map((line) => (
        <Outside key={line.key} frame={frame} x={x} line={line} />
      ))}
      {lines.map((line) => line.points && <Points key={line.key} frame={frame} x={x} line={line} />)}
      {lines.map((line) => line.tyres && <Tyres key={line.key} frame={frame} x={x} line={line} />)}
      {series.map((line) => line.endText && <EndText key={line.key} frame={frame} x={x} line={line} />)}
      {marks
        ?.filter((mark) => isInside(mark.x, frame.rangeX))
        .map((mark) => (
          <g key={`${mark.x}${mark.colour}`}>
            <path
              d={`M${round(frame.scaleX(mark.x))} ${frame.top}v${EDGE_TICK}`}
              stroke={mark.colour}
              stroke-width="2"
            />
            {mark.text && (
              <text class="ax" x={round(frame.scaleX(mark.x))} y={frame.top + EDGE_TICK + 12} text-anchor="middle">
                {mark.text}
              </text>
            )}
          </g>
        ))}
      {ring && (
        <circle
          cx={round(frame.scaleX(ring.x))}
          cy={round(frame.scaleY(ring.y))}
          r="6.5"
          fill="none"
          stroke="var(--best)"
          stroke-width="2"
        />
      )}
      {labelWidth !== 0 && <EndLabels frame={frame} x={x} series={series} />}
    </Svg>
  );
}

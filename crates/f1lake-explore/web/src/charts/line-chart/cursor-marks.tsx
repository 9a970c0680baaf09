import type { LineSeries } from "../line-chart";
import { round, Svg } from "../svg";
import type { Frame } from "./frame";

interface Props {
  frame: Frame;
  x: readonly number[];
  series: readonly LineSeries[];
  index: number | null;
  selection: { from: number; to: number } | null;
  formatX: (value: number) => string;
  formatSpan?: (from: number, to: number) => string;
}

/** The cursor with a dot on each line, and the range that is being selected. */
export function CursorMarks({ frame, x, series, index, selection, formatX, formatSpan }: Props) {
  const left = index === null ? null : round(frame.scaleX(x[index] ?? 0));
  const range =
    selection && ([Math.min(selection.from, selection.to), Math.max(selection.from, selection.to)] as const);
  return (
    <Svg width={frame.width} height={frame.height}>
      {range && (
        <g>
          <rect
            x={round(frame.scaleX(range[0]))}
            y={frame.top}
            width={round(frame.scaleX(range[1]) - frame.scaleX(range[0]))}
            height={frame.bottom - frame.top}
            fill="var(--ink)"
            opacity=".08"
          />
          <text
            class="lbl"
            x={round((frame.scaleX(range[0]) + frame.scaleX(range[1])) / 2)}
            y={(frame.top + frame.bottom) / 2}
            text-anchor="middle"
          >
            {formatSpan ? formatSpan(...range) : formatX(range[1] - range[0])}
          </text>
        </g>
      )}
      {left !== null && <line class="cur" x1={left} x2={left} y1={frame.top} y2={frame.bottom} />}
      {index !== null &&
        series.map((line) => {
          const value = line.y[index];
          if (line.isContext || value == null || value < frame.rangeY[0] || value > frame.rangeY[1]) return null;
          return (
            <circle
              key={line.key}
              cx={left ?? 0}
              cy={round(frame.scaleY(value))}
              r="3.5"
              fill={line.isHollow ? "var(--surface)" : line.colour}
              stroke={line.isHollow ? line.colour : "var(--surface)"}
              stroke-width="1.5"
            />
          );
        })}
    </Svg>
  );
}

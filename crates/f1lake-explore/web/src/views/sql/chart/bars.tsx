import { useMemo, useState } from "preact/hooks";
import { ChartFigure } from "../../../charts/figure";
import { AxisX, linear, round, Sized, Svg, ticks } from "../../../charts/svg";
import { plural } from "../../../format";
import type { ResultColumn } from "../cells";
import { axisText, nameAt, numberAt } from "./values";

interface Props {
  x: ResultColumn;
  y: ResultColumn;
  by: ResultColumn | undefined;
  length: number;
}

const MOST_BARS = 60;
const ROW = 20;
const TOP = 4;
const BOTTOM = 40;
const CHAR = 6.6;
const VALUE = 70;

/** Bars of a result: one a row, from 0. */
export function Bars({ x, y, by, length }: Props) {
  const [at, setAt] = useState<number | null>(null);
  const bars = useMemo(
    () =>
      Array.from({ length: Math.min(length, MOST_BARS) }, (_, index) => ({
        name: [nameAt(y, index), nameAt(by, index)].filter(Boolean).join(" · "),
        value: numberAt(x, index),
        text: x.text(index) ?? "null",
      })),
    [x, y, by, length],
  );
  const values = bars.map(({ value }) => value ?? 0);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const start = Math.min(190, Math.max(40, Math.max(...bars.map(({ name }) => name.length)) * CHAR + 10));
  const height = TOP + bars.length * ROW + BOTTOM;
  const most = Math.floor((start - 8) / CHAR);
  return (
    <>
      <ChartFigure
        title={`${x.name} by ${y.name}`}
        count={bars.length}
        index={at}
        onMove={setAt}
        speak={(i) => `${bars[i]?.name}: ${bars[i]?.text}`}
      >
        <Sized height={height}>
          {(width) => {
            const scale = linear(low, high || 1, start, width - VALUE);
            const across = ticks(low, high || 1, Math.max(2, Math.min(8, Math.floor(width / 90))));
            return (
              <Svg width={width} height={height}>
                {across.map((tick) => (
                  <line
                    key={tick}
                    class={tick === 0 ? "gl0" : "gl"}
                    x1={round(scale(tick))}
                    x2={round(scale(tick))}
                    y1={TOP}
                    y2={height - BOTTOM}
                  />
                ))}
                <AxisX scale={scale} ticks={across} format={axisText(x, low, high || 1)} y={height - BOTTOM + 16} />
                <text class="ax" x={width - VALUE} y={height - 8} text-anchor="end">
                  {x.name}
                </text>
                {bars.map(({ name, value, text }, i) => {
                  const y0 = TOP + i * ROW;
                  const [from, to] = [scale(Math.min(0, value ?? 0)), scale(Math.max(0, value ?? 0))];
                  return (
                    <g key={i} onPointerEnter={() => setAt(i)}>
                      {i === at && <rect x="0" y={y0} width={width} height={ROW} fill="var(--hover)" />}
                      <text class="ax-t" x="0" y={y0 + 14}>
                        {name.length > most ? `${name.slice(0, most - 1)}…` : name}
                      </text>
                      <rect
                        x={round(from)}
                        y={y0 + 4}
                        width={Math.max(0.5, round(to - from))}
                        height={ROW - 8}
                        rx="1"
                        fill="var(--ink-3)"
                      />
                      <text class="ax-t" x={round(to) + 6} y={y0 + 14}>
                        {text}
                      </text>
                    </g>
                  );
                })}
              </Svg>
            );
          }}
        </Sized>
      </ChartFigure>
      {length > MOST_BARS && (
        <p class="faint small">
          The first {MOST_BARS} of {plural(length, "row")}.
        </p>
      )}
    </>
  );
}

import type { ComponentChildren, Ref } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { round } from "./scale";
import type { Scale } from "./scale";

export * from "./scale";

/** Width of an element, followed as it changes; 0 before the first measure. */
export function useWidth<E extends Element = HTMLDivElement>(): [Ref<E>, number] {
  const ref = useRef<E>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver((entries) => setWidth(Math.floor(entries[0]?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** Measures its width and draws its children with it. */
export function Sized({
  height,
  children,
  class: extra = "",
}: {
  height?: number;
  children: (width: number) => ComponentChildren;
  class?: string;
}) {
  const [ref, width] = useWidth();
  return (
    <div ref={ref} class={`chart ${extra}`} style={height ? { minHeight: `${height}px` } : undefined}>
      {width > 0 && children(Math.max(240, width))}
    </div>
  );
}

interface SvgProps {
  width: number;
  height: number;
  /** Name for readers; without it the drawing is decoration. */
  label?: string;
  children?: ComponentChildren;
}

export function Svg({ width, height, label, children }: SvgProps) {
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      {...(label ? { role: "img" as const, "aria-label": label } : { "aria-hidden": true })}
    >
      {children}
    </svg>
  );
}

interface AxisProps {
  scale: Scale;
  ticks: readonly number[];
  format?: (value: number) => string;
}

/** Labels of a time or lap axis, below the drawing. */
export function AxisX({ scale, ticks: at, format = String, y }: AxisProps & { y: number }) {
  return (
    <>
      {at.map((value) => (
        <text key={value} class="ax" x={round(scale(value))} y={y} text-anchor="middle">
          {format(value)}
        </text>
      ))}
    </>
  );
}

/** Hairlines and labels of a value axis; the zero line is stronger. */
export function GridY({
  scale,
  ticks: at,
  format = String,
  from,
  to,
  isLabelled = true,
}: AxisProps & { from: number; to: number; isLabelled?: boolean }) {
  return (
    <>
      {at.map((value) => (
        <g key={value}>
          <line
            class={value === 0 ? "gl0" : "gl"}
            x1={from}
            x2={to}
            y1={round(scale(value))}
            y2={round(scale(value))}
          />
          {isLabelled && (
            <text class="ax" x={from - 6} y={round(scale(value)) + 4} text-anchor="end">
              {format(value)}
            </text>
          )}
        </g>
      ))}
    </>
  );
}

/** A car on a map or in a chart: filled for the first car of a team, hollow for the second. */
export function CarDot({
  x,
  y,
  r,
  colour,
  isSecond,
}: {
  x: number;
  y: number;
  r: number;
  colour: string;
  isSecond: boolean;
}) {
  return isSecond ? (
    <circle cx={round(x)} cy={round(y)} r={r - 1} fill="var(--surface)" stroke={colour} stroke-width="2.5" />
  ) : (
    <circle cx={round(x)} cy={round(y)} r={r} fill={colour} stroke="var(--surface)" stroke-width="1.5" />
  );
}

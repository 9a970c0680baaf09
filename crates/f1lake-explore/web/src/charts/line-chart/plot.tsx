import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useShade } from "../../theme";
import type { LineChartProps } from "../line-chart";
import { CursorMarks } from "./cursor-marks";
import { Decoration } from "./decoration";
import { frameOf } from "./frame";
import { Ground } from "./ground";
import { drawLines } from "./lines";
import { usePointer } from "./pointer";

interface Props extends Omit<LineChartProps, "tip" | "rangeY" | "zoom" | "onZoom"> {
  width: number;
  formatX: (value: number) => string;
  formatY: (value: number) => string;
  rangeX: readonly [number, number];
  rangeY: readonly [number, number];
  index: number | null;
  /** The value of x under the pointer; null when it left. */
  onPoint: (x: number | null) => void;
  onRange: (range: readonly [number, number] | null) => void;
  tip: (index: number, left: number) => ComponentChildren;
}

/** Three layers: the ground with bands and grid, the lines, and the marks on top. */
export function Plot(props: Props) {
  const { x, series, width, height, rangeX, rangeY, index } = props;
  const lines = useRef<HTMLDivElement>(null);
  const shade = useShade();
  const hasWords = Boolean(props.bands?.length || props.lines?.some((line) => line.label));
  const frame = useMemo(
    () => frameOf({ ...props, hasWords }),
    [
      width,
      height,
      rangeX[0],
      rangeX[1],
      rangeY[0],
      rangeY[1],
      props.isReversed,
      props.hasNoAxisX,
      props.axisWidth,
      props.labelWidth,
      hasWords,
    ],
  );
  const pointer = usePointer({ frame, index, onPoint: props.onPoint, onRange: props.onRange, onOpen: props.onOpen });

  useEffect(() => {
    if (!lines.current || !x.length) return;
    return drawLines(lines.current, { x, series, frame, isReversed: props.isReversed ?? false });
  }, [x, series, frame, shade]);

  const ground = useMemo(
    () => <Ground {...props} frame={frame} />,
    [frame, props.bands, props.lines, series, props.formatX, props.formatY],
  );
  const decoration = useMemo(
    () => <Decoration {...props} frame={frame} />,
    [frame, x, series, props.marks, props.ring],
  );
  const left = index === null ? null : frame.scaleX(x[index] ?? 0);
  const isSeen = left !== null && left >= frame.left - 1 && left <= frame.right + 1;
  return (
    <>
      <div class={props.onOpen ? "plot is-open" : "plot"} style={{ height: `${height}px` }} {...pointer.handlers}>
        {ground}
        <div ref={lines} class="plot-lines" aria-hidden="true" />
        {decoration}
        <CursorMarks
          frame={frame}
          x={x}
          series={series}
          index={isSeen ? index : null}
          selection={pointer.selection}
          formatSpan={props.formatSpan}
          formatX={props.formatX}
        />
      </div>
      {index !== null && isSeen && !pointer.selection && props.tip(index, left)}
    </>
  );
}

import { useEffect, useMemo } from "preact/hooks";
import { setCursor, useCursor } from "../../charts/cursor";
import { ChartFigure } from "../../charts/figure";
import { Sized, Svg } from "../../charts/svg";
import { useSpeedUnit } from "../../settings";
import { nearestIndex } from "./data";
import type { OverlayData } from "./data";
import { SamplesTable } from "./samples-table";
import type { SlotStyle } from "./slot-style";
import { Cursor, ValueBox } from "./strips/cursor";
import { frameOf } from "./strips/frame";
import type { Frame, Range } from "./strips/frame";
import { Ground } from "./strips/ground";
import { Lines } from "./strips/lines";
import { usePointer } from "./strips/pointer";
import { spokenAt } from "./strips/readings";
import { scalesOf } from "./strips/scales";

export interface StripsProps {
  data: OverlayData;
  styles: readonly SlotStyle[];
  zoom: Range | null;
  onZoom: (range: Range | null) => void;
}

const plain = (value: number) => value;
const HALF = 0.5;

/** Delta, speed, throttle, brake and gear over one axis of distance, with one cursor. */
export function Strips({ data, styles, zoom, onZoom }: StripsProps) {
  const { places, length } = data;
  const unit = useSpeedUnit();
  const at = useCursor("distance");
  const index = at === null || !places.length ? null : nearestIndex(places, at, plain);
  const zoomBy = (step: "in" | "out" | "all") => {
    if (step === "all") return onZoom(null);
    const [low, high] = zoom ?? [0, length];
    const centre = at ?? (low + high) / 2;
    const half = ((high - low) / 2) * (step === "in" ? HALF : 1 / HALF);
    const next: Range = [Math.max(0, centre - half), Math.min(length, centre + half)];
    onZoom(next[0] <= 0 && next[1] >= length ? null : next);
  };
  const plot = useMemo(
    () => <Sized>{(width) => <Plot width={width} data={data} styles={styles} zoom={zoom} onZoom={onZoom} />}</Sized>,
    [data, styles, zoom, onZoom],
  );
  return (
    <ChartFigure
      title={
        styles.length > 1
          ? "Delta, speed, throttle, brake and gear by distance"
          : "Speed, throttle, brake and gear by distance"
      }
      count={places.length}
      index={index}
      onMove={(i) => setCursor("distance", places[i] ?? null)}
      speak={(i) => spokenAt(data, styles, unit, places[i] ?? 0)}
      onZoom={zoomBy}
      table={() => <SamplesTable data={data} styles={styles} />}
    >
      {plot}
    </ChartFigure>
  );
}

/** Marks the paint of new laps, for measurements: the second frame begins after the first was painted. */
function usePaintMark(data: OverlayData): void {
  useEffect(() => {
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => performance.mark("overlay-painted"));
    });
    return () => cancelAnimationFrame(frame);
  }, [data]);
}

function Plot({ width, data, styles, zoom, onZoom }: StripsProps & { width: number }) {
  const unit = useSpeedUnit();
  const [low, high] = zoom ?? [0, data.length];
  const frame = useMemo(
    () =>
      frameOf(
        width,
        styles.map((style) => style.letters),
        [low, high],
      ),
    [width, styles, low, high],
  );
  const scales = useMemo(() => scalesOf(data, frame, unit), [data, frame, unit]);
  const parts = { data, frame, scales, styles, unit };
  usePaintMark(data);
  const onPoint = (distance: number | null) => {
    const place = distance === null ? undefined : data.places[nearestIndex(data.places, distance, plain)];
    setCursor("distance", place ?? null);
  };
  const { handlers, selection } = usePointer({ frame, onPoint, onRange: onZoom });
  const drawing = useMemo(
    () => (
      <>
        <Ground {...parts} />
        <Lines {...parts} />
      </>
    ),
    [data, frame, scales, styles, unit],
  );
  return (
    <>
      <div class="strips" {...handlers}>
        <Svg width={width} height={frame.height}>
          {drawing}
          {selection ? <Selection frame={frame} range={selection} /> : <Cursor {...parts} />}
        </Svg>
      </div>
      {!selection && <ValueBox {...parts} />}
    </>
  );
}

function Selection({ frame, range: [from, to] }: { frame: Frame; range: Range }) {
  const [x0, x1] = [frame.scale(from), frame.scale(to)];
  return (
    <>
      <rect x={x0} y="18" width={x1 - x0} height={frame.bottom - 18} fill="var(--ink)" opacity=".08" />
      <text class="lbl" x={(x0 + x1) / 2} y={(frame.speed.top + frame.speed.bottom) / 2} text-anchor="middle">
        {Math.round(to - from)} m
      </text>
    </>
  );
}

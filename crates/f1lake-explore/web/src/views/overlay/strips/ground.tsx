import { AxisX, GridY, round, ticks } from "../../../charts/svg";
import type { Scale } from "../../../charts/svg";
import { difference } from "../../../format";
import type { SpeedUnit } from "../../../format";
import type { OverlayData } from "../data";
import type { SlotStyle } from "../slot-style";
import { isIn } from "./frame";
import type { Frame, Strip } from "./frame";
import type { Scales } from "./scales";

const SECTOR_Y = 10;
const CORNER_Y = 28;
const CORNER_LINE_Y = 33;
const DIGIT_PX = 8;
const TICK_PX = 90;

const isWhole = (value: number) => Math.abs(value - Math.round(value)) < 1e-6;

interface Props {
  data: OverlayData;
  frame: Frame;
  scales: Scales;
  styles: readonly SlotStyle[];
  unit: SpeedUnit;
}

/** What lies under the lines: sectors, corners, grids, axis and the names of the strips. */
export function Ground({ data, frame, scales, styles, unit }: Props) {
  const { left, right } = frame;
  const grid = (scale: Scale, at: readonly number[], format?: (value: number) => string) => (
    <GridY scale={scale} ticks={at} format={format} from={left} to={right} />
  );
  const deltaTicks = scales.delta ? ticks(...scales.delta.domain, 4) : [];
  const digits = [0, 1, 2, 3].find((count) => deltaTicks.every((value) => isWhole(value * 10 ** count))) ?? 3;
  return (
    <>
      <Sectors data={data} frame={frame} />
      <Corners data={data} frame={frame} />
      {scales.delta && grid(scales.delta, deltaTicks, (value) => (value ? difference(value, digits) : "0"))}
      {grid(scales.speed, ticks(...scales.speed.domain, 4))}
      {grid(scales.throttle, [0, 100])}
      {grid(scales.gear, [0, 2, 4, 6, 8])}
      {frame.delta && <Name strip={frame.delta} frame={frame} text={deltaName(styles, frame.isNarrow)} />}
      <Name strip={frame.speed} frame={frame} text={`Speed, ${unit}`} />
      <Name strip={frame.throttle} frame={frame} text="Throttle, %" />
      <Name strip={frame.brake} frame={frame} text="Brake" />
      <Name strip={frame.gear} frame={frame} text="Gear" />
      <Distance frame={frame} />
    </>
  );
}

function deltaName(styles: readonly SlotStyle[], isNarrow: boolean): string {
  const [reference, other] = styles;
  if (isNarrow || !reference) return "Delta, s";
  const below = styles.length === 2 && other ? `, below 0 ${other.letters}` : "";
  return `Delta, s: above 0 ${reference.letters} is ahead${below}`;
}

function Name({ strip, frame, text }: { strip: Strip; frame: Frame; text: string }) {
  return (
    <text class="lbl" x={frame.left + 1} y={strip.top - 6}>
      {text}
    </text>
  );
}

function Sectors({ data, frame }: { data: OverlayData; frame: Frame }) {
  const { anchors } = data.meta;
  const { range, scale } = frame;
  const inside = anchors.filter((at) => isIn(at, range));
  const part = (from: number, to: number) => [Math.max(from, range[0]), Math.min(to, range[1])] as const;
  const spans = anchors.slice(1).map((to, i) => ({ number: i + 1, span: part(anchors[i] ?? 0, to) }));
  return (
    <>
      {anchors.length === 4 &&
        spans.map(({ number, span: [from, to] }) => {
          const [x0, x1] = [round(scale(from)), round(scale(to))];
          if (x1 - x0 < 1) return null;
          const word = frame.isNarrow || x1 - x0 < 60 ? `S${number}` : `Sector ${number}`;
          return (
            <g key={number}>
              {number === 2 && <rect x={x0} y="18" width={x1 - x0} height={frame.bottom - 18} fill="var(--sunken)" />}
              {x1 - x0 > 20 && (
                <text class="ax-t" x={(x0 + x1) / 2} y={SECTOR_Y} text-anchor="middle" font-weight="600">
                  {word}
                </text>
              )}
            </g>
          );
        })}
      {inside.map((at) => (
        <line key={at} class="gl0" x1={round(scale(at))} x2={round(scale(at))} y1={frame.top} y2={frame.bottom} />
      ))}
    </>
  );
}

function Corners({ data, frame }: { data: OverlayData; frame: Frame }) {
  let lastEnd = -Infinity;
  return (
    <>
      {data.meta.corners
        .filter((corner) => isIn(corner.distance, frame.range))
        .map((corner) => {
          const x = round(frame.scale(corner.distance));
          const name = String(corner.number);
          const half = (name.length * DIGIT_PX) / 2;
          const hasRoom = !frame.isNarrow && x - half >= lastEnd;
          if (hasRoom) lastEnd = x + half;
          return (
            <g key={corner.number}>
              <line
                x1={x}
                x2={x}
                y1={CORNER_LINE_Y}
                y2={frame.bottom}
                stroke="var(--line-strong)"
                stroke-dasharray="1 3"
              />
              {hasRoom && (
                <text class="ax" x={x} y={CORNER_Y} text-anchor="middle">
                  {name}
                </text>
              )}
            </g>
          );
        })}
    </>
  );
}

const METRES = 1000;

function Distance({ frame }: { frame: Frame }) {
  const { range, scale, bottom } = frame;
  const most = Math.max(2, Math.min(8, Math.floor((frame.right - frame.left) / TICK_PX)));
  const at = ticks(range[0] / METRES, range[1] / METRES, most);
  return (
    <>
      <AxisX
        scale={scale}
        ticks={at.map((km) => km * METRES)}
        format={(metres) => `${Number((metres / METRES).toFixed(3))}${metres === (at[0] ?? 0) * METRES ? " km" : ""}`}
        y={bottom + 16}
      />
      {at.map((km) => (
        <line key={km} class="gl0" x1={scale(km * METRES)} x2={scale(km * METRES)} y1={bottom} y2={bottom + 4} />
      ))}
    </>
  );
}

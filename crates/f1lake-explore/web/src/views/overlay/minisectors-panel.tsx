import { overlaySql } from "../../api";
import type { LapRef, OverlayMeta } from "../../api";
import { linear, round, Sized, Svg } from "../../charts/svg";
import type { Scale } from "../../charts/svg";
import { Panel } from "../../components/panel";
import { sector } from "../../format";
import { isCut, uncutSlots } from "./data";
import type { OverlayData } from "./data";
import { MinisectorTable } from "./minisector-table";
import { WideLine } from "./slot-style";
import type { SlotStyle } from "./slot-style";
import type { Range } from "./strips/frame";

type Part = OverlayMeta["minisectors"][number];

interface Props {
  laps: readonly LapRef[];
  data: OverlayData;
  styles: readonly SlotStyle[];
  onZoom: (range: Range) => void;
}

const HEIGHT = 120;
const FOOT_PX = 16;
/** Room for the largest leads above and below the bars. */
const NAME_PX = 15;

export function MinisectorsPanel({ laps, data, styles, onZoom }: Props) {
  const open = (part: Part) => onZoom([part.from, part.to]);
  const hasParts = isCut(data);
  const uncut = uncutSlots(data).map((slot) => styles[slot]?.letters);
  return (
    <Panel
      title="Minisectors"
      aside={hasParts ? "sum up to the sectors" : undefined}
      sql={() => overlaySql(laps)}
      note={
        hasParts &&
        uncut.length > 0 &&
        `Without ${uncut.join(", ")}: a sector time is missing or does not fit the telemetry.`
      }
      table={hasParts ? () => <MinisectorTable data={data} styles={styles} onOpen={open} /> : undefined}
    >
      {hasParts ? (
        <Sized height={HEIGHT}>{(width) => <Bars width={width} data={data} styles={styles} onOpen={open} />}</Sized>
      ) : (
        <p class="muted">
          Not known: a sector time of {uncut.join(", ") || "these laps"} is missing or does not fit the telemetry.
        </p>
      )}
    </Panel>
  );
}

/** The lap with the least time, also within the noise. */
function leastOf({ times }: Part): number {
  return times.reduce<number>(
    (least, time, slot) => ((time ?? Infinity) < (times[least] ?? Infinity) ? slot : least),
    0,
  );
}

interface BarsProps {
  width: number;
  data: OverlayData;
  styles: readonly SlotStyle[];
  onOpen: (part: Part) => void;
}

/** Leads as bars: of two laps up for the first and down for the second, of more all up. */
function Bars({ width, data, styles, onOpen }: BarsProps) {
  const { anchors, minisectors } = data.meta;
  const isPair = styles.length === 2;
  const middle = isPair ? (HEIGHT - FOOT_PX) / 2 : HEIGHT - FOOT_PX - 2;
  const most = Math.max(...minisectors.map((part) => part.lead ?? 0), 0.001);
  const x = linear(0, data.length, 0, width);
  const size = linear(0, most, 0, middle - NAME_PX);
  const bars = minisectors.map((part) => {
    const slot = part.best ?? leastOf(part);
    const length = Math.max(2, size(part.lead ?? 0));
    return { part, slot, isUp: !isPair || slot === 0, length };
  });
  const labels = styles.flatMap((_, slot) => {
    const own = bars.filter((bar) => bar.part.best === slot);
    return own.length ? [own.reduce((a, b) => ((b.part.lead ?? 0) > (a.part.lead ?? 0) ? b : a))] : [];
  });
  return (
    <Svg width={width} height={HEIGHT} label="Lead of the fastest lap in each minisector">
      {bars.map(({ part, slot, isUp, length }) => {
        const [x0, x1] = [x(part.from) + 1, x(part.to) - 1];
        const tip = isUp ? middle - length : middle + length;
        const best = part.best === null ? undefined : styles[slot];
        return (
          <g key={part.from} class="part" onClick={() => onOpen(part)}>
            <title>{titleOf(part, styles)}</title>
            <rect x={round(x0)} y="0" width={round(x1 - x0)} height={HEIGHT - FOOT_PX} fill="transparent" />
            {best ? (
              <WideLine d={`M${round((x0 + x1) / 2)} ${middle}V${round(tip)}`} style={best} width={round(x1 - x0)} />
            ) : (
              <rect
                x={round(x0)}
                y={round(Math.min(tip, middle))}
                width={round(x1 - x0)}
                height={round(length)}
                fill="url(#p-noise)"
                stroke="var(--control)"
                stroke-width=".75"
              />
            )}
          </g>
        );
      })}
      <Sectors anchors={anchors} x={x} width={width} />
      <line x1="0" x2={width} y1={middle} y2={middle} stroke="var(--ink-3)" />
      {isPair &&
        labels.map((bar) => <Label key={bar.slot} bar={bar} x={x} middle={middle} width={width} styles={styles} />)}
    </Svg>
  );
}

function titleOf(part: Part, styles: readonly SlotStyle[]): string {
  const place = `${(part.from / 1000).toFixed(2)}–${(part.to / 1000).toFixed(2)} km, sector ${part.sector}`;
  const best = part.best === null ? undefined : styles[part.best];
  if (best) return `${place}: ${best.letters} fastest by ${sector(part.lead)} s, noise ${sector(part.noise)} s`;
  return `${place}: not known, within the noise of ${sector(part.noise)} s`;
}

function Sectors({ anchors, x, width }: { anchors: readonly number[]; x: Scale; width: number }) {
  return (
    <>
      {anchors.map((at, i) => {
        const px = Math.min(width - 0.5, x(at));
        const next = anchors[i + 1];
        return (
          <g key={at}>
            <line class="gl0" x1={px} x2={px} y1="8" y2={HEIGHT - FOOT_PX} />
            {next !== undefined && anchors.length === 4 && (
              <text class="ax" x={(x(at) + x(next)) / 2} y={HEIGHT - 3} text-anchor="middle">
                S{i + 1}
              </text>
            )}
          </g>
        );
      })}
    </>
  );
}

const LETTER_PX = 6;

interface LabelProps {
  bar: { part: Part; slot: number; isUp: boolean; length: number };
  x: Scale;
  middle: number;
  width: number;
  styles: readonly SlotStyle[];
}

/** The largest lead of a lap, at the end of its bar. */
function Label({ bar, x, middle, width, styles }: LabelProps) {
  const centre = x((bar.part.from + bar.part.to) / 2);
  const text = `${styles[bar.slot]?.letters} by ${sector(bar.part.lead)} s`;
  const half = (text.length * LETTER_PX) / 2;
  return (
    <text
      class="lbl"
      x={round(Math.min(width - half, Math.max(half, centre)))}
      y={round(bar.isUp ? middle - bar.length - 4 : middle + bar.length + 12)}
      text-anchor="middle"
    >
      {text}
    </text>
  );
}

import { BAND_LOOK } from "../../charts/bands";
import type { BandKind } from "../../charts/bands";
import { round } from "../../charts/svg";
import { bandsOf, momentsOf, partsOf, yellowsOf } from "./events";
import { BAR, TOP } from "./props";
import type { RibbonProps } from "./props";

const WORD_PX = 26;
const PART_PX = 40;

/** The driven distance; after the flag it is hatched, between the parts of qualifying it is faint. */
export function Base({ width, pad, scale, clock, events }: RibbonProps) {
  const parts = partsOf(events, clock);
  const flag = momentsOf(events, clock, "chequered_flag").at(-1)?.second;
  return (
    <>
      <rect
        x={pad}
        y={TOP}
        width={width - 2 * pad}
        height={BAR}
        rx="2"
        fill={parts.length ? "var(--hover)" : "var(--selected)"}
      />
      {parts.map((part) => (
        <rect
          key={part.from}
          x={round(scale(part.from))}
          y={TOP}
          width={round(scale(part.to) - scale(part.from))}
          height={BAR}
          fill="var(--selected)"
        />
      ))}
      {flag !== undefined && (
        <rect
          x={round(scale(flag))}
          y={TOP}
          width={round(Math.max(0, width - pad - scale(flag)))}
          height={BAR}
          fill="url(#p-noise)"
        />
      )}
    </>
  );
}

/** Yellow sectors in the bar; safety cars and red flags stand out of it and have a word. */
export function Flags({ scale, clock, events }: RibbonProps) {
  const flags = momentsOf(events, clock, "chequered_flag").map(({ second }) => scale(second));
  const besideFlag = (x: number) =>
    flags.reduce((at, flag) => (Math.abs(at - flag) < WORD_PX ? flag - WORD_PX / 1.5 : at), x);
  let wordEnd = -Infinity;
  return (
    <>
      {yellowsOf(events, clock).map((yellow) => (
        <rect
          key={yellow.from}
          x={round(scale(yellow.from))}
          y={TOP}
          width={round(Math.max(3, scale(yellow.to) - scale(yellow.from)))}
          height={BAR}
          fill="url(#p-yellow)"
          stroke="var(--flag-yellow-edge)"
          stroke-width=".75"
        />
      ))}
      {bandsOf(events, clock).map((band) => {
        const look = BAND_LOOK[band.kind as BandKind];
        const [from, to] = [scale(band.from), Math.max(scale(band.to), scale(band.from) + 3)];
        const centre = besideFlag((from + to) / 2);
        const hasRoom = centre - WORD_PX / 2 > wordEnd;
        if (hasRoom) wordEnd = centre + WORD_PX / 2;
        return (
          <g key={band.from}>
            <rect
              x={round(from)}
              y={TOP - 2}
              width={round(to - from)}
              height={BAR + 4}
              fill={look.pattern}
              stroke={look.edge}
            />
            {hasRoom && (
              <text x={round(centre)} y={TOP - 5} text-anchor="middle" class="ax-t" font-weight="600">
                {look.word}
              </text>
            )}
          </g>
        );
      })}
    </>
  );
}

export function PartNames({ scale, clock, events }: RibbonProps) {
  const bands = bandsOf(events, clock);
  const isFree = (second: number) =>
    !bands.some((band) => Math.abs(scale((band.from + band.to) / 2) - scale(second)) < PART_PX);
  return (
    <>
      {momentsOf(events, clock, "part")
        .filter(({ second }) => isFree(second))
        .map(({ second, event }) => (
          <text key={second} x={round(scale(second))} y={TOP - 5} class="ax-t" font-weight="600">
            Q{event.lap_number}
          </text>
        ))}
    </>
  );
}

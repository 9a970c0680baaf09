import { round } from "./svg";
import type { Scale } from "./svg";

export type BandKind = "yellow" | "virtual_safety_car" | "safety_car" | "red_flag" | "unknown" | "selected";

export interface Band {
  from: number;
  to: number;
  kind: BandKind;
  /** The word on the band; by default the one of its kind. */
  label?: string;
}

export const BAND_LOOK: Record<BandKind, { pattern: string; edge: string; word: string; name: string }> = {
  yellow: { pattern: "url(#p-yellow)", edge: "var(--flag-yellow-edge)", word: "", name: "Yellow sector" },
  virtual_safety_car: { pattern: "url(#p-vsc)", edge: "var(--flag-vsc-edge)", word: "VSC", name: "Virtual safety car" },
  safety_car: { pattern: "url(#p-sc)", edge: "var(--flag-sc-edge)", word: "SC", name: "Safety car" },
  red_flag: { pattern: "url(#p-red)", edge: "var(--flag-red-edge)", word: "Red flag", name: "Red flag" },
  unknown: { pattern: "url(#p-unknown)", edge: "var(--control)", word: "not known", name: "Not known" },
  selected: { pattern: "var(--selected)", edge: "none", word: "", name: "Selected" },
};

/** The patterns of flags and of what is not known; the shell draws them once. */
export function Patterns() {
  return (
    <svg class="patterns" width="0" height="0" aria-hidden="true">
      <defs>
        <pattern id="p-yellow" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" fill="var(--flag-yellow)" />
          <rect width="1.5" height="6" fill="var(--flag-yellow-edge)" opacity=".55" />
        </pattern>
        <pattern id="p-sc" width="6" height="6" patternUnits="userSpaceOnUse">
          <rect width="6" height="6" fill="var(--flag-sc)" />
          <rect width="6" height="1.5" fill="var(--flag-sc-edge)" opacity=".5" />
        </pattern>
        <pattern id="p-vsc" width="6" height="6" patternUnits="userSpaceOnUse">
          <rect width="6" height="6" fill="var(--flag-vsc)" />
          <circle cx="3" cy="3" r="1" fill="var(--flag-vsc-edge)" opacity=".65" />
        </pattern>
        <pattern id="p-red" width="6" height="6" patternUnits="userSpaceOnUse">
          <rect width="6" height="6" fill="var(--flag-red)" />
          <path d="M0 0L6 6M6 0L0 6" stroke="var(--flag-red-edge)" stroke-width="1" opacity=".5" />
        </pattern>
        <pattern id="p-unknown" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
          <rect width="1" height="5" fill="var(--control)" opacity=".55" />
        </pattern>
        <pattern id="p-noise" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
          <rect width="4" height="4" fill="var(--hover)" />
          <rect width="1" height="4" fill="var(--control)" opacity=".45" />
        </pattern>
      </defs>
    </svg>
  );
}

interface BandsProps {
  bands: readonly Band[];
  scale: Scale;
  top: number;
  bottom: number;
  isLabelled?: boolean;
}

const WORD_PX = 7;

/** Centres of the words, from left to right; one that would touch the word before moves right. */
function wordPlaces(bands: readonly Band[], scale: Scale): ReadonlyMap<Band, number> {
  const places = new Map<Band, number>();
  let free = -Infinity;
  for (const band of [...bands].sort((a, b) => a.from - b.from)) {
    const half = ((band.label ?? BAND_LOOK[band.kind].word).length * WORD_PX) / 2;
    if (!half) continue;
    const centre = Math.max((scale(band.from) + scale(band.to)) / 2, free + half);
    places.set(band, centre);
    free = centre + half;
  }
  return places;
}

/** Bands in an SVG chart, drawn before the grid and the data. */
export function Bands({ bands, scale, top, bottom, isLabelled = true }: BandsProps) {
  const places = wordPlaces(bands.filter((band) => band.kind !== "unknown"), scale);
  return (
    <>
      {bands.map((band) => {
        const look = BAND_LOOK[band.kind];
        const [x0, x1] = [round(scale(band.from)), round(Math.max(scale(band.to), scale(band.from) + 3))];
        const word = band.label ?? look.word;
        const isInside = band.kind === "unknown";
        const hasRoom = !isInside || x1 - x0 > word.length * WORD_PX + 8;
        return (
          <g key={`${band.kind}${band.from}`}>
            <rect x={x0} y={top} width={x1 - x0} height={bottom - top} fill={look.pattern} />
            <path d={`M${x0} ${top}V${bottom}M${x1} ${top}V${bottom}`} stroke={look.edge} stroke-width=".75" />
            {isLabelled && word && hasRoom && (
              <BandWord x={round(places.get(band) ?? (x0 + x1) / 2)} y={isInside ? (top + bottom) / 2 : top - 5} word={word} isBoxed={isInside} />
            )}
          </g>
        );
      })}
    </>
  );
}

function BandWord({ x, y, word, isBoxed }: { x: number; y: number; word: string; isBoxed: boolean }) {
  const width = word.length * WORD_PX;
  return (
    <>
      {isBoxed && <rect x={x - width / 2} y={y - 13} width={width} height="18" rx="3" fill="var(--surface)" />}
      <text x={x} y={y} text-anchor="middle" class="ax-t" font-weight={isBoxed ? 400 : 600}>
        {word}
      </text>
    </>
  );
}

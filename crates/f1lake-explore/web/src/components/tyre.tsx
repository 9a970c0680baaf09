import { tyreShape } from "../charts/shapes";

export type TyreLetter = "S" | "M" | "H" | "I" | "W" | "?";

const LETTERS: Record<string, TyreLetter> = { SOFT: "S", MEDIUM: "M", HARD: "H", INTERMEDIATE: "I", WET: "W" };

export const tyreLetter = (compound: string | null | undefined): TyreLetter =>
  LETTERS[compound?.toUpperCase() ?? ""] ?? "?";

export const tyreName = (compound: string | null | undefined) =>
  tyreLetter(compound) === "?" ? "unknown tyre" : (compound ?? "").toLowerCase();

const suffix = (letter: TyreLetter) => (letter === "?" ? "x" : letter.toLowerCase());
/** Outline of a compound, as a CSS colour. */
export const tyreColour = (compound: string | null | undefined) => `var(--tyre-${suffix(tyreLetter(compound))})`;
/** Ground of a compound, as a CSS colour. */
export const tyreTint = (compound: string | null | undefined) => `var(--tint-${suffix(tyreLetter(compound))})`;

interface MarkProps {
  compound: string | null | undefined;
  x: number;
  y: number;
  r?: number;
}

/** A tyre inside another SVG. */
export function TyreMark({ compound, x, y, r = 8 }: MarkProps) {
  const letter = tyreLetter(compound);
  return (
    <g>
      <path
        d={tyreShape(letter, x, y, r)}
        fill={tyreTint(compound)}
        stroke={tyreColour(compound)}
        stroke-width="1.75"
        stroke-linejoin="round"
        stroke-dasharray={letter === "?" ? "2 2" : undefined}
      />
      <text x={x} y={y + r * 0.42} text-anchor="middle" font-size={r * 1.16} font-weight="700" fill="var(--ink)">
        {letter}
      </text>
    </g>
  );
}

export function Tyre({ compound, size = 18 }: { compound: string | null | undefined; size?: number }) {
  return (
    <svg class="tyre" width={size} height={size} viewBox="0 0 18 18" role="img" aria-label={tyreName(compound)}>
      <TyreMark compound={compound} x={9} y={9} r={6.6} />
    </svg>
  );
}

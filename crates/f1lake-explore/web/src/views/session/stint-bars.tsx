import { tyreColour, tyreLetter, tyreName, tyreTint } from "../../components/tyre";
import { round } from "../../charts/svg";
import { plural } from "../../format";

export const STINTS_PX = 190;
const HEIGHT = 16;
const GAP = 1;
const TEXT_PX = 30;
const LETTER_PX = 10;

interface Props {
  compounds: ArrayLike<string | null> | null;
  laps: ArrayLike<number | null> | null;
  /** Laps that fill the whole width. */
  longest: number;
}

/** The sets of tyres of a driver, as long as their laps. */
export function StintBars({ compounds, laps, longest }: Props) {
  if (!compounds || !laps) return null;
  const sets = Array.from(laps, (length, i) => ({ compound: compounds[i] ?? null, length: length ?? 0 }));
  const px = STINTS_PX / Math.max(1, longest);
  let driven = 0;
  return (
    <svg
      width={STINTS_PX}
      height={HEIGHT}
      viewBox={`0 0 ${STINTS_PX} ${HEIGHT}`}
      role="img"
      aria-label={sets.map((set) => `${tyreName(set.compound)} for ${plural(set.length, "lap")}`).join(", then ")}
    >
      {sets.map((set, i) => {
        const x = driven * px;
        const width = Math.max(1, set.length * px - GAP);
        driven += set.length;
        const letter = tyreLetter(set.compound);
        return (
          <g key={i}>
            <rect x={round(x)} y="1" width={round(width)} height="13" rx="1.5" fill={tyreTint(set.compound)} />
            <rect x={round(x)} y="12.5" width={round(width)} height="2" fill={tyreColour(set.compound)} />
            {width >= TEXT_PX ? (
              <text x={round(x + 4.5)} y="11" class="stint-text">
                {letter} {set.length}
              </text>
            ) : (
              width >= LETTER_PX && (
                <text x={round(x + width / 2)} y="11" text-anchor="middle" class="stint-text">
                  {letter}
                </text>
              )
            )}
          </g>
        );
      })}
    </svg>
  );
}

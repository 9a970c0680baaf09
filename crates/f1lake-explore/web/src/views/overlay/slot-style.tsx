import { overlayColours, SLOT_DASHES } from "../../colour";
import { useShade } from "../../theme";
import { useMemo } from "preact/hooks";
import type { OverlayMeta } from "../../api";
import { lettersOf, wordsOf } from "./names";

/** A stripe in the ground colour inside a wide mark, so that slots differ without hue. */
interface Stripe {
  width: number;
  dash?: string;
}

const STRIPES: readonly (Stripe | null)[] = [
  null,
  { width: 1.8 },
  { width: 3, dash: "3 3" },
  { width: 8, dash: "1.5 6" },
  { width: 1.8, dash: "9 4" },
  { width: 4.5 },
];

export interface SlotStyle {
  letters: string;
  words: string;
  colour: string;
  /** Dash of its line, for SVG. */
  dash: string | undefined;
  stripe: Stripe | null;
}

/** The look of each lap: the colour is the team, the dash and the stripe are the slot. */
export function useSlotStyles(meta: OverlayMeta | null): readonly SlotStyle[] {
  const shade = useShade();
  return useMemo(() => {
    if (!meta) return [];
    const colours = overlayColours(
      meta.laps.map((lap) => lap.team_colour),
      shade,
    );
    const [letters, words] = [lettersOf(meta.laps), wordsOf(meta.laps)];
    return meta.laps.map((_, slot) => ({
      letters: letters[slot] ?? "",
      words: words[slot] ?? "",
      colour: colours[slot] ?? "var(--ink)",
      dash: dashOf(slot),
      stripe: STRIPES[slot % STRIPES.length] ?? null,
    }));
  }, [meta, shade]);
}

export const dashOf = (slot: number) => SLOT_DASHES[slot % SLOT_DASHES.length]?.join(" ") || undefined;

export function LineSample({ style, width = 18 }: { style: Pick<SlotStyle, "colour" | "dash">; width?: number }) {
  return (
    <svg class="sample" width={width} height="8" aria-hidden="true">
      <path d={`M0 4h${width}`} stroke={style.colour} stroke-width="2" stroke-dasharray={style.dash} />
    </svg>
  );
}

/** A wide line along a path: the colour of the lap, with the stripe of its slot. */
export function WideLine({ d, style, width }: { d: string; style: SlotStyle; width: number }) {
  const { colour, stripe } = style;
  return (
    <>
      <path d={d} fill="none" stroke={colour} stroke-width={width} stroke-linejoin="round" />
      {stripe && (
        <path
          d={d}
          fill="none"
          stroke="var(--surface)"
          stroke-width={Math.min(stripe.width, width)}
          stroke-dasharray={stripe.dash}
        />
      )}
    </>
  );
}

/** The wide lines of the map and the minisectors, with their letters. */
export function WideKeys({ styles }: { styles: readonly SlotStyle[] }) {
  return (
    <span class="wide-keys">
      {styles.map((style) => (
        <span key={style.letters} class="key">
          <svg width="24" height="8" aria-hidden="true">
            <WideLine d="M0 4h24" style={style} width={7} />
          </svg>
          {style.letters}
        </span>
      ))}
      <span class="key">
        <svg width="24" height="8" aria-hidden="true">
          <rect x=".5" y=".5" width="23" height="7" fill="url(#p-noise)" stroke="var(--control)" stroke-width=".75" />
        </svg>
        within the noise, not known
      </span>
    </span>
  );
}

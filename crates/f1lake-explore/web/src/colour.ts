import { atLightness, contrast, distance, labDistance, parseHex, seenBy, toLab } from "./oklch";
import type { Shade } from "./theme";

/** Grounds that a mark meets: surface, canvas, selected. The same values as in css/tokens.css. */
const GROUNDS: Record<Shade, readonly string[]> = {
  light: ["#FFFFFF", "#F5F4F0", "#ECEAE3"],
  dark: ["#15171A", "#0E0F11", "#262A30"],
};
const INK: Record<Shade, string> = { light: "#17171A", dark: "#EDEDEA" };
/** Mark of a team whose colour is not known. */
export const NO_COLOUR = "#828688";
const MIN_CONTRAST = 3.05;
export const NEAR = 0.08;
const STEP = 0.004;

const lightness = (hex: string) => toLab(parseHex(hex)).l;
const isReadable = (hex: string, shade: Shade) =>
  GROUNDS[shade].every((ground) => contrast(hex, ground) >= MIN_CONTRAST);

/** Moves a colour in lightness, away from the ground, until `isDone`; the start when nothing fits. */
function move(hex: string, shade: Shade, isDone: (candidate: string) => boolean): string {
  const lab = toLab(parseHex(hex));
  const direction = shade === "light" ? -STEP : STEP;
  let candidate = hex;
  for (let l = lab.l; l > 0.2 && l < 0.97; l += direction) {
    if (isDone(candidate)) return candidate;
    candidate = atLightness(lab, l + direction);
  }
  return isDone(candidate) ? candidate : hex;
}

const clean = (colour: string | null) =>
  colour && /^#?[0-9a-f]{6}$/i.test(colour) ? `#${colour.replace("#", "")}` : NO_COLOUR;

/** The mark colours of the teams of a session, by the rule of DESIGN: readable first, then apart. */
export function placeTeams(teams: ReadonlyMap<string, string | null>, shade: Shade): Map<string, string> {
  const sign = shade === "light" ? -1 : 1;
  const ordered = [...teams]
    .map(([team, colour]) => ({ team, hex: clean(colour) }))
    .sort((a, b) => sign * (lightness(a.hex) - lightness(b.hex)) || a.team.localeCompare(b.team));
  const placed = new Map<string, string>();
  for (const { team, hex } of ordered) {
    const others = [...placed.values()];
    const readable = move(hex, shade, (candidate) => isReadable(candidate, shade));
    placed.set(
      team,
      move(readable, shade, (candidate) => others.every((other) => distance(candidate, other) >= NEAR)),
    );
  }
  return placed;
}

/** Whether two colours can be taken for one another, also by protan or deutan sight. */
export function isNear(a: string, b: string): boolean {
  return (
    distance(a, b) < NEAR ||
    (["protan", "deutan"] as const).some((sight) => labDistance(seenBy(a, sight), seenBy(b, sight)) < NEAR)
  );
}

/** Colours of the laps of an overlay: the later of two near laps is drawn in ink. */
export function overlayColours(teamColours: readonly (string | null)[], shade: Shade): string[] {
  const teams = new Map(teamColours.map((colour) => [clean(colour), colour]));
  const marks = placeTeams(teams, shade);
  const drawn: string[] = [];
  for (const colour of teamColours) {
    const mark = marks.get(clean(colour)) ?? NO_COLOUR;
    drawn.push(drawn.some((other) => isNear(mark, other)) ? INK[shade] : mark);
  }
  return drawn;
}

/** Dashes of the laps of an overlay, by slot. */
export const SLOT_DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 2, 2, 2], [1, 3], [12, 3]];
export const SECOND_CAR_DASH: readonly number[] = [5, 3];

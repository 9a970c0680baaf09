import { SLOT_DASHES } from "../../../colour";
import { cssColour } from "../../../theme";

/** The page has no colours of its own: series differ by dash, and by two kinds of ink. */
export function lineLook(place: number): { colour: string; dash: readonly number[] } {
  return { colour: cssColour(place % 2 ? "--ink-3" : "--ink"), dash: SLOT_DASHES[place] ?? [] };
}

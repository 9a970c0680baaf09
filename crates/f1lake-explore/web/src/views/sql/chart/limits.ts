import { SLOT_DASHES } from "../../../colour";

/** So many lines have a dash and a name of their own; the others are grey. */
export const MOST_MARKED = SLOT_DASHES.length;

/** Shapes of marks, as `tyreShape` names them: circle, diamond, square, triangles. */
export const SHAPES = ["", "M", "H", "I", "W"];
/** So many series have a mark of their own: each shape filled and hollow. */
export const MOST_SHAPES = 2 * SHAPES.length;

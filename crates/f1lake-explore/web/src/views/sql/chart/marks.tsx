import { tyreShape } from "../../../charts/shapes";
import { round } from "../../../charts/svg";
import { TyreMark, tyreLetter } from "../../../components/tyre";
import { MOST_SHAPES, SHAPES } from "./limits";

/** Whether all series are compounds of tyres, which have a look of their own. */
export const areTyres = (names: readonly string[]) =>
  names.some((name) => tyreLetter(name) !== "?") &&
  names.every((name) => tyreLetter(name) !== "?" || /^(unknown|null)$/i.test(name));

interface Props {
  name: string;
  place: number;
  areTyres: boolean;
  x: number;
  y: number;
  r?: number;
}

/** The mark of a series: a tyre, else a shape; a dot when there are too many. */
export function Mark({ name, place, areTyres: isTyre, x, y, r = 5 }: Props) {
  if (isTyre) return <TyreMark compound={name} x={round(x)} y={round(y)} r={r + 1} />;
  if (place >= MOST_SHAPES) return <circle cx={round(x)} cy={round(y)} r={r / 2} fill="var(--control)" />;
  const fill = place < SHAPES.length ? "var(--ink-2)" : "var(--surface)";
  return (
    <path
      d={tyreShape(SHAPES[place % SHAPES.length] ?? "", x, y, r - 1)}
      fill={fill}
      stroke="var(--ink-2)"
      stroke-width="1.5"
    />
  );
}

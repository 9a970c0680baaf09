import { round } from "../../charts/svg";
import { difference } from "../../format";
import { TyreMark, tyreColour, tyreTint } from "../../components/tyre";
import type { Stint } from "./stints";
import { repairedEnd } from "./stints";

const GAP = 2;
const EDGE = 2.5;
const MARK_AND_NUMBER_PX = 30;
const MARK_PX = 13;
const COST_PX = 62;
const REPAIRED_PX = 9;

export interface Bar {
  x0: number;
  x1: number;
  isOpen: boolean;
}

interface Props {
  stint: Stint;
  bar: Bar;
  y: number;
  height: number;
  isNarrow: boolean;
  isActive: boolean;
}

/** Width of the laps the set had done before, at the scale of the bar. */
function ageWidth(stint: Stint, width: number): number {
  if (!stint.tyre_age_at_start || !stint.stint_laps) return 0;
  return Math.min(width, (width / stint.stint_laps) * stint.tyre_age_at_start);
}

/** A stint: tint and line of the compound, its mark, laps on the set, and what the stop at its end cost. */
export function StintBar({ stint, bar, y, height, isNarrow, isActive }: Props) {
  const x0 = round(bar.x0 + ((stint.stint_number ?? 1) > 1 ? GAP : 0));
  const x1 = round(bar.x1 - GAP);
  const width = Math.max(1, round(x1 - x0));
  const middle = round(y + height / 2);
  const age = round(ageWidth(stint, width));
  const repaired = repairedEnd(stint);
  const mark = isNarrow ? 5.5 : 6.4;
  return (
    <g>
      <rect x={x0} y={y} width={width} height={height} fill={tyreTint(stint.compound)} rx="2" />
      {bar.isOpen && <rect x={x0} y={y} width={width} height={height} fill="url(#p-unknown)" />}
      <rect x={x0} y={y + height - EDGE} width={width} height={EDGE} fill={tyreColour(stint.compound)} />
      {age > 0 && <rect x={x0} y={y} width={age} height={height - EDGE} fill="url(#p-unknown)" opacity=".8" />}
      {width > MARK_AND_NUMBER_PX && (
        <>
          <TyreMark compound={stint.compound} x={x0 + 12} y={middle - 0.5} r={mark} />
          <text class="lbl" x={x0 + 23} y={middle + 3.5} style={{ stroke: tyreTint(stint.compound) }}>{stint.stint_laps ?? "?"}</text>
        </>
      )}
      {width <= MARK_AND_NUMBER_PX && width > MARK_PX && <TyreMark compound={stint.compound} x={round(x0 + width / 2)} y={middle - 0.5} r={5.5} />}
      {!isNarrow && stint.time_lost !== null && width > COST_PX && (
        <text class="ax" x={x1 - 5 - (repaired === "end" ? REPAIRED_PX : 0)} y={middle + 3.5} text-anchor="end">{difference(stint.time_lost, 1)}</text>
      )}
      {repaired && <path d={`M${repaired === "end" ? x1 - 5 : x0} ${y - 2}l4.500 9h-9z`} fill="var(--warn)" />}
      {isActive && <rect x={x0} y={y} width={width} height={height} rx="2" fill="none" stroke="var(--ink)" stroke-width="1.5" />}
    </g>
  );
}

import { Tyre, tyreName } from "../../components/tyre";
import { lapTime, plural, seconds } from "../../format";
import type { Layout, PlacedStint } from "./stints-layout";
import { barOf } from "./stints-layout";
import type { StintAxis } from "./axis";
import { lapsWords, repairWords } from "./stints";

const AWAY_PX = 6;
const BOX_PX = 190;

interface Props {
  place: PlacedStint;
  axis: StintAxis;
  layout: Layout;
}

/** The facts of a stint under its bar. */
export function StintTip({ place, axis, layout }: Props) {
  const { stint, row } = place;
  const bar = barOf(stint, axis, layout.scale);
  const left = Math.min(Math.max(0, bar?.x0 ?? 0), Math.max(0, layout.width - BOX_PX));
  const isLow = row > 3 && layout.top + (row + 1) * layout.rowHeight > layout.bottom - 5 * layout.rowHeight;
  const y = layout.top + (isLow ? row : row + 1) * layout.rowHeight;
  const facts: [string, string][] = [
    ["On the set", stint.stint_laps === null ? "not known" : plural(stint.stint_laps, "lap")],
    ["Before", stint.tyre_age_at_start === null ? "not known" : plural(stint.tyre_age_at_start, "lap")],
    ["Median clean lap", lapTime(stint.median_lap_time_clean)],
  ];
  if (stint.time_lost !== null) facts.push(["Cost of the stop", seconds(stint.time_lost)]);
  const repair = repairWords(stint);
  return (
    <div
      class="tip"
      style={{ left: `${left}px`, top: isLow ? "auto" : `${y + AWAY_PX}px`, bottom: isLow ? `${layout.height - y + AWAY_PX}px` : "auto" }}
      aria-hidden="true"
    >
      <h3>{stint.name_acronym} <Tyre compound={stint.compound} size={16} /> {tyreName(stint.compound)}, {lapsWords(stint)}</h3>
      <table>
        <tbody>{facts.map(([name, value]) => <tr key={name}><td class="muted">{name}</td><td class="num">{value}</td></tr>)}</tbody>
      </table>
      {repair && <p class="faint">Repaired: {repair}</p>}
    </div>
  );
}

/** The sentence a reader hears for a stint. */
export function stintSentence({ stint, driver }: PlacedStint): string {
  const parts = [
    `${driver.name_acronym}, stint ${stint.stint_number}: ${tyreName(stint.compound)}`,
    lapsWords(stint),
    stint.stint_laps !== null && plural(stint.stint_laps, "lap"),
    stint.tyre_age_at_start ? `${plural(stint.tyre_age_at_start, "lap")} old at the start` : "",
    stint.time_lost !== null && `stop cost ${seconds(stint.time_lost)}`,
    stint.is_repaired && `repaired, ${repairWords(stint)}`,
  ];
  return parts.filter(Boolean).join(", ");
}

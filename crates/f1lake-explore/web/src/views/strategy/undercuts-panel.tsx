import { setCursor } from "../../charts/cursor";
import { linear, round } from "../../charts/svg";
import type { Scale } from "../../charts/svg";
import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Driver } from "../../components/driver";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { useDriverStyle } from "../../drivers";
import type { DriverStyles } from "../../drivers";
import { difference, plural } from "../../format";
import { navigate, sessionPath } from "../../router";
import type { Session } from "../../session";
import { useObjects, useView } from "../../use-view";
import type { UndercutRow } from "./rows";

const BAR_PX = 132;
const EDGE_PX = 6;
const HEIGHT = 380;
/** Pairs fight within 5 s, so a larger gap afterwards is drawn at the edge. */
const MOST_S = 10;
const DOT = 3.2;

const WORKED: Record<UndercutRow["worked"], string> = { undercut: "Undercut", overcut: "Overcut", none: "Neither" };

/** The gap before and after: hollow before, filled after, 0 is level with the rival. Left is behind. */
function GapShift({ row, scale }: { row: UndercutRow; scale: Scale }) {
  const at = (gap: number) => round(scale(Math.min(MOST_S, Math.max(-MOST_S, gap))));
  const [from, to] = [at(row.gap_before), at(row.gap_after)];
  const isOutside = Math.abs(row.gap_after) > MOST_S;
  const zero = round(scale(0));
  return (
    <svg width={BAR_PX} height="16" aria-hidden="true">
      <line class="gl0" x1={zero} x2={zero} y1="0" y2="16" />
      <line x1={from} x2={to} y1="8" y2="8" stroke="var(--ink-2)" stroke-width="1.5" />
      <circle cx={from} cy="8" r={DOT} fill="var(--surface)" stroke="var(--ink-2)" stroke-width="1.5" />
      {isOutside
        ? <path d={`M${to} 3v10`} stroke="var(--ink)" stroke-width="2.5" />
        : <circle cx={to} cy="8" r={DOT} fill="var(--ink)" />}
    </svg>
  );
}

function columnsOf(styles: DriverStyles): readonly Column<UndercutRow>[] {
  const scale = linear(MOST_S, -MOST_S, EDGE_PX, BAR_PX - EDGE_PX);
  const driver = (number: number) => <Driver driver={styles.get(number)} number={number} />;
  return [
    { name: "name_acronym", head: "Stopped first", isRowHead: true, cell: (row) => driver(row.driver_number), sortBy: (row) => row.name_acronym },
    { name: "lap_number", head: "Lap", isNumber: true, cell: (row) => row.lap_number, sortBy: (row) => row.lap_number },
    { name: "rival_name_acronym", head: "Rival", cell: (row) => driver(row.rival_driver_number), sortBy: (row) => row.rival_name_acronym },
    { name: "rival_lap_number", head: "Lap", isNumber: true, cell: (row) => row.rival_lap_number },
    { name: "gap_before", head: "Before, s", title: "Time behind the rival before the first stop; minus is ahead", isNumber: true, isLow: true, cell: (row) => difference(row.gap_before), sortBy: (row) => row.gap_before },
    { name: "shift", head: <span class="shift"><span>behind</span><span>ahead</span></span>, isLow: true, class: "bars", cell: (row) => <GapShift row={row} scale={scale} /> },
    { name: "gap_after", head: "After, s", title: "Time behind the rival after the second stop; minus is ahead", isNumber: true, isLow: true, cell: (row) => difference(row.gap_after), sortBy: (row) => row.gap_after },
    { name: "undercut_gain", head: "Gain, s", isNumber: true, cell: (row) => <b>{difference(row.undercut_gain)}</b>, sortBy: (row) => row.undercut_gain },
    { name: "worked", head: "Worked", cell: (row) => <span class={row.worked === "none" ? "faint" : undefined}>{WORKED[row.worked]}{row.is_neutralised && <span class="tag lo">neutralised</span>}</span> },
  ];
}

/** 33 pairs: 9 undercuts and 3 overcuts worked */
function countWords(rows: readonly UndercutRow[]): string {
  const worked = (how: UndercutRow["worked"]) => rows.filter((row) => row.worked === how).length;
  return `${plural(rows.length, "pair")}: ${plural(worked("undercut"), "undercut")} and ${plural(worked("overcut"), "overcut")} worked`;
}

export function UndercutsPanel({ session, class: extra }: { session: Session; class: string }) {
  const params = { session_key: session.session_key };
  const view = useView("strategy_undercuts", params);
  const rows = useObjects<UndercutRow>(view.rows);
  const styles = useDriverStyle(session.session_key);
  const open = (row: UndercutRow) =>
    navigate(`${sessionPath(session.session_key, "laps")}?drivers=${row.driver_number},${row.rival_driver_number}&lap=${row.lap_number}`);
  return (
    <Panel
      class={`${extra} undercuts`}
      title="Undercuts and overcuts"
      aside={rows.length > 0 && countWords(rows)}
      sql={{ name: "strategy_undercuts", params }}
      view={view}
      isFlush
      note={rows.length > 0 && "Pairs within 5 s of which one stopped one to four laps after the other. Before and after: time behind the rival, minus is ahead. Gain: of the one who stopped first. It worked when it changed the order of the two. Pairs with a neutralised lap come last."}
    >
      {rows.length > 0
        ? <DataTable caption="Undercuts and overcuts" rows={rows} columns={columnsOf(styles)} height={HEIGHT} keyOf={(row) => `${row.driver_number} ${row.stop_number} ${row.rival_driver_number}`} rowClass={(row) => (row.is_neutralised ? "is-neutralised" : undefined)} onSelect={(row) => setCursor("lap", row.lap_number)} onOpen={open} />
        : <State title="No undercut or overcut" text="No two cars within 5 s stopped one to four laps apart, or the lake has no laps of this session." />}
    </Panel>
  );
}

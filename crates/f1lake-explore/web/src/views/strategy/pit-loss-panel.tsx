import { linear, round } from "../../charts/svg";
import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Flag } from "../../components/flag";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { Known } from "../../components/unknown";
import { plural, seconds, signed } from "../../format";
import { isRace } from "../../session";
import type { Session } from "../../session";
import { useObjects, useView } from "../../use-view";
import type { PitLossRow } from "./rows";
import { STATUS } from "./status";

const BAR_PX = 72;

/** The median, from 0. */
function LossBar({ row, most }: { row: PitLossRow; most: number }) {
  const scale = linear(0, most, 0, BAR_PX - 2);
  return (
    <svg width={BAR_PX} height="12" aria-hidden="true">
      <rect width={round(Math.max(0, scale(row.median_time_lost)))} height="8" y="2" fill="var(--line-strong)" />
    </svg>
  );
}

function columnsOf(rows: readonly PitLossRow[], isOfRace: boolean): readonly Column<PitLossRow>[] {
  const most = Math.max(1, ...rows.map((row) => row.median_time_lost));
  const tenth = (value: number) => signed(value, 1);
  const here: Column<PitLossRow> = {
    name: "median_time_lost_here stops_here",
    head: "This race, s",
    title: "Median of this session, and its stops",
    isNumber: true,
    cell: (row) => row.median_time_lost_here !== null && <>{tenth(row.median_time_lost_here)} <span class="faint lo">of {row.stops_here}</span></>,
  };
  return [
    { name: "track_status", head: "Track", isRowHead: true, cell: ({ track_status: status }) => <span class="status-name"><Flag kind={STATUS[status].flag} />{STATUS[status].name}</span> },
    { name: "median_time_lost", head: "Median, s", isNumber: true, cell: (row) => <b>{tenth(row.median_time_lost)}</b> },
    { name: "bar", head: "", isLow: true, class: "bars", cell: (row) => <LossBar row={row} most={most} /> },
    { name: "least_time_lost", head: "Least, s", isNumber: true, isLow: true, cell: (row) => tenth(row.least_time_lost) },
    { name: "median_lane_duration", head: "Lane, s", isNumber: true, isLow: true, cell: (row) => <Known value={row.median_lane_duration}>{tenth}</Known> },
    { name: "median_stop_duration", head: "Still, s", isNumber: true, isLow: true, cell: (row) => <Known value={row.median_stop_duration}>{tenth}</Known> },
    { name: "stops", head: "Stops", isNumber: true, cell: (row) => row.stops },
    ...(isOfRace ? [here] : []),
  ];
}

const years = (first: number, last: number) => (first === last ? String(first) : `${first}–${last}`);

/** What a stop costs less than under green, in a sentence a status. */
function savedWords(rows: readonly PitLossRow[]): string {
  return rows
    .filter((row) => row.track_status !== "green" && row.saved !== null)
    .map((row) => {
      const saved = row.saved ?? 0;
      return `Under ${row.track_status === "red_flag" ? "a red flag" : `a ${STATUS[row.track_status].name.toLowerCase()}`} a stop costs ${seconds(Math.abs(saved))} ${saved < 0 ? "more" : "less"}.`;
    })
    .join(" ");
}

export function PitLossPanel({ session, class: extra }: { session: Session; class: string }) {
  const params = { session_key: session.session_key };
  const view = useView("strategy_pit_loss", params);
  const rows = useObjects<PitLossRow>(view.rows);
  const [first] = rows;
  const aside = first && `${session.circuit_short_name}, ${years(Math.min(...rows.map((row) => row.first_season)), Math.max(...rows.map((row) => row.last_season)))}`;
  const most = Math.max(0, ...rows.map((row) => row.sessions));
  return (
    <Panel
      class={`${extra} pit-loss`}
      title="Pit loss of the circuit"
      aside={aside}
      sql={{ name: "strategy_pit_loss", params }}
      view={view}
      isFlush
      note={first && <>{savedWords(rows)} Time lost by a stop, from {plural(most, "race or sprint", "races and sprints")} in the lake.</>}
    >
      {first
        ? <DataTable caption="Pit loss of the circuit" rows={rows} columns={columnsOf(rows, isRace(session))} keyOf={(row) => row.track_status} />
        : <State title="Pit loss not known" text="No race or sprint of this circuit in the lake has both laps and stops." />}
    </Panel>
  );
}

import { setCursor } from "../../charts/cursor";
import { linear, round } from "../../charts/svg";
import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Driver } from "../../components/driver";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { Tyre } from "../../components/tyre";
import { Known, NotKnown } from "../../components/unknown";
import { useDriverStyle } from "../../drivers";
import type { DriverStyles } from "../../drivers";
import { signed } from "../../format";
import { navigate, sessionPath } from "../../router";
import type { Session } from "../../session";
import { useObjects, useView } from "../../use-view";
import type { StopRow } from "./rows";
import { STATUS, StatusMark } from "./status";

const BAR_PX = 96;
const HEIGHT = 434;

const TYPES: Record<StopRow["pit_type"], string> = {
  stop: "",
  drive_through: "drive-through",
  stop_go: "stop and go",
  red_flag: "",
};

/** Under a red flag the field waits in the lane: a cost cannot exist. */
const isTimed = (row: StopRow) => row.pit_type !== "red_flag" && row.track_status !== "red_flag";

/** The cost from 0, with a tick at the median of the stops with the same track status. */
function CostBar({ row, most }: { row: StopRow; most: number }) {
  if (row.time_lost === null) return null;
  const scale = linear(0, most, 0, BAR_PX - 2);
  return (
    <svg width={BAR_PX} height="12" aria-hidden="true">
      <rect width={round(Math.max(0, scale(row.time_lost)))} height="8" y="2" fill="var(--line-strong)" />
      {row.median_time_lost !== null && <rect x={round(Math.max(0, scale(row.median_time_lost)))} width="1.5" height="12" fill="var(--ink-2)" />}
    </svg>
  );
}

function Tyres({ row }: { row: StopRow }) {
  const words = TYPES[row.pit_type] || (row.double_stack === "second" ? "waited" : "");
  const title = row.double_stack === "second" ? "Both cars of the team were in the lane; this one waited" : undefined;
  return (
    <>
      {(row.pit_type === "stop" || row.pit_type === "red_flag") && <><Tyre compound={row.compound_before} /> <Tyre compound={row.compound_after} /></>}
      {words && <span class="tag" title={title}>{words}</span>}
    </>
  );
}

/** Medians by track status, such as "median 23.7, SC 11.8". */
function medianWords(rows: readonly StopRow[]): string {
  const medians = rows.flatMap(({ track_status, median_time_lost }) =>
    track_status === null || median_time_lost === null ? [] : [[track_status, median_time_lost] as const]);
  const words = [...new Map(medians)]
    .sort(([a], [b]) => Number(b === "green") - Number(a === "green"))
    .map(([status, median]) => `${status === "green" ? "" : `${STATUS[status].short} `}${signed(median, 1)}`);
  return words.length ? `median ${words.join(", ")}` : "";
}

const hasCost = (row: StopRow) => row.time_lost !== null;
const hasPlaces = (row: StopRow) => row.position_before !== null && row.position_after !== null;

/** Bars and places are left out of a session that has none. */
function columnsOf(rows: readonly StopRow[], styles: DriverStyles): readonly Column<StopRow>[] {
  const most = Math.max(1, ...rows.map((row) => Math.max(row.time_lost ?? 0, row.median_time_lost ?? 0)));
  const tenth = (value: number) => signed(value, 1);
  const columns: (Column<StopRow> | false)[] = [
    { name: "name_acronym", head: "Driver", isRowHead: true, cell: (row) => <Driver driver={styles.get(row.driver_number)} number={row.driver_number} />, sortBy: (row) => row.name_acronym },
    { name: "lap_number", head: "Lap", isNumber: true, cell: (row) => <><StatusMark status={row.pit_type === "red_flag" ? "red_flag" : row.track_status} /><Known value={row.lap_number}>{(lap) => lap}</Known></>, sortBy: (row) => row.lap_number },
    { name: "compound_before compound_after", head: "Tyres", cell: (row) => <Tyres row={row} /> },
    { name: "stop_duration", head: "Still, s", isNumber: true, isLow: true, cell: (row) => <Known value={row.stop_duration}>{tenth}</Known>, sortBy: (row) => row.stop_duration },
    { name: "lane_duration", head: "Lane, s", isNumber: true, isLow: true, cell: (row) => <Known value={row.lane_duration}>{tenth}</Known>, sortBy: (row) => row.lane_duration },
    { name: "time_lost", head: "Cost, s", isNumber: true, cell: (row) => (isTimed(row) ? <Known value={row.time_lost}>{(value) => <b>{tenth(value)}</b>}</Known> : "–"), sortBy: (row) => row.time_lost },
    rows.some(hasCost) && { name: "bar", head: medianWords(rows), isLow: true, class: "bars", cell: (row) => <CostBar row={row} most={most} /> },
    rows.some(hasPlaces) && { name: "position_before position_after", head: "Place", isNumber: true, cell: (row) => (hasPlaces(row) ? `${row.position_before} → ${row.position_after}` : <NotKnown />), sortBy: (row) => row.position_after },
  ];
  return columns.filter((column) => column !== false);
}

const COST_NOTE =
  "Cost: lap into the lane and lap out of it, against two such laps without the stop: of the driver, or of three cars near by where the track was neutralised. Place: a lap before and a lap after.";
const NO_COST_NOTE = "The lake has no laps of this session, so what a stop cost is not known.";
const RED_FLAG_NOTE = " Changes of tyres under a red flag come last: the field waits in the lane.";

export function StopsPanel({ session, class: extra }: { session: Session; class: string }) {
  const params = { session_key: session.session_key };
  const view = useView("strategy_stops", params);
  const rows = useObjects<StopRow>(view.rows);
  const styles = useDriverStyle(session.session_key);
  const hasCosts = rows.some(hasCost);
  const open = (row: StopRow) => navigate(`${sessionPath(session.session_key, "laps")}?drivers=${row.driver_number}&lap=${row.lap_number ?? 1}`);
  return (
    <Panel
      class={`${extra} stops`}
      title="Stops"
      aside={rows.length > 0 && `${rows.length}, ${hasCosts ? "cheapest first" : "shortest in the lane first"}`}
      sql={{ name: "strategy_stops", params }}
      view={view}
      isFlush
      note={rows.length > 0 && (hasCosts ? COST_NOTE : NO_COST_NOTE) + (rows.some((row) => row.pit_type === "red_flag") ? RED_FLAG_NOTE : "")}
    >
      {rows.length > 0
        ? <DataTable caption="Stops" rows={rows} columns={columnsOf(rows, styles)} height={HEIGHT} keyOf={(row) => `${row.driver_number} ${row.stop_number}`} onSelect={(row) => setCursor("lap", row.lap_number)} onOpen={open} />
        : <State title="No stops" text="No car changed tyres or served a penalty in the lane, or OpenF1 has no passages through the lane." />}
    </Panel>
  );
}

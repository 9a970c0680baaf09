import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Driver } from "../../components/driver";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { Tyre } from "../../components/tyre";
import { Known, NotKnown } from "../../components/unknown";
import { useDriverStyle } from "../../drivers";
import { difference } from "../../format";
import { navigate, sessionPath } from "../../router";
import { useObjects, useView } from "../../use-view";
import type { SessionViewProps } from "../types";
import { BestTime, Place } from "./cells";
import { longestOf } from "./leaderboard-row";
import type { LeaderboardRow } from "./leaderboard-row";
import { orderWords } from "./names";
import { StintBars } from "./stint-bars";

/** The fastest lap of each driver in practice. */
export function BestLaps({ session }: SessionViewProps) {
  const params = { session_key: session.session_key };
  const view = useView("session_leaderboard", params);
  const rows = useObjects<LeaderboardRow>(view.rows);
  const drivers = useDriverStyle(session.session_key);
  const longest = longestOf(rows);
  const kind = session.session_name.toLowerCase();
  const columns: Column<LeaderboardRow>[] = [
    { name: "position", head: "Pos", isNumber: true, class: "pos", cell: (row) => <Place row={row} /> },
    { name: "driver", head: "Driver", isRowHead: true, cell: (row) => <Driver driver={drivers.get(row.driver_number)} number={row.driver_number} name="full" /> },
    { name: "team", head: "Team", isLow: true, class: "muted", cell: (row) => row.team_name },
    { name: "best_lap", head: "Best lap", isNumber: true, cell: (row) => <BestTime time={row.best_lap_time} isBest={row.best_lap_rank === 1} of={kind} />, sortBy: (row) => row.best_lap_time },
    { name: "gap", head: "Gap, s", isNumber: true, cell: (row) => row.best_lap_time !== null && (row.gap_to_best_lap === 0 ? <span class="faint">Fastest</span> : <Known value={row.gap_to_best_lap}>{(value) => difference(value)}</Known>) },
    { name: "on", head: "on", title: "Lap of the best time", isNumber: true, isLow: true, class: "faint", cell: (row) => row.fastest_lap_number },
    { name: "tyre", head: "Tyre, age", isLow: true, cell: (row) => row.fastest_lap_number !== null && <span class="tyre-age"><Tyre compound={row.fastest_lap_compound} />{row.fastest_lap_tyre_age ?? <NotKnown />}</span> },
    { name: "stints", head: "Runs, laps on each set", isLow: true, class: "stints", cell: (row) => <StintBars compounds={row.stint_compounds} laps={row.stint_laps} longest={longest} /> },
    { name: "deleted", head: "Deleted", isNumber: true, isLow: true, cell: (row) => <Known value={row.deleted_laps}>{(laps) => (laps ? laps : <span class="faint">0</span>)}</Known> },
    { name: "laps", head: "Laps", isNumber: true, cell: (row) => <Known value={row.laps}>{String}</Known>, sortBy: (row) => row.laps },
  ];
  const open = (row: LeaderboardRow) => navigate(`${sessionPath(session.session_key, "laps")}?drivers=${row.driver_number}`);
  return (
    <Panel class="c8" title="Best laps" aside={orderWords(rows[0]?.order_source)} sql={{ name: "session_leaderboard", params }} view={view} isFlush>
      {rows.length
        ? <DataTable caption={`Best laps of ${kind}`} columns={columns} rows={rows} keyOf={(row) => row.driver_number} onOpen={open} />
        : <State title="No result for this session" text="The lake has neither its drivers nor its laps." />}
    </Panel>
  );
}

import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { Tyre } from "../../components/tyre";
import { Known, NotKnown } from "../../components/unknown";
import { useDriverStyle } from "../../drivers";
import { difference } from "../../format";
import { useObjects, useView } from "../../use-view";
import type { SessionViewProps } from "../types";
import { BestTime } from "./cells";
import { longestOf } from "./leaderboard-row";
import type { LeaderboardRow } from "./leaderboard-row";
import { orderWords } from "./names";
import { carColumns, deletedColumn, lapNumberColumn, openLaps } from "./result-columns";
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
    ...carColumns(drivers),
    {
      name: "best_lap_time",
      head: "Best lap",
      isNumber: true,
      cell: (row) => <BestTime time={row.best_lap_time} isBest={row.best_lap_rank === 1} of={kind} />,
      sortBy: (row) => row.best_lap_time,
    },
    {
      name: "gap_to_best_lap",
      head: "Gap, s",
      isNumber: true,
      cell: (row) =>
        row.best_lap_time !== null &&
        (row.gap_to_best_lap === 0 ? (
          <span class="faint">Fastest</span>
        ) : (
          <Known value={row.gap_to_best_lap}>{(value) => difference(value)}</Known>
        )),
    },
    lapNumberColumn("fastest_lap_number", (row) => row.fastest_lap_number, "Lap of the best time"),
    {
      name: "fastest_lap_compound fastest_lap_tyre_age",
      head: "Tyre, age",
      isLow: true,
      cell: (row) =>
        row.fastest_lap_number !== null && (
          <span class="tyre-age">
            <Tyre compound={row.fastest_lap_compound} />
            {row.fastest_lap_tyre_age ?? <NotKnown />}
          </span>
        ),
    },
    {
      name: "stint_bars",
      head: "Runs, laps on each set",
      isLow: true,
      class: "stints",
      cell: (row) => <StintBars compounds={row.stint_compounds} laps={row.stint_laps} longest={longest} />,
    },
    deletedColumn,
    {
      name: "laps",
      head: "Laps",
      isNumber: true,
      cell: (row) => <Known value={row.laps}>{String}</Known>,
      sortBy: (row) => row.laps,
    },
  ];
  return (
    <Panel
      class="c8"
      title="Best laps"
      aside={orderWords(rows[0]?.order_source)}
      sql={{ name: "session_leaderboard", params }}
      view={view}
      isFlush
    >
      {rows.length ? (
        <DataTable
          caption={`Best laps of ${kind}`}
          columns={columns}
          rows={rows}
          keyOf={(row) => row.driver_number}
          onOpen={openLaps(session)}
        />
      ) : (
        <State title="No result for this session" text="The lake has neither its drivers nor its laps." />
      )}
    </Panel>
  );
}

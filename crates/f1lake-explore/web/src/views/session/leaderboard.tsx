import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Panel } from "../../components/panel";
import { Segments } from "../../components/controls";
import { State } from "../../components/state";
import { Known } from "../../components/unknown";
import { useDriverStyle } from "../../drivers";
import { gap } from "../../format";
import { useParam } from "../../param";
import { useObjects, useView } from "../../use-view";
import type { SessionViewProps } from "../types";
import { BestTime } from "./cells";
import { longestOf } from "./leaderboard-row";
import type { LeaderboardRow } from "./leaderboard-row";
import { orderWords } from "./names";
import { carColumns, lapNumberColumn, openLaps } from "./result-columns";
import { StintBars } from "./stint-bars";

const GAPS = [
  { value: "winner", text: "To winner" },
  { value: "ahead", text: "To car ahead" },
] as const;
type GapTo = (typeof GAPS)[number]["value"];

const isOut = (row: LeaderboardRow) => row.status !== null && row.status !== "Finished";

function outWords(row: LeaderboardRow): string {
  if (row.status !== "Did not finish") return row.status ?? "";
  return row.out_lap === null ? "Out" : `Out, lap ${row.out_lap}`;
}

function Gap({ row, to }: { row: LeaderboardRow; to: GapTo }) {
  if (isOut(row)) return <span class="faint">{outWords(row)}</span>;
  if (row.place_in_list === 1)
    return <span class="faint">{row.order_source === "official_result" ? "Winner" : "Leader"}</span>;
  const [seconds, laps] =
    to === "winner"
      ? [row.gap_to_leader_seconds, row.gap_to_leader_laps]
      : [row.gap_to_ahead_seconds, row.gap_to_ahead_laps];
  return <Known value={laps ?? seconds}>{() => gap(seconds, laps)}</Known>;
}

/** Places gained since the grid: an arrow and the number. */
function Gained({ places }: { places: number | null }) {
  if (!places) return null;
  return (
    <span class="gain">
      <svg width="7" height="6" role="img" aria-label={places > 0 ? "gained" : "lost"}>
        {places > 0 ? <path d="M3.5 0 7 6H0Z" fill="var(--pb)" /> : <path d="M0 0h7L3.5 6Z" fill="var(--ink-3)" />}
      </svg>
      {Math.abs(places)}
    </span>
  );
}

/** The result of a race or sprint. */
export function Leaderboard({ session }: SessionViewProps) {
  const params = { session_key: session.session_key };
  const view = useView("session_leaderboard", params);
  const rows = useObjects<LeaderboardRow>(view.rows);
  const drivers = useDriverStyle(session.session_key);
  const [to, setTo] = useParam("gap", "winner");
  const gapTo: GapTo = to === "ahead" ? "ahead" : "winner";
  const longest = longestOf(rows);
  const kind = session.session_name.toLowerCase();
  const hasLaps = rows.some((row) => row.best_lap_time !== null);
  const onLap = lapNumberColumn<LeaderboardRow>("fastest_lap_number", (row) => row.fastest_lap_number, "Lap of the best time");
  const columns: Column<LeaderboardRow>[] = [
    ...carColumns(drivers),
    {
      name: "grid_position",
      head: "Grid",
      isNumber: true,
      isLow: true,
      cell: (row) => <Known value={row.grid_position}>{String}</Known>,
      sortBy: (row) => row.grid_position,
    },
    {
      name: "positions_gained",
      head: <span class="sr">Places gained</span>,
      isNumber: true,
      isLow: true,
      cell: (row) => <Gained places={row.positions_gained} />,
    },
    {
      name: gapTo === "winner" ? "gap_to_leader_laps|gap_to_leader_seconds|status" : "gap_to_ahead_laps|gap_to_ahead_seconds|status",
      head: (
        <>
          Gap<span class="sr"> {gapTo === "winner" ? "to winner" : "to car ahead"}, s</span>
        </>
      ),
      isNumber: true,
      cell: (row) => <Gap row={row} to={gapTo} />,
    },
    {
      name: "best_lap_time",
      head: "Best lap",
      isNumber: true,
      cell: (row) => <BestTime time={row.best_lap_time} isBest={row.best_lap_rank === 1} of={kind} />,
      sortBy: (row) => row.best_lap_time,
    },
    ...(hasLaps ? [onLap] : []),
    {
      name: "stint_bars",
      head: "Stints, laps on each set",
      isLow: true,
      class: "stints",
      cell: (row) => <StintBars compounds={row.stint_compounds} laps={row.stint_laps} longest={longest} />,
    },
    {
      name: "pit_stops",
      head: "Stops",
      isNumber: true,
      isLow: true,
      cell: (row) => <Known value={row.pit_stops}>{String}</Known>,
      sortBy: (row) => row.pit_stops,
    },
    {
      name: "points",
      head: "Pts",
      isNumber: true,
      cell: (row) => <Known value={row.points}>{(points) => (points ? points : <span class="faint">0</span>)}</Known>,
    },
  ];
  return (
    <Panel
      class="c8"
      title="Leaderboard"
      aside={orderWords(rows[0]?.order_source)}
      tools={<Segments<GapTo> label="Gap to" class="lo" options={GAPS} value={gapTo} onChange={setTo} />}
      sql={{ name: "session_leaderboard", params }}
      view={view}
      isFlush
    >
      {rows.length ? (
        <DataTable
          caption={`Result of the ${kind}`}
          columns={columns}
          rows={rows}
          keyOf={(row) => row.driver_number}
          onOpen={openLaps(session)}
        />
      ) : (
        <State title="No result for this session" text="The lake has neither its drivers nor its result." />
      )}
    </Panel>
  );
}

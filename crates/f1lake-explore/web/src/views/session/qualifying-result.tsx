import { useMemo } from "preact/hooks";
import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { Tyre } from "../../components/tyre";
import { Known, NotKnown } from "../../components/unknown";
import { useDriverStyle } from "../../drivers";
import { difference, lapTime } from "../../format";
import { useObjects, useView } from "../../use-view";
import type { SessionViewProps } from "../types";
import { BestTime } from "./cells";
import { orderWords } from "./names";
import { partName } from "./part-name";
import { carColumns, deletedColumn, lapNumberColumn, openLaps } from "./result-columns";

interface QualifyingRow {
  driver_number: number;
  team_name: string;
  leaderboard_position: number | null;
  official_position: number | null;
  order_source: string | null;
  status: string | null;
  reached_part: number | null;
  time_1: number | null;
  place_1: number | null;
  time_2: number | null;
  place_2: number | null;
  time_3: number | null;
  place_3: number | null;
  gap_to_best_s: number | null;
  gap_to_cutoff_s: number | null;
  best_lap_number: number | null;
  compound: string | null;
  tyre_age: number | null;
  laps: number | null;
  deleted_laps: number | null;
}

const PARTS = [1, 2, 3] as const;

/** The time of a part: a dash for those who were out before, "no time" for those who drove without one. */
function PartTime({ row, part, name }: { row: QualifyingRow; part: 1 | 2 | 3; name: string }) {
  const time = row[`time_${part}`];
  if (time !== null) return <BestTime time={time} isBest={row[`place_${part}`] === 1} of={name} />;
  if (row.reached_part === null) return <NotKnown />;
  return <span class="faint">{row.reached_part < part ? "–" : "No time"}</span>;
}

/** Rows above which a part ends: the first of those who did not get as far. */
function cutsOf(rows: readonly QualifyingRow[]): ReadonlySet<number> {
  const cuts = rows.filter((row, i) => i > 0 && (row.reached_part ?? 0) < (rows[i - 1]?.reached_part ?? 0));
  return new Set(cuts.map((row) => row.driver_number));
}

/** Result of a qualifying with the times of its parts and a line at each cut-off. */
export function QualifyingResult({ session }: SessionViewProps) {
  const params = { session_key: session.session_key };
  const view = useView("session_qualifying", params);
  const rows = useObjects<QualifyingRow>(view.rows);
  const drivers = useDriverStyle(session.session_key);
  const cuts = useMemo(() => cutsOf(rows), [rows]);
  const last = Math.max(0, ...rows.map((row) => row.reached_part ?? 0));
  const hasLaps = rows.some((row) => row.laps !== null);
  const ofLaps: Column<QualifyingRow>[] = [
    lapNumberColumn("best_lap_number", (row) => row.best_lap_number, "Lap of the last time"),
    {
      name: "compound tyre_age",
      head: "Tyre, age",
      isLow: true,
      cell: (row) =>
        row.best_lap_number !== null && (
          <span class="tyre-age">
            <Tyre compound={row.compound} />
            {row.tyre_age ?? <NotKnown />}
          </span>
        ),
    },
    deletedColumn,
    {
      name: "laps",
      head: "Laps",
      isNumber: true,
      isLow: true,
      cell: (row) => <Known value={row.laps}>{String}</Known>,
    },
  ];
  const columns: Column<QualifyingRow>[] = [
    ...carColumns(drivers),
    ...PARTS.filter((part) => part <= Math.max(last, 1)).map((part): Column<QualifyingRow> => ({
      name: `time_${part}`,
      head: partName(session, part),
      isNumber: true,
      isLow: true,
      cell: (row) => <PartTime row={row} part={part} name={partName(session, part)} />,
      sortBy: (row) => row[`time_${part}`],
    })),
    {
      name: "time_3|time_2|time_1",
      head: "Last time",
      isNumber: true,
      class: "hi",
      cell: (row) => <Known value={row.time_3 ?? row.time_2 ?? row.time_1}>{(time) => lapTime(time)}</Known>,
    },
    {
      name: "gap_to_best_s",
      head: "To best, s",
      title: "To the best of the driver's last part",
      isNumber: true,
      cell: (row) =>
        row.gap_to_best_s === 0 ? (
          <span class="faint">Best</span>
        ) : (
          <Known value={row.gap_to_best_s}>{(value) => difference(value)}</Known>
        ),
    },
    {
      name: "cutoff",
      head: "Out by, s",
      title: "To the cut-off of the part in which the driver was out",
      isNumber: true,
      isLow: true,
      cell: (row) =>
        row.reached_part !== last &&
        row.gap_to_cutoff_s !== null &&
        row.gap_to_cutoff_s >= 0 &&
        `${partName(session, row.reached_part ?? 1)} ${difference(row.gap_to_cutoff_s)}`,
    },
    ...(hasLaps ? ofLaps : []),
  ];
  return (
    <Panel
      class="c8"
      title="Result by part"
      aside={orderWords(rows[0]?.order_source)}
      sql={{ name: "session_qualifying", params }}
      view={view}
      isFlush
      note={
        rows.length > 0 &&
        !hasLaps &&
        "The lake has no laps of this session: tyres, laps and deleted laps are not known."
      }
    >
      {rows.length ? (
        <DataTable
          caption={`Result of the ${session.session_name.toLowerCase()} by part`}
          columns={columns}
          rows={rows}
          keyOf={(row) => row.driver_number}
          rowClass={(row) => (cuts.has(row.driver_number) ? "cut" : undefined)}
          onOpen={openLaps(session)}
        />
      ) : (
        <State title="No result for this session" text="The lake has neither its drivers nor its result." />
      )}
    </Panel>
  );
}

import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Panel } from "../../components/panel";
import { Known, NotKnown } from "../../components/unknown";
import { difference, duration, lapTime, wallTime } from "../../format";
import { useObjects, useView } from "../../use-view";
import type { SessionViewProps } from "../types";
import { partName } from "./part-name";

interface Part {
  qualifying_phase: number;
  drivers: number;
  drivers_with_time: number;
  best_lap_time: number | null;
  best_name_acronym: string | null;
  cutoff_time: number | null;
  cutoff_name_acronym: string | null;
  first_out_name_acronym: string | null;
  first_out_gap_s: number | null;
  laps: number | null;
  deleted_laps: number | null;
  ideal_lap_time: number | null;
  evolution_from_previous_part_s: number | null;
  date_start: number | null;
  date_end: number | null;
  end_reason: string | null;
  running_time_s: number | null;
}

function TimeOf({ time, who }: { time: number | null; who: string | null }) {
  return (
    <Known value={time}>
      {(value) => (
        <>
          {lapTime(value)} <b>{who}</b>
        </>
      )}
    </Known>
  );
}

/** Best, cut-off and first out of each part of qualifying. */
export function Parts({ session }: SessionViewProps) {
  const params = { session_key: session.session_key };
  const view = useView("session_parts", params);
  const parts = useObjects<Part>(view.rows);
  const last = parts.at(-1)?.qualifying_phase;
  const columns: Column<Part>[] = [
    { name: "part", head: "Part", isRowHead: true, cell: (row) => <b>{partName(session, row.qualifying_phase)}</b> },
    {
      name: "date_start",
      head: "From",
      isLow: true,
      cell: (row) => <Known value={row.date_start}>{(at) => wallTime(at, session.gmt_offset)}</Known>,
    },
    {
      name: "running_time_s",
      head: "Green",
      title: "Time under green",
      isLow: true,
      isNumber: true,
      cell: (row) => <Known value={row.running_time_s}>{(value) => duration(value)}</Known>,
    },
    { name: "drivers", head: "Cars", isNumber: true, isLow: true, cell: (row) => row.drivers },
    {
      name: "best_lap_time best_name_acronym",
      head: "Best",
      isNumber: true,
      cell: (row) => <TimeOf time={row.best_lap_time} who={row.best_name_acronym} />,
    },
    {
      name: "cutoff_time cutoff_name_acronym",
      head: "Cut-off",
      isNumber: true,
      cell: (row) =>
        row.qualifying_phase === last ? (
          <span class="faint">–</span>
        ) : (
          <TimeOf time={row.cutoff_time} who={row.cutoff_name_acronym} />
        ),
    },
    {
      name: "first_out_gap_s first_out_name_acronym",
      head: "First out, by s",
      isNumber: true,
      cell: (row) =>
        row.qualifying_phase === last ? (
          <span class="faint">–</span>
        ) : (
          <Known value={row.first_out_gap_s}>
            {(value) => (
              <>
                {difference(value)} <b>{row.first_out_name_acronym}</b>
              </>
            )}
          </Known>
        ),
    },
    {
      name: "ideal_lap_time",
      head: "Ideal lap",
      title: "Best sectors of all drivers",
      isNumber: true,
      isLow: true,
      cell: (row) => <Known value={row.ideal_lap_time}>{(value) => lapTime(value)}</Known>,
    },
    {
      name: "evolution_from_previous_part_s",
      head: "Faster than before, s",
      title: "Median over the drivers of both parts",
      isNumber: true,
      isLow: true,
      cell: (row) =>
        row.qualifying_phase === 1 ? (
          <span class="faint">–</span>
        ) : (
          <Known value={row.evolution_from_previous_part_s}>{(value) => value.toFixed(3)}</Known>
        ),
    },
    {
      name: "laps",
      head: "Laps",
      isNumber: true,
      isLow: true,
      cell: (row) => <Known value={row.laps}>{String}</Known>,
    },
    {
      name: "deleted_laps",
      head: "Deleted",
      isNumber: true,
      isLow: true,
      cell: (row) => <Known value={row.deleted_laps}>{String}</Known>,
    },
    { name: "end_reason", head: "Ended by", isLow: true, cell: (row) => row.end_reason ?? <NotKnown /> },
  ];
  return (
    <Panel class="c12" title="Parts" sql={{ name: "session_parts", params }} view={view} isFlush>
      {parts.length ? (
        <DataTable caption="Parts of qualifying" columns={columns} rows={parts} keyOf={(row) => row.qualifying_phase} />
      ) : (
        <p class="nothing">The parts are not known.</p>
      )}
    </Panel>
  );
}

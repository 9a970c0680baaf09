import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Driver } from "../../components/driver";
import { useDriverStyle } from "../../drivers";
import { count, plural } from "../../format";
import { At, Nothing, offence, STEWARDS_PX } from "./stewards-cells";
import type { StewardsTableProps } from "./stewards-cells";

interface Penalty {
  date: number;
  lap_number: number | null;
  driver_number: number | null;
  penalty_kind: string | null;
  penalty_seconds: number | null;
  grid_places: number | null;
  fine_eur: number | null;
  reason: string | null;
  turn: number | null;
  date_noted: number | null;
  date_investigated: number | null;
  served_by: string | null;
  served_lap_number: number | null;
  message: string;
}

const KINDS: Record<string, string> = {
  time: "time penalty",
  stop_go: "stop and go",
  drive_through: "Drive-through",
  grid: "on the grid",
  reprimand: "Reprimand",
  fine: "fine",
  disqualification: "Black flag, disqualified",
};

function penaltyWords(penalty: Penalty): string {
  const kind = KINDS[penalty.penalty_kind ?? ""] ?? "Other penalty";
  if (penalty.penalty_seconds !== null) return `${penalty.penalty_seconds}\u00a0s ${kind}`;
  if (penalty.grid_places !== null) return `${plural(penalty.grid_places, "place")} ${kind}`;
  return penalty.fine_eur === null ? kind : `${count(penalty.fine_eur)}\u00a0EUR ${kind}`;
}

const SERVED: Record<string, string> = {
  pit_stop: "at the stop",
  pit_lane: "in the pit lane",
  race_control: "as race control says",
  race_time: "added to the race time",
  not_served: "not served",
};

function servedWords({ served_by, served_lap_number }: Penalty): string {
  const words = SERVED[served_by ?? ""] ?? "";
  return words && served_lap_number !== null ? `${words}, lap ${served_lap_number}` : words;
}

export function PenaltiesTable({ rows, session }: StewardsTableProps) {
  const drivers = useDriverStyle(session.session_key);
  const penalties = rows.objects<Penalty>();
  const columns: Column<Penalty>[] = [
    { name: "date", head: "Time", cell: (row) => <At epoch={row.date} session={session} /> },
    { name: "lap_number", head: "Lap", isNumber: true, isLow: true, cell: (row) => row.lap_number },
    {
      name: "name_acronym",
      head: "Driver",
      isRowHead: true,
      cell: (row) => (
        <Driver driver={drivers.get(row.driver_number ?? -1)} number={row.driver_number ?? undefined} name="full" />
      ),
    },
    { name: "penalty", head: "Penalty", cell: (row) => <span title={row.message}>{penaltyWords(row)}</span> },
    { name: "offence", head: "For", class: "wrap", cell: (row) => offence(row.reason, row.turn) },
    { name: "date_noted", head: "Noted", isLow: true, cell: (row) => <At epoch={row.date_noted} session={session} /> },
    {
      name: "date_investigated",
      head: "Investigated",
      isLow: true,
      cell: (row) => <At epoch={row.date_investigated} session={session} />,
    },
    { name: "served", head: "Served", isLow: true, class: "wrap", cell: servedWords },
  ];
  if (!penalties.length) return <Nothing what="penalty" />;
  return <DataTable caption="Penalties" columns={columns} rows={penalties} height={STEWARDS_PX} />;
}

import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Driver } from "../../components/driver";
import { Known } from "../../components/unknown";
import { useDriverStyle } from "../../drivers";
import { lapTime } from "../../format";
import { calmMessage } from "./messages";
import { At, Nothing, STEWARDS_PX } from "./stewards-cells";
import type { StewardsTableProps } from "./stewards-cells";

interface Deletion {
  date: number;
  driver_number: number | null;
  deleted_lap_number: number | null;
  lap_duration: number | null;
  incident_lap: number | null;
  reason: string | null;
  turn: number | null;
  is_reinstated: boolean;
  deletion_of_driver: number;
  message: string;
}

export function DeletionsTable({ rows, session }: StewardsTableProps) {
  const drivers = useDriverStyle(session.session_key);
  const deletions = rows.objects<Deletion>();
  const columns: Column<Deletion>[] = [
    { name: "date", head: "Time", cell: (row) => <At epoch={row.date} session={session} /> },
    {
      name: "name_acronym",
      head: "Driver",
      isRowHead: true,
      cell: (row) => (
        <Driver driver={drivers.get(row.driver_number ?? -1)} number={row.driver_number ?? undefined} name="full" />
      ),
      sortBy: (row) => row.driver_number,
    },
    {
      name: "deleted_lap_number|incident_lap",
      head: "Lap",
      isNumber: true,
      cell: (row) => <Known value={row.deleted_lap_number ?? row.incident_lap}>{String}</Known>,
      sortBy: (row) => row.deleted_lap_number,
    },
    {
      name: "lap_duration",
      head: "Lap time",
      isNumber: true,
      cell: (row) => (
        <Known value={row.lap_duration}>
          {(time) => <span class={row.is_reinstated ? undefined : "t-off"}>{lapTime(time)}</span>}
        </Known>
      ),
    },
    {
      name: "turn",
      head: "Turn",
      isNumber: true,
      cell: (row) => <Known value={row.turn}>{String}</Known>,
      sortBy: (row) => row.turn,
    },
    { name: "reason", head: "For", isLow: true, cell: (row) => row.reason !== null && calmMessage(row.reason) },
    {
      name: "deletion_of_driver",
      head: "Of the driver",
      title: "First, second and so on of this driver",
      isNumber: true,
      isLow: true,
      cell: (row) => row.deletion_of_driver,
    },
    { name: "is_reinstated", head: <span class="sr">Reinstated</span>, cell: (row) => row.is_reinstated && "Reinstated" },
    { name: "message", head: "Message", isLow: true, class: "wrap muted", cell: (row) => calmMessage(row.message) },
  ];
  if (!deletions.length) return <Nothing what="deleted lap" />;
  return <DataTable caption="Deleted laps" columns={columns} rows={deletions} height={STEWARDS_PX} />;
}

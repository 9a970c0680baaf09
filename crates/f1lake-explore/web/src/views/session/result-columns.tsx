import type { Column } from "../../components/data-table";
import { Driver } from "../../components/driver";
import { Known } from "../../components/unknown";
import type { DriverStyles } from "../../drivers";
import { navigate, sessionPath } from "../../router";
import type { Session } from "../../session";
import { Place } from "./cells";
import type { Placed } from "./cells";

interface Car extends Placed {
  driver_number: number;
  team_name: string;
}

/** Position, driver and team: the first columns of every result. */
export const carColumns = (drivers: DriverStyles): Column<Car>[] => [
  { name: "official_position|leaderboard_position|status", head: "Pos", isNumber: true, class: "pos", cell: (row) => <Place row={row} /> },
  {
    name: "name_acronym",
    head: "Driver",
    isRowHead: true,
    cell: (row) => <Driver driver={drivers.get(row.driver_number)} number={row.driver_number} name="full" />,
  },
  { name: "team_name", head: "Team", isLow: true, class: "muted", cell: (row) => row.team_name },
];

export const lapNumberColumn = <Row,>(
  name: string,
  lapOf: (row: Row) => number | null,
  title: string,
): Column<Row> => ({
  name,
  head: "on",
  title,
  isNumber: true,
  isLow: true,
  class: "faint",
  cell: lapOf,
});

export const deletedColumn: Column<{ deleted_laps: number | null }> = {
  name: "deleted_laps",
  head: "Deleted",
  title: "Laps whose time was deleted",
  isNumber: true,
  isLow: true,
  cell: (row) => <Known value={row.deleted_laps}>{(laps) => (laps ? laps : <span class="faint">0</span>)}</Known>,
};

/** Enter on a driver opens the laps. */
export const openLaps = (session: Session) => (row: { driver_number: number }) =>
  navigate(`${sessionPath(session.session_key, "laps")}?drivers=${row.driver_number}`);

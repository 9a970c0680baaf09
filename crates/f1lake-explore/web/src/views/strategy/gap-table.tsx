import { DataTable } from "../../components/data-table";
import { Driver } from "../../components/driver";
import { Tyre } from "../../components/tyre";
import { Known } from "../../components/unknown";
import { setCursor } from "../../charts/cursor";
import type { DriverStyles } from "../../drivers";
import { gap } from "../../format";
import type { GapRow } from "./rows";

const HEIGHT = 440;

interface Props {
  rows: readonly GapRow[];
  styles: DriverStyles;
  reference: number;
}

/** The gap as a reader says it: nothing on the grid, where no car has crossed the line. */
function gapCell(row: GapRow, reference: number) {
  if (row.lap_number === 0) return "–";
  if (row.driver_number === reference) return "0.000";
  return <Known value={row.gap}>{(value) => gap(value)}</Known>;
}

export function GapTable({ rows, styles, reference }: Props) {
  const to = styles.get(reference)?.name_acronym ?? reference;
  return (
    <DataTable
      caption={`Gaps to ${to} and places by lap`}
      rows={rows}
      height={HEIGHT}
      keyOf={(row) => `${row.lap_number} ${row.driver_number}`}
      onSelect={(row) => setCursor("lap", row.lap_number)}
      columns={[
        { name: "lap_number", head: "Lap", isNumber: true, cell: (row) => row.lap_number || "Grid" },
        { name: "position", head: "Place", isNumber: true, cell: (row) => <Known value={row.position}>{(place) => place}</Known> },
        { name: "name_acronym", head: "Driver", isRowHead: true, cell: (row) => <Driver driver={styles.get(row.driver_number)} number={row.driver_number} name="last" />, sortBy: (row) => row.name_acronym },
        { name: "gap", head: `Gap to ${to}, s`, isNumber: true, cell: (row) => gapCell(row, reference), sortBy: (row) => row.gap },
        { name: "compound_after", head: "New tyre", cell: (row) => row.is_stop && <Tyre compound={row.compound_after} /> },
      ]}
    />
  );
}

import { useMemo } from "preact/hooks";
import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Tyre } from "../../components/tyre";
import { Known } from "../../components/unknown";
import { count, lapTime } from "../../format";
import { noteOf } from "./grid";
import type { LapGrid } from "./grid";
import type { LapsDriver } from "./use-drivers";

const HEIGHT = 420;

/** All rows behind the lap chart. */
export function LapTable({ grid, drivers, isCorrected }: { grid: LapGrid; drivers: readonly LapsDriver[]; isCorrected: boolean }) {
  const rows = useMemo(() => Array.from({ length: grid.length }, (_, i) => i), [grid]);
  const labels = useMemo(() => new Map(drivers.map((driver) => [driver.driver_number, driver.label])), [drivers]);
  const columns: Column<number>[] = [
    { name: "name_acronym", head: "Driver", isRowHead: true, cell: (row) => labels.get(grid.driver[row]!) },
    { name: "lap_number", head: "Lap", isNumber: true, cell: (row) => grid.lap[row] },
    { name: "lap_duration", head: "Time", isNumber: true, sortBy: (row) => grid.duration[row] ?? null, cell: (row) => <Known value={grid.duration[row]}>{lapTime}</Known> },
    ...(isCorrected
      ? [{ name: "pace", head: "Corrected", isNumber: true, sortBy: (row: number) => grid.pace[row] ?? null, cell: (row: number) => <Known value={grid.pace[row]}>{lapTime}</Known> }]
      : []),
    { name: "is_clean", head: "Clean", cell: (row) => (grid.isClean[row] ? "yes" : "no") },
    { name: "compound", head: "Tyre", cell: (row) => <Tyre compound={grid.compound[row]} /> },
    { name: "tyre_age", head: "Age, laps", isNumber: true, cell: (row) => <Known value={grid.age[row]}>{String}</Known> },
    { name: "note", head: "Note", class: "why", cell: (row) => noteOf(grid, row) },
  ];
  return (
    <>
      <DataTable caption="Lap times" rows={rows} columns={columns} height={HEIGHT} />
      <p class="note">{count(grid.length)} {grid.length === 1 ? "row" : "rows"}</p>
    </>
  );
}

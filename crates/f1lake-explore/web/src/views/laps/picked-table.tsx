import { DataTable } from "../../components/data-table";
import { Known } from "../../components/unknown";
import { lapTime } from "../../format";
import type { LapGrid } from "./grid";
import type { LapsDriver } from "./use-drivers";

/** Laps of the drivers in colour, a column a driver: what readers get in place of the chart. */
export function PickedTable({ grid, picked }: { grid: LapGrid; picked: readonly LapsDriver[] }) {
  const paceOf = (driver: number, lap: number) => {
    const row = grid.rowOf(driver, lap);
    return row < 0 ? "–" : <Known value={grid.pace[row]}>{lapTime}</Known>;
  };
  return (
    <DataTable
      caption="Lap times of the drivers in colour"
      rows={grid.laps}
      columns={[
        { name: "lap_number", head: "Lap", isNumber: true, isRowHead: true, cell: (lap) => lap },
        ...picked.map((driver) => ({
          name: `pace[driver_number=${driver.driver_number}]`,
          head: driver.label,
          isNumber: true,
          cell: (lap: number) => paceOf(driver.driver_number, lap),
        })),
      ]}
    />
  );
}

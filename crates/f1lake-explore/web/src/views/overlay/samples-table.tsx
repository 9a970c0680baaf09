import { DataTable } from "../../components/data-table";
import { Known } from "../../components/unknown";
import { count, difference, plural, signed, speed } from "../../format";
import { useSpeedUnit } from "../../settings";
import type { OverlayData } from "./data";
import type { SlotStyle } from "./slot-style";

const HEIGHT = 480;

/** The rows behind the strips. */
export function SamplesTable({ data, styles }: { data: OverlayData; styles: readonly SlotStyle[] }) {
  type Row = OverlayData["rows"][number];
  const unit = useSpeedUnit();
  const whole = (name: "throttle" | "brake" | "gear", head: string, isLow = false) => ({
    name,
    head,
    isNumber: true,
    isLow,
    cell: (row: Row) => (row.speed === null ? "" : <Known value={row[name]}>{(value) => String(value)}</Known>),
  });
  return (
    <>
      <DataTable
        caption="Laps by distance"
        rows={data.rows}
        height={HEIGHT}
        columns={[
          { name: "lap", head: "Lap", isRowHead: true, cell: (row) => styles[row.lap]?.letters },
          { name: "distance", head: "Distance, m", isNumber: true, cell: (row) => signed(row.distance, 1) },
          { name: "time", head: "Time, s", isNumber: true, cell: (row) => signed(row.time, 3) },
          {
            name: "delta",
            head: "Delta, s",
            isNumber: true,
            cell: (row) => (row.delta === null ? "" : difference(row.delta)),
          },
          {
            name: "noise",
            head: "Noise, s",
            isNumber: true,
            isLow: true,
            cell: (row) => (row.noise === null ? "" : signed(row.noise, 3)),
          },
          {
            name: "speed",
            head: `Speed, ${unit}`,
            isNumber: true,
            cell: (row) => (row.speed === null ? "" : speed(row.speed, unit)),
          },
          whole("throttle", "Throttle, %", true),
          whole("brake", "Brake, %", true),
          whole("gear", "Gear"),
        ]}
      />
      <p class="note">
        {plural(data.rows.length, "row")}, {count(data.places.length)} of them samples of the first lap. A row without a
        speed is an official time, between samples.
      </p>
    </>
  );
}

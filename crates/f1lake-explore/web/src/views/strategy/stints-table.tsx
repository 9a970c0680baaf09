import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Driver } from "../../components/driver";
import { Tyre, tyreName } from "../../components/tyre";
import { Known, NotKnown } from "../../components/unknown";
import type { DriverStyles } from "../../drivers";
import { lapTime, signed } from "../../format";
import type { StintRow } from "./rows";
import { endWords, repairWords } from "./stints";
import type { DriverStints } from "./stints";

const HEIGHT = 560;

const ofStint = (row: StintRow, value: number | null) => row.stint_number !== null && (value ?? <NotKnown />);

/** Columns that only races have: what the stops cost. */
const RACE_COLUMNS: readonly Column<StintRow>[] = [
  { name: "time_lost", head: "Stop cost, s", isNumber: true, cell: (row) => row.time_lost !== null && signed(row.time_lost, 1), sortBy: (row) => row.time_lost },
  { name: "pit_stops", head: "Stops", isNumber: true, isLow: true, cell: (row) => row.pit_stops },
  { name: "pit_lane_time", head: "In lane, s", isNumber: true, isLow: true, cell: (row) => row.pit_lane_time?.toFixed(1) },
];

interface Props {
  rows: readonly StintRow[];
  drivers: readonly DriverStints[];
  styles: DriverStyles;
  isRace: boolean;
}

export function StintsTable({ rows, drivers, styles, isRace }: Props) {
  const words = new Map(drivers.map((driver) => [driver.driver_number, endWords(driver)]));
  const columns: readonly Column<StintRow>[] = [
    { name: "name_acronym", head: "Driver", isRowHead: true, cell: (row) => <Driver driver={styles.get(row.driver_number)} number={row.driver_number} name="last" /> },
    { name: "stint_number", head: "Stint", isNumber: true, cell: (row) => row.stint_number },
    { name: "compound", head: "Tyre", cell: (row) => row.stint_number !== null && <span class="tyre-name"><Tyre compound={row.compound} /> <span class="lo">{tyreName(row.compound)}</span></span> },
    { name: "lap_start", head: "First lap", isNumber: true, cell: (row) => ofStint(row, row.lap_start) },
    { name: "lap_end", head: "Last lap", isNumber: true, cell: (row) => ofStint(row, row.lap_end) },
    { name: "stint_laps", head: "Laps", isNumber: true, cell: (row) => ofStint(row, row.stint_laps), sortBy: (row) => row.stint_laps },
    { name: "tyre_age_at_start", head: "Laps before", isNumber: true, isLow: true, cell: (row) => ofStint(row, row.tyre_age_at_start), sortBy: (row) => row.tyre_age_at_start },
    { name: "median_lap_time_clean", head: "Median clean lap", isNumber: true, isLow: true, cell: (row) => row.stint_number !== null && <Known value={row.median_lap_time_clean}>{(value) => lapTime(value)}</Known>, sortBy: (row) => row.median_lap_time_clean },
    ...(isRace ? RACE_COLUMNS : []),
    { name: "note", head: "Note", isLow: true, cell: (row) => <span class="faint">{[words.get(row.driver_number), repairWords(row)].filter(Boolean).join("; ")}</span> },
  ];
  return <DataTable class="stints-table" caption="Stints in order of the result" rows={rows} columns={columns} height={HEIGHT} keyOf={(row) => row.place_in_list} />;
}

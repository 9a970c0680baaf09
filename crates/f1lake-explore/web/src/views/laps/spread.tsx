import { useState } from "preact/hooks";
import { ChartFigure } from "../../charts/figure";
import { Sized } from "../../charts/svg";
import { DataTable } from "../../components/data-table";
import { Driver } from "../../components/driver";
import { Panel } from "../../components/panel";
import type { SqlOf } from "../../components/panel";
import { State } from "../../components/state";
import { Known } from "../../components/unknown";
import { lapTime, plural } from "../../format";
import type { ViewState } from "../../use-view";
import type { LapGrid } from "./grid";
import { SpreadDrawing, spreadHeight, spreadRow } from "./spread-drawing";
import type { LapsDriver } from "./use-drivers";

interface Props {
  drivers: readonly LapsDriver[];
  grid: LapGrid | null;
  view: ViewState;
  sql: SqlOf;
  isCorrected: boolean;
}

type Times = "fastest" | "lower_quartile" | "median" | "upper_quartile" | "slowest";
const TIMES: readonly (readonly [Times, string, boolean])[] = [
  ["fastest", "Fastest", false],
  ["lower_quartile", "Quartile 1", true],
  ["median", "Median", false],
  ["upper_quartile", "Quartile 3", true],
  ["slowest", "Slowest", true],
];

function SpreadTable({ drivers }: { drivers: readonly LapsDriver[] }) {
  return (
    <DataTable
      caption="Spread of clean laps"
      rows={drivers}
      keyOf={(driver) => driver.driver_number}
      columns={[
        { name: "name_acronym", head: "Driver", isRowHead: true, cell: (driver) => <Driver driver={driver.style} number={driver.driver_number} /> },
        { name: "clean_laps", head: "Laps", isNumber: true, sortBy: (driver) => driver.clean_laps, cell: (driver) => driver.clean_laps },
        ...TIMES.map(([name, head, isLow]) => ({
          name,
          head,
          isNumber: true,
          isLow,
          sortBy: (driver: LapsDriver) => driver[name],
          cell: (driver: LapsDriver) => <Known value={driver[name]}>{lapTime}</Known>,
        })),
      ]}
    />
  );
}

function sentence(driver: LapsDriver | undefined): string {
  if (!driver) return "";
  if (driver.median === null) return `${driver.label}: no clean lap`;
  return `${driver.label}: median ${lapTime(driver.median)} of ${plural(driver.clean_laps, "lap")}, half of them between ${lapTime(driver.lower_quartile)} and ${lapTime(driver.upper_quartile)}`;
}

/** Distribution of the clean laps of each driver, fastest median first. */
export function SpreadPanel({ drivers, grid, view, sql, isCorrected }: Props) {
  const [index, setIndex] = useState<number | null>(null);
  const hasLaps = drivers.some((driver) => driver.clean_laps > 0);
  const table = () => <SpreadTable drivers={drivers} />;
  const chart = () => grid && (
    <ChartFigure
      title="Spread of clean laps"
      count={drivers.length}
      index={index}
      onMove={setIndex}
      speak={(i) => sentence(drivers[i])}
      table={table}
    >
      <Sized height={spreadHeight(drivers.length)}>
        {(width) => (
          <div
            onPointerMove={(event) => setIndex(spreadRow(event.clientY - event.currentTarget.getBoundingClientRect().top, drivers.length))}
            onPointerLeave={() => setIndex(null)}
          >
            <SpreadDrawing width={width} grid={grid} drivers={drivers} index={index} />
          </div>
        )}
      </Sized>
    </ChartFigure>
  );
  return (
    <Panel
      class="c5"
      title="Spread of clean laps"
      aside={isCorrected ? "corrected, by median" : "sorted by median"}
      sql={sql}
      view={view}
      table={table}
    >
      {hasLaps ? chart() : <State title="No clean laps in this session" text="A spread needs laps without pit lane and neutralisation." />}
    </Panel>
  );
}

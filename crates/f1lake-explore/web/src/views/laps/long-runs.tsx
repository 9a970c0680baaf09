import { DataTable } from "../../components/data-table";
import { Driver } from "../../components/driver";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { Tyre } from "../../components/tyre";
import { Known } from "../../components/unknown";
import { difference, lapTime } from "../../format";
import { useObjects } from "../../use-view";
import type { ViewState } from "../../use-view";
import type { LapsDriver } from "./use-drivers";

/** A row of sql/laps_long_runs.sql. */
export interface LongRun {
  driver_number: number;
  name_acronym: string | null;
  run_number: number;
  compound: string | null;
  tyre_age_first: number | null;
  tyre_age_last: number | null;
  first_lap: number;
  last_lap: number;
  laps: number;
  median_lap_time: number;
  gap_to_best_on_compound: number | null;
  best_lap_time: number;
  stddev_lap_time: number | null;
  slope_s_per_lap: number;
  slope_standard_error: number;
}

interface Props {
  session_key: number;
  view: ViewState;
  drivers: readonly LapsDriver[];
  /** Shows a run in the chart and in the table of its driver. */
  onOpen: (run: LongRun) => void;
}

/** Runs of at least five clean laps in a row on one set of tyres. */
export function LongRuns({ session_key, view, drivers, onOpen }: Props) {
  const runs = useObjects<LongRun>(view.rows);
  const styles = new Map(drivers.map((driver) => [driver.driver_number, driver.style]));
  return (
    <Panel
      class="c12 runs"
      title="Long runs"
      aside="by tyre and median"
      sql={{ name: "laps_long_runs", params: { session_key } }}
      view={view}
      isFlush
      note={runs.length > 0 && "Slope: straight line through the run, tyre wear minus fuel burnt. Fuel is not known, so compare runs of different teams with care."}
    >
      {runs.length === 0 ? (
        <State title="No long runs in this session" text="A long run has five or more clean laps in a row on one set of tyres." />
      ) : (
        <DataTable
          caption="Long runs"
          rows={runs}
          keyOf={(run) => `${run.driver_number}-${run.run_number}`}
          onOpen={onOpen}
          columns={[
            { name: "compound", head: "Tyre", cell: (run) => <Tyre compound={run.compound} /> },
            { name: "name_acronym", head: "Driver", isRowHead: true, sortBy: (run) => run.name_acronym, cell: (run) => <Driver driver={styles.get(run.driver_number)} number={run.driver_number} name="last" /> },
            { name: "laps", head: "Laps", isNumber: true, sortBy: (run) => run.laps, cell: (run) => run.laps },
            { name: "first_lap", head: "From lap", isNumber: true, isLow: true, sortBy: (run) => run.first_lap, cell: (run) => run.first_lap },
            { name: "last_lap", head: "To lap", isNumber: true, isLow: true, cell: (run) => run.last_lap },
            { name: "tyre_age_first tyre_age_last", head: "Tyre age, laps", isNumber: true, isLow: true, sortBy: (run) => run.tyre_age_first, cell: (run) => <Known value={run.tyre_age_first}>{(age) => `${age}–${run.tyre_age_last}`}</Known> },
            { name: "median_lap_time", head: "Median", isNumber: true, sortBy: (run) => run.median_lap_time, cell: (run) => lapTime(run.median_lap_time) },
            { name: "gap_to_best_on_compound", head: "To best on tyre, s", isNumber: true, isLow: true, class: "faint", sortBy: (run) => run.gap_to_best_on_compound, cell: (run) => <Known value={run.gap_to_best_on_compound}>{(value) => difference(value)}</Known> },
            { name: "best_lap_time", head: "Best", isNumber: true, isLow: true, sortBy: (run) => run.best_lap_time, cell: (run) => lapTime(run.best_lap_time) },
            { name: "stddev_lap_time", head: "Deviation, s", isNumber: true, isLow: true, sortBy: (run) => run.stddev_lap_time, cell: (run) => <Known value={run.stddev_lap_time}>{(value) => value.toFixed(3)}</Known> },
            { name: "slope_s_per_lap", head: "Slope, s/lap", isNumber: true, sortBy: (run) => run.slope_s_per_lap, cell: (run) => difference(run.slope_s_per_lap) },
            { name: "slope_standard_error", head: "± s/lap", isNumber: true, isLow: true, cell: (run) => run.slope_standard_error.toFixed(3) },
          ]}
        />
      )}
    </Panel>
  );
}

import { useCallback, useMemo } from "preact/hooks";
import type { Band, BandKind } from "../../charts/bands";
import { LineChart } from "../../charts/line-chart";
import type { TipRow } from "../../charts/line-chart";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { tyreLetter, tyreName } from "../../components/tyre";
import { lapTick, lapTime, plural } from "../../format";
import { useObjects, useView } from "../../use-view";
import type { ViewState } from "../../use-view";
import { linesOf, rangeOf, ringOf, stopsOf } from "./chart-lines";
import { noteOf } from "./grid";
import type { LapGrid } from "./grid";
import { LapTable } from "./lap-table";
import { Legend } from "./legend";
import { correctionText, Options } from "./options";
import { PickedTable } from "./picked-table";
import type { LapsDriver, LapsDrivers } from "./use-drivers";
import type { Pace } from "./use-pace";

const HEIGHT = 396;

interface Neutralisation {
  kind: BandKind;
  first_lap: number;
  last_lap: number;
}

interface Props {
  session_key: number;
  isRace: boolean;
  view: ViewState;
  grid: LapGrid | null;
  drivers: LapsDrivers;
  pace: Pace;
  isClean: boolean;
  setClean: (isClean: boolean) => void;
  /** The lap at which the cursor rests. */
  lap: number | null;
  /** Opens the overlay; left out without telemetry. */
  onOpen?: (lap: number) => void;
}

/** "S, 2 laps" in the box, "soft, 2 laps old" for readers. */
function tyreWords(grid: LapGrid, row: number, isSpoken: boolean): string {
  const [compound, age] = [grid.compound[row], grid.age[row]];
  const name = isSpoken ? tyreName(compound) : tyreLetter(compound);
  if (age == null) return name;
  return `${name}, ${plural(age, "lap")}${isSpoken ? " old" : ""}`;
}

/** Values of a lap, the fastest first; drivers without a time come last. */
function tipOf(grid: LapGrid, picked: readonly LapsDriver[], lap: number, isSpoken: boolean): TipRow[] {
  return picked
    .map((driver) => ({ key: driver.driver_number, row: grid.rowOf(driver.driver_number, lap) }))
    .filter(({ row }) => row >= 0)
    .map(({ key, row }) => ({ key, row, pace: grid.pace[row] ?? null }))
    .sort((a, b) => (a.pace ?? Infinity) - (b.pace ?? Infinity) || a.key - b.key)
    .map(({ key, row, pace }) => ({
      key,
      cells: [lapTime(pace), tyreWords(grid, row, isSpoken), noteOf(grid, row)].filter(Boolean),
    }));
}

const cleanText = (isRace: boolean) =>
  isRace
    ? "Clean: timed, not from the grid, no pit lane, no neutralisation, within 7\u00a0% of the median of the stint."
    : "Clean: timed, no pit lane, no red flag, within 7\u00a0% of the best of the session or part.";

/** Lap times of all drivers, with those that are picked in colour. */
export function LapChart(props: Props) {
  const { session_key, isRace, view, grid, drivers, pace, isClean } = props;
  const periods = useObjects<Neutralisation>(useView("laps_neutralisations", isRace ? { session_key } : null).rows);
  const bands = useMemo(
    () => periods.map((period): Band => ({ kind: period.kind, from: period.first_lap - 0.5, to: period.last_lap + 0.5 })),
    [periods],
  );
  const series = useMemo(() => (grid ? linesOf(grid, drivers.all, isClean) : []), [grid, drivers.all, isClean]);
  const rangeY = useMemo(() => rangeOf(series, isClean), [series, isClean]);
  const marks = useMemo(() => (grid && isRace ? stopsOf(grid, drivers.picked) : []), [grid, drivers.picked, isRace]);
  const ring = useMemo(() => (grid ? ringOf(grid, series) : null), [grid, series]);
  const tip = useCallback((i: number) => (grid ? tipOf(grid, drivers.picked, grid.laps[i]!, false) : []), [grid, drivers.picked]);
  const labels = new Map(drivers.picked.map((driver) => [driver.driver_number, driver.label]));
  const speak = (i: number) => {
    const rows = grid ? tipOf(grid, drivers.picked, grid.laps[i]!, true) : [];
    const spoken = rows.map((row) => `${labels.get(Number(row.key))} ${row.cells.join(", ")}`).join("; ");
    return `Lap ${i + 1}: ${spoken || "no lap of the drivers in colour"}`;
  };
  const hasLines = series.some((line) => line.y.some((value) => value !== null));
  const options = <Options isClean={isClean} setClean={props.setClean} pace={pace} />;
  const table = () => (
    <>
      {options}
      {grid && <LapTable grid={grid} drivers={drivers.all} isCorrected={pace.correction !== "none"} />}
    </>
  );
  const correction = correctionText(pace);
  return (
    <Panel
      title="Lap times"
      sql={{ name: "laps_chart", params: pace.params ?? { session_key } }}
      view={view}
      table={table}
      isFlush
      note={
        <>
          {correction && <span class="lap-correction">{correction}</span>}
          <Legend grid={grid} clean={cleanText(isRace)} />
        </>
      }
    >
      {options}
      {hasLines && grid ? (
        <div class="lap-chart">
          <LineChart
            title="Lap times"
            x={grid.laps}
            series={series}
            height={HEIGHT}
            rangeY={rangeY}
            formatY={lapTick}
            formatSpan={(from, to) => plural(Math.round(to - from), "lap")}
            xLabel="Lap"
            bands={bands}
            marks={marks}
            ring={ring}
            cursor="lap"
            restX={props.lap}
            tip={tip}
            speak={speak}
            table={() => <PickedTable grid={grid} picked={drivers.picked} />}
            onOpen={props.onOpen && ((i) => props.onOpen?.(grid.laps[i]!))}
          />
        </div>
      ) : (
        <State
          title={isClean ? "No clean laps in this session" : "No lap has a time"}
          text={isClean ? "The laps it has are into or out of the pits, neutralised, or slow." : "Sectors and speeds stand in the table of each driver."}
          action={isClean && <button type="button" class="btn primary" onClick={() => props.setClean(false)}>Show all laps</button>}
        />
      )}
    </Panel>
  );
}

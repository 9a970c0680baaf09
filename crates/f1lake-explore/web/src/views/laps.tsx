import { useMemo } from "preact/hooks";
import { setCursor } from "../charts/cursor";
import { State } from "../components/state";
import { Link } from "../components/link";
import { useKeys } from "../keys";
import { useParam } from "../param";
import { navigate, sessionPath } from "../router";
import { categoryOf, isRace } from "../session";
import { useView } from "../use-view";
import { LongRuns } from "./laps/long-runs";
import type { LongRun } from "./laps/long-runs";
import { DriverLaps } from "./laps/driver-laps";
import { DriverList } from "./laps/driver-list";
import { bestLapOf, gridOf } from "./laps/grid";
import { LapChart } from "./laps/lap-chart";
import { overlayPath } from "./laps/overlay-path";
import { SpreadPanel } from "./laps/spread";
import { useDrivers } from "./laps/use-drivers";
import { usePace } from "./laps/use-pace";
import type { SessionViewProps } from "./types";

const NO_LAP = 0;
const NO_DRIVER = 0;

export default function LapsView({ session }: SessionViewProps) {
  const { session_key } = session;
  const pace = usePace(session);
  const laps = useView("laps_chart", pace.params);
  const spread = useView("laps_spread", pace.params);
  const hasRuns = ["Practice", "Testing"].includes(categoryOf(session));
  const runs = useView("laps_long_runs", isRace(session) ? null : { session_key });
  const grid = useMemo(() => (laps.rows ? gridOf(laps.rows) : null), [laps.rows]);
  const drivers = useDrivers(session_key, spread);
  const [isClean, setClean] = useParam("clean", true);
  const [chosenLap, setLap] = useParam("lap", NO_LAP);
  const [chosenOf, setOf] = useParam("of", NO_DRIVER);

  const fastest = [...drivers.picked].sort((a, b) => (a.best_lap_time ?? Infinity) - (b.best_lap_time ?? Infinity))[0];
  const of = drivers.all.find((driver) => driver.driver_number === chosenOf) ?? fastest;
  const lap = chosenLap || (grid && of ? bestLapOf(grid, of.driver_number) : null);
  const overlayOf = useMemo(
    () => (session.telemetry !== "missing" && grid && of ? (number: number) => overlayPath(grid, session_key, of.driver_number, number) : undefined),
    [session, grid, of?.driver_number],
  );
  const openOverlay = (number: number) => {
    if (!overlayOf) return;
    setLap(number);
    navigate(overlayOf(number));
  };
  const showRun = (run: LongRun) => {
    drivers.add(run.driver_number);
    setOf(run.driver_number);
    setLap(run.first_lap);
    setCursor("lap", null);
  };

  useKeys({
    where: "laps",
    keys: [
      { key: "ArrowUp", label: "ArrowUp ArrowDown", text: "driver, in the list" },
      { key: " ", text: "driver in colour" },
      { key: "c", text: "clean or all laps", run: () => setClean(!isClean) },
    ],
  });

  const spreadSql = { name: "laps_spread", params: pace.params ?? { session_key } };
  const isCorrected = pace.correction !== "none";
  // A switch of the chart leaves the panels below it alone, so that it answers within a frame or two.
  const spreadPanel = useMemo(
    () => <SpreadPanel drivers={drivers.byMedian} grid={grid} view={spread} sql={spreadSql} isCorrected={isCorrected} />,
    [drivers, grid, spread.rows, spread.error, spread.isLoading, spread.isSlow, spread.isStopped, pace.correction, pace.kg, pace.cost],
  );
  const driverLaps = useMemo(
    () => <DriverLaps session_key={session_key} drivers={drivers.picked} of={of} setOf={setOf} lap={lap} setLap={setLap} overlayOf={overlayOf} />,
    [session_key, drivers, of, setOf, lap, setLap, overlayOf],
  );

  if (laps.rows?.length === 0) {
    return (
      <div class="panel">
        <State
          title="No laps for this session"
          text="The lake holds no lap of it. Messages of race control and the weather may be there."
          action={<Link class="btn primary" href={sessionPath(session_key)}>Open the overview</Link>}
        />
      </div>
    );
  }
  return (
    <div class="two">
      <DriverList drivers={drivers} view={spread} sql={spreadSql} />
      <div class="stack">
        <LapChart
          session_key={session_key}
          isRace={isRace(session)}
          view={laps}
          grid={grid}
          drivers={drivers}
          pace={pace}
          isClean={isClean}
          setClean={setClean}
          lap={lap}
          onOpen={overlayOf && openOverlay}
        />
        <div class="grid">
          {spreadPanel}
          {driverLaps}
          {(hasRuns || Boolean(runs.rows?.length)) && <LongRuns session_key={session_key} view={runs} drivers={drivers.all} onOpen={showRun} />}
        </div>
      </div>
    </div>
  );
}

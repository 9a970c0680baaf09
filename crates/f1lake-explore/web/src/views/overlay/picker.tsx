import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { LapRef } from "../../api";
import { ErrorState } from "../../components/error-state";
import { Loading } from "../../components/loading";
import { useDriverStyle } from "../../drivers";
import type { Session } from "../../session";
import { useObjects, useView } from "../../use-view";
import type { ViewState } from "../../use-view";
import { keyOf } from "./laps-param";
import { driverItem, lapItem, sessionItem } from "./picker/items";
import type { PickDriver, PickLap } from "./picker/items";
import { PickList } from "./picker/pick-list";

interface Props {
  /** Sessions of one circuit, newest first. */
  sessions: readonly Session[];
  session_key: number;
  laps: readonly LapRef[];
  onAdd: (lap: LapRef) => void;
  onClose: () => void;
}

const LISTS = ["Session", "Driver", "Lap"];

/** Adds a lap: session of the circuit, driver, lap. */
export function Picker({ sessions, session_key: first, laps, onAdd, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [session_key, setSession] = useState(first);
  const [chosenDriver, setDriver] = useState<number | null>(null);
  const [chosenLap, setLap] = useState<number | null>(null);
  const styles = useDriverStyle(session_key);
  const driverView = useView("overlay_pick_drivers", { session_key });
  const drivers = useObjects<PickDriver>(driverView.rows);
  const driver =
    drivers.find((other) => other.driver_number === chosenDriver) ?? nextDriver(drivers, laps, session_key);
  const driver_number = driver?.driver_number ?? null;
  const lapView = useView("overlay_pick_laps", driver_number === null ? null : { session_key, driver_number });
  const own = useObjects<PickLap>(lapView.rows);
  const taken = new Set(laps.map(keyOf));
  const isTaken = (lap_number: number) =>
    driver_number !== null && taken.has(keyOf({ session_key, driver_number, lap_number }));
  const lap = own.find((other) => other.lap_number === chosenLap) ?? bestFree(own, isTaken);

  useLayoutEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>('[data-pick="Driver"]')?.focus();
    return () => dialog.current?.close();
  }, []);

  const focus = (list: string | undefined) =>
    dialog.current?.querySelector<HTMLElement>(`[data-pick="${list}"]`)?.focus();
  const onKeyDown = (event: KeyboardEvent) => {
    const list = event.target instanceof HTMLElement ? (event.target.dataset.pick ?? "") : "";
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step || !LISTS.includes(list)) return;
    event.preventDefault();
    focus(LISTS[LISTS.indexOf(list) + step]);
  };
  const take = (lap_number: number | undefined) => {
    const taking = own.find((other) => other.lap_number === lap_number);
    if (!taking?.is_usable || driver_number === null || isTaken(taking.lap_number)) return;
    onAdd({ session_key, driver_number, lap_number: taking.lap_number });
  };
  const sessionItems = useMemo(() => sessions.map(sessionItem), [sessions]);
  const driverItems = useMemo(() => drivers.map((other) => driverItem(other, styles)), [drivers, styles]);
  const lapItems = own.map((other) => lapItem(other, isTaken(other.lap_number)));

  return (
    <dialog
      ref={dialog}
      class="dialog pick-dialog"
      aria-label="Add a lap"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
      onKeyDown={onKeyDown}
    >
      <div class="dialog-box">
        <header>
          <h2>Add a lap</h2>
          <span class="faint">of {sessions[0]?.circuit_short_name ?? "this circuit"}, any year</span>
          <button type="button" class="btn quiet" onClick={onClose}>
            Close
          </button>
        </header>
        <div class="pick-lists">
          <PickList
            label="Session"
            items={sessionItems}
            chosen={sessions.findIndex((other) => other.session_key === session_key)}
            onChoose={(i) => {
              setSession(sessions[i]?.session_key ?? session_key);
              setDriver(null);
              setLap(null);
            }}
            onTake={() => focus("Driver")}
          />
          <PickList
            label="Driver"
            items={driverItems}
            chosen={driver ? drivers.indexOf(driver) : -1}
            onChoose={(i) => {
              setDriver(drivers[i]?.driver_number ?? null);
              setLap(null);
            }}
            onTake={() => focus("Lap")}
          >
            <Reading view={driverView} empty="No driver of it has laps." />
          </PickList>
          <PickList
            label="Lap"
            class="of-laps"
            items={lapItems}
            chosen={lap ? own.indexOf(lap) : -1}
            onChoose={(i) => setLap(own[i]?.lap_number ?? null)}
            onTake={(i) => take(own[i]?.lap_number)}
          >
            {driver && <Reading view={lapView} empty="The driver has no laps." />}
          </PickList>
        </div>
        <footer>
          <span class="faint">
            <kbd>↑</kbd> <kbd>↓</kbd> choose, <kbd>←</kbd> <kbd>→</kbd> next list, or type a name or a lap
          </span>
          <button
            type="button"
            class="btn primary"
            disabled={!lap?.is_usable || isTaken(lap.lap_number)}
            onClick={() => take(lap?.lap_number)}
          >
            Add {driver && lap ? `${driver.name_acronym ?? driver.driver_number} lap ${lap.lap_number}` : "the lap"}{" "}
            <kbd>Enter</kbd>
          </button>
        </footer>
      </div>
    </dialog>
  );
}

/** The first driver with laps to overlay who is not in the overlay yet. */
function nextDriver(
  drivers: readonly PickDriver[],
  laps: readonly LapRef[],
  session_key: number,
): PickDriver | undefined {
  const usable = drivers.filter((driver) => driver.laps_usable > 0);
  const isIn = (driver: PickDriver) =>
    laps.some((lap) => lap.session_key === session_key && lap.driver_number === driver.driver_number);
  return usable.find((driver) => !isIn(driver)) ?? usable[0] ?? drivers[0];
}

/** The fastest lap that can be added. */
function bestFree(laps: readonly PickLap[], isTaken: (lap: number) => boolean): PickLap | undefined {
  const free = laps.filter((lap) => lap.is_usable && !isTaken(lap.lap_number));
  const time = (lap: PickLap) => lap.lap_duration ?? Infinity;
  return (
    free.find((lap) => lap.is_personal_best) ??
    free.reduce<PickLap | undefined>((a, b) => (a && time(a) <= time(b) ? a : b), undefined) ??
    laps[0]
  );
}

function Reading({ view, empty }: { view: ViewState; empty: string }) {
  if (view.error) return <ErrorState error={view.error} retry={view.retry} />;
  if (!view.rows) return <Loading view={view} lines={4} />;
  return view.rows.length ? null : <p class="muted">{empty}</p>;
}

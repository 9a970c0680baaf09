import { DriverBar } from "../../../components/driver";
import { Tyre } from "../../../components/tyre";
import { NotKnown } from "../../../components/unknown";
import { calmName } from "../../../drivers";
import type { DriverStyles } from "../../../drivers";
import { difference, lapTime, wallDay } from "../../../format";
import { startOf } from "../../../session";
import type { Session } from "../../../session";
import type { PickItem } from "./pick-list";

export interface PickDriver {
  driver_number: number;
  name_acronym: string | null;
  full_name: string | null;
  team_name: string | null;
  best_lap_time: number | null;
  laps: number;
  laps_usable: number;
}

export interface PickLap {
  lap_number: number;
  lap_duration: number | null;
  delta_to_personal_best: number | null;
  compound: string | null;
  tyre_age: number | null;
  is_personal_best: boolean | null;
  is_session_best: boolean | null;
  is_usable: boolean;
  note: string;
}

export function sessionItem(session: Session): PickItem {
  const isMissing = session.telemetry === "missing";
  return {
    key: session.session_key,
    typed: `${session.year} ${session.session_name} ${session.meeting_name}`.toLowerCase(),
    isDisabled: isMissing,
    content: (
      <>
        <span>
          <b>{session.session_name}</b> {session.meeting_name} {session.year}
        </span>
        <small>{isMissing ? "no telemetry" : wallDay(startOf(session), session.gmt_offset)}</small>
      </>
    ),
  };
}

export function driverItem(driver: PickDriver, styles: DriverStyles): PickItem {
  const name = driver.full_name ? calmName(driver.full_name) : `Car ${driver.driver_number}`;
  return {
    key: driver.driver_number,
    typed: `${driver.name_acronym ?? ""} ${name} ${driver.driver_number}`.toLowerCase(),
    isDisabled: driver.laps_usable === 0,
    content: (
      <>
        <span class="drv">
          <DriverBar driver={styles.get(driver.driver_number)} />
          <b>{driver.name_acronym ?? driver.driver_number}</b>
          <span class="nm">{name}</span>
        </span>
        <small>{driver.laps_usable ? lapTime(driver.best_lap_time) : "no telemetry"}</small>
      </>
    ),
  };
}

export function lapItem(lap: PickLap, isInOverlay: boolean): PickItem {
  const mark = lap.is_session_best ? "best of the session" : lap.is_personal_best ? "own best" : "";
  const notes = [isInOverlay ? "in the overlay" : "", mark, lap.note].filter(Boolean).join(", ");
  return {
    key: lap.lap_number,
    typed: String(lap.lap_number),
    isDisabled: !lap.is_usable || isInOverlay,
    content: (
      <>
        <span class="number">{lap.lap_number}</span>
        <span class={lap.is_personal_best ? "t-pb" : undefined}>
          {lap.lap_duration === null ? <NotKnown /> : lapTime(lap.lap_duration)}
        </span>
        <span class="muted">{lap.delta_to_personal_best === null ? "" : difference(lap.delta_to_personal_best)}</span>
        <Tyre compound={lap.compound} size={16} />
        <small>{notes}</small>
      </>
    ),
  };
}

import { useMemo } from "preact/hooks";
import { setCursor, useCursor } from "../../charts/cursor";
import { Segments } from "../../components/controls";
import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Link } from "../../components/link";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { Tyre } from "../../components/tyre";
import { Known } from "../../components/unknown";
import { gap, lapTime, sector, speed } from "../../format";
import type { SpeedUnit } from "../../format";
import { navigate } from "../../router";
import { useSpeedUnit } from "../../settings";
import { useObjects, useView } from "../../use-view";
import type { LapsDriver } from "./use-drivers";

type Best = "session" | "driver" | null;

/** A row of sql/laps_of_driver.sql. */
interface DriverLap {
  driver_number: number;
  lap_number: number;
  lap_duration: number | null;
  delta_to_personal_best: number | null;
  duration_sector_1: number | null;
  duration_sector_2: number | null;
  duration_sector_3: number | null;
  st_speed: number | null;
  compound: string | null;
  tyre_age: number | null;
  best: Best;
  best_sector_1: Best;
  best_sector_2: Best;
  best_sector_3: Best;
  is_deleted: boolean;
  note: string;
  verdict_message: string | null;
}

const HEIGHT = 426;
const BEST_CLASS = { session: "t-best", driver: "t-pb" };
const BEST_TITLE = { session: "Best of the session", driver: "Best of the driver" };

/** A time; a chip for the best of the session, bold for the driver's own best. */
function Time({ value, best, format, isDeleted }: { value: number | null; best: Best; format: (value: number) => string; isDeleted?: boolean }) {
  const shown = <Known value={value}>{format}</Known>;
  if (value !== null && isDeleted) return <span class="t-off">{shown}</span>;
  return best ? <span class={BEST_CLASS[best]} title={BEST_TITLE[best]}>{shown}</span> : shown;
}

const columnsOf = (unit: SpeedUnit): Column<DriverLap>[] => [
  { name: "lap_number", head: "Lap", isNumber: true, isRowHead: true, cell: (lap) => lap.lap_number },
  { name: "lap_duration", head: "Time", isNumber: true, cell: (lap) => <Time value={lap.lap_duration} best={lap.best} format={lapTime} isDeleted={lap.is_deleted} /> },
  { name: "delta_to_personal_best", head: "To best", title: "Seconds to the driver's best lap", isNumber: true, class: "faint", cell: (lap) => lap.delta_to_personal_best !== null && lap.best === null && gap(lap.delta_to_personal_best) },
  { name: "duration_sector_1", head: "Sector 1", isNumber: true, isLow: true, cell: (lap) => <Time value={lap.duration_sector_1} best={lap.best_sector_1} format={sector} /> },
  { name: "duration_sector_2", head: "Sector 2", isNumber: true, isLow: true, cell: (lap) => <Time value={lap.duration_sector_2} best={lap.best_sector_2} format={sector} /> },
  { name: "duration_sector_3", head: "Sector 3", isNumber: true, isLow: true, cell: (lap) => <Time value={lap.duration_sector_3} best={lap.best_sector_3} format={sector} /> },
  { name: "st_speed", head: `Trap, ${unit}`, isNumber: true, isLow: true, cell: (lap) => <Known value={lap.st_speed}>{(value) => speed(value, unit)}</Known> },
  { name: "compound", head: "Tyre", cell: (lap) => <Tyre compound={lap.compound} /> },
  { name: "tyre_age", head: "Age", title: "Age of the tyres before the lap, laps", isNumber: true, cell: (lap) => <Known value={lap.tyre_age}>{String}</Known> },
  { name: "note", head: "Note", class: "muted why", cell: (lap) => (lap.verdict_message ? <span title={lap.verdict_message}>{lap.note}</span> : lap.note) },
];

interface Props {
  session_key: number;
  /** Drivers to choose from: those in colour. */
  drivers: readonly LapsDriver[];
  of: LapsDriver | undefined;
  setOf: (driver: number) => void;
  /** The lap that is chosen, else the driver's best. */
  lap: number | null;
  setLap: (lap: number) => void;
  /** Address of the overlay of a lap; left out without telemetry. */
  overlayOf?: (lap: number) => string;
}

/** All laps of one driver, with the lap under the cursor. */
export function DriverLaps({ session_key, drivers, of, setOf, lap, setLap, overlayOf }: Props) {
  const number = of?.driver_number;
  const params = { session_key, driver_number: number ?? null };
  const view = useView("laps_of_driver", number === undefined ? null : params);
  const rows = useObjects<DriverLap>(view.rows);
  const laps = rows[0]?.driver_number === number ? rows : [];
  const unit = useSpeedUnit();
  const columns = useMemo(() => columnsOf(unit), [unit]);
  const cursor = useCursor("lap");
  const shown = cursor ?? lap;
  const selected = laps.findIndex((row) => row.lap_number === shown);
  const choices = of && !of.isPicked ? [...drivers, of] : drivers;
  const select = (row: DriverLap) => {
    setLap(row.lap_number);
    setCursor("lap", row.lap_number);
  };
  return (
    <Panel
      class="c7 laps-of"
      title="Laps of"
      aside={choices.length > 0 && (
        <Segments
          label="Driver of the table"
          value={String(number)}
          options={choices.map((driver) => ({ value: String(driver.driver_number), text: driver.label, title: driver.style?.full_name }))}
          onChange={(value) => setOf(Number(value))}
        />
      )}
      tools={overlayOf && selected >= 0 && shown !== null && <Link class="btn" href={overlayOf(shown)}>Overlay lap {shown}</Link>}
      sql={number === undefined ? undefined : { name: "laps_of_driver", params }}
      view={number === undefined ? undefined : view}
      isFlush
    >
      {of ? (
        <DataTable
          caption={`Laps of ${of.style?.full_name ?? of.label}`}
          rows={laps}
          keyOf={(row) => row.lap_number}
          columns={columns}
          height={HEIGHT}
          selected={selected < 0 ? null : selected}
          onSelect={select}
          onOpen={overlayOf && ((row) => navigate(overlayOf(row.lap_number)))}
        />
      ) : (
        <State title="No driver is in colour" text="Tick a driver in the list to see the laps." />
      )}
    </Panel>
  );
}

import { useMemo } from "preact/hooks";
import { Segments } from "../../components/controls";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { useDriverStyle } from "../../drivers";
import { useKeys } from "../../keys";
import { useParam } from "../../param";
import type { Session } from "../../session";
import { allOf, useObjects, useView } from "../../use-view";
import { bandsByLap } from "./axis";
import { DriverMenu, MOST_IN_COLOUR } from "./driver-menu";
import { GapChart } from "./gap-chart";
import { carsOf } from "./gap-lines";
import type { Measure } from "./gap-lines";
import { GapTable } from "./gap-table";
import type { GapRow, NeutralisationRow, StintRow } from "./rows";
import { byDriver } from "./stints";

const OUT = ["Did not finish", "Disqualified", "Not classified"];
const NONE: readonly number[] = [];

/** Drivers in colour: the reference first, then those picked, or the first of the result. */
function coloured(reference: number, picked: readonly number[], order: readonly number[]): readonly number[] {
  const wanted = picked.length ? picked.filter((number) => order.includes(number)) : order;
  return [reference, ...wanted.filter((number) => number !== reference)].slice(0, MOST_IN_COLOUR);
}

export function GapPanel({ session, class: extra }: { session: Session; class: string }) {
  const [mode, setMode] = useParam("mode", "gap");
  const [wanted, setReference] = useParam("reference", 0);
  const [picked, setPicked] = useParam("drivers", NONE);
  const measure: Measure = mode === "position" ? "position" : "gap";

  const key = { session_key: session.session_key };
  const stints = useView("strategy_stints", key);
  const drivers = useMemo(() => byDriver(stints.rows?.objects<StintRow>() ?? []), [stints.rows]);
  const order = useMemo(() => drivers.map((driver) => driver.driver_number), [drivers]);
  const out = useMemo(() => new Set(drivers.filter((driver) => OUT.includes(driver.status ?? "")).map((driver) => driver.driver_number)), [drivers]);
  const reference = order.includes(wanted) ? wanted : (order[0] ?? 0);
  const inColour = useMemo(() => coloured(reference, picked, order), [reference, picked, order]);

  const params = { ...key, reference };
  const gaps = useView("strategy_gaps", order.length ? params : null);
  const neutralisations = useView("strategy_neutralisations", key);
  const rows = useObjects<GapRow>(gaps.rows);
  const periods = useObjects<NeutralisationRow>(neutralisations.rows);
  const styles = useDriverStyle(session.session_key);
  const cars = useMemo(() => carsOf(rows), [rows]);
  const bands = useMemo(() => bandsByLap(periods, cars.laps), [periods, cars]);

  const step = (by: number) => {
    const next = order[(order.indexOf(reference) + by + order.length) % order.length];
    if (next !== undefined) setReference(next);
  };
  useKeys({
    where: "Strategy",
    keys: [
      { key: "p", text: "gap or position", run: () => setMode(measure === "gap" ? "position" : "gap") },
      { key: "[", text: "gap to the previous driver", run: () => step(-1) },
      { key: "]", text: "gap to the next driver", run: () => step(1) },
    ],
  });

  const state = allOf(stints, neutralisations, ...(order.length ? [gaps] : []));
  const isKnown = rows.some((row) => row.gap !== null || (row.lap_number > 0 && row.position !== null));
  const lastLap = cars.byNumber.get(reference)?.lastLap ?? 0;
  const letters = styles.get(reference)?.name_acronym ?? reference;
  const table = () => <GapTable rows={rows} styles={styles} reference={reference} />;
  return (
    <Panel
      class={`${extra} gaps`}
      title={measure === "gap" ? "Gap to" : "Position by lap"}
      aside={isKnown && <DriverMenu order={order} styles={styles} reference={reference} inColour={inColour} onReference={setReference} onColour={setPicked} />}
      tools={isKnown && (
        <Segments
          label="Measure"
          value={measure}
          options={[{ value: "gap", text: "Gap" }, { value: "position", text: "Position" }]}
          onChange={setMode}
        />
      )}
      sql={{ name: "strategy_gaps", params }}
      view={state}
      table={isKnown ? table : undefined}
      isFlush={!isKnown}
      note={isKnown && (
        <>
          From the times at the line, not from sums of laps. Other drivers grey; a line ends where the car retired.
          {measure === "gap" && lastLap < cars.laps && ` The line of ${letters} ends with lap ${lastLap}, so gaps to it end there.`}
        </>
      )}
    >
      {isKnown
        ? <GapChart session={session} cars={cars} order={order} inColour={inColour} out={out} styles={styles} reference={reference} measure={measure} bands={bands} table={table} />
        : <State title="No times at the line" text="The lake has no laps of this session, and gaps come from the ends of laps. Stints and stops still work." />}
    </Panel>
  );
}

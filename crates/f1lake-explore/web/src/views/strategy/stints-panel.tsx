import { useMemo } from "preact/hooks";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { Tyre, tyreLetter, tyreName } from "../../components/tyre";
import { useSessionClock } from "../../clock";
import { useDriverStyle } from "../../drivers";
import { isRace } from "../../session";
import type { Session } from "../../session";
import { allOf, useObjects, useView } from "../../use-view";
import { axisOf } from "./axis";
import type { NeutralisationRow, StintRow } from "./rows";
import { byDriver } from "./stints";
import { StintsChart } from "./stints-chart";
import { StintsTable } from "./stints-table";

const COMPOUNDS = ["SOFT", "MEDIUM", "HARD", "INTERMEDIATE", "WET", null];

/** The compounds of the session, named. */
function TyreKey({ rows }: { rows: readonly StintRow[] }) {
  const used = new Set(rows.flatMap((row) => (row.stint_number === null ? [] : tyreLetter(row.compound))));
  const name = (compound: string | null) => tyreName(compound).replace(/^./, (letter) => letter.toUpperCase());
  return (
    <span class="tyres lo">
      {COMPOUNDS.filter((compound) => used.has(tyreLetter(compound))).map((compound) => (
        <span key={compound} class="key"><Tyre compound={compound} size={16} />{name(compound)}</span>
      ))}
    </span>
  );
}

function Note({ isOfRace, isByTime, hasRepairs }: { isOfRace: boolean; isByTime: boolean; hasRepairs: boolean }) {
  return (
    <>
      Number in a bar: laps on the set. Hatched start: laps the set had done before.
      {isOfRace && " Figure at the end of a bar: time the stop cost against two laps without it, s."}
      {isByTime && " A bar lasts from the first lap on the set to the last, also where the car stood in the garage between them."}
      {!isOfRace && !isByTime && " Each car by its own count of laps."}
      {hasRepairs && <> <span class="nw"><svg class="repaired" width="9" height="9" aria-hidden="true"><path d="M4.500 0 9 9H0Z" fill="var(--warn)" /></svg> start or end repaired</span>, because the source let stints overlap or left them open.</>}
    </>
  );
}

export function StintsPanel({ session }: { session: Session }) {
  const params = { session_key: session.session_key };
  const stints = useView("strategy_stints", params);
  const neutralisations = useView("strategy_neutralisations", params);
  const rows = useObjects<StintRow>(stints.rows);
  const periods = useObjects<NeutralisationRow>(neutralisations.rows);
  const clock = useSessionClock(session);
  const styles = useDriverStyle(session.session_key);
  const drivers = useMemo(() => byDriver(rows), [rows]);
  const axis = useMemo(() => axisOf(session, drivers, periods, clock), [session, drivers, periods, clock]);
  const hasStints = rows.some((row) => row.stint_number !== null);
  const isOfRace = isRace(session);
  const table = () => <StintsTable rows={rows} drivers={drivers} styles={styles} isRace={isOfRace} />;
  return (
    <Panel
      title={isOfRace ? "Stints and stops" : "Stints"}
      aside="in order of the result"
      tools={<TyreKey rows={rows} />}
      sql={{ name: "strategy_stints", params }}
      view={allOf(stints, neutralisations)}
      table={hasStints ? table : undefined}
      isFlush={!hasStints}
      note={hasStints && <Note isOfRace={isOfRace} isByTime={axis.cursor === "time"} hasRepairs={rows.some((row) => row.is_repaired)} />}
    >
      {hasStints
        ? <StintsChart session={session} drivers={drivers} styles={styles} axis={axis} isRace={isOfRace} table={table} />
        : <State title="No stints for this session" text="OpenF1 has no tyres for it. Laps and race control still work." />}
    </Panel>
  );
}

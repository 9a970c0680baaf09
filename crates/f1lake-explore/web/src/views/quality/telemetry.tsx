import { Panel } from "../../components/panel";
import { RowsTable } from "../../components/rows-table";
import { State } from "../../components/state";
import { sessionTitle } from "../../session";
import type { Session } from "../../session";
import { useObjects, useView } from "../../use-view";
import { LapGrid } from "./lap-grid";
import type { LapTelemetry } from "./lap-grid";
import { TelemetryLegend } from "./telemetry-legend";

/** How much telemetry each lap has. */
export function Telemetry({ session }: { session: Session }) {
  const params = { session_key: session.session_key };
  const view = useView("quality_telemetry", params);
  const laps = useObjects<LapTelemetry>(view.rows);
  const isEmpty = view.rows !== null && laps.every((lap) => lap.samples === 0);
  return (
    <Panel
      title="Telemetry by lap"
      sql={{ name: "quality_telemetry", params }}
      view={view}
      table={laps.length ? () => view.rows && <RowsTable caption="Telemetry by lap" rows={view.rows} /> : undefined}
      note={!isEmpty && laps.length > 0 && <TelemetryLegend laps={laps} />}
    >
      {isEmpty ? (
        <State
          title="No telemetry for this session"
          text={
            laps.length
              ? `OpenF1 has laps for ${sessionTitle(session)}, but no car data or positions. Laps, strategy and race control still work.`
              : `There are no laps and no car data for ${sessionTitle(session)}.`
          }
        />
      ) : (
        <LapGrid laps={laps} session_key={session.session_key} />
      )}
    </Panel>
  );
}

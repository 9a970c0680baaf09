import { useMemo } from "preact/hooks";
import { Segments } from "../components/controls";
import { Panel } from "../components/panel";
import { State } from "../components/state";
import { useDriverStyle } from "../drivers";
import { useKeys } from "../keys";
import { useParam } from "../param";
import { useObjects, useView } from "../use-view";
import { CheckList } from "./quality/check-list";
import { inGroups } from "./quality/checks";
import type { CheckRow } from "./quality/checks";
import { FactsRow } from "./quality/facts-row";
import type { QualityFacts } from "./quality/facts-row";
import { Landed } from "./quality/landed";
import { Telemetry } from "./quality/telemetry";
import { Weekend } from "./quality/weekend";
import type { SessionViewProps } from "./types";

const SHOWN = [
  { value: "all", text: "All" },
  { value: "found", text: "Found" },
] as const;
type Shown = (typeof SHOWN)[number]["value"];

export default function QualityView({ session }: SessionViewProps) {
  const { session_key } = session;
  const [open, setOpen] = useParam("check", "");
  const [shown, setShown] = useParam("show", "all");
  const params = { session_key };
  const view = useView("quality_checks", params);
  const checks = useObjects<CheckRow>(view.rows);
  const facts = useObjects<QualityFacts>(useView("quality_facts", params).rows)[0];
  const drivers = useDriverStyle(session_key);
  const listed = useMemo(
    () =>
      inGroups(checks.filter((check) => shown !== "found" || check.status === "warned" || check.check_name === open)),
    [checks, shown, open],
  );
  useKeys({
    where: "Data quality",
    keys: [
      { key: "f", text: "all checks or what was found", run: () => setShown(shown === "found" ? "all" : "found") },
    ],
  });
  const isClean = view.rows !== null && checks.length > 0 && !listed.length;
  return (
    <>
      {facts && checks.length > 0 && <FactsRow facts={facts} checks={checks} />}
      <div class="grid">
        <div class="c8 stack">
          <Panel
            title="Checks of this session"
            tools={
              <Segments<Shown>
                label="Checks"
                options={SHOWN}
                value={shown === "found" ? "found" : "all"}
                onChange={setShown}
              />
            }
            sql={{ name: "quality_checks", params }}
            view={view}
            isFlush
          >
            {isClean && <State title="Nothing is odd" text="No check of this session found something." />}
            {view.rows && !checks.length && (
              <State
                title="No check looked at this session"
                text="It is in the lake since the tables for analysis were built. `f1lake build` checks it."
              />
            )}
            {listed.length > 0 && (
              <CheckList checks={listed} drivers={drivers} session_key={session_key} open={open} onOpen={setOpen} />
            )}
          </Panel>
          <Telemetry session={session} />
          <Landed session_key={session_key} />
        </div>
        <Weekend session_key={session_key} />
      </div>
    </>
  );
}

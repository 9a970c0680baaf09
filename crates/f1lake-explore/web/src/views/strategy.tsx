import { Panel } from "../components/panel";
import { State } from "../components/state";
import { isRace } from "../session";
import { GapPanel } from "./strategy/gap-panel";
import { PitLossPanel } from "./strategy/pit-loss-panel";
import { StintsPanel } from "./strategy/stints-panel";
import { StopsPanel } from "./strategy/stops-panel";
import { UndercutsPanel } from "./strategy/undercuts-panel";
import type { SessionViewProps } from "./types";

/** Why a session that is not a race has stints and no gaps. */
function NoGaps({ name, class: extra }: { name: string; class: string }) {
  return (
    <Panel title="Gaps and stops" class={extra} isFlush>
      <State title={`There are no gaps in ${name}`} text="Cars leave when they like and drive against the clock, so gaps, places by lap, undercuts and what a stop costs exist in races and sprints." />
    </Panel>
  );
}

export default function StrategyView({ session }: SessionViewProps) {
  const isOfRace = isRace(session);
  return (
    <div class="stack">
      <StintsPanel session={session} />
      <div class="grid">
        {isOfRace && <GapPanel session={session} class="c7" />}
        {isOfRace && <StopsPanel session={session} class="c5" />}
        {isOfRace && <UndercutsPanel session={session} class="c7" />}
        {!isOfRace && <NoGaps name={session.session_name.toLowerCase()} class="c7" />}
        <PitLossPanel session={session} class="c5" />
      </div>
    </div>
  );
}

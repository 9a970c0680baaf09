import { Command } from "../components/copy";
import { ErrorState, NoGold } from "../components/error-state";
import { State } from "../components/state";
import { lakeError, lookAtLake, useLake } from "../lake";
import { useStore } from "../store";

/** What the page shows when there is nothing to look at yet. */
export function LakeState() {
  const lake = useLake();
  const error = useStore(lakeError);
  if (!lake) return error && <ErrorState error={error} retry={() => void lookAtLake()} />;
  switch (lake.state) {
    case "no_lake":
      return (
        <State
          title={`There is no lake at ${lake.place}`}
          text="Make one from a generated race weekend in about a minute, or point to yours."
        >
          <Command text="f1lake demo --explore" />
          <Command text="f1lake explore --lake PATH" />
        </State>
      );
    case "empty_lake":
      return (
        <State
          title="The lake has no sessions yet"
          text="Its tables are there and hold no rows. This page shows each session as soon as it lands."
        >
          <Command text="f1lake run --num-sessions 5" />
          <p class="faint">Looking again every 10 s.</p>
        </State>
      );
    case "no_gold":
      return <NoGold />;
    case "ready":
      return null;
  }
}

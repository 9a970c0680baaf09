import type { ComponentChildren } from "preact";
import { ErrorState } from "../../components/error-state";
import { Loading } from "../../components/loading";
import { State } from "../../components/state";
import type { Rows } from "../../api";
import type { ViewState } from "../../use-view";

interface Props {
  view: ViewState;
  children: (rows: Rows) => ComponentChildren;
}

/** The figures on top of a session, or why they are not there. */
export function Answer({ view, children }: Props) {
  if (view.rows?.length) return <>{children(view.rows)}</>;
  if (view.rows)
    return (
      <div class="panel">
        <State title="No result for this session" text="The lake has neither its laps nor its result." />
      </div>
    );
  return (
    <div class="panel">
      {view.error ? <ErrorState error={view.error} retry={view.retry} /> : <Loading view={view} lines={2} />}
    </div>
  );
}

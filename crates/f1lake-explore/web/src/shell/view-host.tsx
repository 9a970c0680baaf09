import { Component } from "preact";
import type { ComponentChildren, ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError, serverGone } from "../api";
import { ErrorState } from "../components/error-state";
import { Loading } from "../components/loading";
import { State } from "../components/state";
import { QUIET_MS } from "../resource";
import type { SeasonViewProps, SessionViewProps } from "../views/types";

type Loader<P> = () => Promise<{ default: ComponentType<P> }>;

/** Adds the styles of a view, once; a view without them is better than none. */
function styles(name: string): Promise<void> {
  return new Promise((resolve) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = `/assets/view-${name}.css`;
    link.onload = link.onerror = () => resolve();
    document.head.append(link);
  });
}

const withStyles =
  <P,>(name: string, load: Loader<P>): Loader<P> =>
  async () =>
    (await Promise.all([load(), styles(name)]))[0];

/** A failure of one view leaves the rest of the page alone. */
class Boundary extends Component<{ children: ComponentChildren }, { error: Error | null }> {
  override state = { error: null as Error | null };

  override componentDidCatch(error: Error) {
    if (!(error instanceof ApiError)) console.error(error);
    this.setState({ error });
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    const again = () => this.setState({ error: null });
    return (
      <div class="panel">
        {error instanceof ApiError ? (
          <ErrorState error={error} retry={again} />
        ) : (
          <State
            title="This view failed"
            text={error.message}
            action={
              <button type="button" class="btn primary" onClick={again}>
                Try again
              </button>
            }
          />
        )}
      </div>
    );
  }
}

/** Loads the file of a view when it is first shown. */
function lazy<P extends object>(load: Loader<P>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [View, setView] = useState<ComponentType<P> | null>(() => loaded);
    const [isLate, setLate] = useState(false);
    const [error, setError] = useState<Error | null>(null);
    useEffect(() => {
      if (loaded) return;
      const timer = setTimeout(() => setLate(true), QUIET_MS);
      load().then(
        (module) => {
          loaded = module.default;
          setView(() => module.default);
        },
        () => {
          serverGone.set(true);
          setError(new ApiError("gone", "the file of this view did not load"));
        },
      );
      return () => clearTimeout(timer);
    }, []);
    if (error) throw error;
    if (View) return <View {...props} />;
    const nothing = () => {};
    return <Loading view={{ isLoading: isLate, isSlow: false, isStopped: false, stop: nothing, retry: nothing }} />;
  };
}

const SESSION_VIEWS = {
  overview: lazy<SessionViewProps>(withStyles("session", () => import("../views/session"))),
  laps: lazy<SessionViewProps>(withStyles("laps", () => import("../views/laps"))),
  overlay: lazy<SessionViewProps>(withStyles("overlay", () => import("../views/overlay"))),
  strategy: lazy<SessionViewProps>(withStyles("strategy", () => import("../views/strategy"))),
  quality: lazy<SessionViewProps>(withStyles("quality", () => import("../views/quality"))),
};
const SessionsView = lazy<object>(() => import("../views/sessions"));
const SeasonView = lazy<SeasonViewProps>(withStyles("season", () => import("../views/season")));
const SqlView = lazy<object>(withStyles("sql", () => import("../views/sql")));

export type Shown =
  | { view: "sessions" }
  | { view: "sql" }
  | { view: "season"; year: number | null }
  | { view: "session"; tab: keyof typeof SESSION_VIEWS; session: SessionViewProps["session"] };

function content(shown: Shown) {
  switch (shown.view) {
    case "sessions":
      return <SessionsView />;
    case "sql":
      return <SqlView />;
    case "season":
      return <SeasonView year={shown.year} />;
    case "session": {
      const View = SESSION_VIEWS[shown.tab];
      return <View session={shown.session} />;
    }
  }
}

export function ViewHost({ shown }: { shown: Shown }) {
  const key = shown.view === "session" ? `${shown.session.session_key}/${shown.tab}` : shown.view;
  return <Boundary key={key}>{content(shown)}</Boundary>;
}

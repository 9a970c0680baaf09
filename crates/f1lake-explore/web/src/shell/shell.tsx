import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Patterns } from "../charts/bands";
import { useFreshCursors } from "../charts/cursor";
import { ErrorState } from "../components/error-state";
import { Link } from "../components/link";
import { State } from "../components/state";
import { listenToKeys } from "../keys";
import { useLake, watchLake } from "../lake";
import { useRoute } from "../router";
import type { Route } from "../router";
import { placeName, useSessions } from "../session";
import type { Session } from "../session";
import { useStore } from "../store";
import { openDialog } from "./dialogs";
import { FindDialog } from "./find-dialog";
import { Footer } from "./footer";
import { useGlobalKeys } from "./global-keys";
import { KeysDialog } from "./keys-dialog";
import { LakeState } from "./lake-state";
import { useKeepPlace } from "./last-place";
import { Notices } from "./notices";
import { SessionHead } from "./session-head";
import { tabText } from "./tabs";
import { TopBar } from "./top-bar";
import { ViewHost } from "./view-host";

const NO_SESSIONS: readonly Session[] = [];

function titleOf(route: Route, session: Session | null): string {
  switch (route.view) {
    case "sessions":
      return "Sessions";
    case "season":
      return route.year === null ? "Season" : `Season ${route.year}`;
    case "sql":
      return "SQL";
    case "session": {
      if (!session) return `Session ${route.session_key}`;
      const name = `${session.session_name}, ${placeName(session)} ${session.year}`;
      return route.tab === "overview" ? name : `${tabText(route.tab)}, ${name}`;
    }
    case "unknown":
      return "No such page";
  }
}

/** What stands in the place of a view, which would have brought its heading. */
function Message({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="panel">
      <h1 class="sr">{title}</h1>
      {children}
    </div>
  );
}

interface ContentProps {
  route: Route;
  session: Session | null;
  sessions: ReturnType<typeof useSessions>;
  title: string;
}

function Content({ route, session, sessions, title }: ContentProps) {
  const lake = useLake();
  const isReady = lake?.state === "ready" || (lake?.state === "no_gold" && route.view === "sql");
  const toSessions = (
    <Link class="btn primary" href="/">
      See sessions
    </Link>
  );
  if (!isReady)
    return (
      <Message title={title}>
        <LakeState />
      </Message>
    );
  if (route.view === "unknown") {
    return (
      <Message title={title}>
        <State
          title="There is no such page"
          text={
            <>
              The address <code>{route.path}</code> leads nowhere.
            </>
          }
          action={toSessions}
        />
      </Message>
    );
  }
  if (route.view !== "session") return <ViewHost shown={route} />;
  if (session) return <ViewHost shown={{ view: "session", tab: route.tab, session }} />;
  if (sessions.error)
    return (
      <Message title={title}>
        <ErrorState error={sessions.error} retry={sessions.retry} />
      </Message>
    );
  if (!sessions.value) return null;
  return (
    <Message title={title}>
      <State
        title={`There is no session ${route.session_key}`}
        text={`The lake at ${lake.place} does not hold it.`}
        action={toSessions}
      />
    </Message>
  );
}

/** Moves the focus without a fragment in the address. */
function skip(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

export function Shell() {
  useEffect(listenToKeys, []);
  useEffect(watchLake, []);
  const route = useRoute();
  const lake = useLake();
  const sessions = useSessions(lake?.state === "ready");
  const list = sessions.value ?? NO_SESSIONS;
  const dialog = useStore(openDialog);
  const session =
    route.view === "session" ? (list.find((other) => other.session_key === route.session_key) ?? null) : null;
  const title = titleOf(route, session);
  useGlobalKeys(list);
  useFreshCursors(session?.session_key);
  useKeepPlace(session, route.view === "session" ? tabText(route.tab) : "");
  useEffect(() => void (document.title = `${title} · f1lake`), [title]);
  const area = route.view === "session" && route.tab !== "overview" ? route.tab : route.view;
  return (
    <>
      <Patterns />
      <a class="skip" href="#main" onClick={skip}>
        Skip to content
      </a>
      <TopBar />
      {session && route.view === "session" && <SessionHead session={session} sessions={list} tab={route.tab} />}
      <Notices />
      <main id="main" class={`v-${area}`} tabIndex={-1}>
        <Content route={route} session={session} sessions={sessions} title={title} />
      </main>
      <Footer sessions={list} />
      <p class="sr" aria-live="polite">
        {title}
      </p>
      {dialog === "find" && <FindDialog sessions={list} session={session} />}
      {dialog === "keys" && <KeysDialog />}
    </>
  );
}

import { useMemo } from "preact/hooks";
import { Segments } from "../components/controls";
import { ErrorState } from "../components/error-state";
import { Loading } from "../components/loading";
import { Panel } from "../components/panel";
import { State } from "../components/state";
import { count, plural } from "../format";
import { useParam } from "../param";
import { useSessions } from "../session";
import type { Session } from "../session";
import { lastPlace } from "../shell/last-place";
import { Facets } from "./sessions/facets";
import { shownSessions, yearsOf } from "./sessions/filters";
import { LastCard } from "./sessions/last-card";
import { List } from "./sessions/list";
import { MarksLegend } from "./sessions/marks";
import { Matrix } from "./sessions/matrix";
import { weekendsOf } from "./sessions/weekends";

const NONE: readonly Session[] = [];
const SHOWN_AS = [
  { value: "weekends", text: "Weekends" },
  { value: "list", text: "List" },
] as const;
type ShownAs = (typeof SHOWN_AS)[number]["value"];

/** How many are shown, and of how many, so that hidden rows are counted. */
function amount(shown: readonly Session[], all: readonly Session[]): string {
  const weekends = new Set(shown.map((session) => session.meeting_key)).size;
  const sessions =
    shown.length === all.length
      ? plural(all.length, "session")
      : `${count(shown.length)} of ${plural(all.length, "session")}`;
  return `${sessions}, ${plural(weekends, "weekend")}`;
}

export default function SessionsView() {
  const list = useSessions();
  const all = list.value ?? NONE;
  const [search, setSearch] = useParam("find", "");
  const [hide, setHide] = useParam("hide", "");
  const [shownAs, setShownAs] = useParam("as", "weekends");
  const [hasWinners, setWinners] = useParam("winners", false);
  const hidden = useMemo(() => new Set(hide.split(",").filter(Boolean)), [hide]);
  const shown = useMemo(() => shownSessions(all, hidden, search), [all, hidden, search]);
  const last = lastPlace();
  const lastSession = all.find((session) => session.session_key === last?.session_key) ?? null;

  const toggle = (group: string, isShown: boolean) => {
    const next = new Set(hidden);
    if (isShown) next.delete(group);
    else next.add(group);
    setHide([...next].join(","));
  };
  const showAll = () => {
    setHide("");
    setSearch("");
  };
  const tools = (
    <Segments<ShownAs>
      label="Show as"
      options={SHOWN_AS}
      value={shownAs === "list" ? "list" : "weekends"}
      onChange={setShownAs}
    />
  );
  const panel = (title: string, sessions: readonly Session[], from: readonly Session[], isFirst: boolean) => (
    <Panel
      key={title}
      title={title}
      aside={amount(sessions, from)}
      tools={isFirst && tools}
      sql={isFirst ? { name: "sessions" } : undefined}
      isFlush
    >
      {isFirst && (
        <div class="legend-row">
          <MarksLegend />
        </div>
      )}
      {shownAs === "list" ? (
        <List sessions={sessions} lastSession={lastSession?.session_key ?? null} hasWinners={hasWinners} />
      ) : (
        <Matrix
          year={Number(title)}
          weekends={weekendsOf(sessions, all)}
          lastSession={lastSession?.session_key ?? null}
          hasWinners={hasWinners}
        />
      )}
    </Panel>
  );
  const ofYear = (sessions: readonly Session[], year: number) => sessions.filter((session) => session.year === year);
  const content = () => {
    if (list.error)
      return (
        <div class="panel">
          <ErrorState error={list.error} retry={list.retry} />
        </div>
      );
    if (!list.value) return <Loading view={list} />;
    if (!shown.length) {
      return (
        <div class="panel">
          <State
            title="No session matches"
            text={`The search and the filters hide all ${count(all.length)} sessions.`}
            action={
              <button type="button" class="btn primary" onClick={showAll}>
                Show all
              </button>
            }
          />
        </div>
      );
    }
    if (shownAs === "list") return panel("All seasons", shown, all, true);
    return yearsOf(shown).map((year, i) => panel(String(year), ofYear(shown, year), ofYear(all, year), i === 0));
  };
  return (
    <>
      <h1 class="sr">Sessions</h1>
      <div class="page">
        <Facets
          sessions={all}
          hidden={hidden}
          onToggle={toggle}
          search={search}
          onSearch={setSearch}
          hasWinners={hasWinners}
          onWinners={setWinners}
        />
        <div class="stack">
          {last && lastSession && <LastCard place={last} session={lastSession} />}
          {content()}
        </div>
      </div>
    </>
  );
}

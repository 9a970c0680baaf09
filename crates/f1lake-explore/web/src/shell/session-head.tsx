import { useEffect, useRef } from "preact/hooks";
import { Link } from "../components/link";
import { Ribbon } from "../components/ribbon";
import { useSessionClock } from "../clock";
import { plural, wallDay, wallTime } from "../format";
import { useLake } from "../lake";
import { sessionPath } from "../router";
import type { SessionTab } from "../router";
import { shortName, startOf, weekendOf, weekendTitle } from "../session";
import type { Session } from "../session";
import { TABS } from "./tabs";

interface Props {
  session: Session;
  sessions: readonly Session[];
  tab: SessionTab;
}

function Meta({ session }: { session: Session }) {
  const laps = useSessionClock(session).laps.at(-1)?.lap_number;
  const start = startOf(session);
  return (
    <p class="meta">
      {session.circuit_short_name && <span>{session.circuit_short_name}</span>}
      <span>
        {wallDay(start, session.gmt_offset)}, {wallTime(start, session.gmt_offset)} local
      </span>
      {laps && <span>{plural(laps, "lap")}</span>}
      {useLake()?.generated && <span>Demo data, generated</span>}
    </p>
  );
}

function Weekend({ session, sessions, tab }: Props) {
  return (
    <nav class="seg" aria-label="Session of the weekend">
      {weekendOf(session, sessions).map((other) => (
        <Link
          key={other.session_key}
          href={sessionPath(other.session_key, tab)}
          title={other.session_name}
          aria-current={other.session_key === session.session_key ? "true" : undefined}
        >
          {shortName(other, true)}
        </Link>
      ))}
    </nav>
  );
}

const FADE_PX = 56;

function Tabs({ session, tab }: { session: Session; tab: SessionTab }) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    const current = nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (nav.current && current)
      nav.current.scrollLeft = current.offsetLeft + current.offsetWidth + FADE_PX - nav.current.clientWidth;
  }, [tab]);
  return (
    <nav ref={nav} class="tabs" aria-label="View">
      {TABS.map((other) => (
        <Link
          key={other.tab}
          href={sessionPath(session.session_key, other.tab)}
          aria-current={other.tab === tab ? "page" : undefined}
        >
          {other.text}
          {other.tab === "quality" && session.findings > 0 && (
            <span class="tag warn count" title={plural(session.findings, "finding")}>
              {session.findings}
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}

export function SessionHead({ session, sessions, tab }: Props) {
  return (
    <>
      <section class="head" aria-label="Session">
        <h1>
          {weekendTitle(session)}
          <span class="sr">, {session.session_name}</span>
        </h1>
        <Meta session={session} />
        <div class="side">
          <Weekend session={session} sessions={sessions} tab={tab} />
        </div>
      </section>
      <Tabs session={session} tab={tab} />
      <Ribbon session={session} />
    </>
  );
}

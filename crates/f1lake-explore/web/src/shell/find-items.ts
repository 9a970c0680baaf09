import type { DriverStyle } from "../drivers";
import { wallDay } from "../format";
import { sessionPath } from "../router";
import { sessionTitle, startOf } from "../session";
import type { Session } from "../session";
import { TABS } from "./tabs";

export interface FindItem {
  key: string;
  text: string;
  note: string;
  path: string;
  driver?: DriverStyle;
}

export const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function matches(item: FindItem, words: readonly string[]): boolean {
  const text = plain(`${item.text} ${item.note}`);
  return words.every((word) => text.includes(word));
}

function sessionItems(sessions: readonly Session[]): FindItem[] {
  return sessions.map((session) => ({
    key: `s${session.session_key}`,
    text: sessionTitle(session),
    note: `${session.circuit_short_name ?? ""}, ${wallDay(startOf(session), session.gmt_offset)}`,
    path: sessionPath(session.session_key),
  }));
}

function driverItems(session: Session, drivers: Iterable<DriverStyle>): FindItem[] {
  return [...drivers].map((driver) => ({
    key: `d${driver.driver_number}`,
    text: driver.full_name,
    note: `${driver.name_acronym} ${driver.driver_number}, ${driver.team_name}, laps`,
    path: `${sessionPath(session.session_key, "laps")}?drivers=${driver.driver_number}`,
    driver,
  }));
}

/** "lap 43", "l43" or "43" in a session. */
function lapItem(session: Session, words: readonly string[]): FindItem[] {
  const lap = /^(?:l|lap)?\s*(\d{1,3})$/.exec(words.join(" "))?.[1];
  if (!lap || lap === "0") return [];
  return [
    {
      key: `l${lap}`,
      text: `Lap ${Number(lap)}`,
      note: sessionTitle(session),
      path: `${sessionPath(session.session_key, "laps")}?lap=${Number(lap)}`,
    },
  ];
}

const PAGES: readonly FindItem[] = [
  { key: "sessions", text: "Sessions", note: "page", path: "/" },
  { key: "season", text: "Season", note: "page", path: "/season" },
  { key: "sql", text: "SQL", note: "page", path: "/sql" },
];

function tabItems(session: Session): FindItem[] {
  return TABS.map(({ tab, text }) => ({
    key: tab,
    text,
    note: `page, ${sessionTitle(session)}`,
    path: sessionPath(session.session_key, tab),
  }));
}

const MOST = 40;

/** What the words find: what belongs to the session on the screen comes first. */
export function findItems(
  text: string,
  sessions: readonly Session[],
  session: Session | null,
  drivers: Iterable<DriverStyle>,
): FindItem[] {
  const words = plain(text).split(/\s+/).filter(Boolean);
  const here = session ? [...driverItems(session, drivers), ...tabItems(session)] : [];
  const rest = [...sessionItems(sessions), ...PAGES];
  if (!words.length) return [...here, ...rest].slice(0, MOST);
  return [
    ...(session ? lapItem(session, words) : []),
    ...[...here, ...rest].filter((item) => matches(item, words)),
  ].slice(0, MOST);
}

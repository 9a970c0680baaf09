import { categoryOf, sessionTitle } from "../../session";
import type { Category, Session } from "../../session";

export type DataGroup = "complete" | "findings" | "telemetry" | "positions";

export const CATEGORIES: readonly Category[] = ["Race", "Sprint", "Qualifying", "Practice", "Testing"];

export const DATA_GROUPS: readonly { group: DataGroup; text: string }[] = [
  { group: "complete", text: "Complete" },
  { group: "findings", text: "With findings" },
  { group: "telemetry", text: "Without telemetry" },
  { group: "positions", text: "Without positions" },
];

const PARTS = ["laps", "telemetry", "positions", "weather", "race_control"] as const;

export const partsOf = (session: Session) => PARTS.map((part) => session[part]);

const isComplete = (session: Session) => session.findings === 0 && partsOf(session).every((part) => part === "whole");

/** The groups of a session in the filter "Data"; a session can be in several. */
export function dataGroups(session: Session): DataGroup[] {
  const groups: DataGroup[] = [];
  if (isComplete(session)) groups.push("complete");
  if (session.findings > 0) groups.push("findings");
  if (session.telemetry === "missing") groups.push("telemetry");
  if (session.positions === "missing") groups.push("positions");
  return groups;
}

/** Every group of a session, as it stands in the query string. */
const groupsOf = (session: Session): string[] => [
  String(session.year),
  categoryOf(session).toLowerCase(),
  ...dataGroups(session),
];

const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function hasWords(session: Session, words: readonly string[]): boolean {
  const text = plain(
    [
      sessionTitle(session),
      session.circuit_short_name,
      session.location,
      session.country_name,
      session.meeting_official_name,
    ].join(" "),
  );
  return words.every((word) => text.includes(word));
}

/** The sessions that no unticked filter hides and that have all words of the search. */
export function shownSessions(sessions: readonly Session[], hidden: ReadonlySet<string>, search: string): Session[] {
  const words = plain(search).split(/\s+/).filter(Boolean);
  return sessions.filter(
    (session) => !groupsOf(session).some((group) => hidden.has(group)) && hasWords(session, words),
  );
}

export const countOf = (sessions: readonly Session[], group: string) =>
  sessions.filter((session) => groupsOf(session).includes(group)).length;

export const yearsOf = (sessions: readonly Session[]) =>
  [...new Set(sessions.map((session) => session.year))].sort((a, b) => b - a);

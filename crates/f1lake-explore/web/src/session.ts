import { useJson } from "./use-view";

export type Part = "whole" | "partly" | "missing";

export interface Session {
  session_key: number;
  meeting_key: number;
  year: number;
  round: number | null;
  meeting_name: string;
  meeting_official_name: string | null;
  location: string | null;
  country_name: string | null;
  circuit_key: number | null;
  circuit_short_name: string | null;
  session_name: string;
  session_type: string;
  date_start: string;
  date_end: string | null;
  gmt_offset: string | null;
  is_sprint_weekend: boolean;
  laps: Part;
  telemetry: Part;
  positions: Part;
  weather: Part;
  race_control: Part;
  findings: number;
  winner: string | null;
}

/** All sessions of the lake, newest first. */
export const useSessions = (isAsked = true) => useJson<Session[]>(isAsked ? "/api/sessions" : null);

export const startOf = (session: Session) => Date.parse(session.date_start);

export type Category = "Race" | "Sprint" | "Qualifying" | "Practice" | "Testing";

/** The group of a session in filters. Qualifying for a sprint is a qualifying. */
export function categoryOf({ session_name, session_type }: Session): Category {
  if (/sprint/i.test(session_name)) return /quali|shootout/i.test(session_name) ? "Qualifying" : "Sprint";
  if (/quali/i.test(session_type)) return "Qualifying";
  if (/race/i.test(session_type)) return "Race";
  return /^day/i.test(session_name) ? "Testing" : "Practice";
}

/** Whether the axis of the session is laps: races and sprints. */
export const isRace = (session: Session) => ["Race", "Sprint"].includes(categoryOf(session));

/** FP1, SQ, Quali; `isLong` writes Qualifying out. */
export function shortName(session: Session, isLong = false): string {
  const practice = /^practice (\d)/i.exec(session.session_name);
  if (practice) return `FP${practice[1]}`;
  if (categoryOf(session) !== "Qualifying") return session.session_name;
  if (/sprint/i.test(session.session_name)) return "SQ";
  return isLong ? session.session_name : "Quali";
}

/** Abu Dhabi Grand Prix 2024 */
export const weekendTitle = (session: Session) => `${session.meeting_name} ${session.year}`;

/** Abu Dhabi Grand Prix 2024, Race */
export const sessionTitle = (session: Session) => `${weekendTitle(session)}, ${session.session_name}`;

const ADJECTIVE = /(ian|ish|ese|tch|nch|man|can)$/;

/** Abu Dhabi, from Abu Dhabi Grand Prix; Italy, from Italian Grand Prix. */
export function placeName({ meeting_name, country_name }: Session): string {
  const name = meeting_name.replace(/ Grand Prix$/, "");
  return name !== meeting_name && ADJECTIVE.test(name) ? (country_name ?? name) : name;
}

/** The sessions of a weekend, in the order in which they are held. */
export function weekendOf(session: Session, sessions: readonly Session[]): Session[] {
  return sessions.filter((other) => other.meeting_key === session.meeting_key).sort((a, b) => startOf(a) - startOf(b));
}

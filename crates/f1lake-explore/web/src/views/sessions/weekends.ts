import { shortName, startOf, weekendOf } from "../../session";
import type { Session } from "../../session";

export interface Slot {
  name: string;
  /** Null when it is not in the lake. */
  session: Session | null;
  /** In the lake, but hidden by a filter. */
  isHidden: boolean;
}

export interface Weekend {
  meeting_key: number;
  any: Session;
  slots: Slot[];
  from: number;
  to: number;
}

const NORMAL = ["FP1", "FP2", "FP3", "Quali", "Race"];
const SPRINT = ["FP1", "SQ", "Sprint", "Quali", "Race"];

/** The five places of a weekend; what does not fit, such as a test, stands in the order of time. */
function slotsOf(held: readonly Session[], shown: ReadonlySet<number>): Slot[] {
  const asSlot = (session: Session): Slot => ({
    name: shortName(session),
    session,
    isHidden: !shown.has(session.session_key),
  });
  const names = held.some((session) => session.is_sprint_weekend) ? SPRINT : NORMAL;
  const fits = held.every((session) => names.includes(shortName(session)));
  if (!fits) return held.map(asSlot);
  return names.map((name) => {
    const session = held.find((other) => shortName(other) === name);
    return session ? asSlot(session) : { name, session: null, isHidden: false };
  });
}

/** The weekends of the shown sessions, newest first. */
export function weekendsOf(shown: readonly Session[], all: readonly Session[]): Weekend[] {
  const keys = new Set(shown.map((session) => session.session_key));
  const meetings = new Map(shown.map((session) => [session.meeting_key, session]));
  return [...meetings.values()]
    .map((any) => {
      const held = weekendOf(any, all);
      const starts = held.map(startOf);
      return {
        meeting_key: any.meeting_key,
        any,
        slots: slotsOf(held, keys),
        from: Math.min(...starts),
        to: Math.max(...starts),
      };
    })
    .sort((a, b) => b.from - a.from);
}

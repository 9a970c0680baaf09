import { useMemo } from "preact/hooks";
import { isRace, startOf } from "./session";
import type { Session } from "./session";
import { useObjects, useView } from "./use-view";
import type { ViewState } from "./use-view";

export interface ClockLap {
  lap_number: number;
  date_start: number | null;
  date_end: number | null;
  date_last_end: number | null;
  cars: number;
}

/** The time axis of a session, the same in the ribbon and in every chart by time. */
export interface SessionClock {
  /** Start of the axis: lights out in a race, the scheduled start elsewhere. Epoch milliseconds. */
  start: number;
  end: number;
  /** Laps of the leader; empty outside races. */
  laps: readonly ClockLap[];
  /** Seconds since the start of the axis. */
  seconds(epoch: number): number;
  /** Lap of the leader at a second of the axis. */
  lapAt(second: number): number | null;
  /** Second at which the leader began a lap. */
  secondOf(lap: number): number | null;
  view: ViewState;
}

const AFTER_FLAG_MS = 10 * 60_000;
const KINDS_OF_SPAN = ["part", "chequered_flag"];

export interface SpanEvent {
  kind: string;
  date_start: number | null;
  date_end: number | null;
}

function spanOfRace(
  scheduled: readonly [number, number],
  laps: readonly ClockLap[],
  flag: number | undefined,
): [number, number] {
  const starts = laps.flatMap((lap) => lap.date_start ?? []);
  const ends = laps.flatMap((lap) => lap.date_last_end ?? []);
  const start = starts.length ? Math.min(...starts) : scheduled[0];
  if (!ends.length) return [start, flag ?? scheduled[1]];
  const last = Math.max(...ends);
  return [start, flag === undefined ? last : Math.max(flag, Math.min(last, flag + AFTER_FLAG_MS))];
}

/** The scheduled time, made longer by what happened; a session held on another day has its own. */
function spanOfOther(scheduled: readonly [number, number], moments: readonly number[]): [number, number] {
  if (!moments.length) return [...scheduled];
  const isElsewhere = Math.min(...moments) > scheduled[1];
  return [isElsewhere ? Math.min(...moments) : scheduled[0], Math.max(...moments, isElsewhere ? 0 : scheduled[1])];
}

function span(session: Session, laps: readonly ClockLap[], events: readonly SpanEvent[]): [number, number] {
  const scheduled = [startOf(session), Date.parse(session.date_end ?? session.date_start)] as const;
  const known = events.filter((event) => KINDS_OF_SPAN.includes(event.kind));
  const flag = known.findLast((event) => event.kind === "chequered_flag")?.date_start ?? undefined;
  if (isRace(session)) return spanOfRace(scheduled, laps, flag);
  const moments = [
    ...known.flatMap((event) => [event.date_start, event.date_end]),
    ...laps.flatMap((lap) => [lap.date_start, lap.date_last_end]),
  ];
  return spanOfOther(
    scheduled,
    moments.filter((moment) => moment !== null),
  );
}

/** The clock of a session, from the rows of sql/ribbon_laps.sql and sql/ribbon_events.sql. */
export function clockOf(
  session: Session,
  rows: readonly ClockLap[],
  events: readonly SpanEvent[],
): Omit<SessionClock, "view"> {
  const [start, end] = span(session, rows, events);
  const laps = isRace(session) ? rows.filter((lap) => lap.date_start !== null) : [];
  const seconds = (epoch: number) => (epoch - start) / 1000;
  return {
    start,
    end,
    laps,
    seconds,
    lapAt: (second) =>
      laps.findLast((lap) => seconds(lap.date_start ?? 0) <= second)?.lap_number ?? laps[0]?.lap_number ?? null,
    secondOf: (number) => {
      const lap = laps.find((other) => other.lap_number === number);
      return lap?.date_start ? seconds(lap.date_start) : null;
    },
  };
}

export function useSessionClock(session: Session): SessionClock {
  const view = useView("ribbon_laps", { session_key: session.session_key });
  const rows = useObjects<ClockLap>(view.rows);
  const events = useObjects<SpanEvent>(useView("ribbon_events", { session_key: session.session_key }).rows);
  return useMemo(
    () => ({ ...clockOf(session, rows, events), view }),
    [session, rows, events, view.rows, view.error],
  );
}

import type { SessionClock } from "../../clock";

export type RibbonKind =
  | "safety_car"
  | "virtual_safety_car"
  | "red_flag"
  | "yellow"
  | "double_yellow"
  | "stop"
  | "retired"
  | "best_lap"
  | "chequered_flag"
  | "part";

/** A row of sql/ribbon_events.sql. */
export interface RibbonEvent {
  kind: RibbonKind;
  date_start: number | null;
  date_end: number | null;
  driver_number: number | null;
  name_acronym: string | null;
  lap_number: number | null;
  sector: number | null;
}

export const EVENT_WORDS: Record<RibbonKind, string> = {
  safety_car: "Safety car",
  virtual_safety_car: "Virtual safety car",
  red_flag: "Red flag",
  yellow: "Yellow sector",
  double_yellow: "Double yellow sector",
  stop: "Stop",
  retired: "Retired",
  best_lap: "Best lap",
  chequered_flag: "Chequered flag",
  part: "Part of qualifying",
};

/** A stretch of the ribbon, in seconds of the session. */
export interface Stretch {
  kind: RibbonKind;
  from: number;
  to: number;
}

const YELLOW: readonly RibbonKind[] = ["yellow", "double_yellow"];
const NEUTRAL: readonly RibbonKind[] = ["red_flag", "safety_car", "virtual_safety_car"];
const MOMENTS: readonly RibbonKind[] = ["stop", "retired", "best_lap"];

function stretches(events: readonly RibbonEvent[], clock: SessionClock, kinds: readonly RibbonKind[]): Stretch[] {
  const last = clock.seconds(clock.end);
  return events
    .filter((event) => kinds.includes(event.kind) && event.date_start !== null)
    .map((event) => ({
      kind: event.kind,
      from: Math.max(0, clock.seconds(event.date_start ?? 0)),
      to: Math.min(last, event.date_end === null ? last : clock.seconds(event.date_end)),
    }))
    .filter((stretch) => stretch.to > stretch.from);
}

/** Yellow sectors; those that overlap are one stretch, since the ribbon has one line for all sectors. */
export function yellowsOf(events: readonly RibbonEvent[], clock: SessionClock): Stretch[] {
  const joined: Stretch[] = [];
  for (const stretch of stretches(events, clock, YELLOW)) {
    const before = joined.at(-1);
    if (before && stretch.from <= before.to) before.to = Math.max(before.to, stretch.to);
    else joined.push({ ...stretch, kind: "yellow" });
  }
  return joined;
}

/** Safety cars and red flags. */
export const bandsOf = (events: readonly RibbonEvent[], clock: SessionClock) => stretches(events, clock, NEUTRAL);

export const partsOf = (events: readonly RibbonEvent[], clock: SessionClock) => stretches(events, clock, ["part"]);

/** Moments of a kind, in seconds of the session; those before its start are left out. */
export function momentsOf(
  events: readonly RibbonEvent[],
  clock: SessionClock,
  kind: RibbonKind,
): { second: number; event: RibbonEvent }[] {
  return events.flatMap((event) => {
    if (event.kind !== kind || event.date_start === null) return [];
    const second = clock.seconds(event.date_start);
    return second >= 0 && event.date_start <= clock.end ? [{ second, event }] : [];
  });
}

/** The kinds that the legend explains, as far as they are drawn. */
export function legendOf(events: readonly RibbonEvent[], clock: SessionClock): RibbonKind[] {
  const drawn = new Set<RibbonKind>(
    [...bandsOf(events, clock), ...yellowsOf(events, clock)].map((stretch) => stretch.kind),
  );
  for (const kind of MOMENTS) if (momentsOf(events, clock, kind).length) drawn.add(kind);
  return [...NEUTRAL, "yellow" as const, ...MOMENTS].filter((kind) => drawn.has(kind));
}

/** What a finding means for the data. */
export type Kind = "missing" | "frozen" | "repaired" | "corrected" | "contradicting" | "unclear";

export const KINDS: Record<Kind, { text: string; title: string }> = {
  missing: { text: "missing", title: "Something that should be there was not sent" },
  frozen: { text: "frozen", title: "The feed repeats a value while the car drives on" },
  repaired: { text: "repaired", title: "Wrong rows were repaired, merged or dropped" },
  corrected: { text: "corrected", title: "Race control or OpenF1 changed it later, or may still do" },
  contradicting: { text: "contradicting", title: "Two sources that do not know of each other disagree" },
  unclear: { text: "unclear", title: "It was sent, and its meaning is not certain" },
};

const KIND_ORDER = Object.keys(KINDS) as Kind[];

/** Checks by their name in `data_quality`: in words, and what a finding means. */
const CHECKS: Record<string, { title: string; kind: Kind }> = {
  missing_endpoints: { title: "Missing endpoints", kind: "missing" },
  rescued_rows: { title: "Rescued rows", kind: "unclear" },
  quarantined_rows: { title: "Quarantined rows", kind: "missing" },
  duplicate_keys: { title: "Duplicate keys", kind: "repaired" },
  null_names: { title: "Missing names", kind: "missing" },
  unknown_drivers: { title: "Unknown drivers", kind: "missing" },
  drivers_without_laps: { title: "Drivers without laps", kind: "missing" },
  lap_gaps: { title: "Gaps between laps", kind: "missing" },
  laps_without_start: { title: "Laps without a start", kind: "missing" },
  sectors_do_not_add_up: { title: "Sectors do not add up", kind: "contradicting" },
  faults_of_the_feed: { title: "Faults of the feed", kind: "repaired" },
  overlapping_stints: { title: "Overlapping stints", kind: "repaired" },
  stints_without_tyre_change: { title: "Stints without a tyre change", kind: "repaired" },
  laps_without_stint: { title: "Laps without a stint", kind: "missing" },
  doubtful_pit_stops: { title: "Doubtful pit stops", kind: "unclear" },
  stints_differ_from_stops: { title: "Stints differ from stops", kind: "contradicting" },
  stops_within_a_stint: { title: "Stops within a stint", kind: "contradicting" },
  neutralisations_without_end: { title: "Neutralisations without an end", kind: "missing" },
  unmatched_deletions: { title: "Unmatched deletions", kind: "corrected" },
  unparsed_steward_messages: { title: "Steward messages not understood", kind: "unclear" },
  gaps_differ_from_laps: { title: "Gaps differ from laps", kind: "contradicting" },
  positions_differ_from_laps: { title: "Positions differ from laps", kind: "contradicting" },
  parts_differ_from_result: { title: "Parts differ from the result", kind: "contradicting" },
  laps_differ_from_result: { title: "Laps differ from the result", kind: "contradicting" },
  position_differs_from_result: { title: "Place differs from the result", kind: "contradicting" },
  last_lap_differs_from_result: { title: "Last lap differs from the result", kind: "contradicting" },
  best_lap_differs_from_result: { title: "Best lap differs from the result", kind: "contradicting" },
  order_differs_from_result: { title: "Order differs from the result", kind: "contradicting" },
  points_do_not_fit_places: { title: "Points do not fit places", kind: "contradicting" },
  points_differ_from_standings: { title: "Points differ from the standings", kind: "contradicting" },
  result_may_have_changed: { title: "Result may have changed", kind: "corrected" },
  drivers_without_telemetry: { title: "Drivers without telemetry", kind: "missing" },
  frozen_location: { title: "Frozen positions", kind: "frozen" },
  samples_without_location: { title: "Samples without a position", kind: "missing" },
  laps_without_telemetry: { title: "Laps without telemetry", kind: "missing" },
};

export interface CheckRow {
  check_name: string;
  description: string;
  status: "warned" | "passed" | "not checked";
  odd: number | null;
  looked_at: number | null;
  odd_percent: number | null;
  /** Car numbers with commas between them. */
  drivers: string | null;
}

/** A check that this page does not know yet has its name as the title. */
export function checkTitle(name: string): string {
  const words = name.replaceAll("_", " ");
  return CHECKS[name]?.title ?? words.charAt(0).toUpperCase() + words.slice(1);
}

export const kindOf = (name: string): Kind => CHECKS[name]?.kind ?? "unclear";

/** Whether there is a query of the rows behind a check. */
export const hasRows = (name: string) => name in CHECKS;

const STATES = ["warned", "passed", "not checked"];

/** First what found something, in each state by kind. */
export function inGroups(checks: readonly CheckRow[]): CheckRow[] {
  const place = ({ status, check_name }: CheckRow) =>
    STATES.indexOf(status) * KIND_ORDER.length + KIND_ORDER.indexOf(kindOf(check_name));
  return [...checks].sort((a, b) => place(a) - place(b));
}

/** "2 missing, 1 repaired" */
export function kindCounts(checks: readonly CheckRow[]): string {
  const found = checks.filter((check) => check.status === "warned");
  return KIND_ORDER.flatMap((kind) => {
    const number = found.filter((check) => kindOf(check.check_name) === kind).length;
    return number ? [`${number} ${KINDS[kind].text}`] : [];
  }).join(", ");
}

/** "all 20", "ALO", "VER, HAM, RUS" or "7", from car numbers. */
export function driversText(numbers: string | null, acronyms: ReadonlyMap<number, { name_acronym: string }>): string {
  const cars = numbers?.split(", ").filter(Boolean) ?? [];
  if (cars.length > 3) return cars.length === acronyms.size ? `all ${cars.length}` : String(cars.length);
  return cars.map((car) => acronyms.get(Number(car))?.name_acronym ?? car).join(", ");
}

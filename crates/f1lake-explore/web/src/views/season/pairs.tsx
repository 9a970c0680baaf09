import type { Column } from "../../components/data-table";
import { Known, NotKnown } from "../../components/unknown";
import { difference, signed } from "../../format";
import { pointsText } from "./competitor";

/** A row of sql/season_teammates.sql. */
export interface Pair {
  session_category: string;
  team_id: string;
  team_name: string;
  driver_id: string;
  name_acronym: string;
  teammate_id: string;
  teammate_acronym: string;
  sessions: number;
  sessions_compared: number;
  both_finished: number | null;
  ahead_of_both_finished: number | null;
  behind_of_both_finished: number | null;
  best_position: number | null;
  teammate_best_position: number | null;
  points: number | null;
  teammate_points: number | null;
  qualifyings_compared: number | null;
  qualifyings_faster: number | null;
  qualifyings_slower: number | null;
  median_qualifying_gap_s: number | null;
  median_qualifying_gap_percent: number | null;
  race_paces_compared: number | null;
  median_race_pace_gap_s: number | null;
  median_race_pace_gap_percent: number | null;
}

export const CATEGORIES = ["Qualifying", "Race", "Sprint Qualifying", "Sprint"] as const;
export type Category = (typeof CATEGORIES)[number];
export const isQualifying = (category: string) => category.includes("Qualifying");

/** How often the first driver was ahead, and how often the teammate. */
export const scoreOf = (pair: Pair) =>
  isQualifying(pair.session_category)
    ? ([pair.qualifyings_faster, pair.qualifyings_slower] as const)
    : ([pair.ahead_of_both_finished, pair.behind_of_both_finished] as const);

const against = (a: number | null, b: number | null) =>
  a === null && b === null ? <NotKnown /> : `${a ?? "–"} : ${b ?? "–"}`;
const percent = (value: number) => (value > 0 ? `+${signed(value, 3)}` : signed(value, 3));

export const QUALIFYING_COLUMNS: readonly Column<Pair>[] = [
  {
    name: "median_qualifying_gap_s",
    head: "Median gap, s",
    isNumber: true,
    cell: (pair) => <Known value={pair.median_qualifying_gap_s}>{(value) => difference(value)}</Known>,
    sortBy: (pair) => pair.median_qualifying_gap_s,
  },
  {
    name: "median_qualifying_gap_percent",
    head: "Median gap, %",
    isNumber: true,
    isLow: true,
    cell: (pair) => <Known value={pair.median_qualifying_gap_percent}>{percent}</Known>,
  },
  {
    name: "best_position teammate_best_position",
    head: "Best places",
    isNumber: true,
    isLow: true,
    cell: (pair) => against(pair.best_position, pair.teammate_best_position),
  },
  {
    name: "qualifyings_compared sessions",
    head: "Compared",
    title: "Sessions with a part in which both have a time",
    isNumber: true,
    isLow: true,
    cell: (pair) => `${pair.qualifyings_compared ?? 0} of ${pair.sessions}`,
  },
];

export const RACE_COLUMNS: readonly Column<Pair>[] = [
  {
    name: "points teammate_points",
    head: "Points",
    isNumber: true,
    cell: (pair) =>
      pair.points === null ? <NotKnown /> : `${pointsText(pair.points)} : ${pointsText(pair.teammate_points ?? 0)}`,
  },
  {
    name: "best_position teammate_best_position",
    head: "Best places",
    isNumber: true,
    isLow: true,
    cell: (pair) => against(pair.best_position, pair.teammate_best_position),
  },
  {
    name: "median_race_pace_gap_s",
    head: "Median pace gap, s a lap",
    isNumber: true,
    isLow: true,
    cell: (pair) => <Known value={pair.median_race_pace_gap_s}>{(value) => difference(value)}</Known>,
    sortBy: (pair) => pair.median_race_pace_gap_s,
  },
  {
    name: "median_race_pace_gap_percent",
    head: "%",
    title: "Median pace gap, per cent",
    isNumber: true,
    isLow: true,
    cell: (pair) => <Known value={pair.median_race_pace_gap_percent}>{percent}</Known>,
  },
  {
    name: "both_finished sessions",
    head: "Both finished",
    isNumber: true,
    isLow: true,
    cell: (pair) => `${pair.both_finished ?? 0} of ${pair.sessions}`,
  },
];

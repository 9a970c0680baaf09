import { DataTable } from "../../components/data-table";
import type { Column } from "../../components/data-table";
import { Segments } from "../../components/controls";
import { Driver } from "../../components/driver";
import { Panel } from "../../components/panel";
import { State } from "../../components/state";
import { Known, NotKnown } from "../../components/unknown";
import { difference, signed } from "../../format";
import { useParam } from "../../param";
import { useObjects, useView } from "../../use-view";
import { pointsText } from "./competitor";
import { Duel } from "./duel";
import type { SeasonProps } from "./season-props";
import { useEntrants } from "./use-entrants";

interface Pair {
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

const CATEGORIES = ["Qualifying", "Race", "Sprint Qualifying", "Sprint"] as const;
type Category = (typeof CATEGORIES)[number];
const isQualifying = (category: string) => category.includes("Qualifying");

const scoreOf = (pair: Pair) =>
  isQualifying(pair.session_category)
    ? [pair.qualifyings_faster, pair.qualifyings_slower] as const
    : [pair.ahead_of_both_finished, pair.behind_of_both_finished] as const;

const against = (a: number | null, b: number | null) => (a === null && b === null ? <NotKnown /> : `${a ?? "–"} : ${b ?? "–"}`);
const percent = (value: number) => (value > 0 ? `+${signed(value, 3)}` : signed(value, 3));

const QUALIFYING: readonly Column<Pair>[] = [
  { name: "gap", head: "Median gap, s", isNumber: true, cell: (pair) => <Known value={pair.median_qualifying_gap_s}>{(value) => difference(value)}</Known>, sortBy: (pair) => pair.median_qualifying_gap_s },
  { name: "percent", head: "Median gap, %", isNumber: true, isLow: true, cell: (pair) => <Known value={pair.median_qualifying_gap_percent}>{percent}</Known> },
  { name: "best", head: "Best places", isNumber: true, isLow: true, cell: (pair) => against(pair.best_position, pair.teammate_best_position) },
  { name: "compared", head: "Compared", title: "Sessions with a part in which both have a time", isNumber: true, isLow: true, cell: (pair) => `${pair.qualifyings_compared ?? 0} of ${pair.sessions}` },
];

const RACE: readonly Column<Pair>[] = [
  { name: "points", head: "Points", isNumber: true, cell: (pair) => (pair.points === null ? <NotKnown /> : `${pointsText(pair.points)} : ${pointsText(pair.teammate_points ?? 0)}`) },
  { name: "best", head: "Best places", isNumber: true, isLow: true, cell: (pair) => against(pair.best_position, pair.teammate_best_position) },
  { name: "pace", head: "Median pace gap, s a lap", isNumber: true, isLow: true, cell: (pair) => <Known value={pair.median_race_pace_gap_s}>{(value) => difference(value)}</Known>, sortBy: (pair) => pair.median_race_pace_gap_s },
  { name: "pace_percent", head: "%", title: "Median pace gap, per cent", isNumber: true, isLow: true, cell: (pair) => <Known value={pair.median_race_pace_gap_percent}>{percent}</Known> },
  { name: "compared", head: "Both finished", isNumber: true, isLow: true, cell: (pair) => `${pair.both_finished ?? 0} of ${pair.sessions}` },
];

/** Drivers of a team against each other. */
export function Teammates({ season }: SeasonProps) {
  const params = { season };
  const view = useView("season_teammates", params);
  const all = useObjects<Pair>(view.rows);
  const entrants = useEntrants(season);
  const [text, setCategory] = useParam("teammates", "Qualifying");
  const held = CATEGORIES.filter((category) => all.some((pair) => pair.session_category === category));
  const category: Category = held.find((other) => other === text) ?? held[0] ?? "Qualifying";
  const pairs = all.filter((pair) => pair.session_category === category);
  const most = Math.max(1, ...pairs.flatMap((pair) => [scoreOf(pair)[0] ?? 0, scoreOf(pair)[1] ?? 0]));
  const columns: Column<Pair>[] = [
    { name: "team", head: "Team", isLow: true, class: "muted", cell: (pair) => pair.team_name },
    { name: "first", head: "Driver", isRowHead: true, cell: (pair) => <Driver driver={entrants.drivers.get(pair.driver_id)} name="last" /> },
    { name: "ahead", head: <span class="sr">Ahead</span>, isNumber: true, class: "score", cell: (pair) => <Known value={scoreOf(pair)[0]}>{String}</Known> },
    { name: "duel", head: <span class="sr">As bars</span>, isLow: true, class: "duel", cell: (pair) => <Duel ahead={scoreOf(pair)[0]} behind={scoreOf(pair)[1]} most={most} colour={entrants.teams.get(pair.team_id)} /> },
    { name: "behind", head: <span class="sr">Behind</span>, class: "score", cell: (pair) => <Known value={scoreOf(pair)[1]}>{String}</Known> },
    { name: "second", head: "Teammate", cell: (pair) => <Driver driver={entrants.drivers.get(pair.teammate_id)} name="last" /> },
    ...(isQualifying(category) ? QUALIFYING : RACE),
  ];
  return (
    <Panel
      class="c12"
      title="Teammates"
      aside={isQualifying(category) ? "who was faster in the last part in which both have a time" : "who was ahead when both finished"}
      tools={held.length > 1 && <Segments<Category> label="Kind of session" options={held.map((value) => ({ value, text: value }))} value={category} onChange={setCategory} />}
      sql={{ name: "season_teammates", params }}
      view={view}
      isFlush
      note={pairs.length > 0 && "Gaps are the first driver minus the teammate: below 0 the first is faster. Race pace compares the laps that both drove clean; tyres may differ."}
    >
      {pairs.length
        ? <DataTable class="pairs" caption={`Teammates, ${category.toLowerCase()}`} columns={columns} rows={pairs} keyOf={(pair) => `${pair.team_id}/${pair.driver_id}/${pair.teammate_id}`} />
        : <State title="No teammates to compare" text="The lake has no qualifying and no race of this season in which two drivers of a team ran." />}
    </Panel>
  );
}

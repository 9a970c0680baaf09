import { ErrorState } from "../../components/error-state";
import { Facts as FactRow } from "../../components/facts";
import { Loading } from "../../components/loading";
import { NotKnown } from "../../components/unknown";
import { calmName } from "../../drivers";
import { count, plural } from "../../format";
import { useView } from "../../use-view";
import { pointsText } from "./competitor";
import type { SeasonProps } from "./season-props";
import { useEntrants } from "./use-entrants";
import type { Entrants } from "./use-entrants";

interface SeasonFact {
  driver_id: string | null;
  driver: string | null;
  driver_position: number | null;
  driver_points: number | null;
  team: string | null;
  team_position: number | null;
  team_points: number | null;
  round: number | null;
  rounds_missing: number | null;
  rounds_left: number | null;
  rounds_in_lake: number;
  rounds_in_season: number | null;
  most_wins: number | null;
  races: number | null;
  most_wins_ids: string | null;
  drivers_open: number | null;
  closest_first: string | null;
  closest_second: string | null;
  closest_team: string | null;
  closest_gap_s: number | null;
  closest_compared: number | null;
}

const nameOf = (entrants: Entrants, id: string | null, name: string | null) =>
  entrants.drivers.get(id ?? "")?.last_name ?? calmName(name ?? "");

const inLake = (points: number | null, isKnown: boolean) =>
  points === null ? undefined : `${pointsText(points)} points${isKnown ? "" : " in the rounds of the lake"}`;

function wins(fact: SeasonFact, entrants: Entrants) {
  const ids = fact.most_wins_ids?.split(",") ?? [];
  if (!ids.length || fact.most_wins === null) return { value: <NotKnown />, note: undefined };
  const names = ids.map((id) => entrants.drivers.get(id)?.last_name ?? id);
  const ofRaces = `${fact.most_wins} of ${plural(fact.races ?? 0, "race")}`;
  return names.length === 1
    ? { value: names[0], note: ofRaces }
    : { value: `${names.length} drivers`, note: `${names.join(", ")}: ${ofRaces} each` };
}

function title(fact: SeasonFact, entrants: Entrants) {
  if (fact.driver_position === null) return { value: <NotKnown />, note: "rounds are missing in the lake" };
  if (fact.drivers_open === 1)
    return { value: nameOf(entrants, fact.driver_id, fact.driver), note: "champion: out of reach" };
  return { value: `Open for ${fact.drivers_open}`, note: `after round ${fact.round}` };
}

function rounds(fact: SeasonFact) {
  const missing = fact.rounds_missing
    ? `${plural(fact.rounds_missing, "round")} missing or not whole`
    : `up to round ${fact.round}, none missing`;
  return {
    value:
      fact.rounds_in_season === null
        ? count(fact.rounds_in_lake)
        : `${fact.rounds_in_lake} of ${fact.rounds_in_season}`,
    note:
      fact.round === null
        ? "no result in the lake"
        : fact.rounds_in_season === null
          ? "no calendar in the lake"
          : missing,
  };
}

/** Who leads, how much of the season the lake has, wins, the title, the closest teammates. */
export function Facts({ season }: SeasonProps) {
  const view = useView("season_facts", { season });
  const entrants = useEntrants(season);
  const fact = view.rows?.objects<SeasonFact>()[0];
  if (!fact)
    return (
      <div class="panel">
        {view.error ? <ErrorState error={view.error} retry={view.retry} /> : <Loading view={view} lines={2} />}
      </div>
    );
  return (
    <FactRow
      facts={[
        {
          name: fact.driver_position === null ? "Most points, driver" : "Leader, drivers",
          value: fact.driver === null ? <NotKnown /> : nameOf(entrants, fact.driver_id, fact.driver),
          note: inLake(fact.driver_points, fact.driver_position !== null),
        },
        {
          name: fact.team_position === null ? "Most points, team" : "Leader, teams",
          value: fact.team ?? <NotKnown />,
          note: inLake(fact.team_points, fact.team_position !== null),
        },
        { name: "Rounds in the lake", ...rounds(fact) },
        { name: "Most wins", ...wins(fact, entrants) },
        { name: "Title, drivers", ...title(fact, entrants) },
        {
          name: "Closest in qualifying",
          value: fact.closest_gap_s === null ? <NotKnown /> : `${fact.closest_gap_s.toFixed(3)}\u00a0s`,
          note:
            fact.closest_gap_s !== null &&
            `${fact.closest_first} and ${fact.closest_second}, ${plural(fact.closest_compared ?? 0, "session")}`,
        },
      ]}
    />
  );
}

import { Facts } from "../../components/facts";
import { tyreName } from "../../components/tyre";
import { NotKnown } from "../../components/unknown";
import { useDriverStyle } from "../../drivers";
import { count, duration, lapTime, plural } from "../../format";
import { useView } from "../../use-view";
import type { SessionViewProps } from "../types";
import { Answer } from "./answer";
import { counted, lastName, orderWords } from "./names";

interface RaceFact {
  winner_number: number | null;
  winner: string | null;
  winner_team: string | null;
  winner_grid_position: number | null;
  order_source: string | null;
  second_number: number | null;
  second: string | null;
  second_team: string | null;
  margin_seconds: number | null;
  margin_laps: number | null;
  best_lap_time: number | null;
  best_lap_number_of_car: number | null;
  best_lap_number: number | null;
  best_lap_compound: string | null;
  messages: number;
  neutralisations: number;
  safety_cars: number | null;
  virtual_safety_cars: number | null;
  red_flags: number | null;
  neutralised_seconds: number | null;
  first_neutralised_lap: number | null;
  last_neutralised_lap: number | null;
  pit_stops: number | null;
  stints: number;
  compounds: number;
  entries: number;
  classified: number;
  results: number;
  not_classified: string | null;
}

const ordinal = (place: number) => {
  const tens = place % 100;
  const ending = tens > 10 && tens < 14 ? "th" : (["th", "st", "nd", "rd"][place % 10] ?? "th");
  return `${place}${ending}`;
};

const fromGrid = (place: number | null) =>
  place === null ? "" : place === 1 ? ", from pole" : `, from ${ordinal(place)}`;

const isOfficial = (fact: RaceFact) => fact.order_source === "official_result";

function margin(fact: RaceFact) {
  if (fact.margin_laps) return plural(fact.margin_laps, "lap");
  return fact.margin_seconds === null ? <NotKnown /> : `${fact.margin_seconds.toFixed(3)}\u00a0s`;
}

/** The laps of a single neutralisation; of several, the ribbon shows where. */
function laps(fact: RaceFact) {
  const { first_neutralised_lap: first, last_neutralised_lap: last } = fact;
  if (fact.neutralisations > 1 || first === null || last === null) return null;
  return (
    <>
      , <span class="nw">{first === last ? `lap ${first}` : `laps ${first}–${last}`}</span>
    </>
  );
}

function neutralised(fact: RaceFact) {
  if (!fact.messages) return { value: <NotKnown />, note: "no race control" };
  if (!fact.neutralisations) return { value: "Never", note: "no safety car, no red flag" };
  const kinds = counted([
    [fact.safety_cars, "safety car"],
    [fact.virtual_safety_cars, fact.neutralisations > 1 ? "VSC" : "virtual safety car"],
    [fact.red_flags, "red flag"],
  ]);
  return {
    value: fact.neutralised_seconds === null ? <NotKnown /> : duration(fact.neutralised_seconds),
    note: (
      <>
        {kinds}
        {laps(fact)}
      </>
    ),
  };
}

function stops(fact: RaceFact) {
  if (fact.pit_stops === null) return { value: <NotKnown />, note: "no stints" };
  return {
    value: count(fact.pit_stops),
    note: `${plural(fact.stints, "stint")} on ${plural(fact.compounds, "compound")}`,
  };
}

function classified(fact: RaceFact) {
  if (!fact.results) return { value: <NotKnown />, note: "no official result" };
  return {
    value: `${count(fact.classified)} of ${count(fact.entries)}`,
    note: fact.not_classified ? `out: ${fact.not_classified}` : "all of them",
  };
}

/** Winner, margin, best lap, neutralisations, stops, who was classified. */
export function RaceFacts({ session }: SessionViewProps) {
  const view = useView("session_race_facts", { session_key: session.session_key });
  const drivers = useDriverStyle(session.session_key);
  return (
    <Answer view={view}>
      {(rows) => {
        const fact = rows.objects<RaceFact>()[0]!;
        return (
          <Facts
            facts={[
              {
                name: isOfficial(fact) ? "Winner" : "First",
                value: fact.winner === null ? <NotKnown /> : lastName(drivers, fact.winner_number, fact.winner),
                note:
                  fact.winner !== null &&
                  (isOfficial(fact)
                    ? `${fact.winner_team}${fromGrid(fact.winner_grid_position)}`
                    : orderWords(fact.order_source)),
              },
              {
                name: "Margin",
                value: margin(fact),
                note:
                  fact.second !== null &&
                  `to ${lastName(drivers, fact.second_number, fact.second)}, ${fact.second_team}`,
              },
              {
                name: "Best lap",
                value: fact.best_lap_time === null ? <NotKnown /> : lapTime(fact.best_lap_time),
                note:
                  fact.best_lap_time === null
                    ? "no laps"
                    : `${lastName(drivers, fact.best_lap_number_of_car)}, lap ${fact.best_lap_number}, ${tyreName(fact.best_lap_compound)}`,
              },
              { name: "Neutralised", ...neutralised(fact) },
              { name: "Stops", ...stops(fact) },
              { name: "Classified", ...classified(fact) },
            ]}
          />
        );
      }}
    </Answer>
  );
}

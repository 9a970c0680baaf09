import { Facts } from "../../components/facts";
import { tyreName } from "../../components/tyre";
import { NotKnown } from "../../components/unknown";
import { useDriverStyle } from "../../drivers";
import { count, lapTime, plural } from "../../format";
import { useView } from "../../use-view";
import type { SessionViewProps } from "../types";
import { Answer } from "./answer";
import { lastName } from "./names";
import { redFlags } from "./red-flags";

interface PracticeFact {
  fastest_number: number | null;
  fastest: string | null;
  fastest_team: string | null;
  best_lap_time: number | null;
  fastest_lap_number: number | null;
  fastest_lap_compound: string | null;
  second_number: number | null;
  second: string | null;
  second_team: string | null;
  margin_s: number | null;
  all_laps: number | null;
  drivers: number | null;
  most_laps_number: number | null;
  most_laps: number | null;
  messages: number;
  red_flags: number;
  red_flag_seconds: number | null;
  deletions: number;
}

/** Who was fastest, by how much, how many laps, red flags. */
export function PracticeFacts({ session }: SessionViewProps) {
  const view = useView("session_practice_facts", { session_key: session.session_key });
  const drivers = useDriverStyle(session.session_key);
  return (
    <Answer view={view}>
      {(rows) => {
        const fact = rows.objects<PracticeFact>()[0]!;
        return (
          <Facts
            facts={[
              {
                name: "Fastest",
                value: fact.fastest === null ? <NotKnown /> : lastName(drivers, fact.fastest_number, fact.fastest),
                note: fact.fastest_team ?? undefined,
              },
              {
                name: "Best lap",
                value: fact.best_lap_time === null ? <NotKnown /> : lapTime(fact.best_lap_time),
                note:
                  fact.fastest_lap_number !== null &&
                  `lap ${fact.fastest_lap_number}, ${tyreName(fact.fastest_lap_compound)}`,
              },
              {
                name: "Margin",
                value: fact.margin_s === null ? <NotKnown /> : `${fact.margin_s.toFixed(3)}\u00a0s`,
                note:
                  fact.second !== null &&
                  `to ${lastName(drivers, fact.second_number, fact.second)}, ${fact.second_team}`,
              },
              {
                name: "Laps",
                value: fact.all_laps === null ? <NotKnown /> : count(fact.all_laps),
                note: fact.drivers !== null && `of ${plural(fact.drivers, "driver")}`,
              },
              {
                name: "Most laps",
                value: fact.most_laps === null ? <NotKnown /> : count(fact.most_laps),
                note: fact.most_laps !== null && lastName(drivers, fact.most_laps_number),
              },
              redFlags(fact),
            ]}
          />
        );
      }}
    </Answer>
  );
}

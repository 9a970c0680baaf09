import { Facts } from "../../components/facts";
import { tyreName } from "../../components/tyre";
import { NotKnown } from "../../components/unknown";
import { useDriverStyle } from "../../drivers";
import { lapTime } from "../../format";
import { useView } from "../../use-view";
import type { SessionViewProps } from "../types";
import { Answer } from "./answer";
import { lastName } from "./names";
import { partName } from "./part-name";
import { redFlags } from "./red-flags";

interface QualifyingFact {
  fastest_driver_number: number | null;
  fastest_name_acronym: string | null;
  fastest_team_name: string | null;
  fastest_time: number | null;
  best_lap_number: number | null;
  compound: string | null;
  second_driver_number: number | null;
  second_name_acronym: string | null;
  second_team_name: string | null;
  margin_s: number | null;
  pole_driver_number: number | null;
  pole_name_acronym: string | null;
  cutoff_1: number | null;
  cutoff_1_name_acronym: string | null;
  cutoff_2: number | null;
  cutoff_2_name_acronym: string | null;
  ideal_lap_time: number | null;
  ideal_gap_s: number | null;
  best_sector_1_name_acronym: string | null;
  best_sector_2_name_acronym: string | null;
  best_sector_3_name_acronym: string | null;
  messages: number;
  red_flags: number;
  red_flag_seconds: number | null;
  deletions: number;
}

function poleNote(fact: QualifyingFact, pole: string) {
  if (fact.pole_driver_number === null) return fact.fastest_team_name ?? "";
  const isOnPole = fact.pole_driver_number === fact.fastest_driver_number;
  return `${fact.fastest_team_name}, ${isOnPole ? "on pole" : `${pole} on pole`}`;
}

const idealNote = (fact: QualifyingFact) =>
  `${fact.ideal_gap_s?.toFixed(3)}\u00a0s faster: ${[fact.best_sector_1_name_acronym, fact.best_sector_2_name_acronym, fact.best_sector_3_name_acronym].join(", ")}`;

/** Who was fastest, by how much, the cut-offs, the ideal lap, red flags. */
export function QualifyingFacts({ session }: SessionViewProps) {
  const view = useView("session_qualifying_facts", { session_key: session.session_key });
  const drivers = useDriverStyle(session.session_key);
  const cutoff = (part: number, time: number | null, who: string | null) =>
    time === null ? null : `${partName(session, part)} ${lapTime(time)}, ${who}`;
  return (
    <Answer view={view}>
      {(rows) => {
        const fact = rows.objects<QualifyingFact>()[0]!;
        return (
          <Facts
            facts={[
              {
                name: "Fastest",
                value:
                  fact.fastest_driver_number === null ? <NotKnown /> : lastName(drivers, fact.fastest_driver_number),
                note: poleNote(fact, lastName(drivers, fact.pole_driver_number)),
              },
              {
                name: "Best lap",
                value: fact.fastest_time === null ? <NotKnown /> : lapTime(fact.fastest_time),
                note:
                  fact.best_lap_number === null
                    ? "in the last part"
                    : `lap ${fact.best_lap_number}, ${tyreName(fact.compound)}`,
              },
              {
                name: "Margin",
                value: fact.margin_s === null ? <NotKnown /> : `${fact.margin_s.toFixed(3)}\u00a0s`,
                note:
                  fact.second_driver_number !== null &&
                  `to ${lastName(drivers, fact.second_driver_number)}, ${fact.second_team_name}`,
              },
              {
                name: "Cut-off",
                value: fact.cutoff_1 === null ? <NotKnown /> : lapTime(fact.cutoff_1),
                note: [
                  `${partName(session, 1)}, ${fact.cutoff_1_name_acronym}`,
                  cutoff(2, fact.cutoff_2, fact.cutoff_2_name_acronym),
                ]
                  .filter(Boolean)
                  .join("; "),
              },
              {
                name: "Ideal lap",
                value: fact.ideal_lap_time === null ? <NotKnown /> : lapTime(fact.ideal_lap_time),
                note: fact.ideal_lap_time === null ? "no laps" : idealNote(fact),
              },
              redFlags(fact),
            ]}
          />
        );
      }}
    </Answer>
  );
}

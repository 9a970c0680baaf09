import { categoryOf } from "../session";
import type { Category } from "../session";
import { BestLaps } from "./session/best-laps";
import { PracticeFacts } from "./session/facts-practice";
import { QualifyingFacts } from "./session/facts-qualifying";
import { RaceFacts } from "./session/facts-race";
import { Leaderboard } from "./session/leaderboard";
import { PartGaps } from "./session/part-gaps";
import { Parts } from "./session/parts";
import { QualifyingResult } from "./session/qualifying-result";
import { RaceControl } from "./session/race-control";
import { Stewards } from "./session/stewards";
import { Weather } from "./session/weather";
import type { SessionViewProps } from "./types";

type Kind = "race" | "qualifying" | "practice";

const KINDS: Record<Category, Kind> = {
  Race: "race",
  Sprint: "race",
  Qualifying: "qualifying",
  Practice: "practice",
  Testing: "practice",
};
const FACTS = { race: RaceFacts, qualifying: QualifyingFacts, practice: PracticeFacts };
const RESULTS = { race: Leaderboard, qualifying: QualifyingResult, practice: BestLaps };

/** What happened in a session, at a glance. */
export default function SessionView({ session }: SessionViewProps) {
  const kind = KINDS[categoryOf(session)];
  const Answer = FACTS[kind];
  const Result = RESULTS[kind];
  return (
    <div class="stack">
      <Answer session={session} />
      <div class="grid">
        <Result session={session} />
        <RaceControl session={session} />
        {kind === "qualifying" && <PartGaps session={session} />}
        {kind === "qualifying" && <Parts session={session} />}
        <Weather session={session} />
        <Stewards session={session} />
      </div>
    </div>
  );
}

export interface SeasonProps {
  season: number;
}

/** A row of sql/season_rounds.sql. */
export interface Round {
  round: number;
  meeting_key: number | null;
  meeting_name: string | null;
  race_session_key: number | null;
  sprint_session_key: number | null;
  is_in_lake: boolean;
  has_race_result: boolean | null;
  has_sprint_result: boolean | null;
  winner_id: string | null;
  winner: string | null;
  sprint_winner_id: string | null;
  sprint_winner: string | null;
}

export type RoundState = "whole" | "partly" | "missing" | "later";

/** Whether the lake has the results of a round; later ones may not be held yet. */
export function stateOf(round: Round, last: number): RoundState {
  if (!round.is_in_lake) return round.round > last ? "later" : "missing";
  return round.has_race_result === false || round.has_sprint_result === false ? "partly" : "whole";
}

export const lastRoundOf = (rounds: readonly Round[]) =>
  Math.max(0, ...rounds.filter((round) => round.is_in_lake).map((round) => round.round));

/** Abu Dhabi, of Abu Dhabi Grand Prix. */
export const shortMeeting = (name: string | null) => name?.replace(/ Grand Prix$/, "") ?? null;

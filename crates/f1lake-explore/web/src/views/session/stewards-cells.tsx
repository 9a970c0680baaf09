import { utcTime, wallTime } from "../../format";
import type { Session } from "../../session";
import type { Rows } from "../../api";
import { calmMessage } from "./messages";

export interface StewardsTableProps {
  rows: Rows;
  session: Session;
}

export const STEWARDS_PX = 308;

export function At({ epoch, session }: { epoch: number | null; session: Session }) {
  return epoch === null ? null : <time title={utcTime(epoch)}>{wallTime(epoch, session.gmt_offset)}</time>;
}

/** "Track limits, turn 4" */
export function offence(reason: string | null, turn: number | null): string {
  return [reason === null ? "" : calmMessage(reason), turn === null ? "" : `turn ${turn}`].filter(Boolean).join(", ");
}

export function Nothing({ what }: { what: string }) {
  return <p class="nothing">Race control announced no {what}.</p>;
}

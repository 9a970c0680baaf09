/** A row of sql/session_race_control.sql. */
export interface Message {
  kind: MessageKind;
  date: number;
  lap_number: number | null;
  driver_number: number | null;
  category: string | null;
  flag: string | null;
  scope: string | null;
  sector: number | null;
  event: string | null;
  verdict: string | null;
  message: string | null;
}

export type MessageKind = "flag" | "deleted" | "penalty" | "stewards" | "other" | "blue";

export const MESSAGE_KINDS: readonly { kind: MessageKind; words: string }[] = [
  { kind: "flag", words: "Flags" },
  { kind: "deleted", words: "Deleted laps" },
  { kind: "penalty", words: "Penalties" },
  { kind: "stewards", words: "Stewards" },
  { kind: "other", words: "Other" },
  { kind: "blue", words: "Blue flags" },
];

const KEPT = /\b(fia|drs|vsc|f1|f2|f3|s?q[1-3]|utc|gmt)\b/g;
const LETTERS = /\(([a-z]{2,3})\)/g;

/** Race control writes in capitals; "CAR 1 (VER) STOPPED" becomes "Car 1 (VER) stopped". */
export function calmMessage(message: string | null): string {
  const calm = (message ?? "")
    .toLowerCase()
    .replace(LETTERS, (letters) => letters.toUpperCase())
    .replace(KEPT, (word) => word.toUpperCase());
  return calm.charAt(0).toUpperCase() + calm.slice(1);
}

/** Messages that change what the whole field does. */
export const isTurningPoint = ({ category, flag }: Message) =>
  category === "SafetyCar" || flag === "RED" || flag === "CHEQUERED";

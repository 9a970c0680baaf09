import { Flag, flagKind } from "../../components/flag";
import type { FlagKind } from "../../components/flag";
import type { Message, MessageKind } from "./messages";

const SIZE = 14;

function flagOf({ kind, category, flag, event }: Message): FlagKind {
  if (kind === "deleted") return "deleted";
  if (category === "SafetyCar")
    return event?.startsWith("virtual") || event === null ? "virtual_safety_car" : "safety_car";
  return flagKind(flag);
}

/** A letter in a box: a penalty, or a word of the stewards. */
function Letter({ letter }: { letter: string }) {
  return (
    <svg width={SIZE} height={SIZE} viewBox="0 0 14 14" aria-hidden="true">
      <rect x="1" y="1" width="12" height="12" rx="2" fill="none" stroke="var(--ink-2)" stroke-width="1.2" />
      <text x="7" y="10.200" text-anchor="middle" font-size="8.500" font-weight="700" fill="var(--ink)">
        {letter}
      </text>
    </svg>
  );
}

export function MessageMark({ message }: { message: Message }) {
  const isWarning = message.flag === "BLACK AND WHITE";
  if (message.kind === "penalty" && !isWarning) return <Letter letter="P" />;
  if (message.kind === "stewards") return <Letter letter="i" />;
  return <Flag kind={flagOf(message)} size={SIZE} />;
}

/** The mark of a chip. */
export function KindMark({ kind }: { kind: MessageKind }) {
  if (kind === "penalty") return <Letter letter="P" />;
  if (kind === "stewards") return <Letter letter="i" />;
  const flags: Record<string, FlagKind> = { flag: "yellow", deleted: "deleted", blue: "blue" };
  return <Flag kind={flags[kind] ?? "note"} size={SIZE} />;
}

import type { Fact } from "../../components/facts";
import { NotKnown } from "../../components/unknown";
import { count, duration, plural } from "../../format";

interface Stops {
  messages: number;
  red_flags: number;
  red_flag_seconds: number | null;
  deletions: number;
}

/** Red flags and deleted laps of a session that is not a race. */
export function redFlags({ messages, red_flags, red_flag_seconds, deletions }: Stops): Fact {
  if (!messages) return { name: "Red flags", value: <NotKnown />, note: "no race control" };
  const stopped = red_flag_seconds === null ? "" : `${duration(red_flag_seconds)} stopped; `;
  return { name: "Red flags", value: count(red_flags), note: `${stopped}${plural(deletions, "deleted lap")}` };
}

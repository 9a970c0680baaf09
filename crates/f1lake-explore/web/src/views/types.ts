import type { Session } from "../session";

/** What the shell gives to a view of a session. The view is made anew for another session. */
export interface SessionViewProps {
  session: Session;
}

export interface SeasonViewProps {
  /** Null for the newest season. */
  year: number | null;
}

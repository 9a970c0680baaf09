import type { Session } from "../../session";

/** Q2; SQ2 in the qualifying for a sprint. */
export const partName = (session: Session, part: number) =>
  `${/sprint/i.test(session.session_name) ? "SQ" : "Q"}${part}`;

import { NO_COLOUR } from "../../colour";
import { Driver } from "../../components/driver";
import { calmName } from "../../drivers";

import type { Entrants } from "./use-entrants";

export type Of = "drivers" | "teams";

/** Queries take the singular. */
export const queryOf = (of: Of, what: "" | "_progress" | "_form") =>
  what ? `season_${of === "drivers" ? "driver" : "team"}${what}` : `season_${of}`;

interface Props {
  of: Of;
  id: string;
  name: string;
  entrants: Entrants;
}

/** A driver or a team, with the mark of the team. */
export function Competitor({ of, id, name, entrants }: Props) {
  const driver = entrants.drivers.get(id);
  if (of === "drivers" && driver) return <Driver driver={driver} name="full" />;
  return (
    <span class="drv team">
      <i class="bar" style={{ "--c": entrants.teams.get(id) ?? NO_COLOUR }} />
      {of === "drivers" ? calmName(name) : name}
    </span>
  );
}

/** Letters of a driver; a short name of a team. */
export const lettersOf = (of: Of, id: string, name: string, entrants: Entrants) =>
  of === "drivers" ? (entrants.drivers.get(id)?.name_acronym ?? name) : name.replace(/ (F1 Team|Racing)$/, "");

/** 25; 12.5 */
export const pointsText = (points: number) => String(points);

import { useMemo } from "preact/hooks";
import { NO_COLOUR, placeTeams } from "../../colour";
import { styleOf } from "../../drivers";
import type { DriverRow, DriverStyle } from "../../drivers";
import { useShade } from "../../theme";
import { useObjects, useView } from "../../use-view";

export interface Entrants {
  /** By driver_id. */
  drivers: ReadonlyMap<string, DriverStyle>;
  /** Mark colour by team_id. */
  teams: ReadonlyMap<string, string>;
}

/** The look of the drivers and teams of a season. */
export function useEntrants(season: number): Entrants {
  const rows = useObjects<DriverRow>(useView("season_entrants", { season }).rows);
  const shade = useShade();
  return useMemo(() => {
    const teams = placeTeams(new Map(rows.map((row) => [row.team_id, row.team_colour])), shade);
    const drivers = new Map(rows.map((row) => [row.driver_id, styleOf(row, teams.get(row.team_id) ?? NO_COLOUR)]));
    return { drivers, teams };
  }, [rows, shade]);
}

import { useMemo } from "preact/hooks";
import { NO_COLOUR, placeTeams, SECOND_CAR_DASH } from "./colour";
import { useShade } from "./theme";
import { useObjects, useView } from "./use-view";

export interface DriverRow {
  driver_number: number;
  driver_id: string;
  name_acronym: string;
  full_name: string;
  first_name: string | null;
  last_name: string | null;
  team_id: string;
  team_name: string;
  team_colour: string | null;
  car_in_team: number;
}

export interface DriverStyle extends Omit<DriverRow, "first_name" | "last_name"> {
  first_name: string;
  last_name: string;
  /** Mark colour in the theme on the screen, as a hex value: fits CSS, SVG and canvas. */
  colour: string;
  /** Second car of its team: split bar, dashed line, hollow mark. */
  isSecond: boolean;
  /** Dash of its lines, for SVG and canvas; empty for the first car. */
  dash: readonly number[];
}

/** Drivers of a session by car number: ordered by number, with the look of each car. */
export type DriverStyles = ReadonlyMap<number, DriverStyle>;

const NONE: DriverStyles = new Map();

function splitName(full: string): [string, string] {
  const at = full.indexOf(" ");
  return at < 0 ? ["", full] : [full.slice(0, at), full.slice(at + 1)];
}

/** "Max VERSTAPPEN" becomes "Max Verstappen". */
export function calmName(name: string): string {
  return name.replace(/\p{Lu}{3,}/gu, (word) => word.charAt(0) + word.slice(1).toLowerCase());
}

export const lastName = (full: string) => splitName(calmName(full))[1];

export function styleOf(driver: DriverRow, colour: string): DriverStyle {
  const full = calmName(driver.full_name);
  const [first, last] = splitName(full);
  const isSecond = driver.car_in_team % 2 === 0;
  return {
    ...driver,
    full_name: full,
    first_name: driver.first_name ?? first,
    last_name: driver.last_name ?? last,
    colour,
    isSecond,
    dash: isSecond ? SECOND_CAR_DASH : [],
  };
}

export function useDriverStyle(session_key: number | null): DriverStyles {
  const { rows } = useView("drivers", session_key === null ? null : { session_key });
  const drivers = useObjects<DriverRow>(rows);
  const shade = useShade();
  return useMemo(() => {
    if (!drivers.length) return NONE;
    const colours = placeTeams(new Map(drivers.map((d) => [d.team_id, d.team_colour])), shade);
    return new Map(
      drivers.map((driver) => [driver.driver_number, styleOf(driver, colours.get(driver.team_id) ?? NO_COLOUR)]),
    );
  }, [drivers, shade]);
}

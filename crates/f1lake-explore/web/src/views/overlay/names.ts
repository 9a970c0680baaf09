import type { OverlayLap } from "../../api";
import { calmName, lastName } from "../../drivers";

const sessionOf = (lap: OverlayLap) => (lap.session_name ?? "another session").toLowerCase();

/** The session of a lap as the timing writes it: FP1, SQ, S, Q, R. */
function codeOf({ session_name }: OverlayLap): string {
  const practice = /^practice (\d)/i.exec(session_name ?? "");
  if (practice) return `FP${practice[1]}`;
  if (/sprint/i.test(session_name)) return /quali|shootout/i.test(session_name) ? "SQ" : "S";
  return (session_name ?? "?").charAt(0).toUpperCase();
}

const car = (lap: OverlayLap) => `car ${lap.driver_number}`;

/** The first of several names that no other lap has. */
function shortest(laps: readonly OverlayLap[], names: readonly ((lap: OverlayLap) => string)[]): string[] {
  return laps.map((lap) => {
    const isUnique = (name: (lap: OverlayLap) => string) =>
      laps.every((other) => other === lap || name(other) !== name(lap));
    return (names.find(isUnique) ?? names.at(-1)!)(lap);
  });
}

const letters = (lap: OverlayLap) => lap.name_acronym ?? String(lap.driver_number);

/** Letters of each lap: "PIA"; "VER 37" where the driver has two, "VER 37 Q" where the number is not enough. */
export const lettersOf = (laps: readonly OverlayLap[]) =>
  shortest(laps, [
    letters,
    (lap) => `${letters(lap)} ${lap.lap_number}`,
    (lap) => `${letters(lap)} ${lap.lap_number} ${codeOf(lap)}`,
    (lap) => `${letters(lap)} ${lap.lap_number} ${codeOf(lap)}${lap.year % 100}`,
    (lap) => `${lap.driver_number} ${letters(lap)} ${lap.lap_number} ${codeOf(lap)}${lap.year % 100}`,
  ]);

const last = (lap: OverlayLap) => (lap.driver ? lastName(lap.driver) : car(lap));
const full = (lap: OverlayLap) => (lap.driver ? calmName(lap.driver) : car(lap));

/** Names of the laps in sentences: "Verstappen"; "Verstappen's lap 37" where the driver has two. */
export const wordsOf = (laps: readonly OverlayLap[]) =>
  shortest(laps, [
    last,
    full,
    (lap) => `${last(lap)}'s lap ${lap.lap_number}`,
    (lap) => `${last(lap)}'s lap ${lap.lap_number} of ${sessionOf(lap)}`,
    (lap) => `${last(lap)}'s lap ${lap.lap_number} of ${sessionOf(lap)} ${lap.year}`,
  ]);

export const fullName = full;
/** "Race 2024", where a lap was driven. */
export const placeOf = (lap: OverlayLap) => `${lap.session_name} ${lap.year}`;

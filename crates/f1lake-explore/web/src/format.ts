const MINUS = "\u2212";
const NARROW = "\u202f";
const HARD = "\u00a0";

type Maybe = number | null | undefined;

export const NOT_KNOWN = "not known";

const isMissing = (value: Maybe): value is null | undefined =>
  value === null || value === undefined || Number.isNaN(value);
const two = (value: number) => String(value).padStart(2, "0");

/** 1:27.415; with `inSeconds` 87.415. */
export function lapTime(seconds: Maybe, inSeconds = false): string {
  if (isMissing(seconds)) return NOT_KNOWN;
  if (inSeconds) return seconds.toFixed(3);
  const ms = Math.round(seconds * 1000);
  return `${Math.floor(ms / 60000)}:${((ms % 60000) / 1000).toFixed(3).padStart(6, "0")}`;
}

/** 1:27.5, for the axis of a chart. */
export function lapTick(seconds: number, digits = 1): string {
  const scale = 10 ** digits;
  const units = Math.round(seconds * scale);
  const width = digits ? digits + 3 : 2;
  return `${Math.floor(units / (60 * scale))}:${((units % (60 * scale)) / scale).toFixed(digits).padStart(width, "0")}`;
}

/** 30.335 */
export function sector(seconds: Maybe): string {
  return isMissing(seconds) ? NOT_KNOWN : seconds.toFixed(3);
}

/** +0.073, −0.227, 0.000 */
export function difference(value: Maybe, digits = 3): string {
  if (isMissing(value)) return NOT_KNOWN;
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return (value < 0 ? MINUS : "+") + text;
}

/** +33.191, +1:00.700, +1 lap. A gap of 0 has a word, such as "Leader", which the caller writes. */
export function gap(seconds: Maybe, laps: Maybe = null): string {
  if (!isMissing(laps) && laps > 0) return `+${laps} ${laps === 1 ? "lap" : "laps"}`;
  if (isMissing(seconds)) return NOT_KNOWN;
  if (seconds < 0) return difference(seconds);
  return `+${seconds >= 59.9995 ? lapTime(seconds) : seconds.toFixed(3)}`;
}

/** 23.7 s */
export function seconds(value: Maybe, digits = 1): string {
  return isMissing(value) ? NOT_KNOWN : `${signed(value, digits)}${HARD}s`;
}

/** 0:34:52, from seconds since the start of the session. */
export function sessionTime(value: Maybe): string {
  if (isMissing(value)) return NOT_KNOWN;
  const whole = Math.floor(Math.abs(value));
  const sign = value < 0 && whole > 0 ? MINUS : "";
  return `${sign}${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** 1 min 30 s; 2 h 05 min from an hour on. */
export function duration(value: Maybe): string {
  if (isMissing(value)) return NOT_KNOWN;
  const whole = Math.round(value);
  if (whole < 60) return `${whole}${HARD}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}${HARD}min ${whole % 60}${HARD}s`;
  return `${Math.floor(whole / 3600)}${HARD}h ${two(Math.floor(whole / 60) % 60)}${HARD}min`;
}

/** Milliseconds of an offset such as "04:00:00" or "-03:00:00". */
export function offsetMs(gmtOffset: string | null | undefined): number {
  const match = /^([-+]?)(\d+):(\d+)/.exec(gmtOffset ?? "");
  if (!match) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === "-" ? -minutes : minutes) * 60000;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

const localDate = (epoch: number, gmtOffset: string | null | undefined) => new Date(epoch + offsetMs(gmtOffset));

/** 17:38, local time of the circuit; 17:38:04 with seconds. */
export function wallTime(epoch: Maybe, gmtOffset: string | null | undefined, withSeconds = false): string {
  if (isMissing(epoch)) return NOT_KNOWN;
  const date = localDate(epoch, gmtOffset);
  const text = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  return withSeconds ? `${text}:${two(date.getUTCSeconds())}` : text;
}

/** 2024-12-08 13:38:04 UTC, for the tooltip of a wall time. */
export function utcTime(epoch: Maybe): string {
  if (isMissing(epoch)) return NOT_KNOWN;
  return `${new Date(epoch).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Sun 8 Dec 2024 */
export function wallDay(epoch: number, gmtOffset: string | null | undefined): string {
  const date = localDate(epoch, gmtOffset);
  return `${DAYS[date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** 6–8 Dec, 29 Nov–1 Dec */
export function dayRange(from: number, to: number, gmtOffset: string | null | undefined): string {
  const [a, b] = [localDate(from, gmtOffset), localDate(to, gmtOffset)];
  const month = (date: Date) => MONTHS[date.getUTCMonth()];
  if (a.getUTCMonth() !== b.getUTCMonth()) {
    return `${a.getUTCDate()} ${month(a)}–${b.getUTCDate()} ${month(b)}`;
  }
  if (a.getUTCDate() === b.getUTCDate()) return `${a.getUTCDate()} ${month(a)}`;
  return `${a.getUTCDate()}–${b.getUTCDate()} ${month(a)}`;
}

/** 1 323 376, with narrow no-break spaces. */
export function count(value: Maybe): string {
  return isMissing(value) ? NOT_KNOWN : signed(value, 0).replace(/\B(?=(\d{3})+$)/g, NARROW);
}

/** 98.2 %, from 98.2. */
export function share(percent: Maybe, digits = 1): string {
  return isMissing(percent) ? NOT_KNOWN : `${signed(percent, digits)}${HARD}%`;
}

/** −3.2, with a real minus sign. */
export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** 1 lap, 2 laps */
export function plural(number: number, word: string, words = `${word}s`): string {
  return `${count(number)} ${number === 1 ? word : words}`;
}

export type SpeedUnit = "km/h" | "mph";
const MILES = 0.621371;

/** 312, in the unit of the switch in the bar; with `isWithUnit` 312 km/h. */
export function speed(kmh: Maybe, unit: SpeedUnit, isWithUnit = false): string {
  if (isMissing(kmh)) return NOT_KNOWN;
  const number = String(Math.round(speedIn(kmh, unit)));
  return isWithUnit ? `${number}${HARD}${unit}` : number;
}

/** The number behind a speed, for axes. */
export function speedIn(kmh: number, unit: SpeedUnit): number {
  return unit === "mph" ? kmh * MILES : kmh;
}

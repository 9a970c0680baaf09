import { ticks, timeTicks } from "../../../charts/svg";
import type { ResultColumn } from "../cells";

const MINUS = "\u2212";

const MOST_DIGITS = 6;

/** As many decimals as the steps between the labels need. */
function digitsOf(step: number): number {
  let digits = 0;
  while (digits < MOST_DIGITS && Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6) digits += 1;
  return digits;
}

/** Values as labels of an axis between two ends. */
export function axisText(column: ResultColumn, low: number, high: number): (value: number) => string {
  if (column.type === "time") return (value) => new Date(value).toISOString().slice(11, 19).replace(/:00$/, "");
  if (column.type === "day") return (value) => new Date(value).toISOString().slice(0, 10);
  const [first = 0, second = first] = ticks(low, high);
  const digits = digitsOf(second - first);
  return (value) => {
    const text = Math.abs(value).toFixed(digits);
    return value < 0 && Number(text) !== 0 ? MINUS + text : text;
  };
}

/** Round places of an axis of instants, which are milliseconds; other axes have their own. */
export function axisTicks(column: ResultColumn) {
  if (column.type !== "time") return undefined;
  return (low: number, high: number, most: number) =>
    timeTicks(low / 1000, high / 1000, most).map((seconds) => seconds * 1000);
}

export const numberAt = (column: ResultColumn, index: number): number | null => {
  const value = column.value(index);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
};

export const nameAt = (column: ResultColumn | undefined, index: number) =>
  column ? (column.text(index) ?? "null") : "";

/** A value in a box of values and at an axis whose ends are not known here. */
export const plainText = (column: ResultColumn, value: number) =>
  column.type === "number"
    ? (value < 0 ? MINUS : "") + String(Number(Math.abs(value).toPrecision(7)))
    : axisText(column, 0, 1)(value);

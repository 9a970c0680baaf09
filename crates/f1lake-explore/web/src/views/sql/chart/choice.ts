import type { ResultColumn } from "../cells";
import { MOST_MARKED, MOST_SHAPES } from "./limits";

export type ChartKind = "lines" | "points" | "bars";

/** What a chart of a result shows: names of columns; no series when `by` is empty. */
export interface ChartChoice {
  kind: ChartKind;
  x: string;
  y: string;
  by: string;
}

const LOOKED_AT = 2000;
const MOST_GROUPS = 60;
const MOST_SERIES = 24;
const MOSTLY = 0.9;
/** Columns along which things happen. */
const AXIS =
  /^(lap|lap_number|lap_in_stint|tyre_age|season|year|round|minute|second|stint_number|.*distance.*|.*_time_s|date.*)$/i;
/** Of these, the ones in which many rows share a place. */
const COARSE = /^(season|year|round)$/i;
/** Numbers that name something. */
const KEY = /(_key|_number|^season|^year)$/i;

const sampleOf = (column: ResultColumn, length: number) =>
  Array.from({ length: Math.min(length, LOOKED_AT) }, (_, index) => column.value(index)).filter(
    (value) => value !== null && value !== undefined,
  );

export const isNumeric = ({ type }: ResultColumn) => type === "number" || type === "time" || type === "day";
export const isCategory = ({ type }: ResultColumn) => type === "text" || type === "boolean";

/** Whether many rows of one series have the same place on an axis, so that a line could not show them. */
function sharedPlaces(axis: ResultColumn, series: ResultColumn | undefined, length: number): boolean {
  const looked = Math.min(length, LOOKED_AT);
  const places = new Set(
    Array.from(
      { length: looked },
      (_, index) => `${String(axis.value(index))} ${series ? String(series.value(index)) : ""}`,
    ),
  );
  return places.size < looked * MOSTLY;
}

/** A sensible chart of a result; null when it has no numbers to draw. */
export function guess(columns: readonly ResultColumn[], length: number): ChartChoice | null {
  if (!length) return null;
  const samples = new Map(columns.map((column) => [column.name, sampleOf(column, length)]));
  const of = ({ name }: ResultColumn) => samples.get(name) ?? [];
  const kinds = (column: ResultColumn) => new Set(of(column)).size;
  const axis = columns.find(
    (column) => isNumeric(column) && (AXIS.test(column.name) || column.type !== "number") && kinds(column) > 1,
  );
  const values = columns.filter(
    (column) => column.type === "number" && column !== axis && !KEY.test(column.name) && of(column).length > 0,
  );
  const value =
    values.find((column) => of(column).some((found) => typeof found === "number" && !Number.isInteger(found))) ??
    values[0];
  if (!value) return null;
  const groups = columns.filter((column) => isCategory(column) && kinds(column) > 1 && kinds(column) <= MOST_GROUPS);
  if (axis) {
    const series = groups.find((column) => kinds(column) <= MOST_SERIES && kinds(column) < of(column).length);
    const shared = sharedPlaces(axis, series, length);
    if (!shared) return { kind: "lines", x: axis.name, y: value.name, by: series?.name ?? "" };
    const marked = groups.find((column) => kinds(column) <= MOST_MARKED);
    if (!COARSE.test(axis.name)) return { kind: "points", x: axis.name, y: value.name, by: marked?.name ?? "" };
  }
  const [first] = groups;
  const second = groups.find((column) => column !== first && kinds(column) <= MOST_SHAPES);
  if (first && second) return { kind: "points", x: value.name, y: first.name, by: second.name };
  const label = first ?? columns.find((column) => isCategory(column) && of(column).length > 0);
  // A name that comes again has a row of points, not a bar.
  if (label) return { kind: kinds(label) < of(label).length ? "points" : "bars", x: value.name, y: label.name, by: "" };
  const other = values.find((column) => column !== value);
  return other ? { kind: "points", x: value.name, y: other.name, by: "" } : null;
}

export interface Choices {
  x: readonly ResultColumn[];
  y: readonly ResultColumn[];
  by: readonly ResultColumn[];
}

/** Columns that fit each part of a kind of chart. */
export function choicesOf(kind: ChartKind, columns: readonly ResultColumn[]): Choices {
  const numeric = columns.filter(isNumeric);
  const drawn = columns.filter((column) => isNumeric(column) || isCategory(column));
  return { x: numeric, y: kind === "lines" ? numeric : drawn, by: drawn };
}

/** The choice of the address where it fits the result, else the guess. */
export function settle(
  wanted: Partial<ChartChoice>,
  columns: readonly ResultColumn[],
  length: number,
): ChartChoice | null {
  const guessed = guess(columns, length);
  const kind = wanted.kind ?? guessed?.kind ?? "points";
  const choices = choicesOf(kind, columns);
  const pick = (part: keyof Choices) => {
    const fits = (name: string | undefined) =>
      name !== undefined && choices[part].some((column) => column.name === name);
    if (fits(wanted[part])) return wanted[part];
    return fits(guessed?.[part]) ? guessed?.[part] : choices[part][0]?.name;
  };
  const [x, y] = [pick("x"), pick("y")];
  if (!length || x === undefined || y === undefined) return null;
  const by =
    wanted.by === "-" ? "" : choices.by.some(({ name }) => name === wanted.by) ? wanted.by! : (guessed?.by ?? "");
  return { kind, x, y, by };
}

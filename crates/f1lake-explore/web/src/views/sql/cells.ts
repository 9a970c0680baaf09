import type { ColumnType, Rows } from "../../rows";

export type Cell = (index: number) => unknown;

export interface ResultColumn {
  name: string;
  type: ColumnType;
  value: Cell;
  /** The value as the grid shows it; null where there is none. */
  text: (index: number) => string | null;
  /** The value with all its digits, for a copy; empty where there is none. */
  exact: (index: number) => string;
}

const MOST_DIGITS = 6;
const LOOKED_AT = 500;
const MINUS = "\u2212";

/** As many decimals as the values of a column have, so that they stand under each other. */
function digitsOf(values: readonly unknown[]): number {
  let digits = 0;
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    const decimals = /\.(\d+)/.exec(value.toFixed(MOST_DIGITS).replace(/0+$/, ""))?.[1]?.length ?? 0;
    digits = Math.max(digits, decimals);
  }
  return digits;
}

function numberText(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const text = size >= 1e15 || (size > 0 && size < 1e-6) ? String(size) : size.toFixed(digits);
  return value < 0 ? MINUS + text : text;
}

/** 2024-12-08 13:03:21.500; no zone, since all instants are UTC. */
function instantText(epoch: number): string {
  return new Date(epoch)
    .toISOString()
    .replace("T", " ")
    .replace(/(\.000)?Z$/, "");
}

function asText(value: unknown, type: ColumnType, digits: number): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") {
    if (type === "time") return instantText(value);
    if (type === "day") return new Date(value).toISOString().slice(0, 10);
    return numberText(value, digits);
  }
  if (typeof value !== "object") return String(value);
  return JSON.stringify(value, (_, inner: unknown) =>
    ArrayBuffer.isView(inner) ? [...(inner as Uint8Array)] : typeof inner === "bigint" ? String(inner) : inner,
  );
}

const TOO_LARGE = "too large, cast it to text";

/** Columns of a result by their place: a join can give two of one name. */
export function columnsOf(rows: Rows): ResultColumn[] {
  return rows.names.map((name, place) => {
    const type = rows.typeAt(place);
    const value = (index: number) => {
      try {
        return rows.at(place, index);
      } catch {
        // An integer beyond 2^53 has no number here.
        return TOO_LARGE;
      }
    };
    const sample = Array.from({ length: Math.min(rows.length, LOOKED_AT) }, (_, index) => value(index));
    const digits = type === "number" ? digitsOf(sample) : 0;
    const exact = (index: number) => {
      const found = value(index);
      return typeof found === "number" && type === "number" ? String(found) : (asText(found, type, 0) ?? "");
    };
    return { name, type, value, text: (index) => asText(value(index), type, digits), exact };
  });
}

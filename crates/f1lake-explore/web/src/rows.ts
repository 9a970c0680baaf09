import { tableFromIPC } from "@uwdata/flechette";

export type ColumnType = "number" | "text" | "time" | "day" | "boolean" | "other";

const TYPES: Record<number, ColumnType> = {
  2: "number",
  3: "number",
  7: "number",
  5: "text",
  20: "text",
  24: "text",
  6: "boolean",
  8: "day",
  10: "time",
};
const DICTIONARY = -1;

type Table = ReturnType<typeof tableFromIPC>;

/** Rows of an Arrow stream. Integers are numbers, instants are epoch milliseconds, null stays null. */
export class Rows {
  readonly length: number;
  readonly names: readonly string[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly #table: Table;
  readonly #columns = new Map<string, unknown[]>();

  constructor(stream: ArrayBuffer) {
    this.#table = tableFromIPC(new Uint8Array(stream), { useBigInt: false, useDate: false });
    this.length = this.#table.numRows;
    this.names = this.#table.names.map(String);
    this.metadata = this.#table.schema.metadata ?? new Map();
  }

  /** All values of a column; throws when the query has no such column. */
  column<T = number | null>(name: string): readonly T[] {
    let values = this.#columns.get(name);
    if (!values) {
      values = Array.from(this.#child(name).toArray());
      this.#columns.set(name, values);
    }
    return values as T[];
  }

  /** One value, without unpacking the column. */
  value(name: string, index: number): unknown {
    return this.#child(name).at(index);
  }

  /** One value by the place of its column: two columns of a join may have one name. */
  at(place: number, index: number): unknown {
    return this.#table.getChildAt(place).at(index);
  }

  /** The rows as objects, with the columns as their fields. */
  objects<T>(): T[] {
    const columns = this.names.map((name) => [name, this.column<unknown>(name)] as const);
    return Array.from(
      { length: this.length },
      (_, i) => Object.fromEntries(columns.map(([name, values]) => [name, values[i]])) as T,
    );
  }

  type(name: string): ColumnType {
    return this.typeAt(this.#place(name));
  }

  typeAt(place: number): ColumnType {
    const type = this.#table.getChildAt(place).type as { typeId: number; dictionary?: { typeId: number } };
    const id = type.typeId === DICTIONARY && type.dictionary ? type.dictionary.typeId : type.typeId;
    return TYPES[id] ?? "other";
  }

  #place(name: string): number {
    const place = this.names.indexOf(name);
    if (place < 0) throw new Error(`the rows have no column ${name}`);
    return place;
  }

  #child(name: string) {
    return this.#table.getChildAt(this.#place(name));
  }
}

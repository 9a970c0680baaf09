import type { Rows } from "../rows";
import { count, signed, utcTime } from "../format";
import { DataTable } from "./data-table";
import { NotKnown } from "./unknown";

/** A value as it came, for tables that show the rows of a query. */
export function plainValue(value: unknown, type: string): string {
  if (type === "time" && typeof value === "number") return utcTime(value);
  if (type === "day" && typeof value === "number") return new Date(value).toISOString().slice(0, 10);
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : signed(value, 3);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

interface Props {
  caption: string;
  rows: Rows;
  height?: number;
  /** Columns to show, with their heads; by default all, under their own names. */
  heads?: Record<string, string>;
}

/** The rows of a query as they are: the table behind a chart. */
export function RowsTable({ caption, rows, height = 420, heads }: Props) {
  const names = heads ? Object.keys(heads) : rows.names;
  const indices = Array.from({ length: rows.length }, (_, i) => i);
  return (
    <>
      <DataTable
        caption={caption}
        rows={indices}
        height={height}
        columns={names.map((name) => {
          const type = rows.type(name);
          return {
            name,
            head: heads?.[name] ?? name,
            isNumber: type === "number",
            cell: (index: number) => {
              const value = rows.value(name, index);
              return value === null || value === undefined ? <NotKnown /> : plainValue(value, type);
            },
          };
        })}
      />
      <p class="note">
        {count(rows.length)} {rows.length === 1 ? "row" : "rows"}
      </p>
    </>
  );
}

import type { Column } from "../data-table";

export interface Sorting {
  name: string;
  isDescending: boolean;
}

/** Indices of the rows in the order of a column; rows without a value come last. */
export function sortedOrder<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | null,
): number[] {
  const order = Array.from({ length: rows.length }, (_, i) => i);
  const by = columns.find((column) => column.name === sorting?.name)?.sortBy;
  if (!by || !sorting) return order;
  const values = rows.map(by);
  const sign = sorting.isDescending ? -1 : 1;
  return order.sort((a, b) => {
    const [x, y] = [values[a] ?? null, values[b] ?? null];
    if (x === null || y === null) return x === y ? a - b : x === null ? 1 : -1;
    const difference = typeof x === "string" ? x.localeCompare(String(y)) : x - Number(y);
    return sign * difference || a - b;
  });
}

interface Props<Row> {
  columns: readonly Column<Row>[];
  sorting: Sorting | null;
  /** Null where nobody can sort. */
  onSort: ((sorting: Sorting | null) => void) | null;
  classOf: (column: Column<Row>) => string | undefined;
}

export function TableHead<Row>({ columns, sorting, onSort, classOf }: Props<Row>) {
  const next = (name: string): Sorting | null => {
    if (sorting?.name !== name) return { name, isDescending: false };
    return sorting.isDescending ? null : { name, isDescending: true };
  };
  const sortOf = (name: string) =>
    sorting?.name !== name ? undefined : sorting.isDescending ? "descending" : "ascending";
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <th
            key={column.name}
            scope="col"
            data-column={column.name}
            class={classOf(column)}
            title={column.title}
            aria-sort={sortOf(column.name)}
          >
            {column.sortBy && onSort ? (
              <button type="button" class="sort" onClick={() => onSort(next(column.name))}>
                {column.head}
                <i aria-hidden="true">{{ ascending: "↑", descending: "↓", none: "" }[sortOf(column.name) ?? "none"]}</i>
              </button>
            ) : (
              column.head
            )}
          </th>
        ))}
      </tr>
    </thead>
  );
}

import { createContext } from "preact";
import type { ComponentChildren } from "preact";
import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { sortedOrder, TableHead } from "./data-table/head";
import type { Sorting } from "./data-table/head";
import { useWindow } from "./data-table/window";

export interface Column<Row> {
  /** Key of the column: the name of the query's column that its cells show, so that tests can compare them. */
  name: string;
  head: ComponentChildren;
  cell: (row: Row, index: number) => ComponentChildren;
  /** Aligned right, with tabular figures. */
  isNumber?: boolean;
  /** Hidden on a phone. */
  isLow?: boolean;
  /** Head of its row, for readers; one column of a table. */
  isRowHead?: boolean;
  class?: string;
  title?: string;
  /** Makes the head a button that sorts by this value. */
  sortBy?: (row: Row) => number | string | null;
}

export interface DataTableProps<Row> {
  /** Says what the rows are, for readers. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf?: (row: Row, index: number) => string | number;
  /** Height in px in which the rows scroll under a head that stays; long tables draw only what is seen. */
  height?: number;
  /** Index of the row drawn as selected, such as the lap under the shared cursor; scrolled to when it changes. */
  selected?: number | null;
  /** The row under the arrow keys, or a click. */
  onSelect?: (row: Row, index: number) => void;
  /** Enter or double click; a click where there is no `onSelect`. */
  onOpen?: (row: Row, index: number) => void;
  /** Space. */
  onPick?: (row: Row, index: number) => void;
  rowClass?: (row: Row) => string | undefined;
  class?: string;
}

const classOf = (column: { isNumber?: boolean; isLow?: boolean; class?: string }) =>
  [column.isNumber && "num", column.isLow && "lo", column.class].filter(Boolean).join(" ") || undefined;

function Cell<Row>({ column, row, index }: { column: Column<Row>; row: Row; index: number }) {
  const content = column.cell(row, index);
  return column.isRowHead ? (
    <th scope="row" class={classOf(column)}>
      {content}
    </th>
  ) : (
    <td class={classOf(column)}>{content}</td>
  );
}

/** Inside, tables are not on the screen: readers get all rows, and the Tab key stops at none. */
export const ForReaders = createContext(false);

/** A table of rows: one tab stop, arrow keys, and a head that stays. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { caption, columns, rows, selected = null, onSelect, onOpen, onPick } = props;
  const isHidden = useContext(ForReaders);
  const height = isHidden ? undefined : props.height;
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [active, setActive] = useState(0);
  const body = useRef<HTMLTableSectionElement>(null);
  const takesFocus = useRef(false);
  const order = useMemo(() => sortedOrder(rows, columns, sorting), [rows, sorting]);
  const seen = useWindow(order.length, height);
  const isGrid = Boolean(onSelect ?? onOpen ?? onPick) && !isHidden;
  const current = active >= seen.from && active < Math.min(seen.to, order.length) ? active : seen.first;

  // Before the next key arrives, which the row must get.
  useLayoutEffect(() => {
    const row = takesFocus.current ? body.current?.querySelector<HTMLElement>(`[data-place="${active}"]`) : null;
    if (!row) return;
    takesFocus.current = false;
    row.focus({ preventScroll: Boolean(height) });
  });
  useEffect(() => {
    const place = selected === null ? -1 : order.indexOf(selected);
    if (place >= 0) seen.show(place);
  }, [selected, order]);

  const go = (to: number) => {
    const place = Math.min(order.length - 1, Math.max(0, to));
    takesFocus.current = true;
    setActive(place);
    seen.show(place);
    const index = order[place];
    if (index !== undefined) onSelect?.(rows[index]!, index);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLTableRowElement)) return;
    const at = Number(event.target.dataset.place);
    const index = order[at];
    const on = (action?: (row: Row, index: number) => void) => () =>
      index !== undefined && action?.(rows[index]!, index);
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      PageDown: () => go(at + 10),
      PageUp: () => go(at - 10),
      Home: () => go(0),
      End: () => go(order.length - 1),
      Enter: on(onOpen),
      " ": on(onPick),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };
  const onClick = (place: number, index: number) => {
    setActive(place);
    (onSelect ?? onOpen)?.(rows[index]!, index);
  };
  const spacer = (size: number) =>
    size > 0 && (
      <tr class="spacer" aria-hidden="true">
        <td colSpan={columns.length} style={{ height: `${size}px` }} />
      </tr>
    );

  return (
    <div
      ref={seen.ref}
      class={isHidden ? undefined : "scroll"}
      style={height ? { maxHeight: `${height}px` } : undefined}
      onScroll={seen.onScroll}
    >
      <table
        class={props.class}
        role={isGrid ? "grid" : undefined}
        aria-rowcount={seen.isPartial ? order.length + 1 : undefined}
      >
        <caption class="sr">{caption}</caption>
        <TableHead columns={columns} sorting={sorting} onSort={isHidden ? null : setSorting} classOf={classOf} />
        <tbody ref={body} onKeyDown={onKeyDown}>
          {spacer(seen.before)}
          {order.slice(seen.from, seen.to).map((index, i) => {
            const place = seen.from + i;
            const row = rows[index]!;
            return (
              <tr
                key={props.keyOf?.(row, index) ?? index}
                data-place={place}
                class={props.rowClass?.(row)}
                tabIndex={isHidden ? undefined : place === current ? 0 : -1}
                aria-rowindex={seen.isPartial ? place + 2 : undefined}
                aria-selected={isGrid ? index === selected : undefined}
                onClick={isGrid ? () => onClick(place, index) : undefined}
                onDblClick={onSelect && onOpen ? () => onOpen(row, index) : undefined}
                onFocus={() => place !== current && setActive(place)}
              >
                {columns.map((column) => (
                  <Cell key={column.name} column={column} row={row} index={index} />
                ))}
              </tr>
            );
          })}
          {spacer(seen.after)}
        </tbody>
      </table>
    </div>
  );
}

import { useMemo, useRef, useState } from "preact/hooks";
import { plural } from "../../format";
import type { CatalogueColumn, CatalogueTable, Layer } from "./catalogue";
import { inLayers } from "./catalogue";
import { shortType } from "./short-type";

interface Props {
  tables: readonly CatalogueTable[];
  find: string;
  onInsert: (name: string) => void;
}

type Node =
  | { kind: "table"; id: string; table: CatalogueTable; isOpen: boolean }
  | { kind: "column"; id: string; column: CatalogueColumn; table: CatalogueTable };

interface ShownLayer extends Layer {
  nodes: readonly Node[];
}

const MIN_FIND = 2;

const tableId = ({ schema, table }: CatalogueTable) => `${schema}.${table}`;

function nodesOf({ tables }: Layer, open: ReadonlySet<string>, find: string): Node[] {
  const wanted = find.trim().toLowerCase();
  const matches = (column: CatalogueColumn) => wanted.length >= MIN_FIND && column.name.toLowerCase().includes(wanted);
  return tables.flatMap((table): Node[] => {
    const id = tableId(table);
    const isOpen = open.has(id);
    const found = table.columns.filter((column) => isOpen || matches(column));
    return [
      { kind: "table", id, table, isOpen },
      ...found.map((column): Node => ({ kind: "column", id: `${id}.${column.name}`, column, table })),
    ];
  });
}

function Doc({ node }: { node: Node | undefined }) {
  if (!node)
    return <p class="doc faint">A table opens its columns. Enter or a double click puts a name into the query.</p>;
  const { name, description } =
    node.kind === "table"
      ? { name: node.table.table, description: node.table.description }
      : { name: `${node.column.name}, ${node.column.type}`, description: node.column.description };
  return (
    <p class="doc" aria-live="polite">
      <b>{name}</b>
      <br />
      {description || <span class="faint">Nobody described it yet.</span>}
    </p>
  );
}

/** Tables of the lake with their columns, and what each of them means. One tab stop, arrow keys. */
export function TablesTree({ tables, find, onInsert }: Props) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [active, setActive] = useState<string | null>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const layers = useMemo(
    (): ShownLayer[] => inLayers(tables, find).map((layer) => ({ ...layer, nodes: nodesOf(layer, open, find) })),
    [tables, find, open],
  );
  const nodes = layers.flatMap((layer) => layer.nodes);
  const at = Math.max(
    0,
    nodes.findIndex((node) => node.id === active),
  );
  const described = nodes.find((node) => node.id === (pointed ?? active));

  const toggle = (id: string, isOpen: boolean) => {
    const next = new Set(open);
    if (isOpen) next.add(id);
    else next.delete(id);
    setOpen(next);
  };
  const nameOfNode = (node: Node) => (node.kind === "table" ? node.table.table : node.column.name);
  const go = (to: number) => {
    const node = nodes[Math.min(nodes.length - 1, Math.max(0, to))];
    if (!node) return;
    setActive(node.id);
    box.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(node.id)}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const node = nodes[at];
    if (!node || event.ctrlKey || event.metaKey || event.altKey) return;
    const parent = () => nodes.findIndex((other) => other.kind === "table" && other.id === tableId(node.table));
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      Home: () => go(0),
      End: () => go(nodes.length - 1),
      ArrowRight: () => node.kind === "table" && (node.isOpen ? go(at + 1) : toggle(node.id, true)),
      ArrowLeft: () => (node.kind === "column" ? go(parent()) : toggle(node.id, false)),
      " ": () => node.kind === "table" && toggle(node.id, !node.isOpen),
      Enter: () => onInsert(nameOfNode(node)),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };
  const item = (node: Node) => ({
    "data-id": node.id,
    role: "treeitem" as const,
    tabIndex: node.id === nodes[at]?.id ? 0 : -1,
    onFocus: () => setActive(node.id),
    onPointerEnter: () => setPointed(node.id),
    onPointerLeave: () => setPointed(null),
    onDblClick: () => onInsert(nameOfNode(node)),
  });
  return (
    <>
      <div
        ref={box}
        class="tree"
        role={nodes.length ? "tree" : undefined}
        aria-label={nodes.length ? "Tables of the lake" : undefined}
        onKeyDown={onKeyDown}
      >
        {layers.map((layer) => (
          <div key={layer.schema} role="group" aria-label={`${layer.title}: ${plural(layer.tables.length, "table")}`}>
            <h3 aria-hidden="true">
              <span>{layer.title}</span>
              <span>{layer.tables.length}</span>
            </h3>
            {layer.nodes.map((node) =>
              node.kind === "table" ? (
                <div
                  key={node.id}
                  class={node.isOpen ? "tn open" : "tn"}
                  aria-level={1}
                  aria-expanded={node.isOpen}
                  onClick={() => toggle(node.id, !node.isOpen)}
                  {...item(node)}
                >
                  <svg
                    width="12"
                    height="12"
                    viewBox="0 0 16 16"
                    fill="none"
                    stroke="currentColor"
                    stroke-width="1.5"
                    aria-hidden="true"
                  >
                    <path d="m6.5 4.5 3.5 3.5-3.5 3.5" />
                  </svg>
                  {node.table.table}
                </div>
              ) : (
                <div key={node.id} class="cl" aria-level={2} title={node.column.description} {...item(node)}>
                  <span>{node.column.name}</span>
                  <span class="faint">{shortType(node.column.type)}</span>
                </div>
              ),
            )}
          </div>
        ))}
        {tables.length > 0 && !layers.length && <p class="faint none">No table or column has “{find}” in its name.</p>}
      </div>
      <Doc node={described} />
    </>
  );
}

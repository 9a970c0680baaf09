import { useMemo } from "preact/hooks";
import { useJson } from "../../use-view";

export interface CatalogueColumn {
  name: string;
  type: string;
  description: string;
}

export interface CatalogueTable {
  schema: string;
  table: string;
  description: string;
  columns: CatalogueColumn[];
}

export interface Layer {
  schema: string;
  title: string;
  tables: readonly CatalogueTable[];
}

const TITLES: Record<string, string> = {
  gold_analytics: "Gold, for analysis",
  silver_clean: "Silver, cleaned",
  bronze_raw: "Bronze, as landed",
};
const NONE: readonly CatalogueTable[] = [];

/** Tables by schema, gold first; `find` keeps tables and columns with this text in their name. */
export function inLayers(tables: readonly CatalogueTable[], find: string): Layer[] {
  const wanted = find.trim().toLowerCase();
  const has = ({ table, columns }: CatalogueTable) =>
    !wanted || table.toLowerCase().includes(wanted) || columns.some(({ name }) => name.toLowerCase().includes(wanted));
  const known = Object.keys(TITLES);
  const schemas = [...new Set([...known, ...tables.map(({ schema }) => schema)])];
  return schemas.flatMap((schema) => {
    const found = tables
      .filter((table) => table.schema === schema && has(table))
      .sort((a, b) => a.table.localeCompare(b.table));
    return found.length ? [{ schema, title: TITLES[schema] ?? schema, tables: found }] : [];
  });
}

export function useCatalogue() {
  const { value, ...state } = useJson<CatalogueTable[]>("/api/tables");
  const tables = useMemo(() => value ?? NONE, [value]);
  return { tables, ...state };
}

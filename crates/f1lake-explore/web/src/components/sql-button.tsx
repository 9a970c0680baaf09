import { useState } from "preact/hooks";
import { viewSql } from "../api";
import type { SqlOf } from "./panel";
import { SqlPopover } from "./sql-popover";

/** Shows the exact query of a panel. The key `s` opens it for the focused panel. */
export function SqlButton({ sql }: { sql: SqlOf | (() => Promise<string>) }) {
  const [isOpen, setOpen] = useState(false);
  const load = () => (typeof sql === "function" ? sql() : viewSql(sql.name, sql.params));
  return (
    <span class="sql-of">
      <button
        type="button"
        class="btn quiet"
        data-sql
        aria-expanded={isOpen}
        title="Show the SQL of this panel (S)"
        onClick={() => setOpen(!isOpen)}
      >
        SQL
      </button>
      {isOpen && <SqlPopover load={load} onClose={() => setOpen(false)} />}
    </span>
  );
}

import { Command } from "../../components/copy";
import { ErrorState } from "../../components/error-state";
import { asCommand } from "../../components/sql-popover";
import { State } from "../../components/state";
import type { ApiError } from "../../errors";
import { useLake } from "../../lake";
import type { CatalogueTable } from "./catalogue";
import { repaired } from "./repair";
import { nameOf, tokenize } from "./tokens";

/** `name` in a message of the server becomes a name in the type of code. */
function Sentence({ text }: { text: string }) {
  const parts = text.charAt(0).toUpperCase() + text.slice(1);
  return <>{parts.split("`").map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part))}</>;
}

/** "In fact_pit_stops there is stop_duration." where it is known of which table of the query the name is. */
function hintOf({ kind, hint, suggestion }: ApiError, sql: string, tables: readonly CatalogueTable[]): string | null {
  if (kind !== "no_column" || !suggestion) return hint;
  const names = new Set(tokenize(sql).map((token) => nameOf(sql, token)));
  const owner = tables.find(
    ({ table, columns }) => names.has(table) && columns.some(({ name }) => name === suggestion.right),
  );
  return owner ? `In \`${owner.table}\` there is \`${suggestion.right}\`.` : hint;
}

interface Props {
  error: ApiError;
  sql: string;
  tables: readonly CatalogueTable[];
  onRepair: (sql: string) => void;
  onAgain: () => void;
}

/** Why a query gave no rows, and the button that repairs it. */
export function QueryError({ error, sql, tables, onRepair, onAgain }: Props) {
  const place = useLake()?.place ?? "./lake";
  const { suggestion } = error;
  const hint = hintOf(error, sql, tables);
  if (error.kind === "timeout") {
    return (
      <State title="Stopped after 10 s" text={hint ? <Sentence text={hint} /> : undefined}>
        <Command text={asCommand(sql, place)} />
      </State>
    );
  }
  if (!["no_column", "no_table", "sql", "memory"].includes(error.kind))
    return <ErrorState error={error} retry={onAgain} />;
  const fixed = suggestion && repaired(sql, suggestion.wrong, suggestion.right);
  return (
    <State
      title={<Sentence text={error.message} />}
      text={hint ? <Sentence text={hint} /> : undefined}
      action={
        suggestion &&
        fixed !== sql && (
          <button type="button" class="btn primary" onClick={() => onRepair(fixed ?? sql)}>
            Use {suggestion.right}
          </button>
        )
      }
    />
  );
}

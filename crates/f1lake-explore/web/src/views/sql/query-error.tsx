import { Command } from "../../components/copy";
import { ErrorState } from "../../components/error-state";
import { asCommand } from "../../components/sql-popover";
import { State } from "../../components/state";
import type { ApiError } from "../../errors";
import { useLake } from "../../lake";
import { nameOf, tokenize } from "./tokens";

/** The query with a name replaced wherever it stands as a name: not in texts and comments. */
export function repaired(sql: string, wrong: string, right: string): string {
  const parts = wrong.split(".");
  const tokens = tokenize(sql);
  let text = "";
  let done = 0;
  for (let at = 0; at < tokens.length; at++) {
    const name = tokens.slice(at, at + 2 * parts.length - 1);
    const isWrong = parts.every((part, i) => {
      const token = name[2 * i];
      return token && ["name", "function"].includes(token.kind) && nameOf(sql, token).toLowerCase() === part.toLowerCase();
    });
    if (!isWrong) continue;
    text += sql.slice(done, name[0]!.from) + right;
    done = name.at(-1)!.to;
    at += name.length - 1;
  }
  return text + sql.slice(done);
}

/** `name` in a message of the server becomes a name in the type of code. */
function Sentence({ text }: { text: string }) {
  const parts = text.charAt(0).toUpperCase() + text.slice(1);
  return <>{parts.split("`").map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part))}</>;
}

interface Props {
  error: ApiError;
  sql: string;
  onRepair: (sql: string) => void;
  onAgain: () => void;
}

/** Why a query gave no rows, and the button that repairs it. */
export function QueryError({ error, sql, onRepair, onAgain }: Props) {
  const place = useLake()?.place ?? "./lake";
  const { suggestion } = error;
  if (error.kind === "timeout") {
    return <State title="Stopped after 10 s" text={error.hint ? <Sentence text={error.hint} /> : undefined}><Command text={asCommand(sql, place)} /></State>;
  }
  if (!["no_column", "no_table", "sql", "memory"].includes(error.kind)) return <ErrorState error={error} retry={onAgain} />;
  const fixed = suggestion && repaired(sql, suggestion.wrong, suggestion.right);
  return (
    <State
      title={<Sentence text={error.message} />}
      text={error.hint ? <Sentence text={error.hint} /> : undefined}
      action={suggestion && fixed !== sql && (
        <button type="button" class="btn primary" onClick={() => onRepair(fixed ?? sql)}>Use {suggestion.right}</button>
      )}
    />
  );
}

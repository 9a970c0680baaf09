import { plural } from "../../format";
import type { PastQuery } from "./past-queries";
import { tookText } from "./result-words";

const two = (value: number) => String(value).padStart(2, "0");
const DAY_MS = 86_400_000;

/** 12:04 of this computer's clock; the day when it is another one. */
function when(at: number): string {
  const date = new Date(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return Date.now() - at < DAY_MS ? time : `${two(date.getDate())}.${two(date.getMonth() + 1)}.`;
}

const oneLine = (sql: string) =>
  sql
    .replace(/--[^\n]*\n/g, " ")
    .replace(/\s+/g, " ")
    .trim() || sql.trim();

function outcome({ problem, rows, elapsed }: PastQuery) {
  if (problem !== null) return <span class="bad-text nw">{problem}</span>;
  return (
    <span class="faint nw">
      {plural(rows ?? 0, "row")}
      {elapsed !== null && `, ${tookText(elapsed)}`}
    </span>
  );
}

/** Queries that ran, newest first; a click puts one into the editor. */
export function PastList({ queries, onPick }: { queries: readonly PastQuery[]; onPick: (sql: string) => void }) {
  return (
    <ol class="hist">
      {queries.map((query) => (
        <li key={query.sql}>
          <button type="button" title={query.sql} onClick={() => onPick(query.sql)}>
            <time class="muted" dateTime={new Date(query.at).toISOString()}>
              {when(query.at)}
            </time>
            <code>{oneLine(query.sql)}</code>
            {outcome(query)}
          </button>
        </li>
      ))}
    </ol>
  );
}

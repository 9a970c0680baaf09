import type { CatalogueTable } from "./catalogue";
import { shortType } from "./short-type";
import { nameOf, tokenize } from "./tokens";
import type { Token } from "./tokens";
import { COMPLETED_KEYWORDS, FUNCTIONS, KEYWORDS } from "./words";

export interface Completion {
  label: string;
  /** Type of a column, or "table", "fn", "col", "word". */
  detail: string;
  info: string;
  /** What is inserted, when not the label. */
  insert?: string;
}

export interface Completions {
  from: number;
  options: readonly Completion[];
}

const MOST = 60;
/** Shorter words are faster to type than to choose. */
const MIN_WORD = 2;

interface Source {
  alias: string;
  table: CatalogueTable | null;
}

/** Tables after `from` and `join`, with their aliases. */
function sourcesOf(sql: string, tokens: readonly Token[], tables: readonly CatalogueTable[]): Source[] {
  const text = (at: number) => (tokens[at] ? sql.slice(tokens[at].from, tokens[at].to) : "");
  const sources: Source[] = [];
  for (let at = 0; at < tokens.length; at++) {
    if (!/^(from|join)$/i.test(text(at)) || tokens[at + 1]?.kind !== "name") continue;
    let last = at + 1;
    while (text(last + 1) === "." && tokens[last + 2]?.kind === "name") last += 2;
    const name = nameOf(sql, tokens[last]!);
    const after = /^as$/i.test(text(last + 1)) ? last + 2 : last + 1;
    const hasAlias = tokens[after]?.kind === "name";
    sources.push({
      alias: hasAlias ? nameOf(sql, tokens[after]!) : name,
      table: tables.find(({ table }) => table === name) ?? null,
    });
  }
  return sources;
}

/** Names that the query itself gives: `as name`, and `name as (` of a common table. */
function ownNames(sql: string, tokens: readonly Token[], from: number): Completion[] {
  const names = new Map<string, Completion>();
  tokens.forEach((token, i) => {
    if (!/^as$/i.test(sql.slice(token.from, token.to))) return;
    const [before, after] = [tokens[i - 1], tokens[i + 1]];
    if (after?.kind === "name" && after.from !== from) {
      const label = nameOf(sql, after);
      names.set(label, { label, detail: "col", info: "Column of this query." });
    } else if (before?.kind === "name" && after && sql[after.from] === "(") {
      const label = nameOf(sql, before);
      names.set(label, { label, detail: "table", info: "Common table of this query." });
    }
  });
  return [...names.values()];
}

const columnsOf = ({ columns }: CatalogueTable): Completion[] =>
  columns.map(({ name, type, description }) => ({ label: name, detail: shortType(type), info: description }));

const asTable = ({ table, description }: CatalogueTable): Completion => ({
  label: table,
  detail: "table",
  info: description,
});

const FUNCTION_OPTIONS: readonly Completion[] = FUNCTIONS.map(([name, info]) => ({
  label: `${name}()`,
  detail: "fn",
  info,
  insert: `${name}(`,
}));
const KEYWORD_OPTIONS: readonly Completion[] = COMPLETED_KEYWORDS.map((label) => ({ label, detail: "word", info: "" }));

/** First names that begin with the word, then those that have it after an underscore, then anywhere. */
function matching(options: readonly Completion[], word: string): Completion[] {
  const wanted = word.toLowerCase();
  const rank = ({ label }: Completion) => {
    const name = label.toLowerCase();
    return name.startsWith(wanted) ? 0 : name.includes(`_${wanted}`) ? 1 : name.includes(wanted) ? 2 : 3;
  };
  const seen = new Set<string>();
  return [0, 1, 2]
    .flatMap((wantedRank) => options.filter((option) => rank(option) === wantedRank))
    .filter((option) => !seen.has(option.label) && seen.add(option.label))
    .slice(0, MOST);
}

const lastBefore = (tokens: readonly Token[], at: number) =>
  tokens.filter((token) => token.to <= at && token.kind !== "comment").at(-1);

/** Whether a word after `as` gives a name rather than uses one. */
function isNamed(sql: string, tokens: readonly Token[], from: number): boolean {
  const before = lastBefore(tokens, from);
  return before !== undefined && /^as$/i.test(sql.slice(before.from, before.to));
}

/** What can stand at a place of a query. Unless asked for, only once a word or a dot is typed. */
export function complete(
  sql: string,
  at: number,
  tables: readonly CatalogueTable[],
  isAsked: boolean,
): Completions | null {
  const word = /[A-Za-z_]?\w*$/.exec(sql.slice(0, at))?.[0] ?? "";
  const from = at - word.length;
  const tokens = tokenize(sql);
  const inside = tokens.find((token) => token.from < at && at <= token.to);
  if (inside?.kind === "comment" || inside?.kind === "text" || inside?.kind === "number") return null;
  const qualifier = /([A-Za-z_]\w*)\.$/.exec(sql.slice(0, from))?.[1];
  if (
    !isAsked &&
    !qualifier &&
    (word.length < MIN_WORD || KEYWORDS.has(word.toLowerCase()) || isNamed(sql, tokens, from))
  )
    return null;
  const sources = sourcesOf(sql, tokens, tables);
  const options = qualifier ? qualified(qualifier, sources, tables) : anything(sql, tokens, from, sources, tables);
  const found = matching(options, word);
  const isComplete = found.some(({ label }) => label === word);
  return found.length && !(isComplete && !isAsked) ? { from, options: found } : null;
}

function qualified(qualifier: string, sources: readonly Source[], tables: readonly CatalogueTable[]): Completion[] {
  const source =
    sources.find(({ alias }) => alias === qualifier)?.table ?? tables.find(({ table }) => table === qualifier);
  if (source) return columnsOf(source);
  return tables.filter(({ schema }) => schema === qualifier).map(asTable);
}

function anything(
  sql: string,
  tokens: readonly Token[],
  from: number,
  sources: readonly Source[],
  tables: readonly CatalogueTable[],
): Completion[] {
  const before = lastBefore(tokens, from);
  const isTable = before && /^(from|join)$/i.test(sql.slice(before.from, before.to));
  const names = tables.map(asTable);
  const own = ownNames(sql, tokens, from);
  if (isTable) return [...own.filter(({ detail }) => detail === "table"), ...names];
  const columns = sources.flatMap(({ table }) => (table ? columnsOf(table) : []));
  const aliases = sources.map(({ alias, table }) => ({
    label: alias,
    detail: "table",
    info: table?.description ?? "",
  }));
  return [...own, ...columns, ...FUNCTION_OPTIONS, ...aliases, ...names, ...KEYWORD_OPTIONS];
}

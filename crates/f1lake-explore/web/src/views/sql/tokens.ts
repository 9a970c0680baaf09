import { KEYWORDS } from "./words";

export type TokenKind = "comment" | "text" | "number" | "keyword" | "function" | "name" | "other";

export interface Token {
  kind: TokenKind;
  from: number;
  to: number;
}

/** One alternative a kind; quoted names are names. */
const TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*(?:'|$))|(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|("(?:[^"]|"")*(?:"|$)|[A-Za-z_]\w*)|(\s+)|[^]/gy;

const isCall = (sql: string, at: number) => /^\s*\(/.test(sql.slice(at, at + 20));

/** The parts of a query in their order, without white space. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(sql); match && match[0]; match = TOKEN.exec(sql)) {
    const [text, comment, string, number, word, space] = match;
    if (space) continue;
    const from = match.index;
    const to = from + text.length;
    tokens.push({ kind: kindOf(sql, to, comment, string, number, word), from, to });
  }
  return tokens;
}

function kindOf(sql: string, to: number, comment?: string, string?: string, number?: string, word?: string): TokenKind {
  if (comment) return "comment";
  if (string) return "text";
  if (number) return "number";
  if (!word) return "other";
  if (KEYWORDS.has(word.toLowerCase())) return "keyword";
  return isCall(sql, to) ? "function" : "name";
}

/** The text of a name, without its quotes. */
export const nameOf = (sql: string, { from, to }: Token) => sql.slice(from, to).replace(/^"|"$/g, "");

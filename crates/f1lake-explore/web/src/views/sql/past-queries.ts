import { createStore, useStore } from "../../store";

export interface PastQuery {
  sql: string;
  /** Epoch milliseconds. */
  at: number;
  rows: number | null;
  elapsed: number | null;
  /** Why it failed, in a few words. */
  problem: string | null;
}

const KEY = "f1lake-sql-history";
const DRAFT = "f1lake-sql-draft";
const MOST = 100;

/** Storage can be off or full; then the history lasts as long as the tab. */
function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    return;
  }
}

function read(): readonly PastQuery[] {
  try {
    const list: unknown = JSON.parse(stored(KEY) ?? "[]");
    return Array.isArray(list) ? list.filter((entry: PastQuery) => typeof entry?.sql === "string") : [];
  } catch {
    return [];
  }
}

const past = createStore<readonly PastQuery[]>(read());

/** Queries that ran in this browser, newest first. */
export const usePastQueries = () => useStore(past);
export const pastQueries = () => past.get();

/** Adds a query; the same text takes the place of its last run. */
export function remember(query: PastQuery): void {
  past.set([query, ...past.get().filter(({ sql }) => sql !== query.sql)].slice(0, MOST));
  store(KEY, JSON.stringify(past.get()));
}

export function forgetAll(): void {
  past.set([]);
  store(KEY, "[]");
}

/** The text that was in the editor last. */
export const draft = () => stored(DRAFT);
export const keepDraft = (sql: string) => store(DRAFT, sql);

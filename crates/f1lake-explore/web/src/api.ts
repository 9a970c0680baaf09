import { ApiError, isAbort } from "./errors";
import type { ErrorKind, Suggestion } from "./errors";
import { Rows } from "./rows";
import { createStore } from "./store";
import { token } from "./token";

export { ApiError } from "./errors";
export { Rows } from "./rows";

export type Param = string | number | boolean | readonly number[] | null | undefined;
export type Params = Record<string, Param>;

/** Whether the last request found nobody at this address. */
export const serverGone = createStore(false);

export interface LapRef {
  session_key: number;
  driver_number: number;
  lap_number: number;
}

export interface OverlayLap extends LapRef {
  driver: string;
  name_acronym: string;
  team_name: string;
  team_colour: string | null;
  year: number;
  meeting_name: string;
  session_name: string;
  lap_duration: number | null;
  sectors: (number | null)[];
  compound: string | null;
  tyre_age: number | null;
}

export interface OverlayMeta {
  laps: OverlayLap[];
  anchors: number[];
  is_anchored_at_sectors: boolean;
  deltas: (number | null)[][];
  corners: { number: number; letter: string | null; distance: number; x: number | null; y: number | null }[];
  minisectors: {
    sector: number;
    from: number;
    to: number;
    times: (number | null)[];
    best: number | null;
    lead: number | null;
    noise: number | null;
  }[];
}

export interface SqlResult {
  rows: Rows;
  truncated: "rows" | "bytes" | null;
  elapsed: number | null;
}

export type ExportFormat = "csv" | "parquet" | "json" | "arrow";

function query(params: Params): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== null && value !== undefined) search.set(name, String(value));
  }
  const text = search.toString();
  return text && `?${text}`;
}

async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as {
    kind?: ErrorKind;
    message?: string;
    hint?: string | null;
    suggestion?: Suggestion | null;
  } | null;
  const message = body?.message ?? `the server responded with status ${response.status}`;
  return new ApiError(body?.kind ?? "failed", message, body?.hint, body?.suggestion);
}

/** Sends one request with the token; throws an ApiError for everything but success and abort. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const secret = await token();
  if (!secret) throw new ApiError("token", "this address has no valid token");
  const headers = new Headers(init.headers);
  headers.set("Authorization", `Bearer ${secret}`);
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers });
  } catch (error) {
    if (isAbort(error)) throw error;
    serverGone.set(true);
    throw new ApiError("gone", "f1lake is no longer running");
  }
  serverGone.set(false);
  if (!response.ok) throw await errorOf(response);
  return response;
}

const early = new Map<string, Promise<unknown>>();

/** Asks before a component does; the first that wants the answer takes it. */
export function askEarly(path: string): void {
  const asked = getJson(path);
  asked.catch(() => {});
  early.set(path, asked);
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const asked = early.get(path);
  if (asked && early.delete(path)) return asked as Promise<T>;
  return (await request(path, { signal })).json() as Promise<T>;
}

export async function getRows(path: string, signal?: AbortSignal): Promise<Rows> {
  return new Rows(await (await request(path, { signal })).arrayBuffer());
}

export async function getText(path: string, signal?: AbortSignal): Promise<string> {
  return (await request(path, { signal })).text();
}

/** Rows of `sql/NAME.sql`. Components use `useView` instead. */
export function view(name: string, params: Params = {}, signal?: AbortSignal): Promise<Rows> {
  return getRows(`/api/view/${name}${query(params)}`, signal);
}

export function viewSql(name: string, params: Params = {}): Promise<string> {
  return getText(`/api/view/${name}/sql${query(params)}`);
}

const lapsQuery = (laps: readonly LapRef[]) =>
  query({ laps: laps.map((l) => `${l.session_key}-${l.driver_number}-${l.lap_number}`).join(",") });

export async function overlay(
  laps: readonly LapRef[],
  signal?: AbortSignal,
): Promise<{ rows: Rows; meta: OverlayMeta }> {
  const rows = await getRows(`/api/overlay${lapsQuery(laps)}`, signal);
  return { rows, meta: JSON.parse(rows.metadata.get("overlay") ?? "null") as OverlayMeta };
}

export function overlaySql(laps: readonly LapRef[]): Promise<string> {
  return getText(`/api/overlay/sql${lapsQuery(laps)}`);
}

const post = (path: string, body: object, signal?: AbortSignal) =>
  request(path, {
    method: "POST",
    signal,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

/** Runs a query of the user; aborting the signal cancels it on the server. */
export async function runSql(sql: string, signal?: AbortSignal): Promise<SqlResult> {
  const response = await post("/api/sql", { sql }, signal);
  const elapsed = response.headers.get("x-f1lake-elapsed");
  return {
    rows: new Rows(await response.arrayBuffer()),
    truncated: response.headers.get("x-f1lake-truncated") as SqlResult["truncated"],
    elapsed: elapsed === null ? null : Number(elapsed),
  };
}

export async function exportSql(sql: string, format: ExportFormat, signal?: AbortSignal): Promise<Blob> {
  return (await post("/api/export", { sql, format }, signal)).blob();
}

import { getJson } from "./api";
import { ApiError, isAbort } from "./errors";
import { createStore, useStore } from "./store";

export interface Lake {
  state: "ready" | "no_lake" | "empty_lake" | "no_gold";
  place: string;
  version: string;
  revision: string;
  generated: boolean;
}

const POLL_MS = 10_000;

/** The lake that the page shows; null until the first response. */
export const lake = createStore<Lake | null>(null);
/** The lake as it is now, when it differs from the one that the page shows. */
export const changedLake = createStore<Lake | null>(null);
export const lakeError = createStore<ApiError | null>(null);

function take(next: Lake): void {
  const shown = lake.get();
  if (!shown || shown.state !== "ready") {
    if (shown?.revision !== next.revision || shown.state !== next.state) lake.set(next);
    return;
  }
  changedLake.set(next.revision === shown.revision ? null : next);
}

/** Asks the server for the state of the lake. */
export async function lookAtLake(): Promise<void> {
  try {
    take(await getJson<Lake>("/api/lake"));
    lakeError.set(null);
  } catch (error) {
    if (isAbort(error)) return;
    lakeError.set(error instanceof ApiError ? error : new ApiError("failed", String(error)));
  }
}

/** Shows the rows that landed; every query of the page runs again. */
export function showChanges(): void {
  const next = changedLake.get();
  changedLake.set(null);
  if (next) lake.set(next);
}

export function watchLake(): () => void {
  const timer = setInterval(() => document.hidden || void lookAtLake(), POLL_MS);
  return () => clearInterval(timer);
}

export const useLake = () => useStore(lake);
/** Changes when the page shows new rows. */
export const useRevision = () => useStore(lake)?.revision ?? "";

import { useEffect, useState } from "preact/hooks";
import { ApiError, isAbort } from "./errors";

export const QUIET_MS = 300;
export const SLOW_MS = 5000;
const KEPT = 60;

interface Entry<T> {
  promise: Promise<T>;
  controller: AbortController;
  users: number;
  isDone: boolean;
}

const entries = new Map<string, Entry<unknown>>();

function dropOldest(): void {
  for (const [key, entry] of entries) {
    if (entries.size <= KEPT) return;
    if (entry.users === 0) entries.delete(key);
  }
}

/** Components that ask for the same thing share one request; the last to leave aborts it. */
function acquire<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Entry<T> {
  let entry = entries.get(key) as Entry<T> | undefined;
  if (entry) {
    entries.delete(key);
  } else {
    const controller = new AbortController();
    entry = { promise: load(controller.signal), controller, users: 0, isDone: false };
    const made = entry;
    made.promise.then(
      () => (made.isDone = true),
      () => entries.get(key) === made && entries.delete(key),
    );
  }
  entries.set(key, entry);
  entry.users += 1;
  dropOldest();
  return entry;
}

function release(key: string, entry: Entry<unknown>): void {
  entry.users -= 1;
  if (entry.users > 0 || entry.isDone) return;
  entry.controller.abort();
  if (entries.get(key) === entry) entries.delete(key);
}

export interface Resource<T> {
  value: T | null;
  error: ApiError | null;
  /** No response yet, for more than 300 ms. */
  isLoading: boolean;
  /** No response yet, for more than 5 s. */
  isSlow: boolean;
  /** Whether the user stopped it. */
  isStopped: boolean;
  stop(): void;
  retry(): void;
}

interface State<T> {
  key: string | null;
  value: T | null;
  error: ApiError | null;
  wait: "quiet" | "loading" | "slow" | null;
  isStopped: boolean;
}

const start = <T>(key: string | null, value: T | null): State<T> => ({
  key,
  value,
  error: null,
  wait: key === null ? null : "quiet",
  isStopped: false,
});

/**
 * Loads a value by the loading rules of the page. The previous value stays until the next one is
 * there, unless `group` changes. A null key loads nothing.
 */
export function useResource<T>(
  key: string | null,
  group: string,
  load: (signal: AbortSignal) => Promise<T>,
): Resource<T> {
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<State<T> & { group: string }>({ ...start<T>(key, null), group });
  const [stopNow, setStop] = useState<() => void>(() => () => {});

  useEffect(() => {
    setState((old) => ({ ...start(key, old.group === group ? old.value : null), group }));
    if (key === null) return;
    let isOver = false;
    const entry = acquire(key, load);
    const timers = [
      setTimeout(() => setState((old) => ({ ...old, wait: "loading" })), QUIET_MS),
      setTimeout(() => setState((old) => ({ ...old, wait: "slow" })), SLOW_MS),
    ];
    const end = (change: Partial<State<T>>) => {
      if (isOver) return;
      isOver = true;
      timers.forEach(clearTimeout);
      setState((old) => ({ ...old, ...change, wait: null }));
    };
    entry.promise.then(
      (value) => end({ value, error: null }),
      (error: unknown) => {
        if (isAbort(error)) end({ isStopped: true });
        else end({ error: error instanceof ApiError ? error : new ApiError("failed", String(error)) });
      },
    );
    setStop(() => () => entry.controller.abort());
    return () => {
      isOver = true;
      timers.forEach(clearTimeout);
      release(key, entry);
    };
  }, [key, attempt]);

  const isCurrent = state.key === key;
  const isKept = isCurrent || state.group === group;
  return {
    value: isKept ? state.value : null,
    error: isCurrent ? state.error : null,
    isLoading: isCurrent && (state.wait === "loading" || state.wait === "slow"),
    isSlow: isCurrent && state.wait === "slow",
    isStopped: isCurrent && state.isStopped,
    stop: stopNow,
    retry: () => setAttempt((n) => n + 1),
  };
}

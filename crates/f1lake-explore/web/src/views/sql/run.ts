import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, runSql } from "../../api";
import type { SqlResult } from "../../api";
import { isAbort } from "../../errors";
import { QUIET_MS, SLOW_MS } from "../../resource";
import { remember } from "./past-queries";

export interface Ran extends SqlResult {
  sql: string;
}

export interface Run {
  /** The last query that gave rows; stays while another runs. */
  result: Ran | null;
  error: ApiError | null;
  /** The query of the error. */
  failed: string;
  isRunning: boolean;
  /** "loading" after 300 ms, "slow" after 5 s. */
  wait: "loading" | "slow" | null;
  isStopped: boolean;
}

const START: Run = { result: null, error: null, failed: "", isRunning: false, wait: null, isStopped: false };

const PROBLEMS: Partial<Record<ApiError["kind"], string>> = {
  no_column: "no such column",
  no_table: "no such table",
  timeout: "stopped after 10 s",
  gone: "f1lake is not running",
};

const asError = (error: unknown) => (error instanceof ApiError ? error : new ApiError("failed", String(error)));

/** Runs one query at a time; another one, or leaving the page, cancels it on the server. */
export function useRun() {
  const [state, setState] = useState<Run>(START);
  const controller = useRef<AbortController | null>(null);
  useEffect(() => () => controller.current?.abort(), []);

  const run = (sql: string) => {
    controller.current?.abort();
    const own = new AbortController();
    controller.current = own;
    const change = (next: Partial<Run>) => controller.current === own && setState((old) => ({ ...old, ...next }));
    change({ isRunning: true, wait: null, error: null, isStopped: false });
    const timers = [
      setTimeout(() => change({ wait: "loading" }), QUIET_MS),
      setTimeout(() => change({ wait: "slow" }), SLOW_MS),
    ];
    const end = (next: Partial<Run>) => {
      timers.forEach(clearTimeout);
      change({ ...next, isRunning: false, wait: null });
    };
    const entry = { sql, at: Date.now(), rows: null, elapsed: null, problem: null };
    runSql(sql, own.signal).then(
      (result) => {
        remember({ ...entry, rows: result.rows.length, elapsed: result.elapsed });
        end({ result: { ...result, sql } });
      },
      (failure: unknown) => {
        if (isAbort(failure)) return end({ isStopped: true });
        const error = asError(failure);
        remember({ ...entry, problem: PROBLEMS[error.kind] ?? "failed" });
        end({ error, failed: sql });
      },
    );
  };
  /** Says whether there was something to stop. */
  const stop = () => {
    if (!state.isRunning) return false;
    controller.current?.abort();
    return true;
  };
  return { ...state, run, stop };
}

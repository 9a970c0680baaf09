import { useMemo } from "preact/hooks";
import { getJson, overlay, view } from "./api";
import type { ApiError, LapRef, OverlayMeta, Params, Rows } from "./api";
import { useRevision } from "./lake";
import { useResource } from "./resource";
import type { Resource } from "./resource";

export interface ViewState {
  rows: Rows | null;
  error: ApiError | null;
  isLoading: boolean;
  isSlow: boolean;
  isStopped: boolean;
  stop(): void;
  retry(): void;
}

const asView = ({ value, ...rest }: Resource<Rows>): ViewState => ({ rows: value, ...rest });

/**
 * Rows of `sql/NAME.sql`; runs again when the parameters or the lake change.
 * Null parameters ask nothing. Rows of the same query stay until the next ones are there.
 */
export function useView(name: string, params: Params | null = {}): ViewState {
  const revision = useRevision();
  const key = params && JSON.stringify([name, params, revision]);
  return asView(useResource(key, name, (signal) => view(name, params ?? {}, signal)));
}

/** One state of several queries: rows of the first, once all of them have rows. */
export function allOf(first: ViewState, ...others: ViewState[]): ViewState {
  const all = [first, ...others];
  return {
    rows: all.every((state) => state.rows) ? first.rows : null,
    error: all.find((state) => state.error)?.error ?? null,
    isLoading: all.some((state) => state.isLoading),
    isSlow: all.some((state) => state.isSlow),
    isStopped: all.some((state) => state.isStopped),
    stop: () => all.forEach((state) => state.stop()),
    retry: () => all.forEach((state) => (state.error || state.isStopped) && state.retry()),
  };
}

export function useOverlay(laps: readonly LapRef[]): ViewState & { meta: OverlayMeta | null } {
  const revision = useRevision();
  const key = laps.length ? JSON.stringify(["overlay", laps, revision]) : null;
  const { value, ...rest } = useResource(key, "overlay", (signal) => overlay(laps, signal));
  return { rows: value?.rows ?? null, meta: value?.meta ?? null, ...rest };
}

/** JSON of a path, by the same rules. */
export function useJson<T>(path: string | null): Resource<T> {
  const revision = useRevision();
  const key = path && JSON.stringify([path, revision]);
  return useResource<T>(key, path ?? "", (signal) => getJson<T>(path ?? "", signal));
}

/** The rows as objects, kept between redraws. */
export function useObjects<T>(rows: Rows | null): readonly T[] {
  return useMemo(() => rows?.objects<T>() ?? [], [rows]);
}

import { useEffect } from "preact/hooks";
import { createStore, useStore } from "../store";

/** Charts with the same axis share their cursor: laps, seconds since the start of the session, metres of a lap. */
export type CursorAxis = "lap" | "time" | "distance";

const cursors = {
  lap: createStore<number | null>(null),
  time: createStore<number | null>(null),
  distance: createStore<number | null>(null),
};

export const cursorOf = (axis: CursorAxis) => cursors[axis];

export const setCursor = (axis: CursorAxis, value: number | null) => cursors[axis].set(value);

/** The place of the shared cursor on an axis; redraws when it moves. */
export const useCursor = (axis: CursorAxis) => useStore(cursors[axis]);

/** Forgets the cursors when the session changes. */
export function useFreshCursors(key: unknown): void {
  useEffect(() => Object.values(cursors).forEach((cursor) => cursor.set(null)), [key]);
}

import { createStore, useStore } from "./store";
import type { Store } from "./store";
import type { SpeedUnit } from "./format";

export type Theme = "system" | "dark" | "light";

/** A setting that stays in this browser. Storage can be off; then it lasts as long as the tab. */
function setting<T extends string>(key: string, fallback: T, allowed: readonly T[]): Store<T> {
  const read = (): T => {
    try {
      const text = localStorage.getItem(key) as T | null;
      return text !== null && allowed.includes(text) ? text : fallback;
    } catch {
      return fallback;
    }
  };
  const store = createStore(read());
  store.subscribe((value) => {
    try {
      localStorage.setItem(key, value);
    } catch {
      return;
    }
  });
  return store;
}

/** `theme.js` reads the same key before the first paint. */
export const theme = setting<Theme>("f1lake-theme", "system", ["system", "dark", "light"]);
export const speedUnit = setting<SpeedUnit>("f1lake-speed", "km/h", ["km/h", "mph"]);
export const singleKeys = setting<"on" | "off">("f1lake-keys", "on", ["on", "off"]);

export const useSpeedUnit = () => useStore(speedUnit);

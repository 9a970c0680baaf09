import { createStore, useStore } from "./store";

export type SessionTab = "overview" | "laps" | "overlay" | "strategy" | "quality";

export type Route =
  | { view: "sessions" }
  | { view: "session"; session_key: number; tab: SessionTab }
  | { view: "season"; year: number | null }
  | { view: "sql" }
  | { view: "unknown"; path: string };

export interface Place {
  path: string;
  search: string;
}

const here = (): Place => ({ path: location.pathname, search: location.search });
const place = createStore<Place>(here());
addEventListener("popstate", () => place.set(here()));

const TABS: Record<string, SessionTab> = {
  "": "overview",
  laps: "laps",
  overlay: "overlay",
  strategy: "strategy",
  quality: "quality",
};

export function parseRoute(path: string): Route {
  const parts = path.split("/").filter(Boolean);
  const [first, second, third = ""] = parts;
  if (!first) return { view: "sessions" };
  if (first === "sql" && !second) return { view: "sql" };
  if (first === "season" && parts.length <= 2) {
    if (!second) return { view: "season", year: null };
    if (/^\d{4}$/.test(second)) return { view: "season", year: Number(second) };
  }
  const tab = TABS[third];
  if (first === "session" && second && /^\d+$/.test(second) && tab && parts.length <= 3) {
    return { view: "session", session_key: Number(second), tab };
  }
  return { view: "unknown", path };
}

export const sessionPath = (session_key: number, tab: SessionTab = "overview") =>
  `/session/${session_key}${tab === "overview" ? "" : `/${tab}`}`;

/** Goes to a path of the page, with its query string. */
export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  const before = place.get();
  place.set(here());
  if (!options.replace && before.path !== location.pathname) scrollTo(0, 0);
}

export function usePlace(): Place {
  return useStore(place);
}

export function useRoute(): Route {
  return parseRoute(usePlace().path);
}

export const currentPlace = () => place.get();

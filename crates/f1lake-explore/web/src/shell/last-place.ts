import { useEffect } from "preact/hooks";
import { usePlace } from "../router";
import { sessionTitle } from "../session";
import type { Session } from "../session";

const KEY = "f1lake-last";

export interface LastPlace {
  path: string;
  session_key: number;
  title: string;
  text: string;
}

/** Where the user was, as kept by this browser; null when nowhere yet. */
export function lastPlace(): LastPlace | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") as LastPlace | null;
  } catch {
    return null;
  }
}

/** Keeps the view of a session, with its state, for the card "Where you were". */
export function useKeepPlace(session: Session | null, text: string): void {
  const { path, search } = usePlace();
  useEffect(() => {
    if (!session) return;
    const place: LastPlace = {
      path: path + search,
      session_key: session.session_key,
      title: sessionTitle(session),
      text,
    };
    try {
      localStorage.setItem(KEY, JSON.stringify(place));
    } catch {
      return;
    }
  }, [session, path, search]);
}
